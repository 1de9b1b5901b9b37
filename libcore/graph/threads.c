/* Thread rows, in the order of their ids, and what their nodes add up to. */
#include "base/alloc.h"
#include "graph/build.h"
#include "graph/cpu.h"

#include <stdlib.h>

/* A thread of the records on its way to a row. */
struct entry {
	uint32_t id;
	uint32_t index; /* in the records */
};

static int
compare_entries(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static void
fill_row(const struct cg_build *b, struct cg_thread_row *row, uint32_t row_index,
         const struct cg_rec_thread *t)
{
	struct cg_node *nodes = b->store->nodes;
	uint32_t end = t->root + t->node_count;

	row->name = b->strings[t->name];
	row->id = t->id;
	row->root = t->root;
	row->creator = cg_build_function_at(b, t->origin);
	row->native_id = t->native_id;
	row->count = t->count;
	row->busy_ns = cg_build_ns(b, t->busy);
	row->first_ns = cg_build_since(b, t->first);
	row->last_ns = cg_build_since(b, t->last);
	cg_cpu_spread(b->records, nodes, t->root, end);
	for (uint32_t i = t->root; i < end; i++) {
		nodes[i].thread = row_index;
		row->run_ns = cg_add(row->run_ns, nodes[i].run_ns);
		row->cpu_ns = cg_add(row->cpu_ns, nodes[i].cpu_ns);
	}
}

enum cg_status
cg_build_threads(struct cg_build *b)
{
	const struct cg_records *r = b->records;
	enum cg_status status = CG_NOMEM;
	struct entry *entries = cg_zalloc(r->thread_count, sizeof *entries);

	b->store->threads = cg_zalloc(r->thread_count, sizeof *b->store->threads);
	if (!entries || !b->store->threads)
		goto out;
	for (uint32_t i = 0; i < r->thread_count; i++)
		entries[i] = (struct entry){r->threads[i].id, i};
	qsort(entries, r->thread_count, sizeof *entries, compare_entries);
	for (uint32_t i = 0; i < r->thread_count; i++)
		fill_row(b, &b->store->threads[i], i, &r->threads[entries[i].index]);
	b->store->graph.thread_count = r->thread_count;
	status = CG_OK;
out:
	cg_free(entries);
	return status;
}
