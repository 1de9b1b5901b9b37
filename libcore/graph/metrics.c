/*
 * The numbers of function rows, work aside: sums over their nodes, inclusive ones over the
 * outermost nodes only.
 *
 * A node is outermost when no node of the same function stands above it on the edges that
 * the number sums over: CALL and AWAIT for run, cpu and hosted time, AWAIT alone for await.
 * A task's root starts afresh.
 */
#include "base/alloc.h"
#include "graph/build.h"
#include "graph/nesting.h"

static void
add_counts(struct cg_function *row, const struct cg_node *n)
{
	row->calls = cg_add(row->calls, n->calls);
	row->raised = cg_add(row->raised, n->raised);
	row->unfinished = cg_add(row->unfinished, n->unfinished);
	row->begun_before = cg_add(row->begun_before, n->begun_before);
	row->suspensions = cg_add(row->suspensions, n->suspensions);
	row->self_run_ns = cg_add(row->self_run_ns, n->run_ns);
	row->self_await_ns = cg_add(row->self_await_ns, n->await_ns);
	row->self_cpu_ns = cg_add(row->self_cpu_ns, n->cpu_ns);
}

static void
add_outermost(struct cg_function *row, const struct cg_node *n,
              const struct cg_inclusive *in)
{
	row->primitive_calls = cg_add(row->primitive_calls, n->calls);
	row->run_ns = cg_add(row->run_ns, in->run);
	row->hosted_ns = cg_add(row->hosted_ns, in->hosted);
	row->cpu_ns = cg_add(row->cpu_ns, in->cpu);
}

/* What follows from the sums. A live image may be an event apart between two counters. */
static void
finish_row(struct cg_function *row)
{
	uint64_t others = cg_add(row->raised, row->unfinished);

	row->finished = row->calls > others ? row->calls - others : 0;
	row->wall_ns = cg_add(row->run_ns, cg_add(row->await_ns, row->hosted_ns));
}

static void
add_nodes(struct cg_build *b, const uint32_t *near)
{
	for (uint32_t i = 0; i < b->records->node_count; i++) {
		const struct cg_node *n = &b->store->nodes[i];
		struct cg_function *row;

		if (n->function == CG_NONE)
			continue;
		row = &b->store->functions[n->function];
		add_counts(row, n);
		if (near[i] == CG_NONE)
			add_outermost(row, n, &b->inclusive[i]);
		if (near[i] == CG_NONE || b->head[near[i]] != b->head[i])
			row->await_ns = cg_add(row->await_ns, b->inclusive[i].await);
	}
}

enum cg_status
cg_build_metrics(struct cg_build *b)
{
	struct cg_forest forest = {.parent = b->up, .count = b->records->node_count};
	uint32_t rows = b->store->graph.function_count;
	uint32_t *near = cg_zalloc(forest.count, sizeof *near);
	enum cg_status status = CG_NOMEM;

	if (!near)
		goto out;
	status = cg_nesting_find(&forest, b->function, rows, near);
	if (status)
		goto out;
	add_nodes(b, near);
	for (uint32_t i = 0; i < rows; i++)
		finish_row(&b->store->functions[i]);
out:
	cg_free(near);
	return status;
}
