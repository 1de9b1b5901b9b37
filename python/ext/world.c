/*
 * Stopping the world.
 *
 * The idea to know: no function that other modules may call stops all threads, but
 * PyUnstable_GC_VisitObjects does so to show every object. The first one is enough.
 */
#include "world.h"

#include <sched.h>
#include <string.h>

cg_mutex cg_world_locks[CG_LOCKS];
_Atomic int32_t cg_world_busy;

void
cg_world_forked(void)
{
	memset(cg_world_locks, 0, sizeof cg_world_locks);
	atomic_store(&cg_world_busy, 0);
}

#if !CG_HAVE_GIL
struct work {
	void (*call)(void *arg);
	void *arg;
	bool quiet; /* only when no callback is calling Python */
	bool done;
};

static int
first_object(PyObject *object, void *arg)
{
	struct work *work = arg;

	(void)object;
	if (work->done || (work->quiet && atomic_load(&cg_world_busy) != 0))
		return 0;
	work->done = true;
	work->call(work->arg);
	return 0; /* and no more objects */
}

/* After the interpreter's end nothing runs any more. */
static void
stop(struct work *work)
{
	if (!cg_tstate()) {
		work->call(work->arg);
		return;
	}
	while (!work->done) {
		PyUnstable_GC_VisitObjects(first_object, work);
		if (!work->done) {
			Py_BEGIN_ALLOW_THREADS sched_yield();
			Py_END_ALLOW_THREADS
		}
	}
}

void
cg_world_stop(void (*call)(void *), void *arg)
{
	stop(&(struct work){.call = call, .arg = arg, .quiet = true});
}

void
cg_world_pause(void (*call)(void *), void *arg)
{
	stop(&(struct work){.call = call, .arg = arg});
}

/* Their list is locked while objects are visited: it is walked by hand. */
void
cg_world_threads(void (*visit)(void *, PyThreadState *), void *arg)
{
	PyThreadState *tstate = cg_tstate();

	while (tstate->prev)
		tstate = tstate->prev;
	for (; tstate; tstate = tstate->next)
		visit(arg, tstate);
}
#else
void
cg_world_stop(void (*call)(void *), void *arg)
{
	call(arg);
}

void
cg_world_pause(void (*call)(void *), void *arg)
{
	call(arg);
}

void
cg_world_threads(void (*visit)(void *, PyThreadState *), void *arg)
{
	PyThreadState *tstate = PyInterpreterState_ThreadHead(PyInterpreterState_Get());

	for (; tstate; tstate = PyThreadState_Next(tstate))
		visit(arg, tstate);
}
#endif
