/*
 * Activations that can suspend: their records, and their segments on a thread's stack.
 * For the collector's own files.
 */
#ifndef CG_COLLECTOR_ACTIVATION_H
#define CG_COLLECTOR_ACTIVATION_H
#include "collector/collector.h"

/* The record of a frame, or NULL. */
struct cg_img_activation *cg_act_find(struct cg_thread *th, uint64_t frame);

/* How many free records a thread keeps to itself. */
enum { CG_FREE_ACTS = 64 };

/* A new record, found by `frame` unless that is 0; NULL: no room. */
struct cg_img_activation *cg_act_new(struct cg_thread *th, uint64_t frame);

/* Forget it. */
void cg_act_free(struct cg_thread *th, struct cg_img_activation *act);

/*
 * Its frame belongs to another activation now. A record that still is on some thread's
 * stack stays there until that is unwound.
 */
void cg_act_abandon(struct cg_thread *th, struct cg_img_activation *act);

/* Put a segment of it, placed at `node`, on top of the stack. */
void cg_act_push(struct cg_thread *th, struct cg_img_activation *act,
                 struct cg_img_node *node);

/* Take its segment, which is on top, off the stack. */
void cg_act_pop(struct cg_thread *th, struct cg_img_activation *act);

/* Take its segment off the stack and end it. */
void cg_act_end(struct cg_thread *th, struct cg_img_activation *act, bool raised);

/* Is its own node the top of the stack? */
bool cg_act_is_on_top(const struct cg_thread *th, const struct cg_img_activation *act);

/* Unwind whatever is above it; false: it is not on this thread's stack, nothing done. */
bool cg_act_unwind_to(struct cg_thread *th, struct cg_img_activation *act);

/* Unwind what is on top, and count that. */
void cg_act_unwind_one(struct cg_thread *th);

/* Unwind the whole stack. */
void cg_act_unwind_all(struct cg_thread *th);

/* The node at which its call, end and suspensions count on this thread. */
struct cg_img_node *cg_act_home(const struct cg_thread *th,
                                const struct cg_img_activation *act);
#endif
