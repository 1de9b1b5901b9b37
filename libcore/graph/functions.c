/*
 * Function rows: one for every (file, line, name, kind) that a node has, in that order.
 *
 * A trace may know a function several times (code that was made anew, modules loaded
 * twice); their nodes then count together. Functions without a node get no row.
 */
#include "base/alloc.h"
#include "graph/build.h"

#include <stdlib.h>
#include <string.h>

/* A function of the records on its way to a row. */
struct entry {
	const char *file, *name;
	uint32_t line, kind;
	uint32_t index; /* in the records */
};

static int
compare_text(const char *a, const char *b)
{
	return a == b ? 0 : strcmp(a, b);
}

static int
compare_number(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int
compare_identity(const struct entry *a, const struct entry *b)
{
	int order = compare_text(a->file, b->file);

	if (!order)
		order = compare_number(a->line, b->line);
	if (!order)
		order = compare_text(a->name, b->name);
	return order ? order : compare_number(a->kind, b->kind);
}

static int
compare_entries(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int order = compare_identity(a, b);

	return order ? order : compare_number(a->index, b->index);
}

/* 0 for the functions that a node has, CG_NONE for the others. */
static uint32_t *
find_used(const struct cg_records *r)
{
	uint32_t *used = cg_alloc(r->function_count * sizeof *used);

	if (!used)
		return NULL;
	for (uint32_t i = 0; i < r->function_count; i++)
		used[i] = CG_NONE;
	for (uint32_t i = 0; i < r->node_count; i++)
		if (r->nodes[i].function != CG_NONE)
			used[r->nodes[i].function] = 0;
	return used;
}

static uint32_t
list_used(const struct cg_build *b, struct entry *entries)
{
	const struct cg_records *r = b->records;
	uint32_t count = 0;

	for (uint32_t i = 0; i < r->function_count; i++) {
		const struct cg_rec_function *f = &r->functions[i];

		if (b->function_of[i] == CG_NONE)
			continue;
		entries[count++] = (struct entry){.file = b->strings[f->file],
		                                  .name = b->strings[f->name],
		                                  .line = f->line,
		                                  .kind = f->kind,
		                                  .index = i};
	}
	return count;
}

/* Number the rows: equal neighbours share one. Returns how many rows there are. */
static uint32_t
number_rows(struct cg_build *b, const struct entry *entries, uint32_t count)
{
	uint32_t rows = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (i == 0 || compare_identity(&entries[i - 1], &entries[i]) != 0)
			rows++;
		b->function_of[entries[i].index] = rows - 1;
	}
	return rows;
}

static void
fill_row(struct cg_function *row, const struct entry *e, const char *module)
{
	row->name = e->name;
	row->file = e->file;
	row->line = e->line;
	row->kind = e->kind;
	if (!row->module || !*row->module)
		row->module = module;
}

enum cg_status
cg_build_functions(struct cg_build *b)
{
	const struct cg_records *r = b->records;
	enum cg_status status = CG_NOMEM;
	struct entry *entries = cg_zalloc(r->function_count, sizeof *entries);
	uint32_t count, rows;

	b->function_of = find_used(r);
	if (!entries || !b->function_of)
		goto out;
	count = list_used(b, entries);
	qsort(entries, count, sizeof *entries, compare_entries);
	rows = number_rows(b, entries, count);
	b->store->functions = cg_zalloc(rows, sizeof *b->store->functions);
	if (!b->store->functions)
		goto out;
	for (uint32_t i = 0; i < count; i++)
		fill_row(&b->store->functions[b->function_of[entries[i].index]], &entries[i],
		         b->strings[r->functions[entries[i].index].module]);
	b->store->graph.function_count = rows;
	status = CG_OK;
out:
	cg_free(entries);
	return status;
}
