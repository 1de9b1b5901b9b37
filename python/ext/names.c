/*
 * Names of functions.
 *
 * The idea to know: C functions get the names that cProfile gives them, which are the
 * repr() of what their type calls by that name; those reprs are rebuilt here, since a
 * real repr() may run the program's code. Addresses in them are left out.
 */
#include "names.h"

#include "codes.h"
#include "greenlets.h"
#include "events.h"
#include "lookup.h"
#include "package.h"
#include "qualnames.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Texts of the latest description, for as long as the collector reads them. */
static struct {
	PyObject *owned[3]; /* bytes of text that is no UTF-8 */
	size_t count;
	char builtin[512];
} texts;

static void
forget_texts(void)
{
	while (texts.count > 0) {
		texts.count--;
		Py_CLEAR(texts.owned[texts.count]);
	}
}

/* A str as text, with what has no UTF-8 (lone surrogates) written as \udcXX. */
static struct cg_text
text_of(PyObject *string)
{
	struct cg_text text = {"", 0};
	PyObject *bytes;

	if (!string || !PyUnicode_Check(string) || cg_lookup_text(string, &text))
		return text;
	bytes = PyUnicode_AsEncodedString(string, "utf-8", "backslashreplace");
	if (!bytes) {
		PyErr_Clear();
		return text;
	}
	texts.owned[texts.count++] = bytes;
	text.bytes = PyBytes_AS_STRING(bytes);
	text.length = (size_t)PyBytes_GET_SIZE(bytes);
	return text;
}

/* The frame whose code is being entered, or NULL. */
static const cg_frame *
entered_frame(const PyCodeObject *code)
{
	const cg_frame *frame = cg_here.frame;

	if (!frame)
		frame = cg_frame_current(cg_tstate());
	return frame && cg_frame_code(frame) == code ? frame : NULL;
}

static bool
describe_code(PyCodeObject *code, struct cg_function_info *info)
{
	const cg_frame *frame = entered_frame(code);

	info->name = text_of(cg_qualname(code));
	info->file = text_of(code->co_filename);
	if (frame)
		info->module = text_of(cg_lookup_item(cg_frame_globals(frame), "__name__"));
	info->line = code->co_firstlineno > 0 ? (uint32_t)code->co_firstlineno : 0;
	info->kind = cg_code_kind(code);
	if (cg_package_is_loop(info->module, info->file)) {
		info->flags = CG_FN_LOOP;
		cg_tasks_find();
	}
	cg_codes_watch(code);
	return true;
}

static struct cg_text print(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static struct cg_text
print(const char *format, ...)
{
	size_t length;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(texts.builtin, sizeof texts.builtin, format, args);
	va_end(args);
	length = n < 0 ? 0 : (size_t)n;
	if (length >= sizeof texts.builtin)
		length = sizeof texts.builtin - 1;
	return (struct cg_text){texts.builtin, length};
}

/* "time" of the function time.sleep; "" when there is none. */
static const char *
module_name(PyObject *module)
{
	const char *name = NULL;

	if (module && PyUnicode_Check(module))
		name = PyUnicode_AsUTF8(module);
	else if (module && PyModule_Check(module))
		name = PyModule_GetName(module);
	PyErr_Clear();
	return name ? name : "";
}

/* A builtin function or method without a more telling name. */
static struct cg_text
plain_name(const PyCFunctionObject *function)
{
	const char *name = function->m_ml->ml_name;
	const char *module = module_name(function->m_module);

	if (!function->m_self)
		return *module && strcmp(module, "builtins") != 0 ? print("<%s.%s>", module, name)
		                                                  : print("<%s>", name);
	if (*module && PyUnicode_Check(function->m_module))
		return print("<built-in method %s.%s>", module, name);
	return print("<built-in method %s>", name);
}

static struct cg_text
descriptor_name(const PyDescrObject *descriptor, const char *name)
{
	return print("<method '%s' of '%s' objects>", name, descriptor->d_type->tp_name);
}

/* Is it the method descriptor that the bound method was made from? */
static bool
is_origin(PyObject *found, const PyMethodDef *def)
{
	return (Py_IS_TYPE(found, &PyMethodDescr_Type) ||
	        Py_IS_TYPE(found, &PyClassMethodDescr_Type)) &&
	       ((PyMethodDescrObject *)found)->d_method == def;
}

static PyObject *
origin_in(PyTypeObject *type, const PyMethodDef *def)
{
	PyObject *mro = type->tp_mro, *found = NULL;

	for (Py_ssize_t i = 0; mro && i < PyTuple_GET_SIZE(mro); i++) {
		PyObject *base = PyTuple_GET_ITEM(mro, i), *dict;

		if (!PyType_Check(base))
			continue;
		dict = cg_type_dict((PyTypeObject *)base);
		found = cg_lookup_item(dict, def->ml_name);
		Py_XDECREF(dict);
		if (found && is_origin(found, def))
			return found;
	}
	return NULL;
}

static struct cg_text
bound_name(const PyCFunctionObject *function)
{
	PyTypeObject *type = Py_TYPE(function->m_self);
	const char *name = function->m_ml->ml_name;
	PyObject *found = origin_in(type, function->m_ml);

	if (found)
		return descriptor_name((PyDescrObject *)found, name);
	found = cg_lookup_in_type(type, name);
	if (found && PyCFunction_CheckExact(found) && ((PyCFunctionObject *)found)->m_self) {
		PyObject *self = ((PyCFunctionObject *)found)->m_self; /* as in type.__new__ */

		if (!PyModule_Check(self))
			return print("<built-in method %s of %s object>", name,
			             Py_TYPE(self)->tp_name);
	}
	return plain_name(function);
}

static bool
describe_builtin(PyObject *callable, const PyMethodDef *def, struct cg_function_info *info)
{
	info->kind = CG_KIND_BUILTIN;
	if (callable && Py_IS_TYPE(callable, &PyMethodDescr_Type) &&
	    ((PyMethodDescrObject *)callable)->d_method == def) {
		info->name = descriptor_name((PyDescrObject *)callable, def->ml_name);
		return true;
	}
	if (!callable || !PyCFunction_Check(callable) ||
	    ((PyCFunctionObject *)callable)->m_ml != def) {
		info->name = print("<built-in method %s>", def->ml_name);
		return true;
	}
	info->module = text_of(((PyCFunctionObject *)callable)->m_module);
	if (((PyCFunctionObject *)callable)->m_self)
		info->name = bound_name((PyCFunctionObject *)callable);
	else
		info->name = plain_name((PyCFunctionObject *)callable);
	return true;
}

bool
cg_names_describe(void *arg, uint64_t key, struct cg_function_info *info)
{
	struct cg_pending pending = cg_pending_take();
	bool done;

	(void)arg;
	cg_greenlets_look();
	forget_texts();
	if (key & CG_KEY_BUILTIN)
		done = describe_builtin(
			cg_here.callable,
			(const PyMethodDef *)(uintptr_t)(key & ~(uint64_t)CG_KEY_BITS), info);
	else
		done = describe_code((PyCodeObject *)(uintptr_t)key, info);
	cg_pending_restore(pending);
	return done;
}
