/*
 * Looking things up in modules and objects without importing and without running any of
 * the program's code. The pending exception must be set aside: these clear it.
 */
#ifndef CG_LOOKUP_H
#define CG_LOOKUP_H
#include "compat.h"

#include "collector/collector.h"

/* The value of a key in a dict, or NULL. Borrowed. */
PyObject *cg_lookup_item(PyObject *dict, const char *key);

/* A module that has been imported: its dict, or NULL. Borrowed. */
PyObject *cg_lookup_module(const char *name);

/* A name in a module that has been imported, or NULL. Borrowed. */
PyObject *cg_lookup_global(const char *module, const char *name);

/* An attribute in the object's own dict, not in its class; or NULL. Borrowed. */
PyObject *cg_lookup_own(PyObject *object, const char *name);

/* The first of that name in a type and its bases, as it stands in their dicts. Borrowed. */
PyObject *cg_lookup_in_type(PyTypeObject *type, const char *name);

/* The bytes of a str as UTF-8, borrowed from it; false when it has none or is no str. */
bool cg_lookup_text(PyObject *string, struct cg_text *text);
#endif
