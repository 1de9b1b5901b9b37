/*
 * A graph: built in steps, and freed.
 *
 * The records are raw and large; the graph copies what it keeps (strings included), so that
 * they can go as soon as it stands.
 */
#include "graph/graph.h"

#include "base/alloc.h"
#include "base/error.h"
#include "graph/build.h"

typedef enum cg_status (*build_step)(struct cg_build *b);

/* In this order; those past the tree are left out with CG_OPEN_TREE. */
static const struct {
	build_step make;
	bool sums;
} steps[] = {
	{cg_build_strings, false},  {cg_build_functions, false}, {cg_build_nodes, false},
	{cg_build_threads, false},  {cg_build_places, false},    {cg_build_compensate, false},
	{cg_build_inclusive, true}, {cg_build_metrics, true},    {cg_build_work, true},
	{cg_build_edges, true},     {cg_build_tasks, true},      {cg_build_singles, true},
	{cg_build_holds, true},
};

static void
build_release(struct cg_build *b)
{
	cg_free(b->strings);
	cg_free(b->function_of);
	cg_free(b->function);
	cg_free(b->up);
	cg_free(b->head);
	cg_free(b->inclusive);
}

/* What the public sees of the store. */
static void
store_publish(struct cg_graph_store *store)
{
	store->graph.info = &store->info;
	store->graph.nodes = store->nodes;
	store->graph.functions = store->functions;
	store->graph.edges = store->edges;
	store->graph.threads = store->threads;
	store->graph.tasks = store->tasks;
	store->graph.holds = store->holds;
	store->graph.singles = store->singles;
}

enum cg_status
cg_graph_build(struct cg_graph **graph, const struct cg_records *records, unsigned flags,
               struct cg_error *error)
{
	struct cg_build b = {.records = records, .flags = flags};
	enum cg_status status = cg_build_check(records, error);

	if (status)
		return status;
	b.store = cg_zalloc(1, sizeof *b.store);
	status = b.store ? CG_OK : CG_NOMEM;
	for (size_t i = 0; !status && i < sizeof steps / sizeof *steps; i++)
		if (!steps[i].sums || !(flags & CG_OPEN_TREE))
			status = steps[i].make(&b);
	build_release(&b);
	if (status) {
		if (b.store)
			cg_graph_free(&b.store->graph);
		return cg_error_set(error, status, CG_NO_OFFSET, "%s", cg_status_text(status));
	}
	store_publish(b.store);
	*graph = &b.store->graph;
	return CG_OK;
}

void
cg_graph_free(struct cg_graph *graph)
{
	struct cg_graph_store *store = (struct cg_graph_store *)graph;

	if (!store)
		return;
	cg_free(store->text);
	cg_free(store->command);
	cg_free(store->sources);
	cg_free(store->nodes);
	cg_free(store->functions);
	cg_free(store->edges);
	cg_free(store->threads);
	cg_free(store->tasks);
	cg_free(store->holds);
	cg_free(store->singles);
	cg_free(store);
}

uint64_t
cg_build_ns(const struct cg_build *b, uint64_t ticks)
{
	return ticks ? cg_records_ns(b->records, ticks) : 0;
}

uint64_t
cg_build_since(const struct cg_build *b, uint64_t tick)
{
	uint64_t start = b->records->start.tick;

	return tick > start ? cg_records_ns(b->records, tick - start) : 0;
}
