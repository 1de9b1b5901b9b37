/* Who makes tasks and starts threads: the nearest place that is no machinery. */
#ifndef CG_COLLECTOR_CREATOR_H
#define CG_COLLECTOR_CREATOR_H
#include "collector/collector.h"

/*
 * The nearest node, up parents and origins from the top of the stack, that is neither code
 * of an event loop's own package nor a C function; 0: none.
 */
cg_ref cg_task_creator(const struct cg_thread *th);

/*
 * The same for a thread that is started on top of th's stack; code of the standard library's
 * threads and pools is none either, and where there is no other, it is who started th.
 * th may be another thread that stands still until the one it starts goes on.
 */
cg_ref cg_thread_starter(const struct cg_thread *th);

/* One step up: to the parent, from a task's root to its creator. 0: no further. */
static inline cg_ref
cg_creator_up(const struct cg_img_node *node)
{
	return node->edge == CG_EDGE_SPAWN ? node->origin : node->parent;
}

/* The thread in whose tree a node is. */
static inline cg_ref
cg_creator_owner(const struct cg_thread *th, cg_ref node)
{
	return cg_image_slab_of(th->base, node)->owner;
}
#endif
