/*
 * Random programs.
 *
 * The idea to know: what a program may do next depends on what is on top of its stack
 * alone, and on which chains lie suspended. Each thing it may do is a row of a table; a
 * row that does not apply does nothing.
 */
#include "program_state.h"

#include <stdio.h>
#include <string.h>

void
program_init(struct program *p, struct world *w, uint64_t seed, bool print)
{
	static const char letters[] = "fcgab";

	memset(p, 0, sizeof *p);
	world_init(w);
	p->w = w;
	p->noise.state = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
	p->now = WORLD_EPOCH + 1000;
	p->thread = &p->threads[0];
	p->print = print;
	for (int i = 0; i < PROGRAM_RANKS * 5; i++) {
		char name[WORLD_NAME_MAX];
		struct world_function *f;

		snprintf(name, sizeof name, "%c%d", letters[i % 5], i / 5);
		f = world_function_add(w, name);
		f->kind = (enum cg_kind)(i % 5);
		f->key |= f->kind == CG_KIND_BUILTIN ? CG_KEY_BUILTIN : 0;
	}
	for (int i = 0; i < PROGRAM_ACTS; i++) {
		char name[WORLD_NAME_MAX];

		snprintf(name, sizeof name, "A%d", i);
		p->acts[i].frame = world_frame(w, name);
	}
}

static void
push(struct program *p, const struct world_function *f, struct program_act *act,
     bool delegated)
{
	struct program_thread *t = p->thread;

	t->stack[t->depth++] = (struct program_call){f, act, delegated, false, t->last};
	if (act)
		act->state = ACT_RUNNING;
}

static const struct world_function *
function_at(const struct program *p, int rank, enum cg_kind kind)
{
	return &p->w->functions[rank * 5 + (int)kind];
}

/* A function of that kind below the current one; NULL: there is no rank left, or no room. */
static const struct world_function *
callee(struct program *p, enum cg_kind kind)
{
	int above = top_rank(p);

	if (above >= PROGRAM_RANKS - 1 || p->thread->depth >= PROGRAM_DEPTH - 8)
		return NULL;
	return function_at(p, above + 1 + (int)draw(p, (uint64_t)(PROGRAM_RANKS - 1 - above)),
	                   kind);
}

static struct program_act *
free_act(struct program *p)
{
	for (int tries = 0; tries < PROGRAM_ACTS; tries++) {
		struct program_act *act = &p->acts[draw(p, PROGRAM_ACTS)];

		if (act->state == ACT_NONE)
			return act;
	}
	return NULL;
}

static struct program_act
cleared(const struct program_act *act)
{
	return (struct program_act){.frame = act->frame};
}

/* The part of a suspended chain that holds the rest. */
static struct program_act *
leaf_of(struct program_act *act)
{
	while (act->inner)
		act = act->inner;
	return act;
}

/* From its leaf out: the chain parks, or goes on. */
static void
park(struct program_act *leaf, uint64_t tick, bool on)
{
	for (struct program_act *act = leaf; act; act = act->outer) {
		if (act != leaf && (act->state != ACT_SUSPENDED || !act->inner))
			break;
		if (!on && act->parked_now)
			act->parked += tick - act->parked_since;
		act->parked_now = on;
		act->parked_since = tick;
	}
}

/* The wait or the parking of a chain ends, because its leaf is reached. */
static void
stir(struct program *p, struct program_act *leaf)
{
	if (leaf->waits_since)
		truth_of(p, leaf->function)->await += p->thread->last - leaf->waits_since;
	leaf->waits_since = 0;
	park(leaf, p->thread->last, false);
}

static bool
is_entered_waiting(const struct program_call *by, const struct program_act *act)
{
	if (!by || !by->act)
		return false;
	return by->function->kind != CG_KIND_GENERATOR || (act && by->act->waits);
}

/* Someone on top enters an activation: by delegation, or by hand. */
static void
enter(struct program *p, struct program_act *act, bool delegated, struct event e)
{
	struct program_call *by = top(p);

	e.frame = act->frame;
	e.function = act->function;
	e.below = delegated ? by->act->frame : NULL;
	emit_now(p, e);
	act->outer = delegated ? by->act : NULL;
	act->waits = delegated && is_entered_waiting(by, act);
	act->seen = true;
}

static void
begin(struct program *p, struct program_act *act, bool delegated, bool thrown)
{
	struct event e = {.kind = thrown ? EVENT_THROW : EVENT_START, .fresh = thrown};

	enter(p, act, delegated, e);
	act->start = p->thread->last;
	truth_of(p, act->function)->calls++;
	push(p, act->function, act, delegated);
}

/* Its chain goes on, outermost first. */
static void
resume(struct program *p, struct program_act *act, bool delegated)
{
	struct event e = {.kind = EVENT_RESUME};
	struct program_act *leaf = leaf_of(act), *outer = act;

	enter(p, act, delegated, e);
	stir(p, leaf);
	push(p, act->function, act, delegated);
	for (struct program_act *inner = act->inner; inner; inner = outer->inner) {
		e.frame = inner->frame;
		e.function = inner->function;
		e.below = outer->frame;
		outer->inner = NULL;
		emit_chained(p, e);
		inner->outer = outer;
		inner->waits = is_entered_waiting(top(p), inner);
		inner->seen = true;
		push(p, inner->function, inner, true);
		outer = inner;
	}
}

/* Nobody can tell that a generator which turns up by a throw is awaited by a coroutine. */
static void
turn_up(struct program_act *act)
{
	if (act->before && !act->seen)
		act->waits = false;
	act->seen = true;
}

/* An exception reaches its chain innermost first; the rest comes when that is left. */
static void throw(struct program * p, struct program_act *act, bool delegated)
{
	struct event e = {.kind = EVENT_THROW};
	struct program_act *leaf = leaf_of(act);

	if (leaf == act) {
		enter(p, act, delegated, e);
	} else {
		e.frame = leaf->frame;
		e.function = leaf->function;
		e.below = draw(p, 2) ? leaf->outer->frame : NULL;
		emit_now(p, e);
	}
	stir(p, leaf);
	turn_up(leaf);
	push(p, leaf->function, leaf, delegated && leaf == act);
}

/* The part around the one that a throw reached and that is left now. */
static void
throw_on(struct program *p, struct program_act *act)
{
	struct event e = {.kind = EVENT_THROW, .frame = act->frame, .function = act->function};

	act->inner = NULL;
	emit_chained(p, e);
	turn_up(act);
	push(p, act->function, act, false);
}

static void
finish(struct program *p, bool raised)
{
	struct program_call call = *top(p);
	struct program_act *act = call.act, *outer = act->outer;
	struct event e = {.kind = EVENT_FINISH, .frame = act->frame, .raised = raised};

	emit_now(p, e);
	p->thread->depth--;
	if (!act->before) {
		truth_of(p, call.function)->raised += raised;
		truth_of(p, call.function)->wall += p->thread->last - act->start - act->parked;
	}
	if (outer && (outer->state != ACT_SUSPENDED || outer->inner != act))
		outer = NULL;
	*act = cleared(act);
	if (outer)
		throw_on(p, outer);
}

static void
leave(struct program *p)
{
	struct program_call call = *top(p);
	struct event e = {.kind = EVENT_LEAVE, .function = call.function};

	if (call.act) {
		finish(p, draw(p, 4) == 0);
		return;
	}
	e.raised = draw(p, 6) == 0;
	emit_now(p, e);
	p->thread->depth--;
	if (!call.before) {
		truth_of(p, call.function)->raised += e.raised;
		truth_of(p, call.function)->wall += p->thread->last - call.start;
	}
}

static void
suspend_one(struct program *p, struct event *e, struct program_act *inner)
{
	struct program_call *call = top(p);

	e->frame = call->act->frame;
	if (inner)
		emit_chained(p, *e);
	else
		emit_now(p, *e);
	truth_of(p, call->function)->susp += !call->act->before;
	call->act->state = ACT_SUSPENDED;
	call->act->inner = inner;
	p->thread->depth--;
}

/* An async generator has yielded: its consumer goes on, thrown into after a flat throw. */
static void
hand_up(struct program *p, struct program_act *act)
{
	struct program_act *outer = act->outer;

	act->outer = NULL;
	park(act, p->thread->last, true);
	if (outer && outer->state == ACT_SUSPENDED && outer->inner == act)
		throw_on(p, outer);
}

/* Its chain suspends, innermost first, down to what entered it by hand. */
static void
suspend(struct program *p)
{
	struct program_call *call = top(p);
	struct program_act *leaf = call ? call->act : NULL, *inner = NULL;
	struct event e = {.kind = EVENT_SUSPEND};
	bool waits, delegated;

	if (!leaf)
		return;
	waits = leaf->function->kind == CG_KIND_COROUTINE || leaf->waits;
	if (leaf->function->kind == CG_KIND_ASYNC_GENERATOR) {
		e.idle = draw(p, 2);
		waits = !e.idle;
	}
	e.value = draw(p, 3);
	do {
		call = top(p);
		delegated = call->delegated;
		suspend_one(p, &e, inner);
		inner = call->act;
	} while (delegated && !e.idle);
	if (waits)
		leaf->waits_since = p->thread->last;
	else if (e.idle)
		hand_up(p, leaf);
	else
		park(leaf, p->thread->last, true);
}

/* --- what a program may do --- */

static void
call_plain(struct program *p)
{
	const struct world_function *f =
		callee(p, draw(p, 3) ? CG_KIND_FUNCTION : CG_KIND_BUILTIN);
	struct event e = {.kind = EVENT_ENTER, .function = f};

	if (!f)
		return;
	emit_now(p, e);
	truth_of(p, f)->calls++;
	push(p, f, NULL, false);
}

static void
leave_top(struct program *p)
{
	if (top(p))
		leave(p);
}

static enum cg_kind
any_suspendable(struct program *p)
{
	return (enum cg_kind)(CG_KIND_COROUTINE + draw(p, 3));
}

static void
start_by_hand(struct program *p)
{
	const struct world_function *f = callee(p, any_suspendable(p));
	struct program_act *act = f ? free_act(p) : NULL;

	if (!act)
		return;
	act->function = f;
	begin(p, act, false, draw(p, 12) == 0);
}

/* Can what is on top delegate to that kind? */
static bool
can_delegate(const struct program *p, enum cg_kind kind)
{
	const struct program_call *call = top(p);

	if (!call || !call->act)
		return false;
	return call->function->kind != CG_KIND_GENERATOR || kind == CG_KIND_GENERATOR;
}

static void
start_delegated(struct program *p)
{
	enum cg_kind kind = any_suspendable(p);
	const struct world_function *f = callee(p, kind);
	struct program_act *act = f && can_delegate(p, kind) ? free_act(p) : NULL;

	if (!act)
		return;
	act->function = f;
	begin(p, act, true, draw(p, 20) == 0);
}

/* The outermost part of some chain that lies suspended whole; NULL: not this time. */
static struct program_act *
suspended_chain(struct program *p, bool task)
{
	struct program_act *act = &p->acts[draw(p, PROGRAM_ACTS)];
	const struct program_act *inner;

	for (int tries = 0; tries < 30 && (act->state != ACT_SUSPENDED || act->outer); tries++)
		act = &p->acts[draw(p, PROGRAM_ACTS)];
	if (act->state != ACT_SUSPENDED || act->outer || act->task != task)
		return NULL;
	for (inner = act; inner; inner = inner->inner)
		if (inner->state != ACT_SUSPENDED)
			return NULL;
	return p->thread->depth < PROGRAM_DEPTH - 12 ? act : NULL;
}

static void
go_on_by_hand(struct program *p)
{
	struct program_act *act = suspended_chain(p, false);

	if (!act || rank_of(p, act->function) <= top_rank(p))
		return;
	if (draw(p, 3))
		resume(p, act, false);
	else
		throw(p, act, false);
}

static void
go_on_delegated(struct program *p)
{
	struct program_act *act = suspended_chain(p, false);

	if (!act || rank_of(p, act->function) <= top_rank(p) ||
	    !can_delegate(p, act->function->kind))
		return;
	if (act->inner || draw(p, 3))
		resume(p, act, true);
	else
		throw(p, act, true);
}

static void
make_task(struct program *p)
{
	struct program_act *act = free_act(p);
	struct event e = {.kind = EVENT_TASK};

	if (!act || !top(p))
		return;
	act->function = function_at(p, (int)draw(p, PROGRAM_RANKS), CG_KIND_COROUTINE);
	act->task = true;
	act->state = ACT_PENDING;
	e.frame = act->frame;
	e.tick = p->thread->last;
	emit(p, e, e.tick);
}

static void
set_current(struct program *p, const struct world_frame *frame)
{
	struct event e = {.kind = EVENT_CURRENT, .frame = frame, .tick = p->thread->last};

	emit(p, e, e.tick);
}

/* The loop takes a step of a task, new or suspended. */
static void
step_task(struct program *p)
{
	struct program_act *act = suspended_chain(p, true);

	if (act && draw(p, 4)) {
		resume(p, act, false);
	} else if (act) {
		throw(p, act, false);
	}
	for (int i = 0; !act && i < PROGRAM_ACTS; i++)
		if (p->acts[i].state == ACT_PENDING && draw(p, 3) == 0)
			act = &p->acts[i];
	if (!act || act->state != ACT_PENDING || p->thread->depth >= PROGRAM_DEPTH - 12)
		return;
	set_current(p, act->frame);
	begin(p, act, false, draw(p, 8) == 0);
	set_current(p, NULL);
}

/* A task that never ran is dropped; something else may get its frame. */
static void
drop_task(struct program *p)
{
	struct program_act *act = &p->acts[draw(p, PROGRAM_ACTS)];

	if (act->state == ACT_PENDING)
		*act = cleared(act);
}

static void
change_thread(struct program *p)
{
	p->thread = &p->threads[draw(p, PROGRAM_THREADS)];
}

/* The stack of a thread as it is found, outermost first. */
static void
walk_stack(struct program *p)
{
	struct program_thread *t = p->thread;
	size_t depth = t->depth;

	t->last = p->now;
	for (t->depth = 0; t->depth < depth; t->depth++) {
		struct program_call *call = &t->stack[t->depth];
		struct event e = {
			.kind = EVENT_BEFORE, .function = call->function, .tick = p->now};

		call->before = true;
		if (call->act) {
			e.frame = call->act->frame;
			call->act->waits = call->delegated && is_entered_waiting(top(p), call->act);
		}
		if (call->delegated)
			e.below = t->stack[t->depth - 1].act->frame;
		if (call->act && call->act->task)
			set_current(p, e.frame);
		emit(p, e, p->now);
	}
	set_current(p, NULL);
}

void
program_attach(struct program *p)
{
	p->deaf = false;
	p->attached = true;
	memset(p->truth, 0, sizeof p->truth);
	for (size_t i = 0; i < PROGRAM_ACTS; i++) {
		struct program_act *act = &p->acts[i];

		act->seen = act->state == ACT_RUNNING;
		act->before = act->state == ACT_RUNNING || act->state == ACT_SUSPENDED;
		act->waits_since = 0;
	}
	for (size_t i = 0; i < PROGRAM_THREADS; i++) {
		p->thread = &p->threads[i];
		walk_stack(p);
	}
}

void
program_step(struct program *p)
{
	static const struct {
		void (*run)(struct program *);
		unsigned weight;
	} deeds[] = {
		{call_plain, 12}, {leave_top, 12},    {start_by_hand, 4},   {start_delegated, 10},
		{suspend, 14},    {go_on_by_hand, 8}, {go_on_delegated, 6}, {make_task, 4},
		{step_task, 8},   {drop_task, 1},     {change_thread, 1},
	};
	unsigned at = (unsigned)draw(p, 80);

	for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++) {
		if (at < deeds[i].weight) {
			deeds[i].run(p);
			return;
		}
		at -= deeds[i].weight;
	}
}

struct truth
program_truth(const struct program *p, size_t function)
{
	const struct world_function *f = &p->w->functions[function];
	struct truth t = p->truth[function];

	for (size_t i = 0; i < PROGRAM_THREADS; i++) {
		const struct program_thread *th = &p->threads[i];

		for (size_t n = 0; n < th->depth; n++) {
			if (th->stack[n].function != f || th->stack[n].act || th->stack[n].before)
				continue;
			t.unfinished++;
			t.wall += p->now - th->stack[n].start;
		}
		if (th->depth && th->stack[th->depth - 1].function == f)
			t.run += p->now - th->last;
	}
	for (size_t i = 0; i < PROGRAM_ACTS; i++) {
		const struct program_act *act = &p->acts[i];

		if (act->function != f || act->state == ACT_NONE || act->state == ACT_PENDING)
			continue;
		t.await += act->waits_since ? p->now - act->waits_since : 0;
		if (act->before)
			continue;
		t.unfinished++;
		t.wall += p->now - act->start - act->parked;
		t.wall -= act->parked_now ? p->now - act->parked_since : 0;
	}
	return t;
}
