/*
 * Thread names live in threading's objects.
 *
 * The idea to know: a thread is entered into threading._active only after its first
 * events, but the object is the first local variable of its first frame.
 */
#include "thread_names.h"

#include "lookup.h"
#include "texts.h"
#include "world.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* Is it a frame of the module threading? */
static bool
is_of_threading(const cg_frame *frame)
{
	PyObject *dict = cg_lookup_module("threading");
	bool is = cg_frame_globals(frame) == dict;

	Py_XDECREF(dict);
	return is;
}

PyObject *
cg_thread_bootstrapped(const cg_frame *frame)
{
	const PyCodeObject *code;
	PyObject *thread;

	if (!frame)
		return NULL;
	code = cg_frame_code(frame);
	if (PyUnicode_CompareWithASCIIString(code->co_name, "_bootstrap") != 0)
		return NULL;
	if (!is_of_threading(frame))
		return NULL;
	thread = cg_frame_first_local(frame);
	Py_XINCREF(thread);
	return thread;
}

static PyObject *
active(unsigned long ident)
{
	PyObject *threads = cg_lookup_global("threading", "_active");
	PyObject *key, *thread = NULL;

	key = PyLong_FromUnsignedLong(ident);
	if (key && threads && PyDict_Check(threads))
		thread = cg_dict_get(threads, key);
	Py_XDECREF(key);
	Py_XDECREF(threads);
	PyErr_Clear();
	return thread;
}

/* Without threading the process's first thread has a name all the same. */
static bool
is_main(unsigned long ident)
{
#ifdef __linux__
	return ident == (unsigned long)pthread_self() && getpid() == gettid();
#else
	(void)ident;
	return false;
#endif
}

static bool
find(unsigned long ident, const cg_frame *frame, struct cg_text *name)
{
	PyObject *thread = cg_thread_bootstrapped(frame), *own;
	bool found;

	if (!thread)
		thread = active(ident);
	own = thread ? cg_lookup_own(thread, "_name") : NULL;
	found = own && PyUnicode_Check(own);
	if (found)
		*name = cg_texts_of(own);
	Py_XDECREF(own);
	Py_XDECREF(thread);
	if (found)
		return true;
	if (!is_main(ident))
		return false;
	name->bytes = "MainThread";
	name->length = strlen(name->bytes);
	return true;
}

bool
cg_thread_name_find(unsigned long ident, const cg_frame *frame, struct cg_text *name)
{
	struct cg_pending pending;
	bool found;

	cg_world_enter();
	pending = cg_pending_take();
	found = find(ident, frame, name);
	cg_pending_restore(pending);
	cg_world_leave();
	return found;
}
