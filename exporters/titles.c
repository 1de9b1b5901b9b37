/*
 * Titles: first `module::name`; those that are not unique then get their line, and those
 * that still are not get a number.
 */
#include "titles.h"
#include "memory.h"
#include "stream.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* What a row without a module is from, by kind of row. */
static const char *const objects[] = {
	[CG_ROW_PROGRAM] = "<program>",
	[CG_ROW_THREAD] = "<program>",
	[CG_ROW_PYTHON] = "<unknown>",
	[CG_ROW_BUILTIN] = "<builtin>",
};

struct maker {
	struct cg_titles *titles;
	const struct cg_rows *rows;
	char *scratch;
	size_t scratch_cap;
};

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/*
 * The module of a function as n bytes at the result: what the trace says, or what its
 * file makes likely: `b` for a/b.py, `a` for a/__init__.py, `<string>` as it is.
 */
static const char *
module_of(const struct cg_function *f, size_t *n)
{
	const char *base = base_name(f->file), *end = base + strlen(base);

	if (*f->module) {
		*n = strlen(f->module);
		return f->module;
	}
	if (strcmp(base, "__init__.py") == 0 && base > f->file) {
		end = base - 1;
		for (base = end; base > f->file && base[-1] != '/';)
			base--;
	} else if (*base != '<' && strrchr(base, '.') > base) {
		end = strrchr(base, '.');
	}
	*n = (size_t)(end - base);
	return base;
}

/* Put the clean form of n bytes into the scratch, with `room` bytes behind it. */
static enum cg_status
scratch_fill(struct maker *m, const char *bytes, size_t n, size_t room, size_t *length)
{
	size_t size = CG_TEXT_ROOM(n) + room + n + 1;
	enum cg_status status = cg_memory_grow(&m->scratch, &m->scratch_cap, size, 1);
	char *raw;

	if (status)
		return status;
	raw = m->scratch + size - n - 1; /* at the end, out of the way of the clean form */
	memcpy(raw, bytes, n);
	raw[n] = '\0';
	*length = cg_text_clean(m->scratch, raw);
	return CG_OK;
}

/* The part of a module's name before the first dot; `<...>` is no name but stays whole. */
static enum cg_status
add_object(struct maker *m, const char *otherwise, uint32_t *id)
{
	char *text = m->scratch;

	if (*text != '<')
		text[strcspn(text, ".")] = '\0';
	return cg_intern_add(&m->titles->texts, *text ? text : otherwise, id);
}

static enum cg_status
title_row(struct maker *m, const struct cg_graph *graph, uint32_t row)
{
	const struct cg_row *r = &m->rows->rows[row];
	const char *name = cg_rows_name(m->rows, row), *module = "";
	size_t n = 0, room = strlen(name) + 3, length; /* ::, NUL */
	enum cg_status status;

	if (r->kind == CG_ROW_PYTHON)
		module = module_of(&graph->functions[r->function], &n);
	status = scratch_fill(m, module, n, room, &length);
	if (!status && n) {
		memcpy(m->scratch + length, "::", 2);
		memcpy(m->scratch + length + 2, name, room - 2);
	}
	if (!status)
		status = cg_intern_add(&m->titles->texts, n ? m->scratch : name,
		                       &m->titles->name[row]);
	if (status)
		return status;
	m->scratch[length] = '\0';
	return add_object(m, objects[r->kind], &m->titles->object[row]);
}

/* Append to the title of `row` what tells it from another: its line, or a number. */
static enum cg_status
title_extend(struct maker *m, uint32_t row, char mark, uint32_t number)
{
	const char *name = cg_intern_get(&m->titles->texts, m->titles->name[row]);
	size_t size = strlen(name) + 13;
	enum cg_status status = cg_memory_grow(&m->scratch, &m->scratch_cap, size, 1);

	if (status)
		return status;
	snprintf(m->scratch, size, "%s%c%u", name, mark, number);
	return cg_intern_add(&m->titles->texts, m->scratch, &m->titles->name[row]);
}

/* How many rows have each title, by its id in the texts. NULL: no memory. */
static uint32_t *
count_titles(const struct maker *m)
{
	uint32_t *count = cg_memory_array(m->titles->texts.count, sizeof(*count));

	for (uint32_t row = 0; count && row < m->rows->count; row++)
		count[m->titles->name[row]]++;
	return count;
}

/*
 * Number what the rows are known by whose title others have, too: of[row] is that of `row`,
 * CG_NONE for the rest, and count[] of it how many rows share it. No base name has a slash,
 * so the keys cannot be taken for one.
 */
static enum cg_status
identify(const struct maker *m, struct cg_intern *seen, const uint32_t *sharing,
         uint32_t *of, uint32_t *count)
{
	uint32_t last = CG_NONE, file = 0;

	for (uint32_t row = 0; row < m->rows->count; row++) {
		char key[64], *end;
		enum cg_status status = CG_OK;

		of[row] = CG_NONE;
		if (sharing[m->titles->name[row]] < 2)
			continue;
		if (m->rows->rows[row].file != last)
			status = cg_intern_add(seen, base_name(cg_rows_file(m->rows, row)), &file);
		last = m->rows->rows[row].file;
		if (status)
			return status;
		end = cg_decimal(key, m->titles->name[row]);
		*end++ = '/';
		end = cg_decimal(end, m->titles->object[row]);
		*end++ = '/';
		*cg_decimal(end, file) = '\0';
		status = cg_intern_add(seen, key, &of[row]);
		if (status)
			return status;
		count[of[row]]++;
	}
	return CG_OK;
}

/*
 * Give rows that share all three their line; or all but the first of them a number. *told:
 * there were such rows.
 */
static enum cg_status
tell_apart(struct maker *m, bool by_line, bool *told)
{
	struct cg_intern seen;
	uint32_t *of = cg_memory_array(m->rows->count, sizeof(*of));
	uint32_t *count = cg_memory_array(2 * (size_t)m->rows->count, sizeof(*count));
	uint32_t *sharing = count_titles(m);
	enum cg_status status = CG_NOMEM;

	cg_intern_init(&seen);
	if (of && count && sharing)
		status = identify(m, &seen, sharing, of, count);
	for (uint32_t row = m->rows->count; !status && row-- > 0;) {
		if (of[row] == CG_NONE || count[of[row]] < 2)
			continue;
		*told = true;
		if (by_line)
			status = title_extend(m, row, ':', m->rows->rows[row].line);
		else
			status = title_extend(m, row, '#', count[of[row]]--);
	}
	cg_intern_release(&seen);
	cg_memory_free(of);
	cg_memory_free(count);
	cg_memory_free(sharing);
	return status;
}

enum cg_status
cg_titles_init(struct cg_titles *titles, const struct cg_rows *rows,
               const struct cg_graph *graph)
{
	struct cg_titles made = {
		.name = cg_memory_array(rows->count, sizeof(*made.name)),
		.object = cg_memory_array(rows->count, sizeof(*made.object)),
	};
	struct maker m = {.titles = &made, .rows = rows};
	enum cg_status status = made.name && made.object ? CG_OK : CG_NOMEM;
	bool told = false;

	if (!status)
		status = cg_intern_reserve(&made.texts, rows->count);
	for (uint32_t row = 0; !status && row < rows->count; row++)
		status = title_row(&m, graph, row);
	if (!status)
		status = tell_apart(&m, true, &told);
	if (!status && told)
		status = tell_apart(&m, false, &told);
	cg_memory_free(m.scratch);
	if (status)
		cg_titles_release(&made);
	else
		*titles = made;
	return status;
}

void
cg_titles_release(struct cg_titles *titles)
{
	cg_intern_release(&titles->texts);
	cg_memory_free(titles->name);
	cg_memory_free(titles->object);
	*titles = (struct cg_titles){0};
}
