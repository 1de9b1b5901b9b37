/* Python exceptions for what can fail here. */
#ifndef CG_FAILURE_H
#define CG_FAILURE_H
#include "compat.h"

#include "corograph.h"

/* corograph.Error, in subinterpreters RuntimeError: borrowed, or NULL with an exception. */
PyObject *cg_failure_type(void);

/* corograph.FileError, in subinterpreters OSError: borrowed, or NULL with an exception. */
PyObject *cg_failure_file_type(void);

/* Set corograph.Error with that message (as PyErr_Format). Returns -1. */
int cg_failure_set(const char *format, ...);

/*
 * Set what a status means: FileError of errno and the path for CG_IO, MemoryError for
 * CG_NOMEM, else corograph.Error with `error`, or the status's text when that is NULL.
 * `path` may be NULL. Returns -1.
 */
int cg_failure_set_status(enum cg_status status, const char *path,
                          const struct cg_error *error);
#endif
