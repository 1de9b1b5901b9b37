/* The extension's face: the functions that the package and `corograph record` call. */
#include "compat.h"

#include "boot.h"
#include "closed.h"
#include "corograph.h"
#include "failure.h"
#include "profile.h"
#include "session.h"

PyMODINIT_FUNC PyInit__corograph(void);

static PyObject *
version(PyObject *self, PyObject *none)
{
	(void)self;
	(void)none;
	return PyUnicode_FromString(cg_version());
}

/* Start with the trace at `out`, a bytes path, or NULL for none. */
static int
start_to(PyObject *out, struct cg_session_options options)
{
	PyObject *live = out ? PyBytes_FromFormat("%s.live", PyBytes_AS_STRING(out)) : NULL;
	int result;

	if (out && !live)
		return -1;
	options.out = out ? PyBytes_AS_STRING(out) : NULL;
	options.path = live ? PyBytes_AS_STRING(live) : NULL;
	result = cg_session_start(&options);
	Py_XDECREF(live);
	return result;
}

PyDoc_STRVAR(start_doc, "start(path, builtins, prefill, globs, max_nodes, coarse)\n--\n\n"
                        "Record this process until stop(); the trace goes to path, or\n"
                        "nowhere when that is None. prefill: enter the frames that run.\n"
                        "globs: bytes, '+GLOB' to record and '-GLOB' to leave out, each\n"
                        "ended by a NUL. max_nodes: past so many new places fold.\n"
                        "coarse: times are of a clock that is cheap to read.");

static PyObject *
start(PyObject *self, PyObject *args)
{
	struct cg_session_options options = {0};
	struct cg_session_wishes *wishes = &options.wishes;
	PyObject *path, *globs, *out = NULL;
	int result;

	(void)self;
	if (!PyArg_ParseTuple(args, "OppSKp:start", &path, &wishes->builtins,
	                      &options.prefill, &globs, &wishes->max_nodes, &wishes->coarse))
		return NULL;
	wishes->filter.globs = PyBytes_AS_STRING(globs);
	wishes->filter.length = (size_t)PyBytes_GET_SIZE(globs);
	if (path != Py_None && !PyUnicode_FSConverter(path, &out))
		return NULL;
	result = start_to(out, options);
	Py_XDECREF(out);
	if (result < 0)
		return NULL;
	Py_RETURN_NONE;
}

PyDoc_STRVAR(stop_doc,
             "stop()\n--\n\n"
             "End the recording: its trace is in its file, result None, or in the\n"
             "result, bytes, when it was started without a path.");

static PyObject *
stop(PyObject *self, PyObject *none)
{
	(void)self;
	(void)none;
	return cg_session_stop();
}

PyDoc_STRVAR(snapshot_doc, "snapshot()\n--\n\n"
                           "The trace of what is recorded so far, bytes; it goes on.");

static PyObject *
snapshot(PyObject *self, PyObject *none)
{
	(void)self;
	(void)none;
	return cg_session_snapshot();
}

PyDoc_STRVAR(report_doc,
             "report(trace)\n--\n\n"
             "The JSON report of a trace: of a path, or of a trace's own bytes.");

static PyObject *
report(PyObject *self, PyObject *trace)
{
	(void)self;
	return cg_profile_report(trace, PyBytes_Check(trace));
}

PyDoc_STRVAR(is_running_doc, "is_running()\n--\n\nIs this process being recorded?");

static PyObject *
is_running(PyObject *self, PyObject *none)
{
	(void)self;
	(void)none;
	return PyBool_FromLong(cg_session_is_running());
}

PyDoc_STRVAR(closed_doc,
             "closed(function)\n--\n\n"
             "A callable that calls the function, unseen by a recording, and\n"
             "all that it calls too.");

PyDoc_STRVAR(unseen_doc, "unseen(function)\n--\n\n"
                         "The function; a recording looks through its frames.");

static PyMethodDef methods[] = {
	{"version", version, METH_NOARGS, "Version of the library."},
	{"start", start, METH_VARARGS, start_doc},
	{"report", report, METH_O, report_doc},
	{"stop", stop, METH_NOARGS, stop_doc},
	{"snapshot", snapshot, METH_NOARGS, snapshot_doc},
	{"closed", cg_closed_new, METH_O, closed_doc},
	{"unseen", cg_closed_unseen, METH_O, unseen_doc},
	{"is_running", is_running, METH_NOARGS, is_running_doc},
	{"boot", cg_boot, METH_O, "boot(folder)\n--\n\nFor `corograph record` alone."},
	{NULL, NULL, 0, NULL},
};

static int
module_exec(PyObject *module)
{
	if (!cg_failure_file_type() ||
	    PyModule_AddObjectRef(module, "FileError", cg_failure_file_type()) < 0)
		return -1;
	return PyModule_AddObjectRef(module, "Error", cg_failure_type());
}

static PyModuleDef_Slot slots[] = {
	{Py_mod_exec, module_exec},
#if PY_VERSION_HEX >= 0x030c0000
	/* Others than the main one may only ask, and read traces. */
	{Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030d0000
	{Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
	{0, NULL},
};

static struct PyModuleDef definition = {
	.m_base = PyModuleDef_HEAD_INIT,
	.m_name = "_corograph",
	.m_methods = methods,
	.m_slots = slots,
};

PyMODINIT_FUNC
PyInit__corograph(void)
{
	return PyModuleDef_Init(&definition);
}
