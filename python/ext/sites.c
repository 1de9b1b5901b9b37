/*
 * Places of calls that need not be told.
 *
 * The ideas to know. A callee comes from a global, or from an attribute of a module that is a
 * global. The dicts of both are watched, by the hashes of the names, so that a key that is
 * equal and not the same is noticed. And as code may run with other globals, whatever enters
 * code that has such places is checked.
 */
#include "sites.h"

#if CG_HAVE_SITES
#include "base/alloc.h"
#include "callee.h"
#include "events.h"
#include "hooks.h"
#include "world.h"

#include <string.h>

enum {
	FRAMES = 5000,  /* on all stacks; with more no further code is taken up */
	TOLD_AGAIN = 16 /* so often; then the program is one that changes its globals */
};

uint8_t cg_sites_seen[CG_SITES_SEEN];
const PyCodeObject *cg_sites_codes[CG_SITES_CODES];

static struct {
	bool on;
	int watcher;
	unsigned told_again;
	const PyObject *globals[CG_SITES_CODES]; /* of cg_sites_codes; NULL: they are gone */
	struct cg_map names;                     /* (dict, hash of a name) -> enum role */
	PyObject **watched;                      /* dicts that live, borrowed */
	size_t count, cap;
} sites = {.watcher = -1};

/* What a name is to the places that are switched off. */
enum role {
	CALLEE = 1, /* it may become another Python function */
	OWNER       /* the module whose attribute is called: it may become nothing else */
};

/* In the map, beside names: the dict is a module's whose attributes are called. */
enum { IS_NAME, IS_MODULE };

/* What stands for a name of that dict in the map. */
static uint64_t
name_key(const PyObject *dict, PyObject *name)
{
	return (uint64_t)PyObject_Hash(name) ^ (uintptr_t)dict;
}

/* The value of a name, borrowed from the dict, or NULL. */
static PyObject *
value_of(PyObject *dict, PyObject *name)
{
	PyObject *value = cg_dict_get(dict, name);

	Py_XDECREF(value);
	return value;
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
watch_dict(PyObject *dict)
{
	for (size_t i = 0; i < sites.count; i++)
		if (sites.watched[i] == dict)
			return true;
	if (cg_grow(&sites.watched, &sites.cap, sites.count + 1, sizeof *sites.watched))
		return false;
	if (PyDict_Watch(sites.watcher, dict) < 0) {
		PyErr_Clear();
		return false;
	}
	sites.watched[sites.count++] = dict;
	return true;
}

/* Be told when that name changes. One that owns a callee still does when it is one itself. */
static bool
watch(PyObject *dict, PyObject *name, enum role role)
{
	uint64_t key = name_key(dict, name);

	if (cg_map_get(&sites.names, key, IS_NAME) == OWNER)
		role = OWNER;
	return watch_dict(dict) && !cg_map_put(&sites.names, key, IS_NAME, role);
}

/* The same for what is called as MODULE.NAME. */
static bool
watch_attribute(PyObject *globals, const struct cg_callee *from, PyObject *callee)
{
	PyObject *module = value_of(globals, from->global), *dict;

	if (!module || !PyModule_CheckExact(module))
		return false;
	dict = PyModule_GetDict(module);
	return value_of(dict, from->attribute) == callee &&
	       watch(globals, from->global, OWNER) && watch(dict, from->attribute, CALLEE) &&
	       !cg_map_put(&sites.names, (uintptr_t)dict, IS_MODULE, CALLEE);
}

static bool
watch_callee(PyObject *globals, const struct cg_callee *from, PyObject *callee)
{
	if (from->attribute)
		return watch_attribute(globals, from, callee);
	return value_of(globals, from->global) == callee &&
	       watch(globals, from->global, CALLEE);
}

bool
cg_site_may_rest(PyCodeObject *code, PyObject *offset, PyObject *callee)
{
	PyObject *globals = cg_frame_globals(cg_frame_current(cg_tstate()));
	struct cg_callee from;

	return sites.on && cg_recorder.collector && PyDict_CheckExact(globals) &&
	       cg_callee_find(&from, code, PyLong_AsLong(offset)) &&
	       watch_callee(globals, &from, callee) && take_up(code, globals);
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
forget_watched(const PyObject *dict)
{
	for (size_t i = 0; i < sites.count; i++)
		if (sites.watched[i] == dict)
			sites.watched[i] = sites.watched[--sites.count];
}

/* One name of a dict is about to have that value, or none. */
static void
name_event(const PyObject *dict, PyObject *name, PyObject *value)
{
	cg_ref role = OWNER; /* whatever is equal to a name and none */

	if (PyUnicode_CheckExact(name))
		role = cg_map_get(&sites.names, name_key(dict, name), IS_NAME);
	if (role == OWNER || (role && !(value && PyFunction_Check(value))))
		tell_again();
}

/* Does something run that may call what that dict names? */
static bool
is_in_use(const PyObject *dict)
{
	return cg_map_get(&sites.names, (uintptr_t)dict, IS_MODULE) || runs(NULL, dict);
}

/* A dict is about to change, or to end. New names in it were nothing's. */
static int
dict_event(PyDict_WatchEvent event, PyObject *dict, PyObject *name, PyObject *value)
{
	if (event == PyDict_EVENT_DEALLOCATED)
		forget_watched(dict);
	if (!cg_recorder.collector)
		return 0;
	if (event == PyDict_EVENT_MODIFIED || event == PyDict_EVENT_DELETED)
		name_event(dict, name, value);
	else if (event == PyDict_EVENT_CLEARED && is_in_use(dict))
		tell_again();
	else if (event == PyDict_EVENT_CLEARED || event == PyDict_EVENT_DEALLOCATED)
		forget_globals(dict);
	return 0;
}

void
cg_sites_begin(void)
{
	cg_sites_end();
	sites.told_again = 0;
	sites.watcher = PyDict_AddWatcher(dict_event);
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
