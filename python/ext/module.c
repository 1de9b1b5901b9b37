/* The extension: the only C file of the project that sees Python.h. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include "corograph.h"

PyMODINIT_FUNC PyInit__corograph(void);

static PyObject *
version(PyObject *self, PyObject *none)
{
	(void)self;
	(void)none;
	return PyUnicode_FromString(cg_version());
}

static PyMethodDef methods[] = {
	{"version", version, METH_NOARGS, "Version of the library."},
	{NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#if PY_VERSION_HEX >= 0x030c0000
	{Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
#ifdef Py_GIL_DISABLED
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
