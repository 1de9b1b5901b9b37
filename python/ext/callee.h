/* Where the callee of a call in code comes from: read from the instructions before it. */
#ifndef CG_CALLEE_H
#define CG_CALLEE_H
#include "compat.h"

/* Names of the code, borrowed. */
struct cg_callee {
	PyObject *global;
	PyObject *
		attribute; /* of what the global is, where that is not called itself, else NULL */
};

/* Of the call at that offset in bytes; false: it comes from elsewhere, or nobody knows. */
bool cg_callee_find(struct cg_callee *callee, PyCodeObject *code, long offset);
#endif
