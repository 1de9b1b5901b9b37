/*
 * The common events of coroutines: one awaits another, which ends; a chain suspends, part by
 * part, and goes on so.
 *
 * The idea to know: what flow.c asks about, one thing after another, is compared here at
 * once. Whatever is not as it nearly always is makes these return false with nothing
 * changed, and flow.c does it; so there is no rule here that is not there.
 */
#include "collector/chain.h"

/* Flags of a coroutine that may suspend here; a task's root not for the first time. */
enum { MAY_WAIT = CG_ACT_ROOT | CG_ACT_HOSTED | CG_ACT_ASKED | CG_ACT_LISTED };

/* Is what ends or suspends the top of the stack, with its awaiter right below, if any? */
static inline bool
is_simple(const struct cg_thread *th, const struct cg_img_activation *act, uint64_t frame)
{
	return act && act->frame == frame && act->node == th->img->current &&
	       (!act->awaiter || act->awaiter == act->below) && !th->last_inner;
}

bool
cg_try_start(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
             uint64_t below, uint64_t tick)
{
	const struct cg_img_activation *top = th->top;
	cg_ref ref = th->recent[cg_recent_place(frame)], place;
	struct cg_img_activation *act = cg_image_at(th->base, ref);
	struct cg_img_node *node;
	uint64_t gap;

	/* where another one has just ended, whose record is still at hand */
	if (!ref || act->frame != frame || act->state != CG_ACT_FREE)
		return false;
	/* by a coroutine that stands at SEND */
	if (!top || top->frame != below || top->kind != CG_KIND_COROUTINE ||
	    top->node != th->img->current || !cg_is_short(th, tick, &gap))
		return false;
	place = cg_likely_child(th, th->current, key | CG_EDGE_AWAIT);
	if (!place)
		return false;
	node = cg_image_at(th->base, place);
	cg_charge(th, th->current, tick, gap);
	th->current->last_child = place;
	node->calls++;
	act->key = key;
	act->start_node = place;
	act->awaiter = th->img->activation;
	act->kind = (uint8_t)kind;
	act->edge = CG_EDGE_AWAIT;
	act->flags = 0;
	cg_act_push(th, act, node);
	th->last_event = CG_LAST_OTHER;
	return true;
}

bool
cg_try_finish(struct cg_thread *th, uint64_t frame, bool raised, uint64_t tick)
{
	struct cg_img_activation *act = th->top;
	cg_ref ref = th->img->activation;
	uint64_t gap;

	if (!is_simple(th, act, frame) || (act->flags & ~CG_ACT_ASKED) || act->inner ||
	    !cg_is_short(th, tick, &gap))
		return false;
	cg_charge(th, th->current, tick, gap);
	cg_act_pop(th, act);
	cg_act_home(th, act)->raised += raised;
	th->last_event = CG_LAST_OTHER;
	if (th->ended[cg_recent_place(frame)] == ref)
		act->state = CG_ACT_FREE;
	else
		cg_act_free(th, act);
	return true;
}

bool
cg_try_wait(struct cg_thread *th, uint64_t frame, uint64_t value, uint64_t tick)
{
	struct cg_img_activation *act = th->top;
	cg_ref ref = th->img->activation;
	uint64_t gap = 0;

	if (!is_simple(th, act, frame) || act->kind != CG_KIND_COROUTINE ||
	    (act->flags & ~MAY_WAIT) || ((act->flags & CG_ACT_ROOT) && act->segments == 1))
		return false;
	/* what it awaits may have gone on in another thread meanwhile */
	if (act->inner && !cg_chain_inner(th, act))
		return false;
	if (cg_is_chained_suspend(th, frame, value))
		tick = th->img->last;
	else if (act->inner || !cg_is_short(th, tick, &gap))
		return false;
	cg_charge(th, th->current, tick, gap);
	cg_act_home(th, act)->suspensions++;
	cg_act_pop(th, act);
	if (act->awaiter)
		th->top->inner = ref;
	if (!act->inner)
		act->flags |= CG_ACT_WAITING;
	th->last_event = CG_LAST_SUSPEND;
	th->last_act = ref;
	th->last_value = value;
	return true;
}

bool
cg_try_go_on(struct cg_thread *th, uint64_t frame, uint64_t below)
{
	cg_ref ref = th->last_inner;
	struct cg_img_activation *act = cg_image_at(th->base, ref);
	const struct cg_img_activation *inner;
	struct cg_img_node *node;

	/* by a coroutine that was itself resumed just now; another thread may have taken it */
	if (!ref || !cg_is_chained_resume(th, frame, below) ||
	    th->top->kind != CG_KIND_COROUTINE || act->frame != frame ||
	    act->state != CG_ACT_SUSPENDED)
		return false;
	/* where it was: by folding, or after a throw, that may be a place of a call there */
	node = cg_image_at(th->base, act->node);
	if (node->parent != th->img->current || node->edge != CG_EDGE_AWAIT)
		return false;
	inner = cg_chain_inner(th, act);
	act->awaiter = th->img->activation;
	act->edge = CG_EDGE_AWAIT;
	cg_wait_end_at(th, act, th->img->last);
	cg_act_push(th, act, node);
	th->last_value = inner ? inner->frame : 0;
	th->last_inner = inner ? cg_image_ref(th->base, inner) : 0;
	return true;
}
