/*
 * Places of calls that need not be told.
 *
 * The ideas to know. Which global a call's callee comes from is read backwards from the call:
 * as long as only simple instructions stand before it, what they leave on the stack tells
 * which one pushed the callee. The globals are watched, all by the hashes of their names
 * alone, so that a key that is equal and not the same is noticed. And as code may run with
 * other globals, whatever enters code that has such places is checked.
 */
#include "sites.h"

#if CG_HAVE_SITES
#include "base/alloc.h"
#include "events.h"
#include "hooks.h"
#include "world.h"

#include <string.h>

enum {
	LOOK_BACK = 100, /* instructions before a call that are read */
	FRAMES = 5000,   /* on all stacks; with more no further code is taken up */
	TOLD_AGAIN = 16  /* so often; then the program is one that changes its globals */
};

uint8_t cg_sites_seen[CG_SITES_SEEN];
const PyCodeObject *cg_sites_codes[CG_SITES_CODES];

static struct {
	bool on;
	int watcher;
	unsigned told_again;
	const PyObject *globals[CG_SITES_CODES]; /* of cg_sites_codes; NULL: they are gone */
	struct cg_map names;                     /* hashes of names that must not change */
	PyObject **watched;                      /* globals that live, borrowed */
	size_t count, cap;
} sites = {.watcher = -1};

/* The instructions of code, as it gives them. */
struct text {
	const unsigned char *bytes;
	Py_ssize_t count;
};

static int
opcode_at(const struct text *text, Py_ssize_t at)
{
	return text->bytes[at * 2];
}

/* With what the instructions before it add. */
static int
oparg_at(const struct text *text, Py_ssize_t at)
{
	int oparg = text->bytes[at * 2 + 1];

	for (int shift = 8; shift < 24 && at-- > 0; shift += 8) {
		if (opcode_at(text, at) != EXTENDED_ARG)
			break;
		oparg |= text->bytes[at * 2 + 1] << shift;
	}
	return oparg;
}

/* Which of the code's names the callee of the call at that instruction is; -1: not known. */
static int
find_name(const struct text *text, Py_ssize_t at)
{
	int above = cg_op_call_values(opcode_at(text, at), oparg_at(text, at));

	for (int n = 0; above >= 0 && at-- > 0 && n < LOOK_BACK; n++) {
		int opcode = opcode_at(text, at), oparg = oparg_at(text, at);

		if (opcode == CG_OP_CACHE || opcode == EXTENDED_ARG)
			continue;
		if (above == 0 && cg_op_loads_callee(opcode, oparg))
			return cg_op_global_name(oparg);
		if (above == 0 || !cg_op_is_simple(opcode))
			return -1;
		above -= cg_op_effect(opcode, oparg);
	}
	return -1;
}

/* The name of the global that is called at that offset, borrowed, or NULL. */
static PyObject *
callee_name(PyCodeObject *code, long offset)
{
	PyObject *bytes = PyCode_GetCode(code);
	int name = -1;

	if (!bytes) {
		PyErr_Clear();
		return NULL;
	}
	if (offset >= 0 && offset < PyBytes_GET_SIZE(bytes))
		name = find_name(&(struct text){(unsigned char *)PyBytes_AS_STRING(bytes),
		                                PyBytes_GET_SIZE(bytes) / 2},
		                 offset / 2);
	Py_DECREF(bytes);
	return name >= 0 && name < PyTuple_GET_SIZE(code->co_names)
	           ? PyTuple_GET_ITEM(code->co_names, name)
	           : NULL;
}

/* What stands for a name of those globals in the map. */
static uint64_t
name_key(const PyObject *globals, PyObject *name)
{
	return (uint64_t)PyObject_Hash(name) ^ (uintptr_t)globals;
}

static bool
is_global(PyObject *globals, PyObject *name, PyObject *value)
{
	PyObject *found = cg_dict_get(globals, name);
	bool same = found == value;

	Py_XDECREF(found);
	return same;
}

/* A search for a frame: of the code with other globals than these, or of any with these. */
struct search {
	const PyCodeObject *code; /* NULL: of any */
	const PyObject *globals;
	int left; /* frames to look at; where that is not enough, one is taken to be there */
	bool found;
};

static bool
is_searched(const struct search *s, const cg_frame *frame)
{
	bool same = cg_frame_globals(frame) == s->globals;

	return s->code ? !same && cg_frame_code(frame) == s->code : same;
}

static void
search_stack(void *arg, PyThreadState *tstate)
{
	struct search *s = arg;
	const cg_frame *frame = cg_frame_current(tstate);

	for (; frame && !s->found; frame = cg_frame_below(frame))
		s->found = s->left-- <= 0 || is_searched(s, frame);
}

static bool
runs(const PyCodeObject *code, const PyObject *globals)
{
	struct search s = {code, globals, FRAMES, false};

	cg_world_threads(search_stack, &s);
	return s.found;
}

/* Take the code up, or find it taken up with these globals. */
static bool
take_up(const PyCodeObject *code, const PyObject *globals)
{
	size_t i = cg_sites_code_hash(code);

	if (cg_sites_codes[i] == code)
		return sites.globals[i] == globals;
	if (cg_sites_codes[i] || runs(code, globals))
		return false;
	cg_sites_codes[i] = code;
	sites.globals[i] = globals;
	return true;
}

static bool
watch(PyObject *globals)
{
	for (size_t i = 0; i < sites.count; i++)
		if (sites.watched[i] == globals)
			return true;
	if (cg_grow(&sites.watched, &sites.cap, sites.count + 1, sizeof *sites.watched))
		return false;
	if (PyDict_Watch(sites.watcher, globals) < 0) {
		PyErr_Clear();
		return false;
	}
	sites.watched[sites.count++] = globals;
	return true;
}

bool
cg_site_may_rest(PyCodeObject *code, PyObject *offset, PyObject *callee)
{
	PyObject *globals = cg_frame_globals(cg_frame_current(cg_tstate())), *name;

	if (!sites.on || !cg_recorder.collector || !PyDict_CheckExact(globals))
		return false;
	name = callee_name(code, PyLong_AsLong(offset));
	return name && is_global(globals, name, callee) && watch(globals) &&
	       cg_map_put(&sites.names, name_key(globals, name), 0, 1) == CG_OK &&
	       take_up(code, globals);
}

/* All places tell again, and are judged anew when they have called as often. */
static void
forget_all(void)
{
	memset(cg_sites_codes, 0, sizeof cg_sites_codes);
	memset(cg_sites_seen, 0, sizeof cg_sites_seen);
	cg_map_release(&sites.names);
	while (sites.count > 0)
		if (PyDict_Unwatch(sites.watcher, sites.watched[--sites.count]) < 0)
			PyErr_Clear();
}

/* As if all had been judged. */
static void
judge_none(void)
{
	memset(cg_sites_seen, CG_SITES_DUE, sizeof cg_sites_seen);
}

static void
tell_again(void)
{
	struct cg_pending pending = cg_pending_take();

	if (cg_hooks_restart() < 0) {
		PyErr_Clear();
		cg_collector_lose(cg_recorder.collector);
	}
	forget_all();
	if (++sites.told_again >= TOLD_AGAIN)
		judge_none();
	cg_pending_restore(pending);
}

void
cg_sites_forbid(void)
{
	sites.told_again = TOLD_AGAIN;
	if (sites.on)
		tell_again();
}

void
cg_sites_forget(const PyCodeObject *code)
{
	if (!cg_sites_rest_in(code))
		return;
	cg_sites_codes[cg_sites_code_hash(code)] = NULL;
	for (uint32_t at = 0; at < cg_code_size(code); at += sizeof(_Py_CODEUNIT))
		*cg_site_seen(code, at) = 0; /* other code may come in its place */
}

void
cg_sites_check(const PyCodeObject *code, const cg_frame *frame)
{
	if (cg_recorder.collector && sites.on &&
	    sites.globals[cg_sites_code_hash(code)] != cg_frame_globals(frame))
		tell_again();
}

/* Code of these globals is not trusted any more, as these are gone or new ones. */
static void
forget_globals(const PyObject *globals)
{
	for (size_t i = 0; i < CG_SITES_CODES; i++)
		if (sites.globals[i] == globals)
			sites.globals[i] = NULL;
}

static void
forget_watched(const PyObject *globals)
{
	for (size_t i = 0; i < sites.count; i++)
		if (sites.watched[i] == globals)
			sites.watched[i] = sites.watched[--sites.count];
}

/* One global is about to be that value, or to go. */
static void
global_event(const PyObject *globals, PyObject *name, PyObject *value)
{
	if (value && PyFunction_Check(value))
		return;
	if (!PyUnicode_CheckExact(name) ||
	    cg_map_get(&sites.names, name_key(globals, name), 0))
		tell_again();
}

/* Globals are about to change, or to end. New names among them were no global's. */
static int
globals_event(PyDict_WatchEvent event, PyObject *globals, PyObject *name, PyObject *value)
{
	if (event == PyDict_EVENT_DEALLOCATED)
		forget_watched(globals);
	if (!cg_recorder.collector)
		return 0;
	if (event == PyDict_EVENT_MODIFIED || event == PyDict_EVENT_DELETED)
		global_event(globals, name, value);
	else if (event == PyDict_EVENT_CLEARED && runs(NULL, globals))
		tell_again();
	else if (event == PyDict_EVENT_CLEARED || event == PyDict_EVENT_DEALLOCATED)
		forget_globals(globals);
	return 0;
}

void
cg_sites_begin(void)
{
	cg_sites_end();
	sites.told_again = 0;
	sites.watcher = PyDict_AddWatcher(globals_event);
	sites.on = sites.watcher >= 0;
	if (!sites.on) { /* other tools have all watchers */
		PyErr_Clear();
		judge_none();
	}
}

void
cg_sites_end(void)
{
	if (!sites.on)
		return;
	forget_all();
	if (PyDict_ClearWatcher(sites.watcher) < 0)
		PyErr_Clear();
	sites.on = false;
	cg_free(sites.watched);
	sites.watched = NULL;
	sites.cap = 0;
}
#else
void
cg_sites_begin(void)
{
}

void
cg_sites_end(void)
{
}

void
cg_sites_forbid(void)
{
}

void
cg_sites_forget(const PyCodeObject *code)
{
	(void)code;
}
#endif
