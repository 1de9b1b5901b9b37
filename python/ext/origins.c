/*
 * The ideas to know. When a function of _thread that starts threads returns, the new one's
 * state is the interpreter's newest, as it cannot run before it gets the GIL: its number and
 * the starter's node are kept until it has its first event. Without a GIL it may run before
 * that: there the call of the function is watched, and what the thread is to run kept. Where
 * calls of C functions are not watched, the starter is found on the other threads' stacks,
 * as Thread.start waits until the new thread is on its way.
 */
#include "origins.h"

#include "collector/creator.h"
#include "events.h"
#include "lookup.h"
#include "thread_names.h"
#include "world.h"

struct cg_origin_keys cg_origin_keys = {.least = UINT64_MAX};

static uint64_t
key_of(const char *name)
{
	PyObject *function = cg_lookup_global("_thread", name);
	uint64_t key = 0;

	if (function && PyCFunction_Check(function))
		key = cg_builtin_key(function, true);
	Py_XDECREF(function);
	return key;
}

void
cg_origins_find(void)
{
	static const char *const names[] = {"start_new_thread", "start_new",
	                                    "start_joinable_thread"};
	struct cg_pending pending = cg_pending_take();
	uint64_t least = UINT64_MAX, most = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		uint64_t key = key_of(names[i]);

		cg_origin_keys.keys[i] = key;
		if (key && key < least)
			least = key;
		if (key > most)
			most = key;
	}
	cg_origin_keys.least = least;
	cg_origin_keys.span = most ? most - least : 0;
	cg_pending_restore(pending);
}

void
cg_origin_returned(struct cg_thread *th, uint64_t key)
{
	for (size_t i = 0; i < sizeof cg_origin_keys.keys / sizeof *cg_origin_keys.keys; i++)
		if (key == cg_origin_keys.keys[i]) {
			cg_origin_note(th);
			return;
		}
}

/* Threads that were started but have had no event yet; the oldest are forgotten. */
enum { WAITING = 1024 };

/* How far below the top of its starter's stack Thread.start can be. */
enum { DEPTH = 8 };

static struct {
	struct {
		uint64_t id; /* of the thread's state; without a GIL of what it runs */
		uint64_t epoch;
		cg_ref origin;
	} started[WAITING];
	size_t next; /* where the oldest is */
} state;

static void
note(const struct cg_thread *th, uint64_t id)
{
	size_t at = state.next++ % WAITING;

	state.started[at].id = id;
	state.started[at].epoch = cg_recorder.epoch;
	state.started[at].origin = cg_thread_starter(th);
}

/* Is it among those that were noted? Then no longer. */
static bool
was_noted(uint64_t id, cg_ref *origin)
{
	for (size_t i = 0; id && i < WAITING; i++) {
		size_t at = (state.next + i) % WAITING;

		if (state.started[at].id == id && state.started[at].epoch == cg_recorder.epoch) {
			*origin = state.started[at].origin;
			state.started[at].id = 0;
			return true;
		}
	}
	return false;
}

#if CG_HAVE_GIL
void
cg_origin_note(const struct cg_thread *th)
{
	note(th, PyInterpreterState_ThreadHead(PyInterpreterState_Get())->id);
}

static bool
find_noted(PyThreadState *tstate, cg_ref *origin)
{
	return was_noted(tstate->id, origin);
}
#else
void
cg_origin_note(const struct cg_thread *th)
{
	(void)th; /* it may run by now, and others begin */
}

void
cg_origin_calling(const struct cg_thread *th, PyObject *runs)
{
	if (runs && PyMethod_Check(runs))
		runs = PyMethod_GET_SELF(runs);
	cg_recorder_lock();
	note(th, (uintptr_t)runs);
	cg_recorder_unlock();
}

static bool
find_noted(PyThreadState *tstate, cg_ref *origin)
{
	const cg_frame *frame = cg_frame_current(tstate);
	bool found;

	if (!frame)
		return false;
	cg_recorder_lock();
	found = was_noted((uintptr_t)cg_frame_first_local(frame), origin) ||
	        was_noted((uintptr_t)cg_frame_function(frame), origin);
	cg_recorder_unlock();
	return found;
}
#endif

/* Who waits in Thread.start for a thread. */
struct search {
	const PyThreadState *started;
	PyObject *thread, *threading; /* its object, and the module's dictionary */
	cg_ref found;
};

/* Does Thread.start of that object run near the top of this stack? */
static bool
starts(const struct search *search, PyThreadState *tstate)
{
	const cg_frame *frame = cg_frame_current(tstate);

	for (int i = 0; frame && i < DEPTH; i++, frame = cg_frame_below(frame))
		if (cg_frame_globals(frame) == search->threading &&
		    cg_frame_first_local(frame) == search->thread &&
		    PyUnicode_CompareWithASCIIString(cg_frame_code(frame)->co_name, "start") == 0)
			return true;
	return false;
}

static void
look_at(void *arg, PyThreadState *tstate)
{
	struct search *search = arg;
	const struct cg_thread *th;

	if (search->found || tstate == search->started || !starts(search, tstate))
		return;
	th = cg_recorder_find(tstate);
	search->found = th ? cg_thread_starter(th) : 0;
}

static void
look_everywhere(void *arg)
{
	cg_world_threads(look_at, arg);
}

static cg_ref
waiting_starter(PyThreadState *started)
{
	struct search search = {
		.started = started,
		.thread = cg_thread_bootstrapped(cg_frame_current(started)),
		.threading = cg_lookup_module("threading"),
	};

	if (search.thread)
		cg_world_pause(look_everywhere, &search);
	Py_XDECREF(search.thread);
	Py_XDECREF(search.threading);
	return search.found;
}

cg_ref
cg_origin_of(PyThreadState *tstate)
{
	struct cg_pending pending;
	cg_ref origin;

	if (!CG_HAVE_GIL && tstate != cg_tstate())
		return 0; /* it runs already, and the world stands still for it */
	if (find_noted(tstate, &origin))
		return origin;
	pending = cg_pending_take();
	origin = waiting_starter(tstate);
	cg_pending_restore(pending);
	return origin;
}
