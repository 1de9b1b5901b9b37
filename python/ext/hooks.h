/*
 * The hooks: how events come from the interpreter. One of monitoring.c and setprofile.c
 * is compiled. All calls with the GIL held.
 */
#ifndef CG_HOOKS_H
#define CG_HOOKS_H
#include <stdbool.h>

/* Events of all threads come from now on. -1: a Python exception is set. */
int cg_hooks_arm(bool builtins);

/* No more events. Keeps the pending exception; nothing happens when none were armed. */
void cg_hooks_disarm(void);
#endif
