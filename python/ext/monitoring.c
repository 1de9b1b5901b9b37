/*
 * Hooks of 3.12 and newer: sys.monitoring.
 *
 * The idea to know: a callback is a small object with a vectorcall function, one for each
 * event, which is the cheapest thing that the interpreter can call. No frame object is
 * made: the frame is the thread state's current one.
 */
#include "compat.h"

#if CG_HAVE_MONITORING
#include "hooks.h"

#include "events.h"
#include "failure.h"
#include "filter.h"
#include "origins.h"
#include "takeover.h"

#include <stddef.h>

/* What a callback is given, by position. */
enum { ARG_CODE, ARG_OFFSET, ARG_VALUE, ARG_CALLABLE = ARG_VALUE, ARG_SELF };

struct callback {
	PyObject head;
	vectorcallfunc call;
	vectorcallfunc inner; /* what a callback of filtered_ leaves the rest to */
};

static struct {
	PyObject *monitoring; /* sys.monitoring, owned while armed */
	PyObject *missing;    /* sys.monitoring.MISSING, borrowed from it */
	PyObject *disable;    /* the same of DISABLE */
	int tool;
	bool stale; /* places that were switched off may be so still */
} armed;

#define CALLBACK(name)                                                          \
	static PyObject *name(PyObject *self, PyObject *const *args, size_t nargsf, \
	                      PyObject *kwnames)
#define UNUSED_ARGS ((void)self, (void)nargsf, (void)kwnames)

static inline PyCodeObject *
code_of(PyObject *const *args)
{
	return (PyCodeObject *)args[ARG_CODE];
}

static inline cg_frame *
frame_here(void)
{
	return cg_frame_current(cg_tstate());
}

/*
 * What happens most is told at once; everything else is out of line, so that the common
 * path has no stack frame of its own.
 */
static CG_NOINLINE void
start_other(PyCodeObject *code)
{
	struct cg_thread *th = cg_recorder_thread(code);

	if (th && cg_code_is_plain(code))
		cg_enter(th, cg_code_key(code), cg_recorder_tick());
	else if (th && !cg_code_is_own(code))
		cg_on_start(th, code, frame_here());
}

CALLBACK(on_py_start)
{
	PyCodeObject *code = code_of(args);

	UNUSED_ARGS;
	if (cg_recorder_is_quick() && CG_LIKELY(cg_code_is_plain(code)))
		cg_enter(cg_here.thread, cg_code_key(code), cg_ticks_counter());
	else
		start_other(code);
	Py_RETURN_NONE;
}

CALLBACK(on_py_resume)
{
	PyCodeObject *code = code_of(args);
	struct cg_thread *th = cg_recorder_thread(code);

	UNUSED_ARGS;
	if (th && !cg_code_is_own(code))
		cg_on_resume(th, code, frame_here());
	Py_RETURN_NONE;
}

CALLBACK(on_py_throw)
{
	PyCodeObject *code = code_of(args);
	struct cg_thread *th = cg_recorder_thread(code);
	bool fresh;

	UNUSED_ARGS;
	if (!th || cg_code_is_own(code))
		Py_RETURN_NONE;
	fresh = cg_code_is_fresh_at(code, PyLong_AsLong(args[ARG_OFFSET]));
	if (fresh && Py_IS_TYPE(args[ARG_VALUE], (PyTypeObject *)PyExc_GeneratorExit))
		cg_here.ignored = frame_here(); /* aclose() before the start */
	else
		cg_on_throw(th, code, frame_here(), fresh);
	Py_RETURN_NONE;
}

CALLBACK(on_py_yield)
{
	PyCodeObject *code = code_of(args);
	struct cg_thread *th = cg_recorder_thread(code);

	UNUSED_ARGS;
	if (th && !cg_code_is_own(code))
		cg_on_yield(th, code, frame_here(), args[ARG_VALUE]);
	Py_RETURN_NONE;
}

/* It returned `value`, or unwinds when that is NULL. */
static CG_NOINLINE void
leave_other(PyCodeObject *code, PyObject *value)
{
	struct cg_thread *th = cg_recorder_thread(code);

	if (th && cg_code_is_plain(code))
		cg_on_plain_leave(th, code, value);
	else if (th && !cg_code_is_own(code) && !cg_is_ignored(frame_here()))
		cg_on_leave(th, frame_here(), value);
}

CALLBACK(on_py_return)
{
	PyCodeObject *code = code_of(args);
	PyObject *value = args[ARG_VALUE];

	UNUSED_ARGS;
	if (cg_recorder_is_quick() && CG_LIKELY(cg_code_is_plain(code)) &&
	    CG_LIKELY(!cg_may_be_task(value)))
		cg_leave(cg_here.thread, cg_code_key(code), false, cg_ticks_counter());
	else
		leave_other(code, value);
	Py_RETURN_NONE;
}

CALLBACK(on_py_unwind)
{
	UNUSED_ARGS;
	leave_other(code_of(args), NULL);
	Py_RETURN_NONE;
}

/* The key of the C function that a CALL, C_RETURN or C_RAISE is about, or 0. */
static inline uint64_t
callee_key(PyObject *const *args)
{
	return cg_builtin_key(args[ARG_CALLABLE], args[ARG_SELF] != armed.missing);
}

/* A class is called, or something else that is neither Python's nor C's function. */
static CG_NOINLINE void
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

static CG_NOINLINE void
c_called(PyObject *const *args, uint64_t key)
{
	struct cg_thread *th = cg_recorder_thread(code_of(args));

	if (!th)
		return;
	cg_here.callable = args[ARG_CALLABLE];
	if (cg_takeover_may_be(key))
		cg_takeover_begin(key);
	cg_enter(th, key, cg_recorder_tick());
}

CALLBACK(on_call)
{
	PyObject *callable = args[ARG_CALLABLE];
	uint64_t key;

	UNUSED_ARGS;
	/* no clock for a Python callee: its start follows at once */
	if (Py_IS_TYPE(callable, &PyFunction_Type) || Py_IS_TYPE(callable, &PyMethod_Type))
		Py_RETURN_NONE;
	key = callee_key(args);
	if (!key) {
		class_called(args);
	} else if (cg_recorder_is_quick() && CG_LIKELY(!cg_takeover_may_be(key))) {
		cg_here.callable = callable;
		cg_enter(cg_here.thread, key, cg_ticks_counter());
	} else {
		c_called(args, key);
	}
	Py_RETURN_NONE;
}

static inline void
leave_c(PyObject *const *args, bool raised)
{
	uint64_t key = callee_key(args);
	struct cg_thread *th = key ? cg_recorder_thread(code_of(args)) : NULL;

	if (!th)
		return;
	cg_leave(th, key, raised, cg_recorder_tick());
	if (CG_UNLIKELY(cg_origin_may_be(key)) && !raised)
		cg_origin_returned(th, key);
}

CALLBACK(on_c_return)
{
	UNUSED_ARGS;
	leave_c(args, false);
	Py_RETURN_NONE;
}

CALLBACK(on_c_raise)
{
	UNUSED_ARGS;
	if (CG_UNLIKELY(cg_takeover_may_be(callee_key(args))))
		cg_takeover_fail();
	leave_c(args, true);
	Py_RETURN_NONE;
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
	return ((struct callback *)self)->inner(self, args, nargsf, kwnames);
}

CALLBACK(filtered_place)
{
	if (is_left_out(code_of(args)))
		return Py_NewRef(armed.disable);
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
		return Py_NewRef(armed.disable);
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
		return Py_NewRef(armed.disable);
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

static const struct {
	const char *name;
	vectorcallfunc call;
	vectorcallfunc filtered; /* the same with globs */
	bool of_c;               /* only when C functions are recorded */
	bool local;              /* can be had for single code objects */
} events[] = {
	{"PY_START", on_py_start, filtered_place, false, true},
	{"PY_RESUME", on_py_resume, filtered_place, false, true},
	{"PY_THROW", on_py_throw, filtered_event, false, false},
	{"PY_YIELD", on_py_yield, filtered_place, false, true},
	{"PY_RETURN", on_py_return, filtered_return, false, true},
	{"PY_UNWIND", on_py_unwind, filtered_event, false, false},
	{"CALL", on_call, filtered_call, true, true},
	{"C_RETURN", on_c_return, filtered_c_return, true, true},
	{"C_RAISE", on_c_raise, filtered_c_raise, true, true},
};
enum { EVENTS = sizeof events / sizeof *events };

static void
callback_dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	PyObject_Free(self);
	Py_DECREF(type);
}

static PyMemberDef callback_members[] = {
	{"__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct callback, call), Py_READONLY,
     NULL},
	{NULL, 0, 0, 0, NULL},
};

static PyType_Slot callback_slots[] = {
	{Py_tp_dealloc, callback_dealloc},
	{Py_tp_call, PyVectorcall_Call},
	{Py_tp_members, callback_members},
	{0, NULL},
};

static PyType_Spec callback_spec = {
	.name = "corograph._corograph.Callback",
	.basicsize = sizeof(struct callback),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL |
             Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = callback_slots,
};

/* sys.monitoring.events.NAME, or -1 with an exception. */
static int
event_bit(const char *name)
{
	PyObject *all = PyObject_GetAttrString(armed.monitoring, "events");
	PyObject *bit = all ? PyObject_GetAttrString(all, name) : NULL;
	int value = bit ? (int)PyLong_AsLong(bit) : -1;

	Py_XDECREF(all);
	Py_XDECREF(bit);
	return value;
}

/* Ask a function of sys.monitoring whose result does not matter. */
static int
ask(PyObject *result)
{
	Py_XDECREF(result);
	return result ? 0 : -1;
}

static int
set_events(int bits)
{
	return ask(
		PyObject_CallMethod(armed.monitoring, "set_events", "ii", armed.tool, bits));
}

/* Places that an earlier recording switched off are to tell again. */
static int
restart_events(void)
{
	if (armed.stale &&
	    ask(PyObject_CallMethod(armed.monitoring, "restart_events", NULL)) < 0)
		return -1;
	armed.stale = cg_filter_on;
	return 0;
}

static int
set_local_events(PyObject *code, int bits)
{
	return ask(PyObject_CallMethod(armed.monitoring, "set_local_events", "iOi",
	                               armed.tool, code, bits));
}

static int
register_callback(int bit, PyObject *callback)
{
	return ask(PyObject_CallMethod(armed.monitoring, "register_callback", "iiO",
	                               armed.tool, bit, callback));
}

static int
register_call(PyTypeObject *type, int bit, size_t i)
{
	struct callback *callback = PyObject_New(struct callback, type);
	int result;

	if (!callback)
		return -1;
	callback->call = cg_filter_on ? events[i].filtered : events[i].call;
	callback->inner = events[i].call;
	result = register_callback(bit, (PyObject *)callback);
	Py_DECREF(callback);
	return result;
}

/* Register what is wanted, for all code or for some. The bits of all of it, or -1. */
static int
register_events(bool builtins, bool local)
{
	PyTypeObject *type = (PyTypeObject *)PyType_FromSpec(&callback_spec);
	int bits = 0;

	for (size_t i = 0; type && i < EVENTS; i++) {
		int bit;

		if ((events[i].of_c && !builtins) || (local && !events[i].local))
			continue;
		bit = event_bit(events[i].name);
		if (bit < 0 || register_call(type, bit, i) < 0) {
			bits = -1;
			break;
		}
		bits |= bit;
	}
	Py_XDECREF(type);
	return type ? bits : -1;
}

/* A tool number that nobody needs; the profilers' own (2) last, the program may want it. */
static int
take_tool(void)
{
	static const int tools[] = {3, 4, 2};

	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
		if (ask(PyObject_CallMethod(armed.monitoring, "use_tool_id", "is", tools[i],
		                            "corograph")) == 0) {
			armed.tool = tools[i];
			return 0;
		}
		if (!PyErr_ExceptionMatches(PyExc_ValueError))
			return -1;
		PyErr_Clear();
	}
	return cg_failure_set("other tools use numbers 2, 3 and 4 of sys.monitoring: "
	                      "stop one of them");
}

/* Is the tool's number still ours? Some tools take it without asking. */
static bool
owns_tool(void)
{
	PyObject *name = PyObject_CallMethod(armed.monitoring, "get_tool", "i", armed.tool);
	bool ours = name && PyUnicode_Check(name) &&
	            PyUnicode_CompareWithASCIIString(name, "corograph") == 0;

	Py_XDECREF(name);
	PyErr_Clear();
	return ours;
}

static void
release_tool(void)
{
	if (owns_tool()) {
		set_events(0);
		for (size_t i = 0; i < EVENTS; i++)
			register_callback(event_bit(events[i].name), Py_None);
		ask(PyObject_CallMethod(armed.monitoring, "free_tool_id", "i", armed.tool));
	}
	PyErr_Clear();
}

/* Take a tool number and register callbacks. The bits of their events, or -1. */
static int
prepare(bool builtins, bool local)
{
	armed.monitoring = PySys_GetObject("monitoring");
	if (!armed.monitoring) {
		return cg_failure_set("sys.monitoring is gone");
	}
	Py_INCREF(armed.monitoring);
	armed.missing = PyObject_GetAttrString(armed.monitoring, "MISSING");
	armed.disable = PyObject_GetAttrString(armed.monitoring, "DISABLE");
	Py_XDECREF(armed.missing); /* immortal in effect: the module holds it */
	Py_XDECREF(armed.disable);
	if (!armed.missing || !armed.disable || take_tool() < 0) {
		Py_CLEAR(armed.monitoring);
		return -1;
	}
	cg_takeover_find();
	cg_origins_find();
	return register_events(builtins, local);
}

int
cg_hooks_arm(bool builtins)
{
	int bits = prepare(builtins, false);

	if (bits >= 0 && set_events(bits) == 0 && restart_events() == 0)
		return 0;
	cg_hooks_disarm();
	return -1;
}

int
cg_hooks_arm_for(PyObject *const *codes, size_t count, bool builtins)
{
	int bits = prepare(builtins, true);

	for (size_t i = 0; bits >= 0 && i < count; i++)
		if (set_local_events(codes[i], bits) < 0)
			bits = -1;
	if (bits >= 0)
		return 0;
	cg_hooks_disarm();
	return -1;
}

/*
 * Code that runs is made to tell its events when these are armed, other code when it is
 * called next. Any change of the events of its own does the same, and is taken back.
 */
void
cg_hooks_reach(PyCodeObject *code)
{
	struct cg_pending pending = cg_pending_take();

	(void)(set_local_events((PyObject *)code, event_bit("PY_START")) < 0 ||
	       set_local_events((PyObject *)code, 0) < 0);
	PyErr_Clear();
	cg_pending_restore(pending);
}

bool
cg_hooks_alone(void)
{
	PyObject *monitoring = PySys_GetObject("monitoring");
	const PyThreadState *tstate = cg_tstate();
	bool alone = monitoring && !tstate->c_tracefunc && !tstate->c_profilefunc;

	for (int tool = 0; alone && tool < 6; tool++) {
		PyObject *name = PyObject_CallMethod(monitoring, "get_tool", "i", tool);

		alone = name == Py_None;
		Py_XDECREF(name);
	}
	PyErr_Clear();
	return alone;
}

void
cg_hooks_disarm(void)
{
	struct cg_pending pending;

	if (!armed.monitoring)
		return;
	pending = cg_pending_take();
	release_tool();
	Py_CLEAR(armed.monitoring);
	cg_pending_restore(pending);
}
#endif
