/*
 * Hooks of 3.12 and newer: a tool of sys.monitoring.
 *
 * The idea to know: a callback is a small object with a vectorcall function, one for each
 * event, which is the cheapest thing that the interpreter can call.
 */
#include "compat.h"

#if CG_HAVE_MONITORING
#include "hooks.h"

#include "callbacks.h"
#include "events.h"
#include "failure.h"
#include "origins.h"
#include "sites.h"
#include "takeover.h"

#include <stddef.h>

static struct {
	PyObject *monitoring; /* sys.monitoring, owned while armed */
	int tool;
	bool stale; /* places that were switched off may be so still */
} armed;

static void
callback_dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	PyObject_Free(self);
	Py_DECREF(type);
}

static PyMemberDef callback_members[] = {
	{"__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct cg_callback, call),
     Py_READONLY, NULL},
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
	.basicsize = sizeof(struct cg_callback),
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

int
cg_hooks_restart(void)
{
	if (!armed.monitoring)
		return 0;
	return ask(PyObject_CallMethod(armed.monitoring, "restart_events", NULL));
}

/* Places that an earlier recording switched off are to tell again. */
static int
restart_stale(void)
{
	if (armed.stale && cg_hooks_restart() < 0)
		return -1;
	armed.stale = cg_filter_on || CG_HAVE_SITES;
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
	struct cg_callback *callback = PyObject_New(struct cg_callback, type);
	int result;

	if (!callback)
		return -1;
	callback->inner =
		cg_recorder.clock == CG_CLOCK_COARSE ? cg_events[i].coarse : cg_events[i].call;
	callback->call = cg_filter_on ? cg_events[i].filtered : callback->inner;
	result = register_callback(bit, (PyObject *)callback);
	Py_DECREF(callback);
	return result;
}

/*
 * The type of callbacks, borrowed, or NULL with an exception. Made once: free-threaded 3.13
 * keeps every type for good that is made after its first thread.
 */
static PyTypeObject *
callback_type(void)
{
	static PyTypeObject *type;

	if (!type)
		type = (PyTypeObject *)PyType_FromSpec(&callback_spec);
	return type;
}

/* Register what is wanted, for all code or for some. The bits of all of it, or -1. */
static int
register_events(bool builtins, bool local)
{
	PyTypeObject *type = callback_type();
	int bits = 0;

	for (size_t i = 0; type && i < CG_EVENTS; i++) {
		int bit;

		if ((cg_events[i].of_c && !builtins) || (local && !cg_events[i].local))
			continue;
		bit = event_bit(cg_events[i].name);
		if (bit < 0 || register_call(type, bit, i) < 0) {
			bits = -1;
			break;
		}
		bits |= bit;
	}
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
		if (armed.stale && cg_hooks_restart() == 0) /* for who has the number next */
			armed.stale = false;
		for (size_t i = 0; i < CG_EVENTS; i++)
			register_callback(event_bit(cg_events[i].name), Py_None);
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
	cg_sentinels.missing = PyObject_GetAttrString(armed.monitoring, "MISSING");
	cg_sentinels.disable = PyObject_GetAttrString(armed.monitoring, "DISABLE");
	Py_XDECREF(cg_sentinels.missing); /* immortal in effect: the module holds it */
	Py_XDECREF(cg_sentinels.disable);
	if (!cg_sentinels.missing || !cg_sentinels.disable || take_tool() < 0) {
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

	if (bits >= 0 && set_events(bits) == 0 && restart_stale() == 0)
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
