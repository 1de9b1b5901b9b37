/*
 * CPython's insides, one face for every version.
 *
 * The only file with conditions on the version, with those that it includes (two on frames,
 * one on instructions): a new Python is taught here. Everything asks with the GIL held, borrows what it returns,
 * never fails, and runs no code of the program.
 */
#ifndef CG_COMPAT_H
#define CG_COMPAT_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#if PY_VERSION_HEX < 0x03090000
#error "Corograph needs Python 3.9 or newer"
#endif

#include <opcode.h>
#if PY_VERSION_HEX < 0x030c0000
#include <structmember.h>
#define Py_T_PYSSIZET T_PYSSIZET
#define Py_READONLY READONLY
#endif
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Of the module's own files alone: its address is known when it is linked. */
#define CG_HIDDEN __attribute__((visibility("hidden")))

/* sys.monitoring is there; before it, events come through PyEval_SetProfile. */
#define CG_HAVE_MONITORING (PY_VERSION_HEX >= 0x030c0000)
/* PyCode_AddWatcher is there; before it, a code extra tells of a code object's end. */
#define CG_HAVE_CODE_WATCHER (PY_VERSION_HEX >= 0x030c0000)
/* Code knows its qualified name; before, only functions and generators do. */
#define CG_HAVE_CODE_QUALNAME (PY_VERSION_HEX >= 0x030b0000)
/* Only the evaluator of frames is told that an exception is thrown into one. */
#define CG_EVALUATOR_TELLS_THROW (PY_VERSION_HEX < 0x030b0000)
/* In _asyncio: the dict {loop: current task}, later a function that takes the loop. */
#if PY_VERSION_HEX < 0x030e0000
#define CG_CURRENT_TASK "_current_tasks"
#else
#define CG_CURRENT_TASK "current_task"
#endif
/* Do threads of Python run one at a time? Else what they share is guarded by our own locks. */
#ifdef Py_GIL_DISABLED
#define CG_HAVE_GIL 0
#define CG_ATOMIC _Atomic
#define cg_load(place) atomic_load_explicit(place, memory_order_relaxed)
#else
#define CG_HAVE_GIL 1
#define CG_ATOMIC /* an access that the compiler cannot merge with others costs */
#define cg_load(place) (*(place))
#endif
/* May places of calls be switched off that need not tell (sites.h)? */
#define CG_HAVE_SITES (CG_HAVE_MONITORING && CG_HAVE_GIL)
/* Is the type of asyncio's tasks in C made at run time, as those written in Python are? */
#define CG_TASK_IS_HEAP_TYPE (PY_VERSION_HEX >= 0x030c0000)

/* Task.get_coro() crashes on a task that was made but never initialised. */
#define CG_TASK_CORO_MAY_CRASH (PY_VERSION_HEX < 0x030d0000)

/* Code that can suspend: its activations have a frame of their own for life. */
#define CG_CO_SUSPENDS (CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR)

/* How a frame that can suspend is entered. */
enum cg_way_in { CG_IN_START, CG_IN_RESUME, CG_IN_THROW };

static inline PyThreadState *
cg_tstate(void)
{
#if PY_VERSION_HEX >= 0x030d0000
	return PyThreadState_GetUnchecked();
#else
	return _PyThreadState_UncheckedGet();
#endif
}

/* Let garbage be collected, or not. Was it? Before 3.10 that cannot be said: it is not touched. */
static inline bool
cg_gc_set(bool on)
{
#if PY_VERSION_HEX >= 0x030a0000
	return on ? PyGC_Enable() : PyGC_Disable();
#else
	(void)on;
	return false;
#endif
}

/* Does the interpreter end? Its modules go, and calls still happen. */
static inline bool
cg_is_finalizing(void)
{
#if PY_VERSION_HEX >= 0x030d0000
	return Py_IsFinalizing();
#else
	return _Py_IsFinalizing();
#endif
}

/*
 * A lock that may be held while Python is called; nothing where the GIL guards as much. It
 * begins as zeros.
 */
#if CG_HAVE_GIL
typedef uint8_t cg_mutex;
#else
typedef PyMutex cg_mutex;
#endif

static inline void
cg_mutex_lock(cg_mutex *mutex)
{
#if CG_HAVE_GIL
	(void)mutex;
#else
	PyMutex_Lock(mutex);
#endif
}

static inline void
cg_mutex_unlock(cg_mutex *mutex)
{
#if CG_HAVE_GIL
	(void)mutex;
#else
	PyMutex_Unlock(mutex);
#endif
}

/* The value of a key in a dict: a new reference, or NULL with no exception set. */
static inline PyObject *
cg_dict_get(PyObject *dict, PyObject *key)
{
	PyObject *value;

#if PY_VERSION_HEX >= 0x030d0000
	if (PyDict_GetItemRef(dict, key, &value) < 0)
		PyErr_Clear();
#else
	value = PyDict_GetItemWithError(dict, key);
	Py_XINCREF(value);
	if (!value)
		PyErr_Clear();
#endif
	return value;
}

#if !CG_HAVE_MONITORING
/* After a change of its functions, or of how deep in them it is: are they to be called? */
static inline void
cg_tstate_update_tracing(PyThreadState *tstate)
{
	bool on = tstate->tracing <= 0 && (tstate->c_tracefunc || tstate->c_profilefunc);

#if PY_VERSION_HEX >= 0x030a0000
	tstate->cframe->use_tracing = on ? 255 : 0;
#else
	tstate->use_tracing = on;
#endif
}
#endif

#if PY_VERSION_HEX >= 0x030b0000
#include "compat_frames.h"
#else
#include "compat_old.h"
#endif
#if CG_HAVE_MONITORING
#include "compat_code.h"
#endif

/* The dict of a type's own attributes: a new reference, or NULL. */
static inline PyObject *
cg_type_dict(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030c0000
	return PyType_GetDict(type);
#else
	Py_XINCREF(type->tp_dict);
	return type->tp_dict;
#endif
}

/* The pending exception is set aside, and put back. */
struct cg_pending {
#if PY_VERSION_HEX >= 0x030c0000
	PyObject *value;
#else
	PyObject *type, *value, *trace;
#endif
};

static inline struct cg_pending
cg_pending_take(void)
{
	struct cg_pending p;

#if PY_VERSION_HEX >= 0x030c0000
	p.value = PyErr_GetRaisedException();
#else
	PyErr_Fetch(&p.type, &p.value, &p.trace);
#endif
	return p;
}

static inline void
cg_pending_restore(struct cg_pending p)
{
#if PY_VERSION_HEX >= 0x030c0000
	PyErr_SetRaisedException(p.value);
#else
	PyErr_Restore(p.type, p.value, p.trace);
#endif
}
#endif
