/*
 * Greenlets: each has a stack of its own, and the collector is told of every switch.
 *
 * A thread's switches are told by greenlet.settrace, which belongs to that thread: our
 * tracer stands before the program's, if there is one, and calls it. All with the GIL
 * held, or attached to the interpreter where there is none.
 */
#ifndef CG_GREENLETS_H
#define CG_GREENLETS_H
#include "recorder.h"

/* A recording begins, ends: of the calling thread; others put theirs back themselves. */
void cg_greenlets_begin(void);
void cg_greenlets_end(void);

/* The calling thread is recorded, and greenlet may have come by now. For slow paths. */
void cg_greenlets_look(void);
#endif
