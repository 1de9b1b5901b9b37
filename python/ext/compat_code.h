/*
 * The instructions of code, of 3.12 and newer; only compat.h includes this.
 *
 * They are read from the bytes that the code object gives of itself, in which no tool's and
 * no specialised instruction stands; caches are zeros there.
 */
#ifndef CG_COMPAT_CODE_H
#define CG_COMPAT_CODE_H

enum { CG_OP_CACHE = 0 };

/* How many bytes its instructions have: offsets are less. */
static inline uint32_t
cg_code_size(const PyCodeObject *code)
{
	return (uint32_t)(Py_SIZE(code) * sizeof(_Py_CODEUNIT));
}

/* Enough of an offset in code to tell it from others: all of it, but for huge ones. */
static inline uint32_t
cg_offset_bits(PyObject *offset)
{
	return ((const PyLongObject *)offset)->long_value.ob_digit[0];
}

/* How many values stand above the callee and the one beside it when it is called; -1: no call. */
static inline int
cg_op_call_values(int opcode, int oparg)
{
	switch (opcode) {
	case CALL:
		return oparg;
#ifdef CALL_KW
	case CALL_KW: /* the names of the arguments, too */
		return oparg + 1;
#endif
	default:
		return -1;
	}
}

/* Does it push a global with the empty place beside it that a call wants? */
static inline bool
cg_op_loads_callee(int opcode, int oparg)
{
	return opcode == LOAD_GLOBAL && (oparg & 1);
}

/* Which of the code's names that global has. */
static inline int
cg_op_global_name(int oparg)
{
	return oparg >> 1;
}

/*
 * Is it one that goes on to the next instruction and touches no more of the stack than what
 * it uses up: part of an expression without conditions?
 */
static inline bool
cg_op_is_simple(int opcode)
{
	switch (opcode) {
	case NOP:
	case PUSH_NULL:
	case LOAD_ATTR:
	case LOAD_CONST:
	case LOAD_DEREF:
	case LOAD_FAST:
	case LOAD_FAST_CHECK:
	case LOAD_GLOBAL:
	case BINARY_OP:
	case BINARY_SLICE:
	case COMPARE_OP:
	case CONTAINS_OP:
	case IS_OP:
	case UNARY_INVERT:
	case UNARY_NEGATIVE:
	case UNARY_NOT:
	case BUILD_LIST:
	case BUILD_MAP:
	case BUILD_SLICE:
	case BUILD_STRING:
	case BUILD_TUPLE:
	case CALL:
#ifdef BINARY_SUBSCR
	case BINARY_SUBSCR:
#endif
#ifdef CALL_KW
	case CALL_KW:
#endif
#ifdef KW_NAMES
	case KW_NAMES:
#endif
#ifdef FORMAT_SIMPLE
	case CONVERT_VALUE:
	case FORMAT_SIMPLE:
	case FORMAT_WITH_SPEC:
#endif
#ifdef LOAD_FAST_LOAD_FAST
	case LOAD_FAST_LOAD_FAST:
#endif
#ifdef LOAD_FAST_BORROW
	case LOAD_FAST_BORROW:
	case LOAD_FAST_BORROW_LOAD_FAST_BORROW:
#endif
#ifdef LOAD_SMALL_INT
	case LOAD_SMALL_INT:
#endif
#ifdef TO_BOOL
	case TO_BOOL:
#endif
		return true;
	default:
		return false;
	}
}

/* The offset of the instruction that a frame stands on, or of a cache of it, in bytes. */
static inline long
cg_frame_offset(const cg_frame *frame)
{
	return (long)((cg_frame_position(frame) - cg_frame_bytecode(frame)) *
	              (Py_ssize_t)sizeof(_Py_CODEUNIT));
}

/*
 * Is it a dict of which each change is told to those who watch it, and in which looking for a
 * text runs no code of the program?
 */
static inline bool
cg_dict_is_plain(PyObject *dict)
{
	PyObject *key;
	Py_ssize_t at = 0;

	/* values that an object has in itself change without a word */
	if (!PyDict_CheckExact(dict) || ((PyDictObject *)dict)->ma_values)
		return false;
	while (PyDict_Next(dict, &at, &key, NULL))
		if (!PyUnicode_CheckExact(key))
			return false;
	return true;
}

/* By how much it makes the stack higher; more than any stack's height where nobody knows. */
static inline int
cg_op_effect(int opcode, int oparg)
{
	return PyCompile_OpcodeStackEffect(opcode, oparg);
}
#endif
