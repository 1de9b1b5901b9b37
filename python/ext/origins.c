/*
 * The ideas to know. When a function of _thread that starts threads returns, the new one's
 * state is the interpreter's newest, as it cannot run before it gets the GIL: its number and
 * the starter's node are kept until it has its first event. Where calls of C functions are
 * not watched, the starter is found on the other threads' stacks, as Thread.start waits
 * until the new thread is on its way.
 */
#include "origins.h"

#include "collector/creator.h"
#include "events.h"
#include "lookup.h"
#include "thread_names.h"

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

#if CG_HAVE_GIL
/* Threads that were started but have had no event yet; the oldest are forgotten. */
enum { WAITING = 1024 };

/* How far below the top of its starter's stack Thread.start can be. */
enum { DEPTH = 8 };

static struct {
	struct {
		uint64_t tstate_id, epoch;
		cg_ref origin;
	} started[WAITING];
	size_t next;
} state;

void
cg_origin_note(const struct cg_thread *th)
{
	const PyThreadState *newest = PyInterpreterState_ThreadHead(PyInterpreterState_Get());
	size_t at = state.next++ % WAITING;

	state.started[at].tstate_id = newest->id;
	state.started[at].epoch = cg_recorder.epoch;
	state.started[at].origin = cg_thread_starter(th);
}

/* Does Thread.start of that object run near the top of this stack? */
static bool
starts(PyThreadState *tstate, PyObject *thread, PyObject *threading)
{
	const cg_frame *frame = cg_frame_current(tstate);

	for (int i = 0; frame && i < DEPTH; i++, frame = cg_frame_below(frame))
		if (cg_frame_globals(frame) == threading &&
		    cg_frame_first_local(frame) == thread &&
		    PyUnicode_CompareWithASCIIString(cg_frame_code(frame)->co_name, "start") == 0)
			return true;
	return false;
}

/* Look for who waits in Thread.start for this thread. */
static cg_ref
waiting_starter(PyThreadState *started)
{
	PyObject *thread = cg_thread_bootstrapped(cg_frame_current(started));
	PyObject *threading = cg_lookup_module("threading");
	PyThreadState *tstate = PyInterpreterState_ThreadHead(PyInterpreterState_Get());
	const struct cg_thread *th = NULL;

	for (; thread && tstate; tstate = PyThreadState_Next(tstate))
		if (tstate != started && starts(tstate, thread, threading)) {
			th = cg_recorder_find(tstate);
			break;
		}
	Py_XDECREF(thread);
	Py_XDECREF(threading);
	return th ? cg_thread_starter(th) : 0;
}

cg_ref
cg_origin_of(PyThreadState *tstate)
{
	struct cg_pending pending;
	cg_ref origin;

	for (size_t i = 0; i < WAITING; i++)
		if (state.started[i].tstate_id == tstate->id &&
		    state.started[i].epoch == cg_recorder.epoch)
			return state.started[i].origin;
	pending = cg_pending_take();
	origin = waiting_starter(tstate);
	cg_pending_restore(pending);
	return origin;
}
#else
void
cg_origin_note(const struct cg_thread *th)
{
	(void)th;
}

cg_ref
cg_origin_of(PyThreadState *tstate)
{
	(void)tstate;
	return 0;
}
#endif
