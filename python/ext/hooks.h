/*
 * The hooks: how events come from the interpreter. One of monitoring.c and setprofile.c
 * is compiled. All calls with the GIL held.
 */
#ifndef CG_HOOKS_H
#define CG_HOOKS_H
#include "compat.h"

#include <stdbool.h>
#include <stddef.h>

/* Events of all threads come from now on. -1: a Python exception is set. */
int cg_hooks_arm(bool builtins);

/* Events of those code objects alone, and of what they call in C, in this thread. */
int cg_hooks_arm_for(PyObject *const *codes, size_t count, bool builtins);

/*
 * A frame of that code is met that stood on no thread's stack when the events were armed:
 * what it does from now on is told.
 */
void cg_hooks_reach(PyCodeObject *code);

/* Places that were switched off tell again. -1: a Python exception is set. */
int cg_hooks_restart(void);

/* Is no other tool told of what runs in this thread, or made to run it? */
bool cg_hooks_alone(void);

/* No more events. Keeps the pending exception; nothing happens when none were armed. */
void cg_hooks_disarm(void);
#endif
