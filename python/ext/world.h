/*
 * Threads that run at once, and instants at which none does.
 *
 * With the GIL every function here is as good as nothing. Without it an event's callback
 * runs to its end before its thread can be stopped, but for where it calls Python; it says
 * so there, so that an instant can be had at which no thread is within a callback.
 */
#ifndef CG_WORLD_H
#define CG_WORLD_H
#include "compat.h"

#include <stdatomic.h>

/* What one thread at a time does. Python may be called meanwhile. */
enum cg_world_lock {
	CG_LOCK_SESSION,   /* starting, stopping, reading a recording */
	CG_LOCK_STACKS,    /* entering the stacks of threads that run already */
	CG_LOCK_TASKS,     /* looking for the types of tasks */
	CG_LOCK_FILTER,    /* what is known of code that is left out */
	CG_LOCK_GREENLETS, /* keeping what was found of greenlet */
	CG_LOCKS
};
extern cg_mutex cg_world_locks[CG_LOCKS];

extern _Atomic int32_t cg_world_busy; /* callbacks that are calling Python */

/* A callback is about to call Python, and is done with that. They may nest. */
static inline void
cg_world_enter(void)
{
	if (!CG_HAVE_GIL)
		atomic_fetch_add_explicit(&cg_world_busy, 1, memory_order_relaxed);
}

static inline void
cg_world_leave(void)
{
	if (!CG_HAVE_GIL)
		atomic_fetch_sub_explicit(&cg_world_busy, 1, memory_order_relaxed);
}

/*
 * Do something while no other thread runs Python code or a callback. It must not call
 * Python, but may take references. Not from within a callback.
 */
void cg_world_stop(void (*work)(void *arg), void *arg);

/* The same, where other threads may be within callbacks that call Python. */
void cg_world_pause(void (*work)(void *arg), void *arg);

/* In a forked child: no other thread is left that could hold a lock. */
void cg_world_forked(void);

/* Call it for every thread state. For work of the functions above. */
void cg_world_threads(void (*visit)(void *arg, PyThreadState *tstate), void *arg);
#endif
