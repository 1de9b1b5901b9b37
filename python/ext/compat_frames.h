/*
 * Frames and generators of 3.11 and newer; only compat.h includes this.
 *
 * A frame is the interpreter's own (struct _PyInterpreterFrame), never a frame object.
 * That of a generator or coroutine is embedded in its object, so that its address names
 * the activation from its start to its end.
 */
#ifndef CG_COMPAT_FRAMES_H
#define CG_COMPAT_FRAMES_H
#define Py_BUILD_CORE 1
#if PY_VERSION_HEX >= 0x030e0000
#include <internal/pycore_frame.h>
#include <internal/pycore_interpframe.h>
#else
#include <internal/pycore_frame.h>
#endif
#undef Py_BUILD_CORE

typedef struct _PyInterpreterFrame cg_frame;

/* The frame on top, which may be one of the interpreter's own; NULL: none. */
static inline cg_frame *
cg_frame_top(PyThreadState *tstate)
{
#if PY_VERSION_HEX >= 0x030d0000
	return tstate->current_frame;
#else
	return tstate->cframe->current_frame;
#endif
}

/* Is it one that the interpreter makes for itself between Python frames? */
static inline bool
cg_frame_is_shim(const cg_frame *frame)
{
#if PY_VERSION_HEX >= 0x030e0000
	return frame->owner >= FRAME_OWNED_BY_INTERPRETER;
#elif PY_VERSION_HEX >= 0x030c0000
	return frame->owner == FRAME_OWNED_BY_CSTACK;
#else
	(void)frame;
	return false;
#endif
}

/* The first Python frame from here on down, or NULL. */
static inline cg_frame *
cg_frame_python(cg_frame *frame)
{
	while (frame && cg_frame_is_shim(frame))
		frame = frame->previous;
	return frame;
}

static inline cg_frame *
cg_frame_current(PyThreadState *tstate)
{
	return cg_frame_python(cg_frame_top(tstate));
}

static inline cg_frame *
cg_frame_below(const cg_frame *frame)
{
	return cg_frame_python(frame->previous);
}

/* The frame of a frame object. */
static inline cg_frame *
cg_frame_of_object(PyFrameObject *object)
{
	return object->f_frame;
}

/* The code of a Python frame. */
static inline PyCodeObject *
cg_frame_code(const cg_frame *frame)
{
#if PY_VERSION_HEX >= 0x030e0000
	return (PyCodeObject *)PyStackRef_AsPyObjectBorrow(frame->f_executable);
#elif PY_VERSION_HEX >= 0x030d0000
	return (PyCodeObject *)frame->f_executable;
#else
	return frame->f_code;
#endif
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
#if PY_VERSION_HEX >= 0x030e0000
	if (PyStackRef_IsNull(frame->localsplus[0]))
		return NULL;
	return PyStackRef_AsPyObjectBorrow(frame->localsplus[0]);
#else
	return frame->localsplus[0];
#endif
}

#if !CG_HAVE_GIL
/* The function that it runs. */
static inline PyObject *
cg_frame_function(const cg_frame *frame)
{
#if PY_VERSION_HEX >= 0x030e0000
	return PyStackRef_AsPyObjectBorrow(frame->f_funcobj);
#else
	return frame->f_funcobj;
#endif
}
#endif

/*
 * Where it stands: on its current instruction; before 3.13 that is one code unit before
 * the next one, be it an instruction or the cache behind it.
 */
static inline const _Py_CODEUNIT *
cg_frame_position(const cg_frame *frame)
{
#if PY_VERSION_HEX >= 0x030d0000
	return frame->instr_ptr;
#else
	return frame->prev_instr;
#endif
}

static inline int
cg_opcode(const _Py_CODEUNIT *unit)
{
#if PY_VERSION_HEX >= 0x030c0000
	return unit->op.code;
#else
	return _Py_OPCODE(*unit);
#endif
}

static inline int
cg_oparg(const _Py_CODEUNIT *unit)
{
#if PY_VERSION_HEX >= 0x030c0000
	return unit->op.arg;
#else
	return _Py_OPARG(*unit);
#endif
}

static inline bool
cg_is_send(int opcode)
{
	switch (opcode) {
	case SEND:
#ifdef SEND_GEN
	case SEND_GEN:
#endif
#ifdef SEND_ASYNC_GEN
	case SEND_ASYNC_GEN:
#endif
#ifdef SEND_VIRTUAL
	case SEND_VIRTUAL:
#endif
		return true;
	default:
		return false;
	}
}

static inline bool
cg_is_yield(int opcode)
{
#ifdef INSTRUMENTED_YIELD_VALUE
	if (opcode == INSTRUMENTED_YIELD_VALUE)
		return true;
#endif
	return opcode == YIELD_VALUE;
}

static inline bool
cg_is_resume(int opcode)
{
	switch (opcode) {
	case RESUME:
#ifdef RESUME_QUICK
	case RESUME_QUICK:
#endif
#ifdef RESUME_CHECK
	case RESUME_CHECK:
#endif
#ifdef RESUME_CHECK_JIT
	case RESUME_CHECK_JIT:
#endif
#ifdef INSTRUMENTED_RESUME
	case INSTRUMENTED_RESUME:
#endif
		return true;
	default:
		return false;
	}
}

/* The first instruction of what it runs. */
static inline const _Py_CODEUNIT *
cg_frame_bytecode(const cg_frame *frame)
{
#if PY_VERSION_HEX >= 0x030e0000 && defined(Py_GIL_DISABLED)
	return _PyFrame_GetBytecode((cg_frame *)frame);
#else
	return _PyCode_CODE(cg_frame_code(frame));
#endif
}

#if CG_HAVE_MONITORING
/*
 * The instruction at `unit` that another tool hides behind its own. Where the interpreter
 * keeps it differs between releases of one version; the code's own bytes are made at the
 * first question and kept.
 */
static inline int
cg_frame_hidden_opcode(const cg_frame *frame, const _Py_CODEUNIT *unit)
{
	PyObject *bytes = PyCode_GetCode(cg_frame_code(frame));
	Py_ssize_t at = (unit - cg_frame_bytecode(frame)) * (Py_ssize_t)sizeof *unit;
	int opcode = -1;

	if (!bytes)
		PyErr_Clear();
	else if (at >= 0 && at < PyBytes_GET_SIZE(bytes))
		opcode = (unsigned char)PyBytes_AS_STRING(bytes)[at];
	Py_XDECREF(bytes);
	return opcode;
}
#endif

/* Its instruction at `unit`. */
static inline int
cg_frame_opcode(const cg_frame *frame, const _Py_CODEUNIT *unit)
{
	int opcode = cg_opcode(unit);

#if CG_HAVE_MONITORING
	if (opcode == INSTRUMENTED_LINE || opcode == INSTRUMENTED_INSTRUCTION)
		return cg_frame_hidden_opcode(frame, unit);
#else
	(void)frame;
#endif
	return opcode;
}

/*
 * Does it delegate: stand at SEND (await, yield from, async for, async with)? Before 3.13
 * it may stand on the cache behind it. A cache can have any value, so the instruction that
 * follows every SEND has to be there too.
 */
static inline bool
cg_frame_delegates(const cg_frame *frame)
{
	const _Py_CODEUNIT *at = cg_frame_position(frame);

#if PY_VERSION_HEX >= 0x030d0000
	return cg_is_send(cg_frame_opcode(frame, at));
#elif PY_VERSION_HEX >= 0x030c0000
	if (cg_is_send(cg_frame_opcode(frame, at)) &&
	    cg_is_yield(cg_frame_opcode(frame, at + 2)))
		return true;
	return cg_is_send(cg_frame_opcode(frame, at - 1)) &&
	       cg_is_yield(cg_frame_opcode(frame, at + 1));
#else
	return cg_is_send(cg_opcode(at)) && cg_is_yield(cg_opcode(at + 1));
#endif
}

/* Is it before its first RESUME, so that nothing of it has run yet? */
static inline bool
cg_frame_is_fresh(const cg_frame *frame)
{
	return cg_frame_position(frame) <
	       cg_frame_bytecode(frame) + cg_frame_code(frame)->_co_firsttraceable;
}

/* Is it a frame that is still being set up, which no tool is to see? */
static inline bool
cg_frame_is_incomplete(const cg_frame *frame)
{
	return frame->owner != FRAME_OWNED_BY_GENERATOR && cg_frame_is_fresh(frame);
}

/* Does this offset (bytes) lie before the first RESUME, so that nothing has run yet? */
static inline bool
cg_code_is_fresh_at(const PyCodeObject *code, long offset)
{
	return offset < (long)(code->_co_firsttraceable * sizeof(_Py_CODEUNIT));
}

#if PY_VERSION_HEX >= 0x030e0000
typedef struct _PyGenObject cg_generator;
#else
typedef PyGenObject cg_generator;
#endif

/* The frame of a generator, coroutine or async generator, or NULL for anything else. */
static inline cg_frame *
cg_generator_frame(PyObject *object)
{
	if (!PyGen_CheckExact(object) && !PyCoro_CheckExact(object) &&
	    !PyAsyncGen_CheckExact(object))
		return NULL;
	return (cg_frame *)&((cg_generator *)object)->gi_iframe;
}

/* Has it never run? */
static inline bool
cg_generator_is_fresh(PyObject *object)
{
	return ((cg_generator *)object)->gi_frame_state == FRAME_CREATED;
}

/* The generator object that a generator's frame is embedded in. */
static inline cg_generator *
cg_frame_generator(const cg_frame *frame)
{
	return (cg_generator *)((char *)frame - offsetof(cg_generator, gi_iframe));
}

static inline bool
cg_frame_is_suspended(const cg_frame *frame)
{
	if (frame->owner != FRAME_OWNED_BY_GENERATOR)
		return false;
#ifdef FRAME_STATE_SUSPENDED
	return FRAME_STATE_SUSPENDED(cg_frame_generator(frame)->gi_frame_state);
#else
	return cg_frame_generator(frame)->gi_frame_state == FRAME_SUSPENDED;
#endif
}

#if !CG_HAVE_MONITORING
/* By its instruction: before the first RESUME, at a later one, or at none. */
static inline enum cg_way_in
cg_frame_way_in(const cg_frame *frame, bool throwing)
{
	const _Py_CODEUNIT *at = cg_frame_position(frame);

	(void)throwing;
	if (!cg_is_resume(cg_opcode(at)))
		return CG_IN_THROW;
	return cg_oparg(at) == 0 ? CG_IN_START : CG_IN_RESUME;
}
#endif

/* The system's number of a thread. */
static inline uint64_t
cg_tstate_native_id(const PyThreadState *tstate)
{
	return tstate->native_thread_id;
}
#endif
