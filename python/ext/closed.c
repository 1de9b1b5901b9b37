/*
 * Calls that are not recorded.
 *
 * The idea to know: calls of objects that are neither functions nor C functions are no
 * events (rules of the hooks), so the call itself leaves no trace, and a thread that is
 * closed has no events either.
 */
#include "closed.h"

#include "events.h"
#include "recorder.h"

struct closed {
	PyObject head;
	PyObject *function; /* owned */
};

static PyObject *
call(PyObject *self, PyObject *args, PyObject *kwargs)
{
	PyObject *result;

	cg_recorder_close();
	result = PyObject_Call(((struct closed *)self)->function, args, kwargs);
	cg_recorder_open();
	return result;
}

static void
dealloc(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);

	Py_XDECREF(((struct closed *)self)->function);
	PyObject_Free(self);
	Py_DECREF(type);
}

static PyType_Slot slots[] = {
	{Py_tp_dealloc, dealloc},
	{Py_tp_call, call},
	{0, NULL},
};

static PyType_Spec spec = {
	.name = "corograph._corograph.Closed",
	.basicsize = sizeof(struct closed),
	.flags = Py_TPFLAGS_DEFAULT,
	.slots = slots,
};

/* Mark a function's code. -1: an exception, it is no Python function. */
static int
mark(PyObject *function, int flag)
{
	if (!PyFunction_Check(function)) {
		PyErr_SetString(PyExc_TypeError, "a Python function is wanted");
		return -1;
	}
	((PyCodeObject *)PyFunction_GET_CODE(function))->co_flags |= flag;
	return 0;
}

PyObject *
cg_closed_unseen(PyObject *self, PyObject *function)
{
	(void)self;
	if (mark(function, CG_CO_UNSEEN) < 0)
		return NULL;
	Py_INCREF(function);
	return function;
}

PyObject *
cg_closed_new(PyObject *self, PyObject *function)
{
	PyTypeObject *type =
		mark(function, CG_CO_CLOSED) < 0 ? NULL : (PyTypeObject *)PyType_FromSpec(&spec);
	struct closed *closed = type ? PyObject_New(struct closed, type) : NULL;

	(void)self;
	Py_XDECREF(type); /* its object holds it */
	if (!closed)
		return NULL;
	Py_INCREF(function);
	closed->function = function;
	return (PyObject *)closed;
}
