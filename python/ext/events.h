/*
 * From an interpreter's event to the collector's: what both kinds of hooks share.
 *
 * The clock is read here, once per event, and not at all where the event belongs to a
 * chain that suspends, resumes or unwinds at one instant.
 */
#ifndef CG_EVENTS_H
#define CG_EVENTS_H
#include "filter.h"
#include "recorder.h"
#include "tasks.h"

/* Is it the type of the values that an async generator hands out at a yield of its own? */
bool cg_is_async_yield_type(PyTypeObject *type);

static inline uint64_t
cg_code_key(const PyCodeObject *code)
{
	return (uint64_t)(uintptr_t)code;
}

static inline uint64_t
cg_frame_id(const cg_frame *frame)
{
	return (uint64_t)(uintptr_t)frame;
}

static inline bool
cg_code_suspends(const PyCodeObject *code)
{
	return (code->co_flags & CG_CO_SUSPENDS) != 0;
}

/*
 * Code of the package itself, marked by bits of co_flags that CPython does not use. Frames
 * of UNSEEN code are looked through; of CLOSED code, what runs above them as well.
 */
enum {
	CG_CO_UNSEEN = 0x40000000,
	CG_CO_CLOSED = 0x20000000,
	CG_CO_OWN = CG_CO_UNSEEN | CG_CO_CLOSED
};

static inline bool
cg_code_is_own(const PyCodeObject *code)
{
	return (code->co_flags & CG_CO_OWN) != 0;
}

/* Is it looked through: the package's own, or left out of the recording? */
static inline bool
cg_code_is_unseen(PyCodeObject *code)
{
	return CG_UNLIKELY(cg_code_is_own(code)) ||
	       (CG_UNLIKELY(cg_filter_on) && cg_filter_excludes(code));
}

/* The common case: a function of the program. */
static inline bool
cg_code_is_plain(const PyCodeObject *code)
{
	return (code->co_flags & (CG_CO_SUSPENDS | CG_CO_OWN)) == 0;
}

/* Of a generator of the program that is nothing else. */
static inline bool
cg_code_is_generator(const PyCodeObject *code)
{
	const int others =
		CO_COROUTINE | CO_ITERABLE_COROUTINE | CO_ASYNC_GENERATOR | CG_CO_OWN;

	return (code->co_flags & (CO_GENERATOR | others)) == CO_GENERATOR;
}

static inline bool
cg_code_is_coroutine(const PyCodeObject *code)
{
	return (code->co_flags & (CO_COROUTINE | CO_ITERABLE_COROUTINE)) != 0;
}

static inline enum cg_kind
cg_code_kind(const PyCodeObject *code)
{
	if (cg_code_is_coroutine(code))
		return CG_KIND_COROUTINE;
	if (code->co_flags & CO_ASYNC_GENERATOR)
		return CG_KIND_ASYNC_GENERATOR;
	return code->co_flags & CO_GENERATOR ? CG_KIND_GENERATOR : CG_KIND_FUNCTION;
}

/* The frame below that is recorded, when all between them delegate to this one, else 0. */
static CG_ALWAYS_INLINE uint64_t
cg_frame_delegator(const cg_frame *frame)
{
	const cg_frame *below = cg_frame_below(frame);

	while (below && cg_code_is_unseen(cg_frame_code(below)) && cg_frame_delegates(below))
		below = cg_frame_below(below);
	return below && cg_frame_delegates(below) ? cg_frame_id(below) : 0;
}

/* The same, and 0 where the frame below is a plain function's: then nobody asks. */
static inline uint64_t
cg_frame_below_id(const struct cg_thread *th, const cg_frame *frame)
{
	return cg_act_on_top(th) ? cg_frame_delegator(frame) : 0;
}

static inline void
cg_on_start(struct cg_thread *th, const PyCodeObject *code, const cg_frame *frame)
{
	cg_start(th, cg_code_key(code), cg_code_kind(code), cg_frame_id(frame),
	         cg_frame_below_id(th, frame), cg_recorder_tick());
}

static inline void
cg_on_resume(struct cg_thread *th, const PyCodeObject *code, const cg_frame *frame)
{
	uint64_t key = cg_code_key(code), id = cg_frame_id(frame), below, tick;

	if (!cg_act_on_top(th)) {
		cg_resume(th, key, cg_code_kind(code), id, 0, cg_recorder_tick());
		return;
	}
	below = cg_frame_delegator(frame);
	if (cg_try_go_on(th, id, below))
		return;
	tick = cg_is_chained_resume(th, id, below) ? th->img->last : cg_recorder_tick();
	cg_resume_slow(th, key, cg_code_kind(code), id, below, tick);
}

/*
 * Who throws by delegation: `await` of what an async generator gives to close it or to throw
 * into it. Anything else is thrown into by a call, or as its last reference goes, even where
 * the frame below stands at an await: that has just come back.
 */
static inline uint64_t
cg_frame_thrower(const PyCodeObject *code, const cg_frame *frame)
{
	return code->co_flags & CO_ASYNC_GENERATOR ? cg_frame_delegator(frame) : 0;
}

static inline void
cg_on_throw(struct cg_thread *th, const PyCodeObject *code, const cg_frame *frame,
            bool fresh)
{
	uint64_t id = cg_frame_id(frame);
	uint64_t tick = cg_is_chained_throw(th, id) ? th->img->last : cg_recorder_tick();

	cg_throw(th, cg_code_key(code), cg_code_kind(code), id, cg_frame_thrower(code, frame),
	         fresh, tick);
}

/* An async generator that yields a value of its own is idle; any other suspension waits. */
static inline bool
cg_is_idle_yield(const PyCodeObject *code, PyObject *value)
{
	return (code->co_flags & CO_ASYNC_GENERATOR) &&
	       cg_is_async_yield_type(Py_TYPE(value));
}

static inline void
cg_on_yield(struct cg_thread *th, const PyCodeObject *code, const cg_frame *frame,
            PyObject *value)
{
	uint64_t id = cg_frame_id(frame), what = (uint64_t)(uintptr_t)value;
	uint64_t tick =
		cg_is_chained_suspend(th, id, what) ? th->img->last : cg_recorder_tick();

	if (!cg_code_is_coroutine(code))
		cg_suspend(th, id, what, cg_is_idle_yield(code, value), tick);
	else if (!cg_try_wait(th, id, what, tick))
		cg_suspend_slow(th, id, what, false, tick);
}

/* It returned `value`, or unwinds when that is NULL. */
static inline void
cg_on_leave(struct cg_thread *th, const cg_frame *frame, PyObject *value)
{
	if (value && CG_UNLIKELY(cg_may_be_task(value)))
		cg_task_returned(th, value);
	cg_finish(th, cg_frame_id(frame), !value, cg_recorder_tick());
}

/* The same for a function that cannot suspend. */
static inline void
cg_on_plain_leave(struct cg_thread *th, const PyCodeObject *code, PyObject *value)
{
	if (value && CG_UNLIKELY(cg_may_be_task(value)))
		cg_task_returned(th, value);
	cg_leave(th, cg_code_key(code), !value, cg_recorder_tick());
}

/*
 * The key of a C function as cProfile counts them: builtin functions and methods, and
 * method descriptors with an object to work on; 0 for everything else.
 */
static inline uint64_t
cg_builtin_key(PyObject *callable, bool has_self)
{
	PyTypeObject *type = Py_TYPE(callable);
	const PyMethodDef *def;

	if (type == &PyFunction_Type || type == &PyMethod_Type)
		return 0;
	if (type == &PyMethodDescr_Type) {
		if (!has_self)
			return 0;
		def = ((PyMethodDescrObject *)callable)->d_method;
	} else if (type == &PyCFunction_Type || PyCFunction_Check(callable)) {
		def = ((PyCFunctionObject *)callable)->m_ml;
	} else {
		return 0;
	}
	return (uint64_t)(uintptr_t)def | CG_KEY_BUILTIN;
}

/*
 * A generator that is closed before its start is nothing, yet some Pythons tell of a throw
 * and an unwinding. The throw was ignored: its unwinding is too.
 */
static inline bool
cg_is_ignored(const cg_frame *frame)
{
	if (CG_LIKELY(cg_here.ignored != frame))
		return false;
	cg_here.ignored = NULL;
	return true;
}
#endif
