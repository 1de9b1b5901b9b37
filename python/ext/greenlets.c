/*
 * The tracer of greenlet, in C.
 *
 * The ideas to know. It is called after a switch, on the new stack. And it belongs to a
 * thread, so a thread gets it on its own slow paths: at its first event, at the first call
 * of a function that is not known yet, and after a long gap, which loading an extension is.
 * It leaves when it is called and its recording is over. Threads that run at once share no
 * more than what was found of greenlet, which is there for good once it is.
 */
#include "greenlets.h"

#include "events.h"
#include "lookup.h"
#include "prefill.h"
#include "sites.h"
#include "world.h"

#include <stddef.h>

struct tracer {
	PyObject head;
	vectorcallfunc call;
	PyObject *previous; /* the tracer that was there before, owned, or NULL */
};

/* What is known of greenlet: references for the life of the process. */
struct known {
	PyObject *settrace, *gettrace;
	PyTypeObject *type; /* of our tracers */
};

static struct known found;
static struct known *CG_ATOMIC greenlet; /* `found`, or NULL: nothing is known */
static CG_ATOMIC bool is_on;             /* between begin and end */

/* The recording for which this thread has its tracer. */
static _Thread_local uint64_t traced;

static void
set_tracer(PyObject *tracer)
{
	PyObject *old = PyObject_CallOneArg(found.settrace, tracer ? tracer : Py_None);

	Py_XDECREF(old);
	PyErr_Clear();
}

/* Ours, for it to be told: its greenlet has been left for that one. */
static void
switched(PyObject *from, PyObject *to)
{
	struct cg_thread *th = cg_recorder_own();
	cg_frame *frame = cg_frame_current(cg_tstate());

	if (!th)
		return;
	if (!cg_switch(th, (uintptr_t)from, (uintptr_t)to, !frame, cg_recorder_tick()) &&
	    frame)
		cg_prefill_greenlet(th, frame);
}

static PyObject *
pass_on(PyObject *previous, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
	PyObject *result;

	if (!previous)
		Py_RETURN_NONE;
	Py_INCREF(previous); /* it may take itself off */
	result = PyObject_Vectorcall(previous, args, nargsf, kwnames);
	Py_DECREF(previous);
	return result;
}

/* The arguments are (event, (origin, target)). */
static PyObject *
on_switch(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
	PyObject *previous = ((struct tracer *)self)->previous;

	if (!is_on || traced != cg_recorder.epoch) {
		traced = 0;
		set_tracer(previous);
	} else if (PyVectorcall_NARGS(nargsf) == 2 && PyTuple_Check(args[1]) &&
	           PyTuple_GET_SIZE(args[1]) == 2) {
		switched(PyTuple_GET_ITEM(args[1], 0), PyTuple_GET_ITEM(args[1], 1));
	}
	return pass_on(previous, args, nargsf & ~PY_VECTORCALL_ARGUMENTS_OFFSET, kwnames);
}

static void
dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	Py_XDECREF(((struct tracer *)self)->previous);
	PyObject_Free(self);
	Py_DECREF(type);
}

static PyMemberDef members[] = {
	{"__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct tracer, call), Py_READONLY,
     NULL},
	{NULL, 0, 0, 0, NULL},
};

static PyType_Slot slots[] = {
	{Py_tp_dealloc, dealloc},
	{Py_tp_call, PyVectorcall_Call},
	{Py_tp_members, members},
	{0, NULL},
};

static PyType_Spec spec = {
	.name = "corograph._corograph.Tracer",
	.basicsize = sizeof(struct tracer),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
	.slots = slots,
};

static void
known_release(struct known *known)
{
	Py_CLEAR(known->settrace);
	Py_CLEAR(known->gettrace);
	Py_CLEAR(known->type);
}

/* Another thread may have been faster. */
static void
known_keep(struct known *known)
{
	cg_mutex_lock(&cg_world_locks[CG_LOCK_GREENLETS]);
	if (!greenlet) {
		found = *known;
		*known = (struct known){0};
		greenlet = &found;
	}
	cg_mutex_unlock(&cg_world_locks[CG_LOCK_GREENLETS]);
}

/* What is needed of greenlet, once it is there. */
static bool
find(void)
{
	struct known known = {0};

	if (greenlet)
		return true;
	known.settrace = cg_lookup_global("greenlet._greenlet", "settrace");
	if (known.settrace)
		known.gettrace = cg_lookup_global("greenlet._greenlet", "gettrace");
	if (known.gettrace && PyCFunction_Check(known.settrace) &&
	    PyCFunction_Check(known.gettrace))
		known.type = (PyTypeObject *)PyType_FromSpec(&spec);
	if (known.type)
		known_keep(&known);
	known_release(&known);
	return greenlet != NULL;
}

/* The tracer of this thread: a new reference, NULL when there is none. */
static PyObject *
current_tracer(void)
{
	PyObject *tracer = PyObject_CallNoArgs(found.gettrace);

	PyErr_Clear();
	if (tracer == Py_None)
		Py_CLEAR(tracer);
	return tracer;
}

static void
set_ours(void)
{
	PyObject *previous = current_tracer();
	struct tracer *tracer;

	if (previous && Py_IS_TYPE(previous, found.type)) {
		Py_DECREF(previous); /* of an earlier recording */
		return;
	}
	tracer = PyObject_New(struct tracer, found.type);
	if (!tracer) {
		Py_XDECREF(previous);
		return;
	}
	tracer->call = on_switch;
	tracer->previous = previous;
	set_tracer((PyObject *)tracer);
	Py_DECREF(tracer);
}

void
cg_greenlets_look(void)
{
	struct cg_pending pending;

	if (!is_on || !cg_recorder.collector || traced == cg_recorder.epoch ||
	    cg_is_finalizing())
		return;
	cg_world_enter();
	pending = cg_pending_take();
	if (find()) {
		cg_sites_forbid(); /* frames of those switched out are on no stack */
		traced = cg_recorder.epoch;
		set_ours();
	}
	cg_pending_restore(pending);
	cg_world_leave();
}

void
cg_greenlets_begin(void)
{
	is_on = true;
	cg_greenlets_look();
}

void
cg_greenlets_end(void)
{
	struct cg_pending pending;
	PyObject *tracer;

	if (!is_on)
		return;
	is_on = false;
	if (!greenlet)
		return;
	traced = 0;
	pending = cg_pending_take();
	tracer = current_tracer();
	if (tracer && Py_IS_TYPE(tracer, found.type))
		set_tracer(((struct tracer *)tracer)->previous);
	Py_XDECREF(tracer);
	cg_pending_restore(pending);
}
