/*
 * Inclusive numbers of nodes: run, cpu and hosted time of all that CALL and AWAIT edges
 * reach, await of what AWAIT edges alone reach (a plain function never awaits).
 *
 * Children have larger numbers than their parents: one pass from the end does it.
 */
#include "base/alloc.h"
#include "graph/build.h"

static void
add_self(struct cg_inclusive *to, const struct cg_node *n)
{
	to->run = cg_add(to->run, n->run_ns);
	to->await = cg_add(to->await, n->await_ns);
	to->hosted = cg_add(to->hosted, n->hosted_ns);
	to->cpu = cg_add(to->cpu, n->cpu_ns);
}

static void
add_child(struct cg_inclusive *to, const struct cg_inclusive *child, bool awaited)
{
	to->run = cg_add(to->run, child->run);
	to->hosted = cg_add(to->hosted, child->hosted);
	to->cpu = cg_add(to->cpu, child->cpu);
	if (awaited)
		to->await = cg_add(to->await, child->await);
}

enum cg_status
cg_build_inclusive(struct cg_build *b)
{
	const struct cg_node *nodes = b->store->nodes;
	uint32_t count = b->records->node_count;

	b->inclusive = cg_zalloc(count, sizeof *b->inclusive);
	if (!b->inclusive)
		return CG_NOMEM;
	for (uint32_t i = count; i-- > 0;) {
		add_self(&b->inclusive[i], &nodes[i]);
		if (b->up[i] != CG_NONE)
			add_child(&b->inclusive[b->up[i]], &b->inclusive[i],
			          nodes[i].edge == CG_EDGE_AWAIT);
	}
	return CG_OK;
}
