/*
 * The idea to know: nothing of ours is called between the change of the profile function
 * and the first event that it gets. So before the change an object of ours is put where
 * the old function's object would be; the interpreter drops it right after the change, and
 * its end puts a function in front of the new one, for one event. Before 3.12, setprofile.c does without.
 */
#include "takeover.h"

#if CG_HAVE_MONITORING
#include "world.h"

struct cg_takeover cg_takeover;

static uint64_t
key_of(const char *name)
{
	PyObject *function = PySys_GetObject(name);

	return function && PyCFunction_Check(function) ? cg_builtin_key(function, true) : 0;
}

void
cg_takeover_find(void)
{
	uint64_t own = key_of("setprofile"), all = key_of("_setprofileallthreads");

	cg_takeover = (struct cg_takeover){.own = own, .all = all ? all : own};
	cg_takeover.least = own < cg_takeover.all ? own : cg_takeover.all;
	cg_takeover.span = own + cg_takeover.all - 2 * cg_takeover.least;
}

static void
look_for_function(void *found, PyThreadState *tstate)
{
	*(bool *)found |= tstate->c_profilefunc != NULL;
}

static void
look_everywhere(void *found)
{
	cg_world_threads(look_for_function, found);
}

/* Does no thread have a profile function? */
static bool
none_is_set(void)
{
	bool found = false;

	cg_world_enter();
	cg_world_pause(look_everywhere, &found);
	cg_world_leave();
	return !found;
}

static bool
is_ours(PyObject *object)
{
	return object && PyCapsule_CheckExact(object) &&
	       PyCapsule_GetPointer(object, NULL) == &cg_takeover;
}

static _Thread_local Py_tracefunc replaced;

/* Stands in for a new profile function until its first event. */
static int
first_event(PyObject *self, PyFrameObject *frame, int what, PyObject *arg)
{
	cg_tstate()->c_profilefunc = replaced;
	return what == PyTrace_C_RETURN ? 0 : replaced(self, frame, what, arg);
}

static void
dropped(PyObject *capsule)
{
	PyThreadState *tstate = cg_tstate();

	(void)capsule;
	if (!tstate->c_profilefunc || tstate->c_profilefunc == first_event)
		return;
	replaced = tstate->c_profilefunc;
	tstate->c_profilefunc = first_event;
}

void
cg_takeover_begin(uint64_t key)
{
	PyThreadState *tstate = cg_tstate();

	if ((key != cg_takeover.own && key != cg_takeover.all) || !none_is_set() ||
	    tstate->c_profileobj)
		return;
	tstate->c_profileobj = PyCapsule_New(&cg_takeover, NULL, dropped);
	if (!tstate->c_profileobj)
		PyErr_Clear();
}

void
cg_takeover_fail(void)
{
	if (is_ours(cg_tstate()->c_profileobj))
		Py_CLEAR(cg_tstate()->c_profileobj);
}
#endif
