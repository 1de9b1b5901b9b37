/*
 * Qualified names of code on 3.9 and 3.10.
 *
 * The idea to know: MAKE_FUNCTION comes right after the loads of two constants, the code
 * and its qualified name. A name is kept in an extra of its code, so it lives as long.
 */
#include "qualnames.h"

#if !CG_HAVE_CODE_QUALNAME
#include "failure.h"

#include <string.h>

/* Code that nests deeper, no compiler makes. */
enum { DEEPEST = 200 };

static Py_ssize_t extra = -1;

static void learn_within(PyCodeObject *code, int depth);

static void
name_dies(void *name)
{
	Py_XDECREF((PyObject *)name);
}

static PyObject *
known(PyCodeObject *code)
{
	void *name = NULL;

	if (_PyCode_GetExtra((PyObject *)code, extra, &name) < 0)
		PyErr_Clear();
	return name;
}

static void
keep(PyCodeObject *code, PyObject *name)
{
	Py_INCREF(name);
	if (_PyCode_SetExtra((PyObject *)code, extra, name) == 0)
		return;
	PyErr_Clear();
	Py_DECREF(name);
}

static PyObject *
constant(const PyCodeObject *code, int at)
{
	return at >= 0 && at < PyTuple_GET_SIZE(code->co_consts)
	           ? PyTuple_GET_ITEM(code->co_consts, at)
	           : NULL;
}

/* The body of a class gets its plain name, and sets the qualified one before all else. */
static PyObject *
class_name(const PyCodeObject *code)
{
	const _Py_CODEUNIT *units = cg_code_units(code);
	PyObject *name;
	int at;

	if (code->co_flags & CO_OPTIMIZED || cg_code_length(code) < 4 ||
	    _Py_OPCODE(units[2]) != LOAD_CONST || _Py_OPCODE(units[3]) != STORE_NAME)
		return NULL;
	at = _Py_OPARG(units[3]);
	if (at >= PyTuple_GET_SIZE(code->co_names) ||
	    PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(code->co_names, at),
	                                     "__qualname__") != 0)
		return NULL;
	name = constant(code, _Py_OPARG(units[2]));
	return name && PyUnicode_Check(name) ? name : NULL;
}

/* `code` makes a function of those two constants. */
static void
learn_made(const PyCodeObject *code, int code_at, int name_at, int depth)
{
	PyObject *made = constant(code, code_at), *name = constant(code, name_at), *own;

	if (!made || !PyCode_Check(made) || !name || !PyUnicode_Check(name) ||
	    known((PyCodeObject *)made))
		return;
	own = class_name((PyCodeObject *)made);
	keep((PyCodeObject *)made, own ? own : name);
	learn_within((PyCodeObject *)made, depth + 1);
}

static void
learn_within(PyCodeObject *code, int depth)
{
	const _Py_CODEUNIT *units = cg_code_units(code);
	Py_ssize_t count = depth < DEEPEST ? cg_code_length(code) : 0;
	int arg = 0, last = -1, before_last = -1;

	for (Py_ssize_t i = 0; i < count; i++) {
		arg = arg << 8 | _Py_OPARG(units[i]);
		switch (_Py_OPCODE(units[i])) {
		case EXTENDED_ARG:
			continue;
		case LOAD_CONST:
			before_last = last;
			last = arg;
			break;
		case MAKE_FUNCTION:
			learn_made(code, before_last, last, depth);
			break;
		default:
			last = before_last = -1;
			break;
		}
		arg = 0;
	}
}

/* Does that qualified name end in the code's own? Decorators give functions other names. */
static bool
ends_in(PyObject *qualname, PyObject *name)
{
	Py_ssize_t all, end;
	const char *text = PyUnicode_AsUTF8AndSize(qualname, &all);
	const char *tail = PyUnicode_AsUTF8AndSize(name, &end);

	if (!text || !tail) {
		PyErr_Clear();
		return false;
	}
	return all >= end && memcmp(text + all - end, tail, (size_t)end) == 0 &&
	       (all == end || text[all - end - 1] == '.');
}

static void
learn_function(PyObject *object)
{
	PyFunctionObject *function = (PyFunctionObject *)object;
	PyCodeObject *code = (PyCodeObject *)function->func_code;

	if (known(code) || !ends_in(function->func_qualname, code->co_name))
		return;
	keep(code, function->func_qualname);
	learn_within(code, 0);
}

int
cg_qualnames_begin(void)
{
	if (extra < 0)
		extra = _PyEval_RequestCodeExtraIndex(name_dies);
	if (extra < 0)
		return cg_failure_set("other tools use all of this Python's code extras");
	cg_functions_visit(learn_function);
	return 0;
}

PyObject *
cg_qualname(PyCodeObject *code)
{
	PyObject *name = known(code);

	if (name)
		return name;
	name = class_name(code);
	keep(code, name ? name : code->co_name);
	learn_within(code, 0);
	return name ? name : code->co_name;
}
#endif
