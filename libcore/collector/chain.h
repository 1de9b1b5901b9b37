/*
 * Suspended activations that delegate to each other: how they are linked, and their waits.
 *
 * The idea to know: the link is two-way, `awaiter` up and `inner` down, since either record
 * may have been used again; and an activation that goes on forgets its `inner`. The leaf has
 * the wait, from when its chain is suspended until what awaits it goes on.
 */
#ifndef CG_COLLECTOR_CHAIN_H
#define CG_COLLECTOR_CHAIN_H
#include "collector/activation.h"
#include "collector/hot.h"

/* What delegates to it while both are suspended, or NULL. */
static inline struct cg_img_activation *
cg_chain_awaiter(const struct cg_thread *th, const struct cg_img_activation *act)
{
	struct cg_img_activation *outer = cg_act_at(th, act->awaiter);

	/* the record may have been used again: the link must hold both ways */
	if (!outer || outer->state != CG_ACT_SUSPENDED ||
	    outer->inner != cg_image_ref(th->base, act))
		return NULL;
	return outer;
}

/* What it delegates to, when that is suspended, or NULL. */
static inline struct cg_img_activation *
cg_chain_inner(const struct cg_thread *th, const struct cg_img_activation *act)
{
	struct cg_img_activation *inner = cg_act_at(th, act->inner);

	if (!inner || inner->state != CG_ACT_SUSPENDED ||
	    inner->awaiter != cg_image_ref(th->base, act))
		return NULL;
	return inner;
}

/* The ends of the suspended chain that it is in; itself when there is none. */
static inline struct cg_img_activation *
cg_chain_outermost(const struct cg_thread *th, struct cg_img_activation *act)
{
	struct cg_img_activation *outer;

	while ((outer = cg_chain_awaiter(th, act)))
		act = outer;
	return act;
}

static inline struct cg_img_activation *
cg_chain_innermost(const struct cg_thread *th, struct cg_img_activation *act)
{
	struct cg_img_activation *inner;

	while ((inner = cg_chain_inner(th, act)))
		act = inner;
	return act;
}

/*
 * The wait of a leaf ended at that tick: it is charged where the leaf stood when it began,
 * or else its awaiters there would lack it. That may be another thread's tree, the one
 * thing that a thread writes there.
 */
static inline void
cg_wait_end_at(struct cg_thread *th, struct cg_img_activation *act, uint64_t tick)
{
	struct cg_img_node *node = cg_image_at(th->base, act->node);
	uint64_t ticks;

	if (!(act->flags & CG_ACT_WAITING))
		return;
	ticks = tick > act->since ? tick - act->since : 0;
	act->flags &= (uint8_t)~CG_ACT_WAITING;
	if (th->collector->shared)
		__atomic_fetch_add(&node->await, ticks, __ATOMIC_RELAXED);
	else
		node->await += ticks;
}

/* If what awaits it, by C code, ran on since it was suspended: nothing waited. */
static inline void
cg_wait_void(struct cg_thread *th, struct cg_img_activation *act)
{
	const struct cg_img_activation *outer = cg_act_at(th, act->awaiter);

	if (outer && outer->state == CG_ACT_RUNNING &&
	    outer->inner == cg_image_ref(th->base, act))
		cg_wait_end_at(th, cg_chain_innermost(th, act), 0);
}

/*
 * It comes to its end, and what it delegates to does not: that waited until now, or not at
 * all when it was suspended while this one ran.
 */
void cg_chain_end(struct cg_thread *th, const struct cg_img_activation *act);

/*
 * What was resumed last has gone on without th->last_inner, which it delegated to when both
 * were suspended: C code stands between them, as in `yield from map(next, [g])`.
 */
void cg_chain_pass_by(struct cg_thread *th);

/*
 * An event comes that is not the next resumption of a chain, and may change who stands in
 * it, or take a record out of it. A start at a frame that is free does neither.
 */
static inline void
cg_chain_break_off(struct cg_thread *th)
{
	if (CG_UNLIKELY(th->last_inner))
		cg_chain_pass_by(th);
}

/*
 * What it delegates to has come to no end that was told, though an exception passes it by:
 * it was closed without an event, as some interpreters do, or refused. Nobody awaits it now.
 */
void cg_chain_let_go(struct cg_thread *th, struct cg_img_activation *act);

#endif
