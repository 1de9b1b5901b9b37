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
#include "texts.h"
#include "world.h"

#include <stdarg.h>
#include <string.h>

/* The globals of the frame whose code is being entered, or NULL. */
static PyObject *
entered_globals(const PyCodeObject *code)
{
	const cg_frame *frame;

	if (cg_here.globals)
		return cg_here.globals;
	frame = cg_frame_current(cg_tstate());
	return frame && cg_frame_code(frame) == code ? cg_frame_globals(frame) : NULL;
}

static bool
describe_code(PyCodeObject *code, struct cg_function_info *info)
{
	PyObject *globals = entered_globals(code), *module;

	info->name = cg_texts_of(cg_qualname(code));
	info->file = cg_texts_of(code->co_filename);
	module = cg_lookup_item(globals, "__name__");
	info->module = cg_texts_of(module);
	Py_XDECREF(module);
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
	struct cg_text text;
	va_list args;

	va_start(args, format);
	text = cg_texts_print(format, args);
	va_end(args);
	return text;
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

/* A new reference, or NULL. */
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
		Py_CLEAR(found);
	}
	return NULL;
}

/* What a type has by that name, when it is bound to another object, as type.__new__ is. */
static bool
name_of_bound(PyTypeObject *type, const char *name, struct cg_text *text)
{
	PyObject *found = cg_lookup_in_type(type, name), *self = NULL;

	if (found && PyCFunction_CheckExact(found))
		self = ((PyCFunctionObject *)found)->m_self;
	if (self && !PyModule_Check(self))
		*text = print("<built-in method %s of %s object>", name, Py_TYPE(self)->tp_name);
	else
		self = NULL;
	Py_XDECREF(found);
	return self != NULL;
}

static struct cg_text
bound_name(const PyCFunctionObject *function)
{
	PyTypeObject *type = Py_TYPE(function->m_self);
	const char *name = function->m_ml->ml_name;
	PyObject *found = origin_in(type, function->m_ml);
	struct cg_text text;

	if (found) {
		text = descriptor_name((PyDescrObject *)found, name);
		Py_DECREF(found);
		return text;
	}
	return name_of_bound(type, name, &text) ? text : plain_name(function);
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
	info->module = cg_texts_of(((PyCFunctionObject *)callable)->m_module);
	if (((PyCFunctionObject *)callable)->m_self)
		info->name = bound_name((PyCFunctionObject *)callable);
	else
		info->name = plain_name((PyCFunctionObject *)callable);
	return true;
}

bool
cg_names_describe(void *arg, uint64_t key, struct cg_function_info *info)
{
	struct cg_pending pending;
	bool done;

	(void)arg;
	cg_greenlets_look();
	cg_world_enter();
	pending = cg_pending_take();
	if (key & CG_KEY_BUILTIN)
		done = describe_builtin(
			cg_here.callable,
			(const PyMethodDef *)(uintptr_t)(key & ~(uint64_t)CG_KEY_BITS), info);
	else
		done = describe_code((PyCodeObject *)(uintptr_t)key, info);
	cg_pending_restore(pending);
	cg_world_leave();
	return done;
}
