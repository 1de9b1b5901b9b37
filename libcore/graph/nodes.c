/*
 * The tree in nanoseconds: the nodes of the records, under the same numbers.
 *
 * A thread's root stands for the empty stack. What its record carries is time in which
 * nothing recorded ran; its numbers here are zero.
 */
#include "base/alloc.h"
#include "graph/build.h"

static void
fill_node(const struct cg_build *b, struct cg_node *n, const struct cg_rec_node *rec)
{
	n->parent = rec->parent;
	n->function = rec->function == CG_NONE ? CG_NONE : b->function_of[rec->function];
	n->thread = rec->thread;
	n->origin = CG_NONE;
	n->edge = CG_EDGE_CALL;
	if (rec->parent == CG_NONE)
		return;
	n->edge = rec->edge;
	b->store->functions[n->function].inexact |= rec->folded != 0;
	if (rec->edge == CG_EDGE_SPAWN)
		n->origin = rec->origin;
	n->calls = rec->calls;
	n->raised = rec->raised;
	n->unfinished = rec->unfinished;
	n->begun_before = rec->begun_before;
	n->suspensions = rec->suspensions;
	n->run_ns = cg_build_ns(b, rec->run);
	n->await_ns = cg_build_ns(b, rec->await);
	n->hosted_ns = cg_build_ns(b, rec->hosted);
}

/* Children have larger numbers than their parents, so they are complete before these. */
static void
find_ends(struct cg_node *nodes, uint32_t count)
{
	for (uint32_t i = count; i-- > 0;) {
		uint32_t parent = nodes[i].parent;

		if (nodes[i].end <= i)
			nodes[i].end = i + 1;
		if (parent != CG_NONE && nodes[parent].end < nodes[i].end)
			nodes[parent].end = nodes[i].end;
	}
}

enum cg_status
cg_build_nodes(struct cg_build *b)
{
	uint32_t count = b->records->node_count;
	struct cg_node *nodes = b->store->nodes = cg_zalloc(count, sizeof *nodes);

	if (!nodes)
		return CG_NOMEM;
	for (uint32_t i = 0; i < count; i++)
		fill_node(b, &nodes[i], &b->records->nodes[i]);
	find_ends(nodes, count);
	b->store->graph.node_count = count;
	return CG_OK;
}

/*
 * What later steps walk along, if there are any. A task's root starts afresh by itself:
 * above it is its thread's root alone, which is of no function.
 */
enum cg_status
cg_build_places(struct cg_build *b)
{
	const struct cg_node *nodes = b->store->nodes;
	uint32_t count = b->records->node_count;

	if (b->flags & CG_OPEN_TREE && !(b->flags & CG_OPEN_COMPENSATE))
		return CG_OK;
	b->function = cg_zalloc(count, sizeof *b->function);
	b->up = cg_zalloc(count, sizeof *b->up);
	b->head = cg_zalloc(count, sizeof *b->head);
	if (!b->function || !b->up || !b->head)
		return CG_NOMEM;
	for (uint32_t i = 0; i < count; i++) {
		const struct cg_node *n = &nodes[i];

		b->function[i] = n->function;
		b->up[i] = n->parent;
		b->head[i] = i;
		if (n->edge == CG_EDGE_AWAIT)
			b->head[i] = b->head[n->parent];
	}
	return CG_OK;
}
