/*
 * The common events of coroutines: one awaits another, which ends; a chain suspends, part by
 * part, and goes on so.
 *
 * The idea to know: what flow.c asks about, one thing after another, is compared here at
 * once. Whatever is not as it nearly always is makes these return false with nothing
 * changed, and flow.c does it; so there is no rule here that is not there.
 */
#include "collector/chain.h"

/* Flags of a running coroutine that change nothing when it suspends. */
enum { MAY_WAIT = CG_ACT_ROOT | CG_ACT_HOSTED | CG_ACT_ASKED };

/* Is a coroutine on top of the stack that stands at SEND in that frame? */
static inline bool
is_awaited(const struct cg_thread *th, uint64_t below)
{
	const struct cg_img_activation *top = th->top;

	return top && top->frame == below && top->kind == CG_KIND_COROUTINE &&
	       top->node == th->img->current;
}

/* The child that it is likely to be, or 0. */
static inline cg_ref
likely_child(const struct cg_thread *th, uint64_t key)
{
	const struct cg_img_node *last = cg_image_at(th->base, th->current->last_child);
	const struct cg_img_node *next = cg_image_at(th->base, last->after);

	if (last->key == key)
		return th->current->last_child;
	return next->key == key ? last->after : 0;
}

bool
cg_try_start(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
             uint64_t below, uint64_t tick)
{
	cg_ref ref = th->recent[cg_recent_place(frame)];
	struct cg_img_activation *act = cg_image_at(th->base, ref);
	struct cg_img_node *node;
	cg_ref place;
	uint64_t gap;

	/* where something of that kind has just ended, and its record is still at hand */
	if (!ref || act->frame != frame || act->state != CG_ACT_FREE ||
	    !is_awaited(th, below) || !cg_is_short(th, tick, &gap))
		return false;
	place = likely_child(th, key | CG_EDGE_AWAIT);
	if (!place)
		return false;
	node = cg_image_at(th->base, place);
	cg_charge(th, th->current, tick, gap);
	th->current->last_child = place;
	node->calls++;
	act->key = key;
	act->parked = 0;
	act->start_node = place;
	act->awaiter = th->img->activation;
	act->segments = 0;
	act->kind = (uint8_t)kind;
	act->edge = CG_EDGE_AWAIT;
	act->flags = 0;
	cg_act_push(th, act, node);
	th->last_event = CG_LAST_OTHER;
	th->last_act = 0;
	return true;
}

bool
cg_try_finish(struct cg_thread *th, uint64_t frame, bool raised, uint64_t tick)
{
	struct cg_img_activation *act = th->top;
	uint64_t gap;

	/* it awaits nothing, and is awaited by what it runs on */
	if (!act || act->frame != frame || act->node != th->img->current ||
	    (act->flags & ~CG_ACT_ASKED) || act->inner || th->last_inner ||
	    act->awaiter != act->below || !act->below || !cg_is_short(th, tick, &gap) ||
	    tick - act->since > th->long_segment)
		return false;
	cg_charge(th, th->current, tick, gap);
	cg_act_pop(th, act);
	cg_act_home(th, act)->raised += raised;
	th->last_event = CG_LAST_LEAVE;
	th->last_act = 0;
	if (th->ended[cg_recent_place(frame)] == cg_image_ref(th->base, act))
		act->state = CG_ACT_FREE;
	else
		cg_act_free(th, act);
	return true;
}

bool
cg_try_go_on(struct cg_thread *th, uint64_t frame, uint64_t below)
{
	struct cg_img_activation *act = cg_image_at(th->base, th->last_inner);
	const struct cg_img_activation *inner;
	struct cg_img_node *node;
	cg_ref ref = th->last_inner;

	/* by a coroutine that was itself resumed just now, as the last time */
	if (!ref || act->frame != frame || act->state != CG_ACT_SUSPENDED ||
	    act->awaiter != th->img->activation || act->edge != CG_EDGE_AWAIT ||
	    (act->flags & ~CG_ACT_WAITING) || !cg_is_chained_resume(th, frame, below) ||
	    !is_awaited(th, below))
		return false;
	node = cg_image_at(th->base, act->node);
	if (node->parent != th->img->current || node->edge != CG_EDGE_AWAIT)
		return false;
	inner = cg_chain_inner(th, act);
	cg_wait_end_at(th, act, th->img->last);
	cg_act_push(th, act, node);
	th->last_act = ref;
	th->last_value = inner ? inner->frame : 0;
	th->last_inner = inner ? cg_image_ref(th->base, inner) : 0;
	return true;
}

/* Is it a coroutine on top of the stack, by whose suspension nothing else changes? */
static inline bool
may_wait(const struct cg_thread *th, const struct cg_img_activation *act, uint64_t frame)
{
	return act && act->frame == frame && act->node == th->img->current &&
	       act->kind == CG_KIND_COROUTINE && !(act->flags & ~MAY_WAIT) &&
	       (!act->awaiter || act->awaiter == act->below) && !th->last_inner &&
	       !((act->flags & CG_ACT_ROOT) && act->segments == 1) &&
	       cg_image_at(th->base, act->ret) != th->root;
}

bool
cg_try_wait(struct cg_thread *th, uint64_t frame, uint64_t value, uint64_t tick)
{
	struct cg_img_activation *act = th->top;
	cg_ref ref = th->img->activation;
	uint64_t gap = 0;

	if (!may_wait(th, act, frame))
		return false;
	if (cg_is_chained_suspend(th, frame, value)) {
		if (act->inner != th->last_act)
			return false;
		tick = th->img->last;
	} else if (act->inner || !cg_is_short(th, tick, &gap)) {
		return false;
	}
	if (tick - act->since > th->long_segment)
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
