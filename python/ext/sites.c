/*
 * Places of calls that need not be told.
 *
 * The ideas to know. The dict of the globals is watched, by the hashes of the names, so that
 * a key that is equal and not the same is noticed. As code may run with other globals,
 * whatever enters code that has such places is checked. And what stands between the look at a
 * global and the call, on whatever stack, may have seen another value: then the place is left.
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
	FRAMES = 5000,   /* on all stacks; with more no further place is switched off */
	TOLD_AGAIN = 16, /* so often; then the program is one that changes its globals */
	CALL_BYTES = 16  /* more than a call and its caches have */
};

uint8_t cg_sites_seen[CG_SITES_SEEN];
const PyCodeObject *cg_sites_codes[CG_SITES_CODES];
const PyObject *cg_sites_globals[CG_SITES_CODES]; /* NULL: they are gone */

static struct {
	bool on;
	int watcher;
	unsigned told_again;
	struct cg_map names; /* of globals that are called, by dict and hash */
	PyObject **watched;  /* dicts that live, borrowed */
	size_t count, cap;
} sites = {.watcher = -1};

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

/* What a search for frames on all stacks is about. */
struct search {
	bool (*is_wanted)(const struct search *s, const cg_frame *frame, bool innermost);
	const PyCodeObject *code;
	const PyObject *globals;
	long load, call; /* offsets */
	int left; /* frames to look at; where that is not enough, one is taken to be there */
	bool found;
};

/* `innermost`: of a thread that waits, be it before what it stands on or in the midst. */
static void
search_stack(void *arg, PyThreadState *tstate)
{
	struct search *s = arg;
	const cg_frame *frame = cg_frame_current(tstate);
	bool innermost = tstate != cg_tstate();

	for (; frame && !s->found; frame = cg_frame_below(frame), innermost = false)
		s->found = s->left-- <= 0 || s->is_wanted(s, frame, innermost);
}

static bool
search_all(struct search *s)
{
	s->left = FRAMES;
	cg_world_threads(search_stack, s);
	return s->found;
}

static bool
has_globals(const struct search *s, const cg_frame *frame, bool innermost)
{
	(void)innermost;
	return cg_frame_globals(frame) == s->globals;
}

/* May it call another function at that place than its globals have now? */
static bool
may_differ(const struct search *s, const cg_frame *frame, bool innermost)
{
	long at;

	if (cg_frame_code(frame) != s->code)
		return false;
	if (cg_frame_globals(frame) != s->globals)
		return true;
	at = cg_frame_offset(frame);
	return at >= s->load && at < s->call + (innermost ? CALL_BYTES : 0);
}

/* Take the code up, or find it taken up with these globals. */
static bool
take_up(const PyCodeObject *code, const PyObject *globals)
{
	size_t i = cg_sites_code_hash(code);

	if (cg_sites_codes[i])
		return cg_sites_codes[i] == code && cg_sites_globals[i] == globals;
	cg_sites_codes[i] = code;
	cg_sites_globals[i] = globals;
	return true;
}

static bool
watch(PyObject *dict)
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

bool
cg_site_may_rest(PyCodeObject *code, PyObject *offset, PyObject *callee)
{
	PyObject *globals = cg_frame_globals(cg_frame_current(cg_tstate()));
	struct cg_callee from;
	struct search others = {.is_wanted = may_differ, .code = code, .globals = globals};

	others.call = PyLong_AsLong(offset);
	if (!sites.on || !cg_recorder.collector || !cg_dict_is_plain(globals) ||
	    !cg_callee_find(&from, code, others.call))
		return false;
	others.load = from.load;
	return value_of(globals, from.global) == callee && !search_all(&others) &&
	       watch(globals) &&
	       !cg_map_put(&sites.names, name_key(globals, from.global), 0, 1) &&
	       take_up(code, globals);
}

/*
 * All places tell again, and are judged anew when they have called as often. Dicts stay
 * watched: this may happen within an event of one, after which 3.12 watches it as before.
 */
static void
forget_all(void)
{
	memset(cg_sites_codes, 0, sizeof cg_sites_codes);
	memset(cg_sites_seen, 0, sizeof cg_sites_seen);
	cg_map_release(&sites.names);
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

	if (sites.names.used && cg_hooks_restart() < 0) { /* else none is switched off */
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
cg_sites_doubt(void)
{
	if (cg_recorder.collector && sites.on)
		tell_again();
}

/* Code of these globals is not trusted any more, as these are gone or new ones. */
static void
forget_globals(const PyObject *globals)
{
	for (size_t i = 0; i < CG_SITES_CODES; i++)
		if (cg_sites_globals[i] == globals)
			cg_sites_globals[i] = NULL;
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
	if (value && PyFunction_Check(value) && PyUnicode_CheckExact(name))
		return;
	/* what is equal to a text and none may be so today and not tomorrow */
	if (!PyUnicode_CheckExact(name) || cg_map_get(&sites.names, name_key(dict, name), 0))
		tell_again();
}

/* All of it is about to go. Who has looked at a global of it may still call what it was. */
static void
clear_event(const PyObject *dict)
{
	struct search with = {.is_wanted = has_globals, .globals = dict};

	if (search_all(&with))
		tell_again();
	else
		forget_globals(dict);
}

/* A dict is about to change, or to end. */
static int
dict_event(PyDict_WatchEvent event, PyObject *dict, PyObject *name, PyObject *value)
{
	if (event == PyDict_EVENT_DEALLOCATED)
		forget_watched(dict);
	if (!cg_recorder.collector)
		return 0;
	switch (event) {
	case PyDict_EVENT_ADDED:
	case PyDict_EVENT_MODIFIED:
	case PyDict_EVENT_DELETED:
		name_event(dict, name, value);
		break;
	case PyDict_EVENT_CLEARED:
		clear_event(dict);
		break;
	default:
		forget_globals(dict);
		break;
	}
	return 0;
}

void
cg_sites_begin(void)
{
	cg_sites_end();
	memset(cg_sites_seen, 0, sizeof cg_sites_seen);
	sites.told_again = 0;
	sites.watcher = PyDict_AddWatcher(dict_event);
	sites.on = sites.watcher >= 0;
	if (!sites.on) { /* other tools have all watchers */
		PyErr_Clear();
		judge_none();
	}
}

void
cg_sites_abandon(void)
{
	forget_all();
	cg_free(sites.watched);
	sites.watched = NULL;
	sites.count = sites.cap = 0;
	sites.on = false;
}

void
cg_sites_end(void)
{
	if (!sites.on)
		return;
	while (sites.count > 0)
		if (PyDict_Unwatch(sites.watcher, sites.watched[--sites.count]) < 0)
			PyErr_Clear();
	if (PyDict_ClearWatcher(sites.watcher) < 0)
		PyErr_Clear();
	cg_sites_abandon();
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
cg_sites_abandon(void)
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
