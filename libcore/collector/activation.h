/*
 * Activations that can suspend: their records, and their segments on a thread's stack.
 * For the collector's own files.
 */
#ifndef CG_COLLECTOR_ACTIVATION_H
#define CG_COLLECTOR_ACTIVATION_H
#include "collector/frames.h"
#include "collector/hold.h"
#include "collector/hot.h"

/* How many free records a thread keeps to itself. */
enum { CG_FREE_ACTS = 64 };

/* A new record, found by `frame` unless that is 0; NULL: no room. Nobody else has it now. */
struct cg_img_activation *cg_act_new(struct cg_thread *th, uint64_t frame);

/*
 * It has ended. The next frame is often made where the last one was: so the table keeps
 * the record for that one for a while.
 */
void cg_act_free(struct cg_thread *th, struct cg_img_activation *act);

/*
 * Its frame belongs to another activation now. A record that still is on some thread's
 * stack stays there until that is unwound.
 */
void cg_act_abandon(struct cg_thread *th, struct cg_img_activation *act);

/* The same when its frame was used again: it ended without a word, which is counted. */
void cg_act_vanish(struct cg_thread *th, struct cg_img_activation *act);

/* Take its segment off the stack and end it. */
void cg_act_end(struct cg_thread *th, struct cg_img_activation *act, bool raised);

/* Unwind whatever is above it; false: it is not on this thread's stack, nothing done. */
bool cg_act_unwind_to(struct cg_thread *th, struct cg_img_activation *act);

/*
 * The CPU clock is about to be asked: its answer falls into all segments on the stack. To
 * be told before the thread's sums change, and before another stack takes this one's place.
 */
void cg_acts_note_asked(struct cg_thread *th);

/* It is a task's root from now on. */
void cg_act_make_root(struct cg_img_activation *act);

/* Unwind what is on top, and count that. */
void cg_act_unwind_one(struct cg_thread *th);

/* Unwind the whole stack. */
void cg_act_unwind_all(struct cg_thread *th);

/* What every step of a generator or coroutine does is inline. */

/* The record of a frame, also that of one that has ended there (FREE), or NULL. */
static inline struct cg_img_activation *
cg_act_find_any(struct cg_thread *th, uint64_t frame)
{
	cg_ref *recent = &th->recent[cg_recent_place(frame)];
	struct cg_img_activation *act = cg_act_at(th, *recent);
	cg_ref ref;

	/* a record names a frame, never 0, as long as the table does; shared, it may change */
	if (act && act->frame == frame && frame)
		return act;
	ref = cg_frames_get(&th->collector->frames, frame);
	if (!th->collector->shared)
		*recent = ref;
	return cg_act_at(th, ref);
}

/* The record of a frame, or NULL. */
static inline struct cg_img_activation *
cg_act_find(struct cg_thread *th, uint64_t frame)
{
	struct cg_img_activation *act = cg_act_find_any(th, frame);

	return act && act->state != CG_ACT_FREE ? act : NULL;
}

/* Put a segment of it, placed at `node`, on top of the stack. */
static inline void
cg_act_push(struct cg_thread *th, struct cg_img_activation *act, struct cg_img_node *node)
{
	act->node = cg_image_ref(th->base, node);
	act->ret = th->img->current;
	act->below = th->img->activation;
	act->since = th->img->last;
	act->segments++;
	act->inner = 0;
	act->flags &= (uint8_t) ~(CG_ACT_IDLE | CG_ACT_WAITING | CG_ACT_ASKED);
	act->state = CG_ACT_RUNNING;
	if (th->current == th->root)
		cg_leave_root(th);
	th->top = act;
	th->img->activation = cg_image_ref(th->base, act);
	cg_set_current(th, node);
}

/* Take its segment, which is on top, off the stack. */
static inline void
cg_act_pop(struct cg_thread *th, struct cg_img_activation *act)
{
	struct cg_img_node *under = cg_image_at(th->base, act->ret);
	uint64_t ticks = th->img->last - act->since;

	if (act->flags & CG_ACT_HOSTED)
		under->hosted += ticks;
	if (CG_UNLIKELY(ticks > th->long_segment))
		cg_hold_note(th, act, ticks);
	act->flags &= (uint8_t)~CG_ACT_HOSTED;
	act->state = CG_ACT_SUSPENDED;
	act->since = th->img->last;
	th->top = cg_act_at(th, act->below);
	th->img->activation = act->below;
	cg_set_current(th, under);
	if (under == th->root)
		cg_reach_root(th);
}

/* Is its own node the top of the stack? */
static inline bool
cg_act_is_on_top(const struct cg_thread *th, const struct cg_img_activation *act)
{
	return th->top == act && th->img->current == act->node;
}

/* The node at which its call, end and suspensions count on this thread. */
static inline struct cg_img_node *
cg_act_home(const struct cg_thread *th, const struct cg_img_activation *act)
{
	return cg_image_at(th->base, cg_act_home_ref(th, act));
}
#endif
