/*
 * What is known of asyncio's tasks without running any code of the program.
 *
 * The idea to know: asyncio.Task is written in C, and its get_coro and get_name are called
 * through the type's own descriptors, so that no subclass can put code in between. A task
 * in Python (asyncio.tasks._PyTask) is read in its dict. trio's Task is final and has slots.
 */
#include "tasks.h"

#include "events.h"
#include "lookup.h"
#include "texts.h"
#include "world.h"

/* What no type has in the place of its iter. */
static PyObject *
no_iter(PyObject *object)
{
	(void)object;
	return NULL;
}

struct cg_task_types cg_task_types = {.iter = no_iter};

/* Owned for the life of the process; of _asyncio. NULL: not known. */
static struct {
	PyObject *get_coro, *get_name, *done; /* method descriptors of its Task */
	PyObject *current;           /* the dict {loop: task}, or the function current_task */
	PyObject *running_loop;      /* the function _get_running_loop */
	PyObject *current_in_python; /* such a dict of asyncio.tasks, for its own tasks */
	PyObject *trio_context;      /* trio's threading.local with its current task */
} methods;

static void
keep(PyObject **place, PyObject *value)
{
	Py_XINCREF(value);
	*place = value;
}

static bool
is_type(PyObject *object)
{
	return object && PyType_Check(object);
}

static void
find_in_python(void)
{
	PyObject *type = cg_lookup_global("asyncio.tasks", "_PyTask");
	PyObject *current = cg_lookup_global("asyncio.tasks", "_current_tasks");

	if (is_type(type) && current && PyDict_Check(current)) {
		keep(&methods.current_in_python, current);
		cg_task_types.in_python = (PyTypeObject *)Py_NewRef(type);
	}
	Py_XDECREF(type);
	Py_XDECREF(current);
}

static void
find_in_trio(void)
{
	PyObject *type = cg_lookup_global("trio._core._run", "Task");
	PyObject *context = cg_lookup_global("trio._core._run", "GLOBAL_RUN_CONTEXT");

	if (is_type(type) && context) {
		keep(&methods.trio_context, context);
		cg_task_types.in_trio = (PyTypeObject *)Py_NewRef(type);
	}
	Py_XDECREF(type);
	Py_XDECREF(context);
}

static void
keep_c(PyTypeObject *type, PyObject *current, PyObject *loop)
{
	methods.get_coro = cg_lookup_in_type(type, "get_coro");
	methods.get_name = cg_lookup_in_type(type, "get_name");
	methods.done = cg_lookup_in_type(type, "done");
	keep(&methods.current, current);
	keep(&methods.running_loop, loop);
	cg_task_types.in_c = (PyTypeObject *)Py_NewRef((PyObject *)type);
	cg_task_types.iter = type->tp_iter ? type->tp_iter : no_iter;
}

/* The module may be half made: its import runs Python. Then nothing is taken. */
static void
find_in_c(void)
{
	PyObject *type = cg_lookup_global("_asyncio", "Task");
	PyObject *current = cg_lookup_global("_asyncio", CG_CURRENT_TASK);
	PyObject *loop = cg_lookup_global("_asyncio", "_get_running_loop");

	if (is_type(type) && current && loop)
		keep_c((PyTypeObject *)type, current, loop);
	Py_XDECREF(type);
	Py_XDECREF(current);
	Py_XDECREF(loop);
}

/* Each is looked for by one thread, and told of when all that belongs to it is there. */
void
cg_tasks_find(void)
{
	struct cg_pending pending;

	if (cg_task_types.in_c && cg_task_types.in_python && cg_task_types.in_trio)
		return;
	cg_world_enter();
	pending = cg_pending_take();
	cg_mutex_lock(&cg_world_locks[CG_LOCK_TASKS]);
	if (!cg_task_types.in_c)
		find_in_c();
	if (!cg_task_types.in_python)
		find_in_python();
	if (!cg_task_types.in_trio)
		find_in_trio();
	cg_mutex_unlock(&cg_world_locks[CG_LOCK_TASKS]);
	cg_pending_restore(pending);
	cg_world_leave();
}

static bool
is_kind_of(PyTypeObject *type, PyTypeObject *task)
{
	return task && (type == task || PyType_IsSubtype(type, task));
}

/* Ask a method of the C Task. A new reference, or NULL. */
static PyObject *
ask(PyObject *method, PyObject *task)
{
	PyObject *answer = method ? PyObject_CallOneArg(method, task) : NULL;

	if (!answer)
		PyErr_Clear();
	return answer;
}

/* What a slot of a trio Task holds: a new reference, or NULL. */
static PyObject *
in_slot(PyObject *task, const char *slot)
{
	PyObject *name = PyUnicode_FromString(slot);
	PyObject *value = name ? PyObject_GenericGetAttr(task, name) : NULL;

	Py_XDECREF(name);
	if (!value)
		PyErr_Clear();
	return value;
}

/*
 * Can a C Task tell its coroutine? A subclass may leave out Task.__init__, which gives it
 * both that and a name; and an eager task that has ended at once has given it away.
 */
static bool
has_coroutine(PyObject *task)
{
	PyObject *name, *done;
	bool has;

	if (!CG_TASK_CORO_MAY_CRASH)
		return true;
	name = ask(methods.get_name, task);
	done = ask(methods.done, task);
	has = name && name != Py_None && done == Py_False;
	Py_XDECREF(name);
	Py_XDECREF(done);
	return has;
}

/* The coroutine of a task: a new reference, or NULL. */
static PyObject *
coroutine_of(PyObject *task)
{
	if (is_kind_of(Py_TYPE(task), cg_task_types.in_c))
		return has_coroutine(task) ? ask(methods.get_coro, task) : NULL;
	if (Py_TYPE(task) == cg_task_types.in_trio)
		return in_slot(task, "coro");
	if (!is_kind_of(Py_TYPE(task), cg_task_types.in_python))
		return NULL;
	return cg_lookup_own(task, "_coro");
}

/* Is it the frame of that coroutine, or what that awaits while it is looked through? */
static bool
stands_for(const cg_frame *frame, PyObject *coroutine)
{
	const cg_frame *root = cg_generator_frame(coroutine);

	while (root && frame != root) {
		frame = cg_frame_below(frame);
		if (!frame || !cg_code_is_unseen(cg_frame_code(frame)) ||
		    !cg_frame_delegates(frame))
			return false;
	}
	return root != NULL;
}

static bool
has_frame(PyObject *task, uint64_t frame)
{
	PyObject *coroutine = coroutine_of(task);
	bool has = coroutine && stands_for((const cg_frame *)(uintptr_t)frame, coroutine);

	Py_XDECREF(coroutine);
	return has;
}

static void
created(struct cg_thread *th, PyObject *coroutine)
{
	const cg_frame *frame = cg_generator_frame(coroutine);

	if (frame && cg_generator_is_fresh(coroutine) &&
	    !(cg_filter_on && cg_filter_excludes(cg_frame_code(frame))))
		cg_task_created(th, (uint64_t)(uintptr_t)frame);
}

bool
cg_is_task_class(PyTypeObject *type)
{
	return is_kind_of(type, cg_task_types.in_c) ||
	       is_kind_of(type, cg_task_types.in_python);
}

void
cg_class_called(struct cg_thread *th, PyTypeObject *type, PyObject *argument)
{
	if (cg_is_task_class(type))
		created(th, argument);
}

void
cg_task_returned(struct cg_thread *th, PyObject *task)
{
	struct cg_pending pending;
	PyObject *coroutine;

	cg_world_enter();
	pending = cg_pending_take();
	coroutine = coroutine_of(task);
	if (coroutine)
		created(th, coroutine);
	Py_XDECREF(coroutine);
	cg_pending_restore(pending);
	cg_world_leave();
}

/* The task of the loop that runs in this thread. A new reference, or NULL. */
static PyObject *
task_of_running(PyObject *tasks)
{
	PyObject *loop = PyObject_CallNoArgs(methods.running_loop), *task = NULL;

	if (!loop)
		PyErr_Clear();
	else if (Py_TYPE(loop)->tp_hash ==
	         PyBaseObject_Type.tp_hash) /* no code of a program */
		task = cg_dict_get(tasks, loop);
	Py_XDECREF(loop);
	return task;
}

/*
 * The task in {loop: current task} whose coroutine has that frame. A new reference. Other
 * threads' tasks must not be asked while those threads run.
 */
static PyObject *
task_among(PyObject *tasks, uint64_t frame)
{
	PyObject *loop, *task;
	Py_ssize_t at = 0;

	if (!CG_HAVE_GIL && tasks) {
		task = task_of_running(tasks);
		if (task && has_frame(task, frame))
			return task;
		Py_XDECREF(task);
		return NULL;
	}
	while (tasks && PyDict_Next(tasks, &at, &loop, &task))
		if (has_frame(task, frame))
			return Py_NewRef(task);
	return NULL;
}

/* What _asyncio takes for this thread's current task: a new reference, or NULL. */
static PyObject *
task_of_loop(void)
{
	PyObject *loop = PyObject_CallNoArgs(methods.running_loop), *task = NULL;

	if (loop && loop != Py_None)
		task = PyObject_CallOneArg(methods.current, loop);
	PyErr_Clear();
	Py_XDECREF(loop);
	return task;
}

/* The same of trio. */
static PyObject *
task_of_trio(void)
{
	PyObject *task = NULL;

	if (methods.trio_context)
		task = PyObject_GetAttrString(methods.trio_context, "task");
	PyErr_Clear();
	return task;
}

/* The current task of asyncio whose coroutine has that frame. A new reference, or NULL. */
static PyObject *
current_of_asyncio(uint64_t frame)
{
	PyObject *task = NULL;

	if (methods.current && PyDict_Check(methods.current))
		task = task_among(methods.current, frame);
	else if (methods.current)
		task = task_of_loop();
	if (task && has_frame(task, frame))
		return task;
	Py_XDECREF(task);
	return task_among(methods.current_in_python, frame);
}

static PyObject *
current_task(uint64_t frame)
{
	PyObject *task = current_of_asyncio(frame);

	if (task)
		return task;
	task = task_of_trio();
	if (task && has_frame(task, frame))
		return task;
	Py_XDECREF(task);
	return NULL;
}

bool
cg_tasks_is_task(void *arg, uint64_t frame)
{
	struct cg_pending pending;
	PyObject *task;

	(void)arg;
	cg_world_enter();
	pending = cg_pending_take();
	task = current_task(frame);
	Py_XDECREF(task);
	cg_pending_restore(pending);
	cg_world_leave();
	return task != NULL;
}

/* A new reference, or NULL. */
static PyObject *
name_of(PyObject *task)
{
	if (is_kind_of(Py_TYPE(task), cg_task_types.in_c))
		return ask(methods.get_name, task);
	if (Py_TYPE(task) == cg_task_types.in_trio)
		return in_slot(task, "name");
	return cg_lookup_own(task, "_name");
}

bool
cg_tasks_name(void *arg, uint64_t frame, struct cg_text *name)
{
	struct cg_pending pending;
	PyObject *task, *text;
	bool found;

	(void)arg;
	cg_world_enter();
	pending = cg_pending_take();
	task = frame ? current_task(frame) : NULL; /* 0: a greenlet */
	text = task ? name_of(task) : NULL;
	found = text && PyUnicode_Check(text);
	if (found)
		*name = cg_texts_of(text);
	Py_XDECREF(text);
	Py_XDECREF(task);
	cg_pending_restore(pending);
	cg_world_leave();
	return found;
}
