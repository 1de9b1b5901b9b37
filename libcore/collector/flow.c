/*
 * Coroutines, generators and async generators: start, suspend, resume, throw, finish.
 *
 * The ideas to know. A segment is placed under whoever resumes it now, but a task root
 * keeps its node. The leaf of a suspended chain owns the wait, and a chain suspends and
 * resumes at one instant. A throw reaches a chain innermost first and flat: the inner part
 * runs directly on the thrower, with the outer parts still suspended.
 */
#include "collector/chain.h"
#include "collector/place.h"
#include "collector/slowest.h"
#include "collector/creator.h"
#include "collector/task.h"

static void
remember(struct cg_thread *th, enum cg_last_event event, cg_ref act)
{
	th->last_event = event;
	th->last_act = act;
}

/* The activation on top of the stack, when it stands at SEND and its frame is `below`. */
static struct cg_img_activation *
delegator(const struct cg_thread *th, uint64_t below)
{
	struct cg_img_activation *top = th->top;

	if (!below || !top || top->frame != below || !cg_act_is_on_top(th, top))
		return NULL;
	return top;
}

/* Does whoever is entered by delegation from it do so on an AWAIT edge? */
static bool
awaits(const struct cg_img_activation *act)
{
	switch (act->kind) {
	case CG_KIND_COROUTINE:
	case CG_KIND_ASYNC_GENERATOR:
		return true;
	case CG_KIND_GENERATOR:
		return act->edge == CG_EDGE_AWAIT;
	default:
		return false;
	}
}

/* Record how it is entered now: by whom and on which kind of edge. */
static void
enter_from(struct cg_thread *th, struct cg_img_activation *act,
           const struct cg_img_activation *by)
{
	act->awaiter = by ? cg_image_ref(th->base, by) : 0;
	act->edge = by && awaits(by) ? CG_EDGE_AWAIT : CG_EDGE_CALL;
}

/* Push a segment at `node`; one that is placed elsewhere is hosted by what it runs on. */
static void
push_root(struct cg_thread *th, struct cg_img_activation *act, struct cg_img_node *node)
{
	if (th->current != th->root)
		act->flags |= CG_ACT_HOSTED;
	cg_act_push(th, act, node);
}

static void
lose(struct cg_thread *th, struct cg_img_activation *act)
{
	if (act)
		cg_act_free(th, act);
	cg_collector_lose(th->collector);
}

/* Is this coroutine, which nobody awaits, a task's? */
static bool
is_task_root(struct cg_thread *th, struct cg_img_activation *act)
{
	const struct cg_ops *ops = &th->collector->ops;

	/* a frame that a task was announced for may have gone to another activation */
	if (act->kind != CG_KIND_COROUTINE || !ops->is_task(ops->arg, act->frame)) {
		act->flags &= (uint8_t)~CG_ACT_ROOT;
		return false;
	}
	if (act->flags & CG_ACT_ROOT)
		return true;
	cg_act_make_root(act);
	/* a task that starts inside a coroutine is eager: its creator is here */
	act->origin = th->top && !(act->flags & CG_ACT_BEFORE) ? cg_task_creator(th) : 0;
	return true;
}

/* Place an activation that nobody knows yet and put it on top. */
static struct cg_img_node *
push_first(struct cg_thread *th, struct cg_img_activation *act, uint64_t below)
{
	const struct cg_img_activation *by = delegator(th, below);
	struct cg_img_node *node;

	if (by)
		act->flags &= (uint8_t)~CG_ACT_ROOT;
	enter_from(th, act, by);
	if (!by && is_task_root(th, act)) {
		act->edge = CG_EDGE_SPAWN;
		node = cg_task_place(th, act);
		if (node)
			push_root(th, act, node);
		return node;
	}
	node = cg_child(th, th->current, act->key, act->edge);
	if (node)
		cg_act_push(th, act, node);
	return node;
}

/* A record for a frame that is now known to be a new activation. */
static struct cg_img_activation *
renew(struct cg_thread *th, uint64_t frame, uint64_t key, enum cg_kind kind)
{
	struct cg_img_activation *act = cg_act_find(th, frame);

	if (act && act->state != CG_ACT_CREATED) {
		cg_act_vanish(th, act);
		act = NULL;
	}
	if (!act)
		act = cg_act_new(th, frame);
	if (act) {
		act->key = key;
		act->kind = (uint8_t)kind;
	}
	return act;
}

static void
begin(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
      uint64_t below)
{
	struct cg_img_activation *act = renew(th, frame, key, kind);
	struct cg_img_node *node = act ? push_first(th, act, below) : NULL;

	if (!node) {
		lose(th, act);
		return;
	}
	act->start_node = act->node;
	node->calls++;
	if (act->flags & CG_ACT_ROOT) {
		act->start = th->img->last;
		cg_task_count(th, act);
	}
}

void
cg_start_slow(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
              uint64_t below, uint64_t tick)
{
	cg_advance(th, tick);
	remember(th, CG_LAST_OTHER, 0);
	begin(th, key, kind, frame, below);
}

/* An activation that was open before the recording turns up. */
static void
begin_before(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
             uint64_t below)
{
	struct cg_img_activation *act = renew(th, frame, key, kind);
	struct cg_img_node *node;

	if (act)
		act->flags |= CG_ACT_BEFORE;
	node = act ? push_first(th, act, below) : NULL;
	if (!node) {
		lose(th, act);
		return;
	}
	act->start_node = act->node;
	if (act->flags & CG_ACT_ROOT)
		act->start = th->img->last;
	node->begun_before++;
}

/* Put a known activation on top, under whoever resumes it. */
static bool
push_again(struct cg_thread *th, struct cg_img_activation *act, uint64_t below)
{
	const struct cg_img_activation *by;
	struct cg_img_node *node = NULL;

	if (act->flags & CG_ACT_ROOT) {
		node = cg_task_node(th, act);
		act->parked += cg_since(th, act->since);
		cg_slowest_note(th, act);
		if (node)
			push_root(th, act, node);
		return node != NULL;
	}
	by = delegator(th, below);
	enter_from(th, act, by);
	node = cg_image_at(th->base, act->node);
	if (node->parent != th->img->current || node->edge != act->edge)
		node = cg_child(th, th->current, act->key, act->edge);
	if (node)
		cg_act_push(th, act, node);
	return node != NULL;
}

/* A suspended activation goes on where `push` puts it; NULL: there was no room, it is lost. */
static struct cg_img_activation *
go_on(struct cg_thread *th, struct cg_img_activation *act, uint64_t below,
      bool (*push)(struct cg_thread *, struct cg_img_activation *, uint64_t))
{
	cg_wait_end_at(th, act, th->img->last);
	if (push(th, act, below))
		return act;
	lose(th, act);
	return NULL;
}

/*
 * What the resumed activation delegates to, without a look into the table: with many tasks
 * alive that is not in the processor's caches, nor is the next record, so ask for it.
 */
static struct cg_img_activation *
next_of_chain(const struct cg_thread *th, uint64_t frame)
{
	struct cg_img_activation *act = cg_act_at(th, th->last_inner);

	if (!act || act->frame != frame)
		return NULL;
	if (act->inner)
		__builtin_prefetch(cg_image_at(th->base, act->inner));
	return act;
}

void
cg_resume_slow(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
               uint64_t below, uint64_t tick)
{
	bool chained = cg_is_chained_resume(th, frame, below);
	struct cg_img_activation *act = chained ? next_of_chain(th, frame) : NULL;
	const struct cg_img_activation *inner = NULL;

	if (!act) {
		cg_chain_break_off(th);
		cg_advance(th, chained ? th->img->last : tick);
		act = cg_act_find(th, frame);
	}
	if (act && act->state == CG_ACT_SUSPENDED) {
		if (!chained)
			cg_wait_void(th, act);
		inner = cg_chain_inner(th, act);
		act = go_on(th, act, below, push_again);
	} else {
		begin_before(th, key, kind, frame, below);
		act = cg_act_find(th, frame);
	}
	remember(th, act ? CG_LAST_RESUME : CG_LAST_OTHER,
	         act ? cg_image_ref(th->base, act) : 0);
	th->last_value = inner ? inner->frame : 0;
	th->last_inner = inner ? cg_image_ref(th->base, inner) : 0;
}

/* What delegates to it, running below it, learns that it is not the leaf. */
static void
tell_awaiter(const struct cg_thread *th, const struct cg_img_activation *act)
{
	if (th->top && act->awaiter == cg_image_ref(th->base, th->top))
		th->top->inner = cg_image_ref(th->base, act);
}

/* Does it wait as the leaf of its chain, now that it suspends? */
static bool
is_waiting_leaf(const struct cg_img_activation *act, bool idle)
{
	if (act->inner)
		return false;
	switch (act->kind) {
	case CG_KIND_COROUTINE:
		return true;
	case CG_KIND_ASYNC_GENERATOR:
		return !idle;
	default:
		return act->edge == CG_EDGE_AWAIT;
	}
}

void
cg_suspend_slow(struct cg_thread *th, uint64_t frame, uint64_t value, bool idle,
                uint64_t tick)
{
	bool chained = cg_is_chained_suspend(th, frame, value);
	struct cg_img_activation *act = chained ? th->top : NULL;
	const struct cg_img_activation *outer;

	cg_chain_break_off(th);
	cg_advance(th, chained ? th->img->last : tick);
	if (!act)
		act = th->top && th->top->frame == frame ? th->top : cg_act_find(th, frame);
	if (!act || !cg_act_unwind_to(th, act)) {
		th->img->dropped++;
		remember(th, CG_LAST_OTHER, 0);
		return;
	}
	if (!(act->flags & CG_ACT_BEFORE))
		cg_act_home(th, act)->suspensions++;
	cg_act_pop(th, act);
	if (!chained && act->inner)
		cg_chain_innermost(th, act)->since = th->img->last; /* it waits from now on */
	if ((act->flags & CG_ACT_ROOT) && act->segments == 1)
		cg_slowest_park(th, act);
	outer = cg_chain_awaiter(th, act);
	if (idle)
		act->awaiter = 0; /* its consumer goes on without it */
	tell_awaiter(th, act);
	if (outer && !idle)
		cg_chain_outermost(th, act)->since = th->img->last; /* it parks again */
	if (!cg_chain_inner(th, act))
		act->inner = 0;
	if (is_waiting_leaf(act, idle))
		act->flags |= CG_ACT_WAITING;
	else if (!act->inner)
		act->flags |= CG_ACT_IDLE;
	/* after a flat throw the value goes to the next part of the chain, as an end would */
	if (outer && idle)
		remember(th, CG_LAST_LEAVE, cg_image_ref(th->base, outer));
	else
		remember(th, CG_LAST_SUSPEND, cg_image_ref(th->base, act));
	th->last_value = value;
}

/*
 * A flat throw into a chain that cannot stay where it is: the whole chain moves to a place
 * under the thrower, the parts that are not reached yet included. `act` is its innermost
 * part. A task root that another thread runs moves to that thread's tree.
 */
static bool
move_chain(struct cg_thread *th, struct cg_img_activation *outer,
           const struct cg_img_activation *act)
{
	struct cg_img_node *node;

	if (outer->flags & CG_ACT_ROOT) {
		node = cg_task_node(th, outer);
	} else {
		outer->edge = CG_EDGE_CALL;
		node = cg_child(th, th->current, outer->key, CG_EDGE_CALL);
	}
	while (node) {
		outer->node = cg_image_ref(th->base, node);
		if (outer == act)
			return true;
		outer = cg_act_at(th, outer->inner);
		node = cg_child(th, node, outer->key, outer->edge);
	}
	return false;
}

/* The first part that a throw reaches. */
static bool
push_thrown(struct cg_thread *th, struct cg_img_activation *act, uint64_t below)
{
	struct cg_img_activation *outer = cg_chain_outermost(th, act);

	if (outer == act)
		return push_again(th, act, below);
	if (!move_chain(th, outer, act))
		return false;
	outer->parked += cg_since(th, outer->since);
	outer->since = th->img->last;
	if (outer->flags & CG_ACT_ROOT)
		push_root(th, act, cg_image_at(th->base, act->node));
	else
		cg_act_push(th, act, cg_image_at(th->base, act->node));
	return true;
}

/* A further part: its edges stay as awaited. */
static bool
push_thrown_on(struct cg_thread *th, struct cg_img_activation *act, uint64_t below)
{
	struct cg_img_node *node = cg_image_at(th->base, act->node);

	(void)below;
	if (cg_chain_outermost(th, act)->flags & CG_ACT_ROOT)
		push_root(th, act, node);
	else
		cg_act_push(th, act, node);
	return true;
}

void
cg_throw(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
         uint64_t below, bool fresh, uint64_t tick)
{
	bool chained = cg_is_chained_throw(th, frame);
	struct cg_img_activation *act = cg_act_find(th, frame);

	cg_chain_break_off(th);
	cg_advance(th, chained ? th->img->last : tick);
	remember(th, CG_LAST_OTHER, 0);
	if (fresh) {
		begin(th, key, kind, frame, below);
		return;
	}
	if (!act || act->state != CG_ACT_SUSPENDED) {
		begin_before(th, key, kind, frame, below);
		return;
	}
	cg_wait_void(th, act);
	cg_chain_let_go(th, act);
	(void)go_on(th, act, below, chained ? push_thrown_on : push_thrown);
}

void
cg_finish_slow(struct cg_thread *th, uint64_t frame, bool raised, uint64_t tick)
{
	struct cg_img_activation *act = th->top;
	struct cg_img_activation *outer;

	cg_chain_break_off(th);
	cg_advance(th, tick);
	if (!act || act->frame != frame)
		act = cg_act_find(th, frame);
	if (act && act->state == CG_ACT_SUSPENDED) {
		/* it failed before it could say that it goes on */
		cg_wait_void(th, act);
		cg_wait_end_at(th, act, th->img->last);
	} else if (!act || act->state == CG_ACT_CREATED || !cg_act_unwind_to(th, act)) {
		th->img->dropped++;
		remember(th, CG_LAST_OTHER, 0);
		return;
	}
	outer = cg_chain_awaiter(th, act);
	remember(th, CG_LAST_LEAVE, outer ? cg_image_ref(th->base, outer) : 0);
	cg_act_end(th, act, raised);
}

void
cg_before_plain(struct cg_thread *th, uint64_t key)
{
	struct cg_img_node *node = cg_child(th, th->current, key, CG_EDGE_CALL);

	if (!node || !cg_plain_push(th, node, key, CG_ACT_BEFORE)) {
		cg_collector_lose(th->collector);
		return;
	}
	node->begun_before++;
}

void
cg_before_suspendable(struct cg_thread *th, uint64_t key, enum cg_kind kind,
                      uint64_t frame, uint64_t below)
{
	begin_before(th, key, kind, frame, below);
}
