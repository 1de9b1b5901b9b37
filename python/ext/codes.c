/*
 * Ends of code objects, by a watcher or, on old Pythons, by the free function of an extra
 * that is put on each code object that is known.
 */
#include "codes.h"

#include "failure.h"
#include "filter.h"
#include "recorder.h"
#include "sites.h"

static void
forget(uint64_t key)
{
	struct cg_collector *collector = cg_recorder.collector;

	cg_filter_forget(key);
	cg_sites_forget((const PyCodeObject *)(uintptr_t)key);
	if (collector)
		cg_collector_forget(collector, key);
}

#if CG_HAVE_CODE_WATCHER
static int watcher = -1;

static int
code_event(PyCodeEvent event, PyCodeObject *code)
{
	if (event == PY_CODE_EVENT_DESTROY)
		forget((uint64_t)(uintptr_t)code);
	return 0;
}

int
cg_codes_begin(void)
{
	watcher = PyCode_AddWatcher(code_event);
	return watcher < 0 ? -1 : 0;
}

void
cg_codes_end(void)
{
	if (watcher >= 0 && PyCode_ClearWatcher(watcher) < 0)
		PyErr_Clear();
	watcher = -1;
}

void
cg_codes_watch(PyCodeObject *code)
{
	(void)code;
}
#else
static Py_ssize_t extra = -1;

/* The extra of a dying code object is its own address. */
static void
code_dies(void *key)
{
	if (key)
		forget((uint64_t)(uintptr_t)key);
}

int
cg_codes_begin(void)
{
	if (extra < 0)
		extra = _PyEval_RequestCodeExtraIndex(code_dies);
	if (extra >= 0)
		return 0;
	return cg_failure_set("other tools use all of this Python's code extras");
}

void
cg_codes_end(void)
{
}

void
cg_codes_watch(PyCodeObject *code)
{
	void *value = NULL;

	/* to set it anew would free the old value, which means the code's end */
	if (_PyCode_GetExtra((PyObject *)code, extra, &value) < 0 ||
	    (!value && _PyCode_SetExtra((PyObject *)code, extra, code) < 0))
		PyErr_Clear();
}
#endif
