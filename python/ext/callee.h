/* Where the callee of a call in code comes from: read from the instructions before it. */
#ifndef CG_CALLEE_H
#define CG_CALLEE_H
#include "compat.h"

struct cg_callee {
	PyObject *global; /* its name, the code's */
	long load;        /* offset of the instruction that pushes it */
};

/* Of the call at that offset in bytes; false: it is no global, or nobody knows. */
bool cg_callee_find(struct cg_callee *callee, PyCodeObject *code, long offset);
#endif
