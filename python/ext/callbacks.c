/*
 * Callbacks of sys.monitoring.
 *
 * The idea to know: what happens most is told at once; everything else is out of line and
 * the last thing that is called, so that the common path has no stack frame of its own. No
 * frame object is made: the frame is the thread state's current one.
 */
#include "compat.h"

#if CG_HAVE_MONITORING
#include "callbacks.h"

#include "events.h"
#include "filter.h"
#include "origins.h"
#include "sites.h"
#include "takeover.h"

#include <stddef.h>

/* What a callback is given, by position. */
enum { ARG_CODE, ARG_OFFSET, ARG_VALUE, ARG_CALLABLE = ARG_VALUE, ARG_SELF };

struct cg_sentinels cg_sentinels;

#define CALLBACK(name)                                                          \
	static PyObject *name(PyObject *self, PyObject *const *args, size_t nargsf, \
	                      PyObject *kwnames)
#define UNUSED_ARGS ((void)self, (void)nargsf, (void)kwnames)

/* The callbacks of what is told at once: one for each quick clock, so that none is asked. */
#define QUICK(event)               \
	CALLBACK(on_##event)           \
	{                              \
		UNUSED_ARGS;               \
		return event(args, false); \
	}                              \
	CALLBACK(coarse_##event)       \
	{                              \
		UNUSED_ARGS;               \
		return event(args, true);  \
	}

static inline PyCodeObject *
code_of(PyObject *const *args)
{
	return (PyCodeObject *)args[ARG_CODE];
}

/* That of the event: on top, and none of the interpreter's own. */
static inline cg_frame *
frame_here(void)
{
	return cg_frame_top(cg_tstate());
}

static CG_NOINLINE PyObject *
enter_other(struct cg_thread *th, uint64_t key, uint64_t tick)
{
	cg_enter_slow(th, key, tick);
	Py_RETURN_NONE;
}

static CG_NOINLINE PyObject *
leave_other(struct cg_thread *th, uint64_t key, uint64_t tick)
{
	cg_leave_slow(th, key, false, tick);
	Py_RETURN_NONE;
}

static inline void
check_sites(PyCodeObject *code)
{
	if (CG_UNLIKELY(cg_sites_rest_in(code)))
		cg_sites_check(code, frame_here());
}

static CG_NOINLINE PyObject *
start_other(PyCodeObject *code)
{
	struct cg_thread *th = cg_recorder_thread(code);

	check_sites(code);
	if (th && cg_code_is_plain(code))
		cg_enter(th, cg_code_key(code), cg_recorder_tick());
	else if (th && !cg_code_is_own(code))
		cg_on_start(th, code, frame_here());
	Py_RETURN_NONE;
}

static CG_ALWAYS_INLINE PyObject *
start_plain(PyCodeObject *code, bool coarse)
{
	uint64_t tick = cg_quick_tick(coarse);

	if (CG_UNLIKELY(!cg_try_enter(cg_here.thread, cg_code_key(code), tick)))
		return enter_other(cg_here.thread, cg_code_key(code), tick);
	Py_RETURN_NONE;
}

/* The same of code that calls where it is not told. */
static CG_NOINLINE PyObject *
start_checked(PyCodeObject *code)
{
	cg_sites_check(code, frame_here());
	return start_plain(code, false);
}

static CG_NOINLINE PyObject *
start_checked_coarse(PyCodeObject *code)
{
	cg_sites_check(code, frame_here());
	return start_plain(code, true);
}

static CG_ALWAYS_INLINE PyObject *
py_start(PyObject *const *args, bool coarse)
{
	PyCodeObject *code = code_of(args);

	if (!cg_recorder_is_quick() || CG_UNLIKELY(!cg_code_is_plain(code)))
		return start_other(code);
	if (CG_UNLIKELY(cg_sites_rest_in(code)))
		return coarse ? start_checked_coarse(code) : start_checked(code);
	return start_plain(code, coarse);
}

QUICK(py_start)

static CG_NOINLINE PyObject *
resume_other(PyCodeObject *code)
{
	struct cg_thread *th = cg_recorder_thread(code);

	check_sites(code);
	if (th && !cg_code_is_own(code))
		cg_on_resume(th, code, frame_here());
	Py_RETURN_NONE;
}

static CG_NOINLINE PyObject *
resume_generator(PyCodeObject *code, const cg_frame *frame, uint64_t tick)
{
	cg_resume_slow(cg_here.thread, cg_code_key(code), CG_KIND_GENERATOR,
	               cg_frame_id(frame), 0, tick);
	Py_RETURN_NONE;
}

/* The step of a generator that a plain call asks for is told at once. */
static CG_ALWAYS_INLINE PyObject *
py_resume(PyObject *const *args, bool coarse)
{
	PyCodeObject *code = code_of(args);
	const cg_frame *frame;
	uint64_t tick;

	if (!cg_recorder_is_quick() || !cg_code_is_generator(code) ||
	    CG_UNLIKELY(cg_sites_rest_in(code)) || cg_act_on_top(cg_here.thread))
		return resume_other(code);
	frame = frame_here();
	tick = cg_quick_tick(coarse);
	if (CG_UNLIKELY(
			!cg_try_resume(cg_here.thread, cg_code_key(code), cg_frame_id(frame), tick)))
		return resume_generator(code, frame, tick);
	Py_RETURN_NONE;
}

QUICK(py_resume)

CALLBACK(on_py_throw)
{
	PyCodeObject *code = code_of(args);
	struct cg_thread *th = cg_recorder_thread(code);
	bool fresh;

	UNUSED_ARGS;
	check_sites(code);
	if (!th || cg_code_is_own(code))
		Py_RETURN_NONE;
	fresh = cg_code_is_fresh_at(code, PyLong_AsLong(args[ARG_OFFSET]));
	if (fresh && Py_IS_TYPE(args[ARG_VALUE], (PyTypeObject *)PyExc_GeneratorExit))
		cg_here.ignored = frame_here(); /* aclose() before the start */
	else
		cg_on_throw(th, code, frame_here(), fresh);
	Py_RETURN_NONE;
}

static CG_NOINLINE PyObject *
yield_other(PyObject *const *args)
{
	PyCodeObject *code = code_of(args);
	struct cg_thread *th = cg_recorder_thread(code);

	if (th && !cg_code_is_own(code))
		cg_on_yield(th, code, frame_here(), args[ARG_VALUE]);
	Py_RETURN_NONE;
}

static CG_NOINLINE PyObject *
yield_generator(const cg_frame *frame, PyObject *value, uint64_t tick)
{
	cg_suspend_slow(cg_here.thread, cg_frame_id(frame), (uint64_t)(uintptr_t)value, false,
	                tick);
	Py_RETURN_NONE;
}

/* What may pass on the yield of another one is not told at once. */
static CG_ALWAYS_INLINE PyObject *
py_yield(PyObject *const *args, bool coarse)
{
	PyObject *value = args[ARG_VALUE];
	const cg_frame *frame;
	uint64_t tick;

	if (!cg_recorder_is_quick() || !cg_code_is_generator(code_of(args)) ||
	    cg_here.thread->last_event == CG_LAST_SUSPEND)
		return yield_other(args);
	frame = frame_here();
	tick = cg_quick_tick(coarse);
	if (CG_UNLIKELY(!cg_try_suspend(cg_here.thread, cg_frame_id(frame),
	                                (uint64_t)(uintptr_t)value, tick)))
		return yield_generator(frame, value, tick);
	Py_RETURN_NONE;
}

QUICK(py_yield)

/* It returned `value`, or unwinds when that is NULL. */
static CG_NOINLINE PyObject *
end_other(PyCodeObject *code, PyObject *value)
{
	struct cg_thread *th = cg_recorder_thread(code);
	const cg_frame *frame;

	if (!th || cg_code_is_own(code))
		Py_RETURN_NONE;
	if (cg_code_is_plain(code)) {
		cg_on_plain_leave(th, code, value);
		Py_RETURN_NONE;
	}
	frame = frame_here();
	if (!cg_is_ignored(frame))
		cg_on_leave(th, frame, value);
	Py_RETURN_NONE;
}

static CG_ALWAYS_INLINE PyObject *
py_return(PyObject *const *args, bool coarse)
{
	PyCodeObject *code = code_of(args);
	PyObject *value = args[ARG_VALUE];
	uint64_t tick;

	if (!cg_recorder_is_quick() || CG_UNLIKELY(!cg_code_is_plain(code)) ||
	    CG_UNLIKELY(cg_may_be_task(value)))
		return end_other(code, value);
	tick = cg_quick_tick(coarse);
	if (CG_UNLIKELY(!cg_try_leave(cg_here.thread, cg_code_key(code), false, tick)))
		return leave_other(cg_here.thread, cg_code_key(code), tick);
	Py_RETURN_NONE;
}

QUICK(py_return)

CALLBACK(on_py_unwind)
{
	UNUSED_ARGS;
	return end_other(code_of(args), NULL);
}

/* The key of the C function that a CALL, C_RETURN or C_RAISE is about, or 0. */
static inline uint64_t
callee_key(PyObject *const *args)
{
	return cg_builtin_key(args[ARG_CALLABLE], args[ARG_SELF] != cg_sentinels.missing);
}

/* The same in the common cases, else 0: then callee_key is to be asked. */
static inline uint64_t
common_key(PyObject *const *args)
{
	PyObject *callable = args[ARG_CALLABLE];
	PyTypeObject *type = Py_TYPE(callable);
	const PyMethodDef *def;

	if (type == &PyCFunction_Type)
		def = ((PyCFunctionObject *)callable)->m_ml;
	else if (type == &PyMethodDescr_Type && args[ARG_SELF] != cg_sentinels.missing)
		def = ((PyMethodDescrObject *)callable)->d_method;
	else
		return 0;
	return (uint64_t)(uintptr_t)def | CG_KEY_BUILTIN;
}

/* A class is called, or something else that is neither Python's nor C's function. */
static void
class_called(PyObject *const *args)
{
	PyObject *callable = args[ARG_CALLABLE];
	struct cg_thread *th;

	if (!PyType_Check(callable) || !cg_tasks_known())
		return;
	th = cg_recorder_thread(code_of(args));
	if (th)
		cg_class_called(th, (PyTypeObject *)callable, args[ARG_SELF]);
}

static void
c_called(PyObject *const *args, uint64_t key)
{
	struct cg_thread *th = cg_recorder_thread(code_of(args));

	if (!th)
		return;
	cg_here.callable = args[ARG_CALLABLE];
	if (cg_takeover_may_be(key))
		cg_takeover_begin(key);
	if (cg_origin_may_be(key))
		cg_origin_calling(th, args[ARG_SELF]);
	cg_enter(th, key, cg_recorder_tick());
}

static CG_NOINLINE PyObject *
call_other(PyObject *const *args)
{
	uint64_t key = callee_key(args);

	if (key)
		c_called(args, key);
	else
		class_called(args);
	Py_RETURN_NONE;
}

/* A Python function is called at a place that may not need to tell of that any more. */
static CG_NOINLINE PyObject *
call_judged(PyObject *const *args)
{
	bool rests = cg_site_may_rest(code_of(args), args[ARG_OFFSET], args[ARG_CALLABLE]);

	return Py_NewRef(rests ? cg_sentinels.disable : Py_None);
}

static CG_ALWAYS_INLINE PyObject *
call(PyObject *const *args, bool coarse)
{
	PyObject *callable = args[ARG_CALLABLE];
	uint64_t key, tick;

	/* no clock for a Python callee: its start follows at once */
	if (Py_IS_TYPE(callable, &PyFunction_Type)) {
		if (CG_UNLIKELY(cg_site_is_due(code_of(args), args[ARG_OFFSET])))
			return call_judged(args);
		Py_RETURN_NONE;
	}
	if (Py_IS_TYPE(callable, &PyMethod_Type))
		Py_RETURN_NONE;
	key = common_key(args);
	if (!key || !cg_recorder_is_quick() || CG_UNLIKELY(cg_takeover_may_be(key)) ||
	    (!CG_HAVE_GIL && CG_UNLIKELY(cg_origin_may_be(key))))
		return call_other(args);
	cg_here.callable = callable;
	tick = cg_quick_tick(coarse);
	if (CG_UNLIKELY(!cg_try_enter(cg_here.thread, key, tick)))
		return enter_other(cg_here.thread, key, tick);
	Py_RETURN_NONE;
}

QUICK(call)

static CG_NOINLINE PyObject *
c_other(PyObject *const *args, bool raised)
{
	uint64_t key = callee_key(args);
	struct cg_thread *th = key ? cg_recorder_thread(code_of(args)) : NULL;

	if (!th)
		Py_RETURN_NONE;
	cg_leave(th, key, raised, cg_recorder_tick());
	if (CG_UNLIKELY(cg_origin_may_be(key)) && !raised)
		cg_origin_returned(th, key);
	Py_RETURN_NONE;
}

static CG_ALWAYS_INLINE PyObject *
c_return(PyObject *const *args, bool coarse)
{
	uint64_t key = common_key(args), tick;

	if (!key || !cg_recorder_is_quick() || CG_UNLIKELY(cg_origin_may_be(key)))
		return c_other(args, false);
	tick = cg_quick_tick(coarse);
	if (CG_UNLIKELY(!cg_try_leave(cg_here.thread, key, false, tick)))
		return leave_other(cg_here.thread, key, tick);
	Py_RETURN_NONE;
}

QUICK(c_return)

CALLBACK(on_c_raise)
{
	UNUSED_ARGS;
	if (CG_UNLIKELY(cg_takeover_may_be(callee_key(args))))
		cg_takeover_fail();
	return c_other(args, true);
}

/*
 * With globs these stand before the callbacks above. A place in code that is left out is
 * switched off at its first event, but for those that make tasks: their creators are known
 * by them. Events of exceptions and ends of C functions cannot be switched off.
 */
static inline bool
is_left_out(PyCodeObject *code)
{
	uint64_t key = cg_code_key(code);
	const struct cg_thread *th = cg_here.thread;
	const struct cg_img_node *on, *next;

	if (!cg_recorder.collector)
		return false;
	if (CG_LIKELY(cg_here.epoch == cg_recorder.epoch)) {
		/* what has a node here is recorded: no need to look further */
		on = th->current;
		next = cg_image_at(th->base, on->last_child);
		if ((on->key & ~(uint64_t)CG_KEY_EDGE) == key ||
		    (next->key & ~(uint64_t)CG_KEY_EDGE) == key)
			return false;
	}
	return cg_filter_meets(code);
}

static inline PyObject *
pass_on(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
	return ((struct cg_callback *)self)->inner(self, args, nargsf, kwnames);
}

CALLBACK(filtered_place)
{
	if (is_left_out(code_of(args)))
		return Py_NewRef(cg_sentinels.disable);
	return pass_on(self, args, nargsf, kwnames);
}

CALLBACK(filtered_event)
{
	if (is_left_out(code_of(args)))
		Py_RETURN_NONE;
	return pass_on(self, args, nargsf, kwnames);
}

CALLBACK(filtered_return)
{
	struct cg_thread *th;

	if (!is_left_out(code_of(args)))
		return pass_on(self, args, nargsf, kwnames);
	if (!cg_may_be_task(args[ARG_VALUE]))
		return Py_NewRef(cg_sentinels.disable);
	if ((th = cg_recorder_own()))
		cg_task_returned(th, args[ARG_VALUE]);
	Py_RETURN_NONE;
}

/* Does what is called tell more than its own time: of a task, a thread, another profiler? */
static bool
tells_more(PyObject *const *args)
{
	PyObject *callable = args[ARG_CALLABLE];
	uint64_t key = callee_key(args);

	if (!key)
		return PyType_Check(callable) && cg_is_task_class((PyTypeObject *)callable);
	return cg_takeover_may_be(key) || cg_origin_may_be(key);
}

CALLBACK(filtered_call)
{
	struct cg_thread *th;
	uint64_t key;

	if (!is_left_out(code_of(args)))
		return pass_on(self, args, nargsf, kwnames);
	if (!tells_more(args))
		return Py_NewRef(cg_sentinels.disable);
	key = callee_key(args);
	if (!key && (th = cg_recorder_own()))
		cg_class_called(th, (PyTypeObject *)args[ARG_CALLABLE], args[ARG_SELF]);
	else if (key && cg_takeover_may_be(key))
		cg_takeover_begin(key);
	Py_RETURN_NONE;
}

CALLBACK(filtered_c_return)
{
	uint64_t key = callee_key(args);
	struct cg_thread *th;

	if (!is_left_out(code_of(args)))
		return pass_on(self, args, nargsf, kwnames);
	if (cg_origin_may_be(key) && (th = cg_recorder_own()))
		cg_origin_returned(th, key);
	Py_RETURN_NONE;
}

CALLBACK(filtered_c_raise)
{
	if (!is_left_out(code_of(args)))
		return pass_on(self, args, nargsf, kwnames);
	if (cg_takeover_may_be(callee_key(args)))
		cg_takeover_fail();
	Py_RETURN_NONE;
}

const struct cg_event cg_events[CG_EVENTS] = {
	{"PY_START", on_py_start, coarse_py_start, filtered_place, false, true},
	{"PY_RESUME", on_py_resume, coarse_py_resume, filtered_place, false, true},
	{"PY_THROW", on_py_throw, on_py_throw, filtered_event, false, false},
	{"PY_YIELD", on_py_yield, coarse_py_yield, filtered_place, false, true},
	{"PY_RETURN", on_py_return, coarse_py_return, filtered_return, false, true},
	{"PY_UNWIND", on_py_unwind, on_py_unwind, filtered_event, false, false},
	{"CALL", on_call, coarse_call, filtered_call, true, true},
	{"C_RETURN", on_c_return, coarse_c_return, filtered_c_return, true, true},
	{"C_RAISE", on_c_raise, on_c_raise, filtered_c_raise, true, true},
};
#endif
