/*
 * Thread names live in threading's objects.
 *
 * The idea to know: a thread is entered into threading._active only after its first
 * events, but the object is the first local variable of its first frame.
 */
#include "thread_names.h"

#include "lookup.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

PyObject *
cg_thread_bootstrapped(const cg_frame *frame)
{
	const PyCodeObject *code;

	if (!frame)
		return NULL;
	code = cg_frame_code(frame);
	if (PyUnicode_CompareWithASCIIString(code->co_name, "_bootstrap") != 0)
		return NULL;
	if (cg_frame_globals(frame) != cg_lookup_module("threading"))
		return NULL;
	return cg_frame_first_local(frame);
}

static PyObject *
active(unsigned long ident)
{
	PyObject *threads = cg_lookup_global("threading", "_active");
	PyObject *key, *thread = NULL;

	if (!threads || !PyDict_Check(threads))
		return NULL;
	key = PyLong_FromUnsignedLong(ident);
	if (key)
		thread = PyDict_GetItemWithError(threads, key);
	Py_XDECREF(key);
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
	PyObject *thread = cg_thread_bootstrapped(frame);

	if (!thread)
		thread = active(ident);
	if (thread && cg_lookup_text(cg_lookup_own(thread, "_name"), name))
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
	struct cg_pending pending = cg_pending_take();
	bool found = find(ident, frame, name);

	cg_pending_restore(pending);
	return found;
}
