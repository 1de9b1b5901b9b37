/* Calls of the package's own functions, which no recording sees. */
#ifndef CG_CLOSED_H
#define CG_CLOSED_H
#include "compat.h"

/*
 * closed(function): an object that calls that function, with the calling thread closed to
 * events meanwhile. It is of a type whose calls count as self run of their caller. A new
 * reference, or NULL with a Python exception.
 */
PyObject *cg_closed_new(PyObject *self, PyObject *function);

/*
 * unseen(function): the function itself, a new reference, its code marked: recordings look
 * through its frames, so that what it calls is its caller's. NULL: an exception.
 */
PyObject *cg_closed_unseen(PyObject *self, PyObject *function);
#endif
