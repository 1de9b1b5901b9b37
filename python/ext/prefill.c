/*
 * Walking the stacks of all threads.
 *
 * The idea to know: the interpreter links frames innermost first, the collector wants them
 * outermost first, so they are gathered and read backwards. What is entered is described
 * only then, as that calls Python; another thread's frames may be gone by then, but not its
 * code.
 */
#include "prefill.h"

#include "base/alloc.h"
#include "events.h"
#include "hooks.h"
#include "world.h"

struct open {
	PyCodeObject *code; /* both owned */
	PyObject *globals;
	uint64_t frame, below; /* of what can suspend: its activation and its delegator */
};

struct cg_stack {
	struct open *open; /* innermost first */
	size_t count, cap;
};

static void
forget(struct cg_stack *stack)
{
	while (stack->count > 0) {
		stack->count--;
		Py_DECREF(stack->open[stack->count].code);
		Py_XDECREF(stack->open[stack->count].globals);
	}
}

static void
stack_free(struct cg_stack *stack)
{
	if (!stack)
		return;
	forget(stack);
	cg_free(stack->open);
	cg_free(stack);
}

static bool
add(struct cg_stack *stack, const cg_frame *frame)
{
	PyCodeObject *code = cg_frame_code(frame);
	PyObject *globals = cg_frame_globals(frame);
	bool suspends = cg_code_suspends(code);

	if (cg_grow(&stack->open, &stack->cap, stack->count + 1, sizeof *stack->open))
		return false;
	Py_INCREF(code);
	Py_XINCREF(globals);
	stack->open[stack->count++] = (struct open){code, globals, cg_frame_id(frame),
	                                            suspends ? cg_frame_delegator(frame) : 0};
	return true;
}

/* Frames that are looked through are not taken, nor what a closed one has called. */
static bool
gather(struct cg_stack *stack, cg_frame *frame)
{
	for (; frame; frame = cg_frame_below(frame)) {
		if (cg_frame_is_incomplete(frame))
			continue;
		if (cg_frame_code(frame)->co_flags & CG_CO_CLOSED)
			forget(stack);
		if (!cg_code_is_unseen(cg_frame_code(frame)) && !add(stack, frame))
			return false;
	}
	return true;
}

/* What is open from that frame on down, or NULL when that is nothing. */
static struct cg_stack *
stack_of(cg_frame *frame)
{
	struct cg_stack *stack = cg_zalloc(1, sizeof *stack);

	if (stack && gather(stack, frame) && stack->count > 0)
		return stack;
	if (!stack || stack->count > 0)
		cg_collector_lose(cg_recorder.collector);
	stack_free(stack);
	return NULL;
}

static PyCodeObject *
first_of(const struct cg_stack *stack)
{
	return stack->open[stack->count - 1].code;
}

static void
enter(struct cg_thread *th, const struct cg_stack *stack)
{
	for (size_t i = stack->count; i-- > 0;) {
		const struct open *open = &stack->open[i];
		PyCodeObject *code = open->code;

		cg_here.globals = open->globals;
		if (cg_code_suspends(code))
			cg_before_suspendable(th, cg_code_key(code), cg_code_kind(code), open->frame,
			                      open->below);
		else
			cg_before_plain(th, cg_code_key(code));
	}
	cg_here.globals = NULL;
}

/* Another thread's, for its seat. */
static void
gather_other(void *arg, PyThreadState *tstate)
{
	struct cg_stack *stack;
	struct cg_seat *seat;

	(void)arg;
	if (tstate == cg_tstate())
		return;
	stack = stack_of(cg_frame_current(tstate));
	seat = stack ? cg_recorder_attach_other(tstate, first_of(stack)) : NULL;
	if (seat)
		seat->stack = stack;
	else
		stack_free(stack);
}

void
cg_prefill_gather(void)
{
	cg_world_threads(gather_other, NULL);
}

static void
enter_kept(struct cg_seat *seat)
{
	if (seat->stack)
		enter(seat->thread, seat->stack);
	cg_prefill_drop(seat);
}

void
cg_prefill_enter(struct cg_seat *seat)
{
	cg_mutex_lock(&cg_world_locks[CG_LOCK_STACKS]);
	enter_kept(seat);
	cg_mutex_unlock(&cg_world_locks[CG_LOCK_STACKS]);
}

/* A seat lasts until its stack is entered, whatever its thread does. */
static void
enter_others(void)
{
	struct cg_seat *seat;

	cg_mutex_lock(&cg_world_locks[CG_LOCK_STACKS]);
	while ((seat = cg_recorder_find_stack()))
		enter_kept(seat);
	cg_mutex_unlock(&cg_world_locks[CG_LOCK_STACKS]);
}

void
cg_prefill_drop(struct cg_seat *seat)
{
	stack_free(seat->stack);
	seat->stack = NULL;
}

void
cg_prefill_all(void)
{
	struct cg_stack *own = stack_of(cg_frame_current(cg_tstate()));
	struct cg_thread *th = own ? cg_recorder_seat(first_of(own)) : NULL;

	if (th)
		enter(th, own);
	stack_free(own);
	enter_others();
}

struct cg_thread *
cg_prefill_here(cg_frame *frame)
{
	struct cg_stack *stack = stack_of(frame);
	struct cg_thread *th = stack ? cg_recorder_attach(first_of(stack)) : NULL;

	if (th)
		enter(th, stack);
	stack_free(stack);
	return th;
}

void
cg_prefill_greenlet(struct cg_thread *th, cg_frame *frame)
{
	struct cg_stack *stack = stack_of(frame);

	for (size_t i = 0; stack && i < stack->count; i++)
		cg_hooks_reach(stack->open[i].code);
	if (stack)
		enter(th, stack);
	stack_free(stack);
}

void
cg_prefill_hide(void)
{
	struct cg_stack *stack = stack_of(cg_frame_current(cg_tstate()));
	struct cg_thread *th = stack ? cg_recorder_seat(first_of(stack)) : NULL;

	if (th)
		cg_before_hidden(th, (uint32_t)stack->count);
	stack_free(stack);
}
