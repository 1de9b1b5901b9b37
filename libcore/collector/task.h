/* Tasks: who made them, and where their roots stand. For the collector's own files. */
#ifndef CG_COLLECTOR_TASK_H
#define CG_COLLECTOR_TASK_H
#include "collector/collector.h"

/*
 * The node of a task root on this thread: keyed by (function, act->origin), or shared with
 * a root of the same function on the creator's own way up. Sets act->spawn. NULL: no room.
 */
struct cg_img_node *cg_task_place(struct cg_thread *th, struct cg_img_activation *act);

/* The root's node when it lies in this thread's tree, else one that does. */
struct cg_img_node *cg_task_node(struct cg_thread *th, struct cg_img_activation *act);

/* Count a start; the first of its kind gives its name. */
void cg_task_count(struct cg_thread *th, struct cg_img_activation *act);
#endif
