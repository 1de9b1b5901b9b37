/*
 * Hooks of 3.9 to 3.11: a C profile function on every thread.
 *
 * The ideas to know. An event says neither whether a frame starts, resumes or is thrown
 * into, nor whether it yields or returns; where its frame stands and its generator's state
 * do, and before 3.11 the evaluator of frames, which alone is told of a throw. And a profile function belongs to one thread, so new threads are looked for: when
 * _thread.start_new_thread returns, and now and then for those that C code makes. Where
 * the program's own profile function took the place of ours, it is taken back as soon as it
 * is free; an audit hook tells of that.
 */
#include "compat.h"

#if !CG_HAVE_MONITORING
#include "hooks.h"

#include "events.h"
#include "failure.h"
#include "filter.h"
#include "lookup.h"
#include "origins.h"
#include "prefill.h"

#include <string.h>

static struct {
	bool on;
	bool builtins;
	PyCFunction new_thread; /* what _thread.start_new_thread calls */
	int64_t scan_interval;  /* ticks */
	uint64_t last_scan;
	bool audits;         /* the audit hook is there, for good */
	PyThreadState *deaf; /* gets no events until scan_again, or NULL */
} armed;

#if CG_EVALUATOR_TELLS_THROW
/* What evaluates frames in the end: the interpreter's function, or another tool's. */
static _PyFrameEvalFunction evaluator = _PyEval_EvalFrameDefault;

/* Note what is thrown into, for the event that follows. */
static PyObject *
evaluate(PyThreadState *tstate, cg_frame *frame, int throwing)
{
	cg_here.thrown = throwing ? frame : NULL;
	cg_here.closing = throwing && cg_tstate_is_closing(tstate);
	return evaluator(tstate, frame, throwing);
}

static void
set_evaluator(bool on)
{
	PyInterpreterState *interp = PyInterpreterState_Main();
	_PyFrameEvalFunction now = _PyInterpreterState_GetEvalFrameFunc(interp);

	if (on && now != evaluate) {
		evaluator = now;
		_PyInterpreterState_SetEvalFrameFunc(interp, evaluate);
	} else if (!on && now == evaluate) {
		_PyInterpreterState_SetEvalFrameFunc(interp, evaluator);
	}
}

static inline bool
is_thrown(const cg_frame *frame)
{
	return cg_here.thrown == frame;
}

/* Is a generator that has never run being closed, and not thrown into? */
static bool
is_closed_fresh(const PyCodeObject *code, const cg_frame *frame)
{
	(void)code;
	(void)frame;
	return cg_here.closing;
}
#else
static void
set_evaluator(bool on)
{
	(void)on;
}

static inline bool
is_thrown(const cg_frame *frame)
{
	(void)frame;
	return false;
}

/*
 * Is a generator that has never run being closed, and not thrown into? The exception is
 * out of reach, so: by what C function is it entered? Without one it is thrown into by C
 * code, or dropped; a coroutine that is dropped so early is never entered.
 */
static bool
is_closed_fresh(const PyCodeObject *code, const cg_frame *frame)
{
	PyObject *callable = cg_here.callable;

	if (callable && PyCFunction_Check(callable) &&
	    PyCFunction_GET_SELF(callable) == (PyObject *)cg_frame_generator(frame))
		return strcmp(((PyCFunctionObject *)callable)->m_ml->ml_name, "throw") != 0;
	return !(code->co_flags & CO_COROUTINE);
}
#endif

static int on_event(PyObject *self, PyFrameObject *frame_object, int what, PyObject *arg);
static int on_event_filtered(PyObject *self, PyFrameObject *frame_object, int what,
                             PyObject *arg);
static int on_event_coarse(PyObject *self, PyFrameObject *frame_object, int what,
                           PyObject *arg);

/* Is this profile function one of ours? */
static bool
is_ours(Py_tracefunc function)
{
	return function == on_event || function == on_event_coarse ||
	       function == on_event_filtered;
}

/* The one for this recording. */
static Py_tracefunc
hook(void)
{
	if (cg_filter_on)
		return on_event_filtered;
	return cg_recorder.clock == CG_CLOCK_COARSE ? on_event_coarse : on_event;
}

/*
 * Set it where no profile function is, or take it off where ours is. By hand: the
 * interpreter's own way would tell the program's audit hooks, and fail where the program
 * is about to set one.
 */
static void
set_thread(PyThreadState *tstate, bool on)
{
	if (on ? tstate->c_profilefunc != NULL : !is_ours(tstate->c_profilefunc))
		return;
	if (on)
		tstate->c_profilefunc = hook();
	else
		tstate->c_profilefunc = NULL;
	cg_tstate_update_tracing(tstate);
}

static void
set_threads(bool on)
{
	PyThreadState *tstate = PyInterpreterState_ThreadHead(PyInterpreterState_Get());

	for (; tstate; tstate = PyThreadState_Next(tstate))
		set_thread(tstate, on);
}

/* Threads with a record but without our function have lost it to another. */
static void
mark_lost(void)
{
	PyThreadState *tstate = PyInterpreterState_ThreadHead(PyInterpreterState_Get());

	for (; tstate; tstate = PyThreadState_Next(tstate))
		if (!is_ours(tstate->c_profilefunc))
			cg_recorder_mark_lost(tstate);
}

static void
scan_threads(uint64_t tick)
{
	armed.last_scan = tick;
	mark_lost();
	set_threads(true);
}

/* A pending call: the program has set or removed a profile function. */
static int
scan_again(void *arg)
{
	PyThreadState *tstate = cg_tstate();

	(void)arg;
	if (armed.deaf && armed.deaf == tstate) {
		armed.deaf = NULL;
		tstate->tracing--;
		cg_tstate_update_tracing(tstate);
	}
	if (armed.on)
		scan_threads(cg_recorder_tick());
	return 0;
}

/*
 * The program is about to take this thread's events. Its function must not see the return
 * of the call that sets it, which the interpreter only tells because we are here: so the
 * thread is deaf until the pending call, which follows at once, in the main thread.
 */
static void
give_way(PyThreadState *tstate, bool pending)
{
	cg_recorder_mark_lost(tstate);
	if (!pending || armed.deaf || !_PyOS_IsMainThread())
		return;
	armed.deaf = tstate;
	tstate->tracing++;
}

/* It is called before the change, so the look around comes later. */
static int
on_audit(const char *event, PyObject *args, void *data)
{
	PyThreadState *tstate = cg_tstate();
	bool pending;

	(void)args;
	(void)data;
	if (!armed.on || strcmp(event, "sys.setprofile") != 0)
		return 0;
	pending = Py_AddPendingCall(scan_again, NULL) == 0; /* else the next scan sees it */
	if (tstate && is_ours(tstate->c_profilefunc))
		give_way(tstate, pending);
	return 0;
}

/*
 * The first event of a thread, or the first after it has lost some. It may be in the midst
 * of things: all its frames are open but the one that this event enters.
 */
static struct cg_thread *
join(cg_frame *frame, int what)
{
	PyCodeObject *code = cg_frame_code(frame);
	struct cg_thread *th = NULL;

	if (cg_here.closed || !cg_recorder.collector || cg_recorder_is_kept())
		return cg_recorder_attach(code);
	cg_recorder_detach();
	if (what == PyTrace_CALL)
		frame = cg_frame_below(frame);
	if (frame)
		th = cg_prefill_here(frame);
	return th ? th : cg_recorder_attach(code);
}

static inline struct cg_thread *
thread_here(cg_frame *frame, int what)
{
	if (CG_LIKELY(cg_here.epoch == cg_recorder.epoch && !cg_here.seat->lost))
		return cg_here.thread;
	return join(frame, what);
}

static void
throw_into(struct cg_thread *th, const PyCodeObject *code, const cg_frame *frame)
{
	bool fresh = cg_frame_is_fresh(frame);

	if (fresh && is_closed_fresh(code, frame))
		cg_here.ignored = frame;
	else
		cg_on_throw(th, code, frame, fresh);
}

static inline void
enter_frame(struct cg_thread *th, const PyCodeObject *code, const cg_frame *frame)
{
	if (CG_LIKELY(cg_code_is_plain(code))) {
		cg_enter(th, cg_code_key(code), cg_recorder_tick());
		return;
	}
	if (cg_code_is_own(code))
		return;
	switch (cg_frame_way_in(frame, is_thrown(frame))) {
	case CG_IN_START:
		cg_on_start(th, code, frame);
		break;
	case CG_IN_RESUME:
		cg_on_resume(th, code, frame);
		break;
	case CG_IN_THROW:
		throw_into(th, code, frame);
		break;
	}
}

static inline void
leave_frame(struct cg_thread *th, const PyCodeObject *code, const cg_frame *frame,
            PyObject *value)
{
	if (CG_LIKELY(cg_code_is_plain(code)))
		cg_on_plain_leave(th, code, value);
	else if (cg_code_is_own(code))
		return;
	else if (value && cg_frame_is_suspended(frame))
		cg_on_yield(th, code, frame, value);
	else if (!cg_is_ignored(frame))
		cg_on_leave(th, frame, value);
}

static void
leave_c(struct cg_thread *th, PyObject *callable, bool raised)
{
	uint64_t key = cg_builtin_key(callable, true);

	cg_here.callable = NULL;
	if (armed.builtins && key)
		cg_leave(th, key, raised, cg_recorder_tick());
	if (!raised && key && PyCFunction_GET_FUNCTION(callable) == armed.new_thread) {
		cg_origin_note(th);
		scan_threads(th->img->last);
	}
}

/* Code that is left out has called a C function: threads that it started are known. */
static void
left_out_returned(PyObject *callable)
{
	struct cg_thread *th;

	cg_here.callable = NULL;
	if (!PyCFunction_Check(callable) ||
	    PyCFunction_GET_FUNCTION(callable) != armed.new_thread)
		return;
	if ((th = cg_recorder_own()))
		cg_origin_note(th);
	scan_threads(cg_recorder_tick());
}

/* An event of code that is left out: what others are told by is kept. */
static int
on_left_out(int what, PyObject *arg)
{
	struct cg_thread *th;

	if (what == PyTrace_C_CALL)
		cg_here.callable = arg;
	else if (what == PyTrace_C_EXCEPTION)
		cg_here.callable = NULL;
	else if (what == PyTrace_C_RETURN)
		left_out_returned(arg);
	else if (what == PyTrace_RETURN && arg && cg_may_be_task(arg) &&
	         (th = cg_recorder_own()))
		cg_task_returned(th, arg);
	return 0;
}

/* After an event: a look around for new threads now and then. */
static inline int
done(const struct cg_thread *th)
{
	if (CG_UNLIKELY((int64_t)(th->img->last - armed.last_scan) > armed.scan_interval))
		scan_threads(th->img->last);
	return 0;
}

static CG_NOINLINE int
on_other(cg_frame *frame, int what, PyObject *arg)
{
	PyCodeObject *code = cg_frame_code(frame);
	struct cg_thread *th;
	uint64_t key;

	if (CG_UNLIKELY(cg_filter_on) && cg_recorder.collector && cg_filter_meets(code))
		return on_left_out(what, arg);
	th = thread_here(frame, what);
	if (!th)
		return 0;
	switch (what) {
	case PyTrace_CALL:
		enter_frame(th, code, frame);
		break;
	case PyTrace_RETURN:
		leave_frame(th, code, frame, arg);
		break;
	case PyTrace_C_CALL:
		cg_here.callable = arg;
		key = armed.builtins ? cg_builtin_key(arg, true) : 0;
		if (key)
			cg_enter(th, key, cg_recorder_tick());
		break;
	case PyTrace_C_RETURN:
	case PyTrace_C_EXCEPTION:
		leave_c(th, arg, what == PyTrace_C_EXCEPTION);
		break;
	default:
		break;
	}
	return done(th);
}

static CG_NOINLINE int
enter_other(struct cg_thread *th, uint64_t key, uint64_t tick)
{
	cg_enter_slow(th, key, tick);
	return done(th);
}

static CG_NOINLINE int
leave_other(struct cg_thread *th, uint64_t key, uint64_t tick)
{
	cg_leave_slow(th, key, false, tick);
	return done(th);
}

/* What can suspend starts, goes on, yields or ends; or the package's own code runs. */
static CG_NOINLINE int
step_other(struct cg_thread *th, cg_frame *frame, int what, PyObject *arg)
{
	if (what == PyTrace_CALL)
		enter_frame(th, cg_frame_code(frame), frame);
	else
		leave_frame(th, cg_frame_code(frame), frame, arg);
	return done(th);
}

static CG_ALWAYS_INLINE int
enter_quick(uint64_t key, bool coarse)
{
	struct cg_thread *th = cg_here.thread;
	uint64_t tick = cg_quick_tick(coarse);

	return CG_LIKELY(cg_try_enter(th, key, tick)) ? 0 : enter_other(th, key, tick);
}

static CG_ALWAYS_INLINE int
leave_quick(uint64_t key, bool coarse)
{
	struct cg_thread *th = cg_here.thread;
	uint64_t tick = cg_quick_tick(coarse);

	return CG_LIKELY(cg_try_leave(th, key, false, tick)) ? done(th)
	                                                     : leave_other(th, key, tick);
}

/* A call of a Python function, or its end. */
static CG_ALWAYS_INLINE int
on_python(cg_frame *frame, int what, PyObject *arg, bool coarse)
{
	const PyCodeObject *code = cg_frame_code(frame);

	if (!cg_code_is_plain(code))
		return step_other(cg_here.thread, frame, what, arg);
	/* no look around here: the next event comes soon, be it that of a C function that waits */
	if (what == PyTrace_CALL)
		return enter_quick(cg_code_key(code), coarse);
	if (arg && (arg == Py_None || !cg_may_be_task(arg)))
		return leave_quick(cg_code_key(code), coarse);
	return on_other(frame, what, arg);
}

/* What happens most is told here; the rest is out of line, and the last that is called. */
static CG_ALWAYS_INLINE int
on_any_event(PyFrameObject *frame_object, int what, PyObject *arg, bool coarse)
{
	cg_frame *frame = cg_frame_of_object(frame_object);
	uint64_t key;

	if (!cg_recorder_is_quick() || CG_UNLIKELY(cg_here.seat->lost))
		return on_other(frame, what, arg);
	if (what == PyTrace_CALL || what == PyTrace_RETURN)
		return on_python(frame, what, arg, coarse);
	if (!armed.builtins || (what != PyTrace_C_CALL && what != PyTrace_C_RETURN) ||
	    !Py_IS_TYPE(arg, &PyCFunction_Type) ||
	    CG_UNLIKELY(PyCFunction_GET_FUNCTION(arg) == armed.new_thread))
		return on_other(frame, what, arg);
	key = (uint64_t)(uintptr_t)((PyCFunctionObject *)arg)->m_ml | CG_KEY_BUILTIN;
	cg_here.callable = what == PyTrace_C_CALL ? arg : NULL;
	if (what == PyTrace_C_RETURN)
		return leave_quick(key, coarse);
	enter_quick(key, coarse);
	return done(cg_here.thread);
}

static int
on_event(PyObject *self, PyFrameObject *frame_object, int what, PyObject *arg)
{
	(void)self;
	return on_any_event(frame_object, what, arg, false);
}

static int
on_event_coarse(PyObject *self, PyFrameObject *frame_object, int what, PyObject *arg)
{
	(void)self;
	return on_any_event(frame_object, what, arg, true);
}

static int
on_event_filtered(PyObject *self, PyFrameObject *frame_object, int what, PyObject *arg)
{
	(void)self;
	return on_other(cg_frame_of_object(frame_object), what, arg);
}

static PyCFunction
new_thread_function(void)
{
	PyObject *start = cg_lookup_global("_thread", "start_new_thread");
	PyCFunction function = NULL;

	if (start && PyCFunction_Check(start))
		function = PyCFunction_GET_FUNCTION(start);
	Py_XDECREF(start);
	return function;
}

int
cg_hooks_arm(bool builtins)
{
	if (cg_tstate()->c_profilefunc) {
		return cg_failure_set("another profiler is active in this thread: stop it first");
	}
	if (!armed.audits && PySys_AddAuditHook(on_audit, NULL) < 0)
		return -1;
	armed.audits = true;
	armed.builtins = builtins;
	armed.new_thread = new_thread_function();
	armed.scan_interval = (int64_t)(10 * cg_recorder.ms);
	armed.last_scan = cg_recorder_tick();
	armed.on = true;
	set_evaluator(true);
	set_threads(true);
	return 0;
}

/* An event tells its frame's code, and the frames of these codes are all that is called. */
int
cg_hooks_arm_for(PyObject *const *codes, size_t count, bool builtins)
{
	(void)codes;
	(void)count;
	armed.builtins = builtins;
	armed.new_thread = NULL;
	armed.scan_interval = INT64_MAX;
	armed.on = true;
	set_evaluator(true);
	set_thread(cg_tstate(), true);
	return 0;
}

/* Events are the thread's, whatever code runs on it. */
void
cg_hooks_reach(PyCodeObject *code)
{
	(void)code;
}

bool
cg_hooks_alone(void)
{
	const PyThreadState *tstate = cg_tstate();

	return !tstate->c_tracefunc && !tstate->c_profilefunc;
}

void
cg_hooks_disarm(void)
{
	if (!armed.on)
		return;
	armed.on = false;
	if (cg_recorder.collector)
		mark_lost();
	set_evaluator(false);
	set_threads(false);
}
#endif
