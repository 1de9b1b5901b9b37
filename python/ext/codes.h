/* Code objects that die: their addresses may be used again, so their keys are forgotten. */
#ifndef CG_CODES_H
#define CG_CODES_H
#include "compat.h"

/* Be told of code objects' ends from now on. -1: a Python exception is set. */
int cg_codes_begin(void);
void cg_codes_end(void);

/* A code object has become known to the collector. */
void cg_codes_watch(PyCodeObject *code);
#endif
