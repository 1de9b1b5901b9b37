/* Lookups in dicts with exact str keys: nothing of the program's runs in these. */
#include "lookup.h"

PyObject *
cg_lookup_item(PyObject *dict, const char *key)
{
	PyObject *name, *value;

	if (!dict || !PyDict_Check(dict))
		return NULL;
	name = PyUnicode_FromString(key);
	if (!name)
		PyErr_Clear();
	value = name ? cg_dict_get(dict, name) : NULL;
	Py_XDECREF(name);
	return value;
}

PyObject *
cg_lookup_module(const char *name)
{
	PyObject *module = NULL, *dict = NULL;

	/* at its end the interpreter has no modules any more, and dies when asked for them */
	if (!cg_is_finalizing())
		module = cg_lookup_item(PyImport_GetModuleDict(), name);
	if (module && PyModule_Check(module))
		dict = Py_NewRef(PyModule_GetDict(module));
	Py_XDECREF(module);
	return dict;
}

PyObject *
cg_lookup_global(const char *module, const char *name)
{
	PyObject *dict = cg_lookup_module(module);
	PyObject *value = cg_lookup_item(dict, name);

	Py_XDECREF(dict);
	return value;
}

PyObject *
cg_lookup_own(PyObject *object, const char *name)
{
	PyObject *dict, *value;

	dict = PyObject_GenericGetDict(object, NULL);
	value = cg_lookup_item(dict, name);
	PyErr_Clear();
	Py_XDECREF(dict);
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
