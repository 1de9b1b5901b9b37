/* Lookups in dicts with exact str keys: nothing of the program's runs in these. */
#include "lookup.h"

PyObject *
cg_lookup_item(PyObject *dict, const char *key)
{
	PyObject *name, *value;

	if (!dict || !PyDict_Check(dict))
		return NULL;
	name = PyUnicode_FromString(key);
	value = name ? PyDict_GetItemWithError(dict, name) : NULL;
	Py_XDECREF(name);
	PyErr_Clear();
	return value;
}

PyObject *
cg_lookup_module(const char *name)
{
	PyObject *module = NULL;

	/* at its end the interpreter has no modules any more, and dies when asked for them */
	if (!cg_is_finalizing())
		module = cg_lookup_item(PyImport_GetModuleDict(), name);
	return module && PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
}

PyObject *
cg_lookup_global(const char *module, const char *name)
{
	return cg_lookup_item(cg_lookup_module(module), name);
}

PyObject *
cg_lookup_own(PyObject *object, const char *name)
{
	PyObject *dict, *value;

	dict = PyObject_GenericGetDict(object, NULL);
	value = cg_lookup_item(dict, name);
	PyErr_Clear();
	Py_XDECREF(dict); /* the object holds it */
	return value;
}

PyObject *
cg_lookup_in_type(PyTypeObject *type, const char *name)
{
	PyObject *mro = type->tp_mro, *found = NULL;

	for (Py_ssize_t i = 0; !found && mro && i < PyTuple_GET_SIZE(mro); i++) {
		PyObject *base = PyTuple_GET_ITEM(mro, i);
		PyObject *dict = PyType_Check(base) ? cg_type_dict((PyTypeObject *)base) : NULL;

		found = cg_lookup_item(dict, name);
		Py_XDECREF(dict);
	}
	return found;
}

bool
cg_lookup_text(PyObject *string, struct cg_text *text)
{
	Py_ssize_t length;
	const char *bytes;

	if (!string || !PyUnicode_Check(string))
		return false;
	bytes = PyUnicode_AsUTF8AndSize(string, &length);
	if (!bytes) {
		PyErr_Clear();
		return false;
	}
	text->bytes = bytes;
	text->length = (size_t)length;
	return true;
}
