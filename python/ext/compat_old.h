/*
 * Frames and generators of 3.9 and 3.10; only compat.h includes this.
 *
 * Every frame is an object. A generator has one from its start to its end, so its address
 * names the activation.
 */
#ifndef CG_COMPAT_OLD_H
#define CG_COMPAT_OLD_H
#define Py_BUILD_CORE 1
#include <internal/pycore_interp.h>
#undef Py_BUILD_CORE
#include <frameobject.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef PyFrameObject cg_frame;

static inline cg_frame *
cg_frame_top(PyThreadState *tstate)
{
	return tstate->frame;
}

/* The first Python frame from here on down, or NULL. */
static inline cg_frame *
cg_frame_python(cg_frame *frame)
{
	return frame;
}

static inline cg_frame *
cg_frame_current(PyThreadState *tstate)
{
	return tstate->frame;
}

static inline cg_frame *
cg_frame_below(const cg_frame *frame)
{
	return frame->f_back;
}

static inline cg_frame *
cg_frame_of_object(PyFrameObject *object)
{
	return object;
}

static inline PyCodeObject *
cg_frame_code(const cg_frame *frame)
{
	return frame->f_code;
}

static inline PyObject *
cg_frame_globals(const cg_frame *frame)
{
	return frame->f_globals;
}

/* Its first local variable, NULL while that has no value. */
static inline PyObject *
cg_frame_first_local(const cg_frame *frame)
{
	return frame->f_code->co_nlocals > 0 ? frame->f_localsplus[0] : NULL;
}

/* Where it stands, as an index of code units; negative: it has never run. */
static inline int
cg_frame_index(const cg_frame *frame)
{
#if PY_VERSION_HEX >= 0x030a0000
	return frame->f_lasti;
#else
	return frame->f_lasti < 0 ? -1 : frame->f_lasti / (int)sizeof(_Py_CODEUNIT);
#endif
}

static inline const _Py_CODEUNIT *
cg_code_units(const PyCodeObject *code)
{
	return (const _Py_CODEUNIT *)PyBytes_AS_STRING(code->co_code);
}

static inline Py_ssize_t
cg_code_length(const PyCodeObject *code)
{
	return PyBytes_GET_SIZE(code->co_code) / (Py_ssize_t)sizeof(_Py_CODEUNIT);
}

/*
 * Does it delegate? While what it delegates to runs it stands at YIELD_FROM; suspended it
 * stands before that.
 */
static inline bool
cg_frame_delegates(const cg_frame *frame)
{
	int at = cg_frame_index(frame);

	return at >= 0 && _Py_OPCODE(cg_code_units(frame->f_code)[at]) == YIELD_FROM;
}

static inline bool
cg_frame_is_fresh(const cg_frame *frame)
{
	return frame->f_lasti < 0;
}

/* Is it a frame that is still being set up, which no tool is to see? */
static inline bool
cg_frame_is_incomplete(const cg_frame *frame)
{
	(void)frame;
	return false;
}

/*
 * The evaluator of frames is told of a throw, which the profile function is not. Where
 * what a throw reached first has returned, its awaiter goes on from YIELD_FROM itself.
 */
static inline enum cg_way_in
cg_frame_way_in(const cg_frame *frame, bool throwing)
{
	if (throwing || cg_frame_delegates(frame))
		return CG_IN_THROW;
	return cg_frame_is_fresh(frame) ? CG_IN_START : CG_IN_RESUME;
}

static inline bool
cg_tstate_is_closing(const PyThreadState *tstate)
{
	return tstate->curexc_type == PyExc_GeneratorExit;
}

typedef PyGenObject cg_generator;

/* The frame of a generator, coroutine or async generator, or NULL for anything else. */
static inline cg_frame *
cg_generator_frame(PyObject *object)
{
	if (!PyGen_CheckExact(object) && !PyCoro_CheckExact(object) &&
	    !PyAsyncGen_CheckExact(object))
		return NULL;
	return ((cg_generator *)object)->gi_frame;
}

/* Has it never run? */
static inline bool
cg_generator_is_fresh(PyObject *object)
{
	const cg_frame *frame = ((cg_generator *)object)->gi_frame;

	return frame && cg_frame_is_fresh(frame);
}

/* The generator object that a generator's frame belongs to, or NULL. */
static inline cg_generator *
cg_frame_generator(const cg_frame *frame)
{
	return (cg_generator *)frame->f_gen;
}

static inline bool
cg_frame_is_suspended(const cg_frame *frame)
{
#if PY_VERSION_HEX >= 0x030a0000
	return frame->f_state == FRAME_SUSPENDED;
#else
	return frame->f_stacktop != NULL;
#endif
}

/* The system's number of a thread, which only the thread itself can tell; else 0. */
static inline uint64_t
cg_tstate_native_id(const PyThreadState *tstate)
{
	return tstate == cg_tstate() ? (uint64_t)syscall(SYS_gettid) : 0;
}

/* Call `see` for every function object that there is. */
static inline void
cg_functions_visit(void (*see)(PyObject *function))
{
	struct _gc_runtime_state *gc = &PyInterpreterState_Get()->gc;
	struct gc_generation *all[] = {&gc->generations[0], &gc->generations[1],
	                               &gc->generations[2], &gc->permanent_generation};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		PyGC_Head *head = &all[i]->head, *at = _PyGCHead_NEXT(head);

		for (; at != head; at = _PyGCHead_NEXT(at))
			if (PyFunction_Check((PyObject *)(at + 1)))
				see((PyObject *)(at + 1));
	}
}

#ifndef Py_NewRef
static inline PyObject *
cg_new_ref(PyObject *object)
{
	Py_INCREF(object);
	return object;
}
#define Py_NewRef(object) cg_new_ref(object)
#endif

#if PY_VERSION_HEX < 0x030a0000
static inline int
PyModule_AddObjectRef(PyObject *module, const char *name, PyObject *value)
{
	Py_XINCREF(value);
	if (PyModule_AddObject(module, name, value) == 0)
		return 0;
	Py_XDECREF(value);
	return -1;
}
#endif
#endif
