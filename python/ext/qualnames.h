/*
 * Qualified names of code, which only 3.11 and newer keep with it.
 *
 * Before, the code that makes a function has the name among its constants: it is learned
 * for all code within as soon as the outer code is described, and from the function objects
 * that are there when a recording begins. What neither has seen (code that was unmarshalled,
 * say) has its plain name.
 */
#ifndef CG_QUALNAMES_H
#define CG_QUALNAMES_H
#include "compat.h"

#if CG_HAVE_CODE_QUALNAME
static inline int
cg_qualnames_begin(void)
{
	return 0;
}

static inline PyObject *
cg_qualname(PyCodeObject *code)
{
	return code->co_qualname;
}
#else
/* Learn the names of the functions that are there. -1: a Python exception is set. */
int cg_qualnames_begin(void);

/* The name, a str that the code holds; and learn those of all code within. */
PyObject *cg_qualname(PyCodeObject *code);
#endif
#endif
