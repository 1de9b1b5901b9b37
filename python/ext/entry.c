/*
 * site runs long before the program, and what the interpreter does in between (more of
 * site, a look at what kind of file the script is) is nobody's interest. No event marks
 * the place, but a frame evaluator sees every frame before it starts. Ours stands in only
 * until then: the program's own frames are evaluated by the interpreter as ever.
 */
#include "entry.h"

#include <string.h>

static struct {
	void (*entered)(void);
	PyThreadState *thread;
} waiting;

/* Code that the interpreter itself calls to find out what it has been told to run. */
static bool
is_import_system(const PyCodeObject *code)
{
	const char *file = PyUnicode_AsUTF8(code->co_filename);

	if (!file) {
		PyErr_Clear();
		return false;
	}
	return strncmp(file, "<frozen importlib", 17) == 0 ||
	       strncmp(file, "<frozen zipimport", 17) == 0;
}

static PyObject *
evaluate(PyThreadState *tstate, cg_frame *frame, int throwing)
{
	if (tstate == waiting.thread && !throwing && !cg_frame_current(tstate) &&
	    !is_import_system(cg_frame_code(frame))) {
		waiting.thread = NULL;
		_PyInterpreterState_SetEvalFrameFunc(tstate->interp, _PyEval_EvalFrameDefault);
		waiting.entered();
	}
	return _PyEval_EvalFrameDefault(tstate, frame, throwing);
}

bool
cg_entry_await(void (*entered)(void))
{
	PyThreadState *tstate = PyThreadState_Get();

	if (_PyInterpreterState_GetEvalFrameFunc(tstate->interp) != _PyEval_EvalFrameDefault)
		return false;
	waiting.entered = entered;
	waiting.thread = tstate;
	_PyInterpreterState_SetEvalFrameFunc(tstate->interp, evaluate);
	return true;
}
