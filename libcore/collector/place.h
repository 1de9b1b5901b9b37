/* Making nodes and taking plain calls off the stack. For the collector's own files. */
#ifndef CG_COLLECTOR_PLACE_H
#define CG_COLLECTOR_PLACE_H
#include "collector/collector.h"

/* A new node, in no index yet; NULL: no room. */
struct cg_img_node *cg_node_new(struct cg_thread *th, cg_ref parent, cg_ref function,
                                enum cg_edge_kind edge, cg_ref origin);

/*
 * The node that a context without one of its own folds into: the nearest node up from
 * `parent` with that function, else the first with this caller and callee. NULL: none.
 */
struct cg_img_node *cg_node_fold(struct cg_thread *th, struct cg_img_node *parent,
                                 cg_ref function, enum cg_edge_kind edge);

/* Is the tree as large as it may become? */
static inline bool
cg_node_budget_is_spent(const struct cg_thread *th)
{
	const struct cg_collector *c = th->collector;

	return atomic_load_explicit(&c->node_count, memory_order_relaxed) >= c->node_budget;
}

/*
 * A plain call at `node` that keeps its way back in an activation with those flags. As
 * long as it is open the node has no key, so that all its calls do. false: no room.
 */
bool cg_plain_push(struct cg_thread *th, struct cg_img_node *node, uint64_t key,
                   uint8_t flags);

/* The plain call on top of the stack ends. */
void cg_plain_pop(struct cg_thread *th, bool raised);
#endif
