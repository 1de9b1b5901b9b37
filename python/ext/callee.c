/*
 * The idea to know: as long as only simple instructions stand before a call, what each leaves
 * on the stack tells, backwards, which one pushed the callee. Nothing jumps in between: what
 * jumps there would come from another way to make an argument, which is no simple instruction
 * either, or from another way to make the callee, which then has its empty place pushed apart.
 */
#include "callee.h"

#if CG_HAVE_SITES
enum { LOOK_BACK = 100 /* instructions and caches that are read */ };

/* The instructions of code, as it gives them, and one of them. */
struct text {
	const unsigned char *bytes;
	Py_ssize_t at;
	int opcode, oparg;
};

/* Read the one at `at`, with what those before it add. */
static void
read_here(struct text *text)
{
	const unsigned char *unit = text->bytes + text->at * 2;

	text->opcode = unit[0];
	text->oparg = unit[1];
	for (int shift = 8; shift < 24 && unit > text->bytes; shift += 8) {
		unit -= 2;
		if (unit[0] != EXTENDED_ARG)
			break;
		text->oparg |= unit[1] << shift;
	}
}

/* Go to the one before. false: there is none. */
static bool
step_back(struct text *text)
{
	do {
		if (text->at-- == 0)
			return false;
		read_here(text);
	} while (text->opcode == CG_OP_CACHE || text->opcode == EXTENDED_ARG);
	return true;
}

/* Go from a call to the instruction that pushed its callee. */
static bool
find_load(struct text *text)
{
	int above;

	read_here(text);
	above = cg_op_call_values(text->opcode, text->oparg);
	for (int n = 0; above >= 0 && n < LOOK_BACK && step_back(text); n++) {
		if (above == 0)
			return true;
		if (!cg_op_is_simple(text->opcode))
			return false;
		above -= cg_op_effect(text->opcode, text->oparg);
	}
	return false;
}

static bool
find(struct cg_callee *callee, const PyCodeObject *code, struct text *text)
{
	int name;

	if (!find_load(text) || !cg_op_loads_callee(text->opcode, text->oparg))
		return false;
	name = cg_op_global_name(text->oparg);
	if (name >= PyTuple_GET_SIZE(code->co_names))
		return false;
	*callee = (struct cg_callee){PyTuple_GET_ITEM(code->co_names, name), text->at * 2};
	return true;
}

bool
cg_callee_find(struct cg_callee *callee, PyCodeObject *code, long offset)
{
	PyObject *bytes = PyCode_GetCode(code);
	bool found = false;

	if (!bytes) {
		PyErr_Clear();
		return false;
	}
	if (offset >= 0 && offset < PyBytes_GET_SIZE(bytes))
		found = find(callee, code,
		             &(struct text){.bytes = (unsigned char *)PyBytes_AS_STRING(bytes),
		                            .at = offset / 2});
	Py_DECREF(bytes);
	return found;
}
#endif
