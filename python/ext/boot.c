/*
 * How a recording gets into a program that does not know of it.
 *
 * `corograph record` puts a folder of its own in front of PYTHONPATH; in it lie
 * `sitecustomize.py`, which site imports before the program, and `boot`, which says what
 * to record. The program must not find out: what is done here leaves sys.path,
 * sys.modules, os.environ and the importer's cache as they would have been, and the
 * import of sitecustomize ends as that of the real one does, by its exception too. The
 * recording starts where the program does, so nothing else is in it. What fails goes to
 * `folder`/failed, where `record` finds it; the program runs on.
 */
#include "boot.h"
#include "entry.h"
#include "processes.h"
#include "session.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GLOBS_MAX = 16 * 1024 };

/* What the file `boot` says: fields that each end with a NUL. */
struct boot_word {
	char live[PATH_MAX];             /* the image file to create */
	struct cg_session_wishes wishes; /* but for its filter: word_wishes */
	int had_path;         /* PYTHONPATH was set before record came, if only to nothing */
	char trace[NAME_MAX]; /* file name of the trace */
	char stem[PATH_MAX];  /* of the images of other processes; "": only the first one's */
	char base[PATH_MAX];  /* the folder that `record` was called in */
	char globs[GLOBS_MAX]; /* the rest: see filter.h */
	size_t globs_length;
};

/* Copy the field at *at into out[size] and step over it. False: there is none that fits. */
static bool
field_take(const char **at, const char *end, char *out, size_t size)
{
	size_t n = *at < end ? strnlen(*at, (size_t)(end - *at)) : size;

	if (n >= size || *at + n == end)
		return false;
	memcpy(out, *at, n + 1);
	*at += n + 1;
	return true;
}

static bool
globs_take(struct boot_word *word, const char *at, const char *end)
{
	word->globs_length = (size_t)(end - at);
	if (word->globs_length > sizeof(word->globs) || (end > at && end[-1]))
		return false;
	memcpy(word->globs, at, word->globs_length);
	return true;
}

static struct cg_session_wishes
word_wishes(const struct boot_word *word)
{
	struct cg_session_wishes wishes = word->wishes;

	wishes.filter = (struct cg_filter_spec){
		.globs = word->globs, .length = word->globs_length, .base = word->base};
	return wishes;
}

static int
word_read(const char *folder, struct boot_word *word)
{
	char fields[3 * PATH_MAX + NAME_MAX + 64 + GLOBS_MAX];
	char path[PATH_MAX + 8], builtins[64], had[32];
	const char *at = fields, *end;
	FILE *file;

	snprintf(path, sizeof(path), "%s/boot", folder);
	file = fopen(path, "re");
	if (!file)
		return -1;
	end = fields + fread(fields, 1, sizeof(fields), file);
	fclose(file);
	if (field_take(&at, end, word->live, sizeof(word->live)) &&
	    field_take(&at, end, builtins, sizeof(builtins)) &&
	    field_take(&at, end, had, sizeof(had)) &&
	    field_take(&at, end, word->trace, sizeof(word->trace)) &&
	    field_take(&at, end, word->stem, sizeof(word->stem)) &&
	    field_take(&at, end, word->base, sizeof(word->base)) &&
	    globs_take(word, at, end) &&
	    sscanf(builtins, "builtins=%d coarse=%d nodes=%llu", &word->wishes.builtins,
	           &word->wishes.coarse, &word->wishes.max_nodes) == 3 &&
	    sscanf(had, "pythonpath=%d", &word->had_path) == 1)
		return 0;
	return -1;
}

/* Leave word of the pending exception, and clear it. */
static void
failure_leave(const char *folder)
{
	char path[PATH_MAX + 8];
	PyObject *type, *value, *trace, *text = NULL;
	const char *bytes = NULL;
	FILE *file;

	PyErr_Fetch(&type, &value, &trace);
	PyErr_NormalizeException(&type, &value, &trace);
	if (value)
		text = PyObject_Str(value);
	if (text)
		bytes = PyUnicode_AsUTF8(text);
	snprintf(path, sizeof(path), "%s/failed", folder);
	file = fopen(path, "we");
	if (file) {
		fprintf(file, "%s\n", bytes ? bytes : "the recording could not start");
		fclose(file);
	}
	PyErr_Clear();
	Py_XDECREF(text);
	Py_XDECREF(type);
	Py_XDECREF(value);
	Py_XDECREF(trace);
}

/* PYTHONPATH without `folder`; a program between may have put more in front of it. */
static PyObject *
path_without(PyObject *value, PyObject *folder)
{
	PyObject *colon = PyUnicode_FromString(":");
	PyObject *parts = NULL, *rest = NULL;
	Py_ssize_t at;

	if (colon)
		parts = PyUnicode_Split(value, colon, -1);
	if (parts) {
		at = PySequence_Index(parts, folder);
		if (at < 0)
			PyErr_Clear();
		if (at < 0 || PySequence_DelItem(parts, at) == 0)
			rest = PyUnicode_Join(colon, parts);
	}
	Py_XDECREF(colon);
	Py_XDECREF(parts);
	return rest;
}

/* Give os.environ, and the environment below it, the PYTHONPATH that was meant. */
static int
environment_restore(PyObject *folder, const struct boot_word *word)
{
	PyObject *os = PyImport_ImportModule("os");
	PyObject *variables = NULL, *key = NULL, *value = NULL, *rest = NULL;
	int result = -1;

	if (os)
		variables = PyObject_GetAttrString(os, "environ");
	if (variables)
		key = PyUnicode_FromString("PYTHONPATH");
	if (key)
		value = PyObject_GetItem(variables, key);
	if (value)
		rest = path_without(value, folder);
	if (rest && (PyUnicode_GetLength(rest) || word->had_path))
		result = PyObject_SetItem(variables, key, rest);
	else if (rest)
		result = PyObject_DelItem(variables, key);
	if (!value && PyErr_ExceptionMatches(PyExc_KeyError)) {
		PyErr_Clear(); /* a subinterpreter: the first one was here before */
		result = 0;
	}
	Py_XDECREF(os);
	Py_XDECREF(variables);
	Py_XDECREF(key);
	Py_XDECREF(value);
	Py_XDECREF(rest);
	return result;
}

/* Take the folder out of sys.path, its cache, and the shim out of sys.modules. */
static int
system_restore(PyObject *folder)
{
	PyObject *path = PySys_GetObject("path");
	PyObject *cache = PySys_GetObject("path_importer_cache");
	PyObject *modules = PyImport_GetModuleDict();
	Py_ssize_t at = path ? PySequence_Index(path, folder) : -1;

	if (at < 0 || PySequence_DelItem(path, at) < 0)
		PyErr_Clear();
	if (cache && PyDict_DelItem(cache, folder) < 0)
		PyErr_Clear();
	return PyDict_DelItemString(modules, "sitecustomize");
}

/* What to record, until the program begins. */
static struct {
	char folder[PATH_MAX];
	struct boot_word word;
} told;

/* This process and no other. */
static int
alone_start(void)
{
	const struct cg_session_options options = {
		.path = told.word.live,
		.wishes = word_wishes(&told.word),
	};

	return cg_session_start(&options);
}

/* This process, and those that come from it. */
static int
family_start(void)
{
	static struct cg_processes words;

	memcpy(words.folder, told.folder, sizeof(words.folder));
	memcpy(words.live, told.word.live, sizeof(words.live));
	memcpy(words.stem, told.word.stem, sizeof(words.stem));
	memcpy(words.trace, told.word.trace, sizeof(words.trace));
	words.wishes = word_wishes(&told.word);
	return cg_processes_start(&words);
}

static void
recording_start(void)
{
	if (told.word.stem[0] ? family_start() == 0 : alone_start() == 0)
		return;
	/* Another Python of this command was first: this one runs unrecorded. */
	if (PyErr_ExceptionMatches(PyExc_FileExistsError))
		PyErr_Clear();
	else
		failure_leave(told.folder);
}

/* Record from where the program begins, or from now on where that cannot be told. */
static void
recording_arrange(const char *folder, const struct boot_word *word)
{
	/* Subinterpreters come here too, as their path is set up anew: not to record. */
	if (PyInterpreterState_Get() != PyInterpreterState_Main())
		return;
	snprintf(told.folder, sizeof(told.folder), "%s", folder);
	told.word = *word;
	if (!cg_entry_await(recording_start))
		recording_start();
}

PyObject *
cg_boot(PyObject *module, PyObject *folder)
{
	const char *name = PyUnicode_AsUTF8(folder);
	struct boot_word word = {.wishes.builtins = 1};
	struct cg_pending pending;
	PyObject *real;
	bool ready;

	(void)module;
	if (!name)
		return NULL;
	ready = word_read(name, &word) == 0;
	if (!ready) {
		PyErr_Format(PyExc_OSError, "%s/boot cannot be read", name);
		failure_leave(name);
	}
	/* What this process starts is to find the folder, too. */
	if (!word.stem[0] && environment_restore(folder, &word) < 0)
		failure_leave(name);
	if (system_restore(folder) < 0)
		failure_leave(name);
	real = PyImport_ImportModule("sitecustomize");
	pending = cg_pending_take();
	if (ready)
		recording_arrange(name, &word);
	cg_pending_restore(pending);
	if (!real)
		return NULL;
	Py_DECREF(real);
	Py_RETURN_NONE;
}
