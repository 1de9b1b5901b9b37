/*
 * Tasks of asyncio (and of what builds on its Task, as uvloop does) and of trio.
 *
 * A creation is seen at the call of a Task class, else when a function first returns the
 * task; that a coroutine is a task's is asked when it starts and neither was seen.
 */
#ifndef CG_TASKS_H
#define CG_TASKS_H
#include "recorder.h"

/* Task types, once they are there: asyncio's in C and in Python, trio's. */
struct cg_task_types {
	PyTypeObject *CG_ATOMIC in_c, *CG_ATOMIC in_python, *CG_ATOMIC in_trio;
	CG_ATOMIC getiterfunc iter; /* of that in C, of its subclasses and of its Future */
};
extern CG_HIDDEN struct cg_task_types cg_task_types;

/* Look for the types, which asyncio may have brought by now. For slow paths. */
void cg_tasks_find(void);

/* Is there any task type yet? */
static inline bool
cg_tasks_known(void)
{
	return cg_task_types.in_c || cg_task_types.in_python;
}

/* May it be a task? Quick, and right about most of what is none. */
static inline bool
cg_may_be_task(PyObject *object)
{
	PyTypeObject *type = Py_TYPE(object);

	/* most values are of types that are part of the interpreter; no task's is */
	if (CG_TASK_IS_HEAP_TYPE && CG_LIKELY(!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE)))
		return false;
	return type->tp_iter == cg_task_types.iter || type == cg_task_types.in_python ||
	       type == cg_task_types.in_trio;
}

/* Is it a class of tasks of asyncio? */
bool cg_is_task_class(PyTypeObject *type);

/* A class is called with `argument`, which may be a coroutine. */
void cg_class_called(struct cg_thread *th, PyTypeObject *type, PyObject *argument);

/* A function returns what may be a task. */
void cg_task_returned(struct cg_thread *th, PyObject *task);

/* For cg_ops. */
bool cg_tasks_is_task(void *arg, uint64_t frame);
bool cg_tasks_name(void *arg, uint64_t frame, struct cg_text *name);
#endif
