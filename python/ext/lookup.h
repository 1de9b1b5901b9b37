/*
 * Looking things up in modules and objects without importing and without running any of
 * the program's code. The pending exception must be set aside: these clear it.
 */
#ifndef CG_LOOKUP_H
#define CG_LOOKUP_H
#include "compat.h"

#include "collector/collector.h"

/* The value of a key in a dict: a new reference, or NULL, as from all of these. */
PyObject *cg_lookup_item(PyObject *dict, const char *key);

/* A module that has been imported: its dict. */
PyObject *cg_lookup_module(const char *name);

/* A name in a module that has been imported. */
PyObject *cg_lookup_global(const char *module, const char *name);

/* An attribute in the object's own dict, not in its class. */
PyObject *cg_lookup_own(PyObject *object, const char *name);

/* The first of that name in a type and its bases, as it stands in their dicts. */
PyObject *cg_lookup_in_type(PyTypeObject *type, const char *name);
#endif
