/*
 * Walking the stacks of all threads.
 *
 * The idea to know: the interpreter links frames innermost first, the collector wants them
 * outermost first, so their addresses are gathered and read backwards.
 */
#include "prefill.h"

#include "base/alloc.h"
#include "events.h"
#include "hooks.h"

struct stack {
	cg_frame **frames; /* innermost first */
	size_t count, cap;
};

/* The package's own frames are left out, and what a closed one has called. */
static bool
gather(struct stack *stack, cg_frame *frame)
{
	stack->count = 0;
	for (; frame; frame = cg_frame_below(frame)) {
		if (cg_frame_is_incomplete(frame))
			continue;
		if (cg_frame_code(frame)->co_flags & CG_CO_CLOSED)
			stack->count = 0;
		if (cg_code_is_own(cg_frame_code(frame)))
			continue;
		if (cg_grow(&stack->frames, &stack->cap, stack->count + 1,
		            sizeof *stack->frames) != CG_OK)
			return false;
		stack->frames[stack->count++] = frame;
	}
	return true;
}

static void
enter(struct cg_thread *th, const cg_frame *frame)
{
	PyCodeObject *code = cg_frame_code(frame);

	cg_here.frame = frame;
	if (cg_code_suspends(code))
		cg_before_suspendable(th, cg_code_key(code), cg_code_kind(code),
		                      cg_frame_id(frame), cg_frame_delegator(frame));
	else
		cg_before_plain(th, cg_code_key(code));
	cg_here.frame = NULL;
}

static void
enter_all(struct cg_thread *th, struct stack *stack)
{
	while (stack->count > 0)
		enter(th, stack->frames[--stack->count]);
}

static struct cg_thread *
attach(PyThreadState *tstate, PyCodeObject *first)
{
	if (tstate == cg_tstate())
		return cg_recorder_seat(first);
	return cg_recorder_attach_other(tstate, first);
}

static void
prefill(struct stack *stack, PyThreadState *tstate)
{
	struct cg_thread *th;

	if (!gather(stack, cg_frame_current(tstate))) {
		cg_collector_lose(cg_recorder.collector);
		return;
	}
	if (stack->count == 0)
		return;
	th = attach(tstate, cg_frame_code(stack->frames[stack->count - 1]));
	if (th)
		enter_all(th, stack);
}

struct cg_thread *
cg_prefill_here(cg_frame *frame)
{
	struct stack stack = {NULL, 0, 0};
	struct cg_thread *th = NULL;

	if (!gather(&stack, frame))
		cg_collector_lose(cg_recorder.collector);
	else if (stack.count > 0)
		th = cg_recorder_attach(cg_frame_code(stack.frames[stack.count - 1]));
	if (th)
		enter_all(th, &stack);
	cg_free(stack.frames);
	return th;
}

void
cg_prefill_greenlet(struct cg_thread *th, cg_frame *frame)
{
	struct stack stack = {NULL, 0, 0};

	if (!gather(&stack, frame))
		cg_collector_lose(cg_recorder.collector);
	for (size_t i = 0; i < stack.count; i++)
		cg_hooks_reach(cg_frame_code(stack.frames[i]));
	enter_all(th, &stack);
	cg_free(stack.frames);
}

void
cg_prefill_hide(void)
{
	PyThreadState *tstate = cg_tstate();
	struct stack stack = {NULL, 0, 0};
	struct cg_thread *th;

	if (gather(&stack, cg_frame_current(tstate)) && stack.count > 0) {
		th = attach(tstate, cg_frame_code(stack.frames[stack.count - 1]));
		if (th)
			cg_before_hidden(th, (uint32_t)stack.count);
	}
	cg_free(stack.frames);
}

void
cg_prefill_threads(void)
{
	PyThreadState *tstate = PyInterpreterState_ThreadHead(PyInterpreterState_Get());
	struct stack stack = {NULL, 0, 0};

	for (; tstate; tstate = PyThreadState_Next(tstate))
		prefill(&stack, tstate);
	cg_free(stack.frames);
}
