/*
 * Rows: each label is made clean text, and a table over (name, file, line) finds those
 * that came out equal. The text goes through one scratch buffer.
 */
#include "rows.h"
#include "hash.h"
#include "memory.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

struct maker {
	struct cg_rows *rows;
	const struct cg_placed *placed;
	const struct cg_row_style *style;
	uint32_t *slots; /* open addressing: 1 + row, 0 where empty */
	uint32_t mask;
	char *scratch;
	size_t scratch_cap;
	const char *last; /* the file before, as it came: functions are sorted by file */
	uint32_t last_id;
};

static enum cg_status
add_text(struct maker *m, const char *text, bool is_name, uint32_t *id)
{
	enum cg_status status =
		cg_memory_grow(&m->scratch, &m->scratch_cap, CG_TEXT_ROOM(strlen(text)), 1);

	if (status)
		return status;
	cg_text_clean(m->scratch, text);
	if (is_name)
		cg_text_cut_addresses(m->scratch);
	if (is_name && !*m->scratch)
		return cg_intern_add(&m->rows->strings, "<unnamed>", id);
	return cg_intern_add(&m->rows->strings, m->scratch, id);
}

static enum cg_status
add_file(struct maker *m, const char *file, uint32_t *id)
{
	enum cg_status status = CG_OK;

	if (file != m->last)
		status = add_text(m, file, false, &m->last_id);
	m->last = status ? NULL : file;
	*id = m->last_id;
	return status;
}

/* "<thread 1 MainThread>", "<thread 2 worker and 4 more>" */
static enum cg_status
add_thread_name(struct maker *m, uint32_t thread, uint32_t *id)
{
	const struct cg_graph *g = m->placed->graph;
	const struct cg_thread_row *t;
	char head[40], tail[48] = ">", *whole;
	size_t n;
	enum cg_status status;

	if (thread >= g->thread_count)
		return add_text(m, "<nothing recorded>", true, id);
	t = &g->threads[thread];
	snprintf(head, sizeof(head), "<thread %u%s", t->id, *t->name ? " " : "");
	if (t->count > 1)
		snprintf(tail, sizeof(tail), " and %llu more>", (unsigned long long)t->count - 1);
	n = strlen(head) + strlen(t->name) + strlen(tail) + 1;
	whole = cg_memory_array(n, 1);
	if (!whole)
		return CG_NOMEM;
	snprintf(whole, n, "%s%s%s", head, t->name, tail);
	status = add_text(m, whole, true, id);
	cg_memory_free(whole);
	return status;
}

static const char *
shown_name(const struct maker *m, const struct cg_function *f)
{
	const char *dot = strrchr(f->name, '.');

	if (m->style->names == CG_NAMES_SHORT && f->kind != CG_KIND_BUILTIN && dot && dot[1])
		return dot + 1;
	return f->name;
}

/* Fill *row with what label `label` is. */
static enum cg_status
describe(struct maker *m, uint32_t label, struct cg_row *row)
{
	const struct cg_graph *g = m->placed->graph;
	const char *file = NULL;
	enum cg_status status;

	*row = (struct cg_row){.function = CG_NONE, .kind = CG_ROW_PROGRAM};
	if (label == 0) {
		status = add_text(m, "<program>", true, &row->name);
	} else if (label < m->placed->first_function) {
		row->kind = CG_ROW_THREAD;
		status = add_thread_name(m, label - 1, &row->name);
	} else {
		const struct cg_function *f = &g->functions[label - m->placed->first_function];

		row->function = label - m->placed->first_function;
		row->kind = f->kind == CG_KIND_BUILTIN ? CG_ROW_BUILTIN : CG_ROW_PYTHON;
		row->line = f->line;
		file = f->file;
		status = add_text(m, shown_name(m, f), true, &row->name);
	}
	if (m->style->file[row->kind])
		file = m->style->file[row->kind];
	return status ? status : add_file(m, file ? file : "", &row->file);
}

/* The row equal to *row: an old one, or *row itself put at the end. */
static uint32_t
row_find(struct maker *m, const struct cg_row *row)
{
	struct cg_rows *r = m->rows;
	uint64_t key = (uint64_t)row->name << 32 | row->file;
	uint32_t i = (uint32_t)cg_hash_mix(cg_hash_mix(key) + row->line) & m->mask;

	for (; m->slots[i]; i = (i + 1) & m->mask) {
		const struct cg_row *old = &r->rows[m->slots[i] - 1];

		if (old->name == row->name && old->file == row->file && old->line == row->line)
			return m->slots[i] - 1;
	}
	r->rows[r->count] = *row;
	m->slots[i] = ++r->count;
	return r->count - 1;
}

static enum cg_status
make(struct maker *m)
{
	uint32_t labels = m->placed->label_count;
	uint32_t slots = 64;

	while (slots / 2 < labels)
		slots *= 2;
	m->mask = slots - 1;
	m->slots = cg_memory_array(slots, sizeof(*m->slots));
	m->rows->rows = cg_memory_array(labels, sizeof(*m->rows->rows));
	m->rows->of = cg_memory_array(labels, sizeof(*m->rows->of));
	if (!m->slots || !m->rows->rows || !m->rows->of ||
	    cg_intern_reserve(&m->rows->strings, labels))
		return CG_NOMEM;
	for (uint32_t label = 0; label < labels; label++) {
		struct cg_row row;
		enum cg_status status = describe(m, label, &row);

		if (status)
			return status;
		m->rows->of[label] = row_find(m, &row);
	}
	return CG_OK;
}

enum cg_status
cg_rows_init(struct cg_rows *rows, const struct cg_placed *placed,
             const struct cg_row_style *style)
{
	struct cg_rows made = {0};
	struct maker m = {.rows = &made, .placed = placed, .style = style};
	enum cg_status status;

	cg_intern_init(&made.strings);
	status = make(&m);
	cg_memory_free(m.slots);
	cg_memory_free(m.scratch);
	if (status)
		cg_rows_release(&made);
	else
		*rows = made;
	return status;
}

void
cg_rows_release(struct cg_rows *rows)
{
	cg_intern_release(&rows->strings);
	cg_memory_free(rows->rows);
	cg_memory_free(rows->of);
	*rows = (struct cg_rows){0};
}
