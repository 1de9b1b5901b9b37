/*
 * Task rows: one for every (root function, creator function).
 *
 * How many there were and how long they took is in the spawn records; what they ran and
 * awaited is in the nodes of their roots, and counts under the first creator alone.
 */
#include "base/alloc.h"
#include "graph/build.h"

#include <stdlib.h>

/* A spawn record or a task's root on its way to a row. */
struct entry {
	uint32_t root, creator; /* functions; CG_NONE sorts last */
	uint32_t node;          /* the root's, or CG_NONE */
	uint32_t spawn;         /* the record, or CG_NONE */
};

static int
compare_number(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int
compare_entries(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int order = compare_number(a->root, b->root);

	if (!order)
		order = compare_number(a->creator, b->creator);
	if (!order)
		order = compare_number(a->spawn, b->spawn);
	return order ? order : compare_number(a->node, b->node);
}

static uint32_t
count_entries(const struct cg_build *b)
{
	uint32_t count = b->records->spawn_count;

	for (uint32_t i = 0; i < b->records->node_count; i++)
		count += b->store->nodes[i].edge == CG_EDGE_SPAWN;
	return count;
}

static void
fill_entries(const struct cg_build *b, struct entry *entries)
{
	const struct cg_records *r = b->records;

	for (uint32_t i = 0; i < r->spawn_count; i++)
		*entries++ =
			(struct entry){.root = b->function[r->spawns[i].root],
		                   .creator = cg_build_function_at(b, r->spawns[i].creator),
		                   .node = CG_NONE,
		                   .spawn = i};
	for (uint32_t i = 0; i < r->node_count; i++)
		if (b->store->nodes[i].edge == CG_EDGE_SPAWN)
			*entries++ = (struct entry){
				.root = b->function[i],
				.creator = cg_build_function_at(b, b->store->nodes[i].origin),
				.node = i,
				.spawn = CG_NONE};
}

static void
add_spawn(const struct cg_build *b, struct cg_task_row *row, const struct cg_rec_spawn *s)
{
	uint64_t longest = cg_build_ns(b, s->longest);

	row->count = cg_add(row->count, s->count);
	row->span_ns = cg_add(row->span_ns, cg_build_ns(b, s->span));
	if (row->longest_ns < longest)
		row->longest_ns = longest;
	if (s->count && *b->strings[s->name])
		row->name = b->strings[s->name];
}

static void
add_root(struct cg_task_row *row, const struct cg_inclusive *in)
{
	row->run_ns = cg_add(row->run_ns, in->run);
	row->await_ns = cg_add(row->await_ns, in->await);
	row->cpu_ns = cg_add(row->cpu_ns, in->cpu);
}

static uint32_t
fill_rows(const struct cg_build *b, const struct entry *entries, uint32_t count)
{
	struct cg_task_row *row = NULL;

	for (uint32_t i = 0; i < count; i++) {
		const struct entry *e = &entries[i];

		if (i == 0 || e[-1].root != e->root || e[-1].creator != e->creator) {
			row = row ? row + 1 : b->store->tasks;
			*row = (struct cg_task_row){.root = e->root, .creator = e->creator};
		}
		if (e->spawn != CG_NONE)
			add_spawn(b, row, &b->records->spawns[e->spawn]);
		else
			add_root(row, &b->inclusive[e->node]);
	}
	return row ? (uint32_t)(row + 1 - b->store->tasks) : 0;
}

enum cg_status
cg_build_tasks(struct cg_build *b)
{
	uint32_t count = count_entries(b), rows;
	struct entry *entries = cg_zalloc(count, sizeof *entries);
	enum cg_status status = CG_NOMEM;

	b->store->tasks = cg_zalloc(count, sizeof *b->store->tasks);
	if (!entries || !b->store->tasks)
		goto out;
	fill_entries(b, entries);
	qsort(entries, count, sizeof *entries, compare_entries);
	rows = fill_rows(b, entries, count);
	for (uint32_t i = 0; i < rows; i++) {
		struct cg_task_row *row = &b->store->tasks[i];

		if (row->count != 1 || !row->name)
			row->name = b->store->functions[row->root].name;
	}
	b->store->graph.task_count = rows;
	status = CG_OK;
out:
	cg_free(entries);
	return status;
}
