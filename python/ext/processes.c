/*
 * One trace for each process of a program.
 *
 * The idea to know: the shim's folder holds a list, `processes`, to which every process
 * adds a line "PID SUFFIX" before it makes its image: the first one's suffix is empty, the
 * others' images are STEM SUFFIX .live. `record` reads there what it has to finish, and a
 * process that starts finds the nearest recorded one above it, which is its parent. When
 * `record` is gone, so is the list, and nothing more begins.
 *
 * A forked child has left its parent's image before (fork.c). It begins its own when Python
 * runs what was registered for after a fork: no lock is held then, and only Python's own
 * forks get there, so a child that only executes another program makes no image.
 */
#include "processes.h"

#include "failure.h"
#include "fork.h"
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ANCESTORS_MAX = 256, NAMES_MAX = 1000, SUFFIX_MAX = 48 };

static struct {
	struct cg_processes told;
	long pid;                /* of this process, once it is in the list */
	char suffix[SUFFIX_MAX]; /* of its image and trace */
} family;

struct relative {
	long pid; /* 0: none */
	char suffix[SUFFIX_MAX];
};

static FILE *
list_open(const char *mode)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/processes", family.told.folder);
	return fopen(path, mode);
}

/* Add this process. It must not make the list: there is none when nobody waits for it. */
static int
list_add(const char *suffix)
{
	FILE *file = list_open("r+e");
	char line[SUFFIX_MAX + 24];
	int n = snprintf(line, sizeof(line), "%ld %s\n", (long)getpid(), suffix);
	int result = -1;

	if (!file)
		return -1;
	/* One write at the end, whoever else writes. */
	if (fcntl(fileno(file), F_SETFL, O_APPEND) == 0 &&
	    write(fileno(file), line, (size_t)n) == n)
		result = 0;
	fclose(file);
	return result;
}

/* The latest entry of a process, or of any whose suffix is empty when pid is 0. */
static bool
list_find(long pid, struct relative *found)
{
	FILE *file = list_open("re");
	char line[SUFFIX_MAX + 24], suffix[SUFFIX_MAX];
	bool is_there = false;
	long listed;

	while (file && fgets(line, sizeof(line), file)) {
		suffix[0] = '\0';
		if (sscanf(line, "%ld %47s", &listed, suffix) < 1 ||
		    (pid ? listed != pid : suffix[0] != '\0'))
			continue;
		found->pid = listed;
		memcpy(found->suffix, suffix, sizeof(suffix));
		is_there = true;
	}
	if (file)
		fclose(file);
	return is_there;
}

/* The parent of any process, 0 when that cannot be told. */
static long
parent_of(long pid)
{
	char path[64], line[512], *end;
	FILE *file;
	long parent;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	end = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	return end && sscanf(end + 1, " %*c %ld", &parent) == 1 ? parent : 0;
}

/* The nearest recorded process above; this one itself when it executed another Python. */
static struct relative
parent_find(void)
{
	struct relative parent = {0};
	long pid = getpid();

	for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++, pid = parent_of(pid))
		if (list_find(pid, &parent))
			break;
	return parent;
}

/* The file name of the trace with that suffix: record_family.c makes the same. */
static void
trace_name(char *out, size_t size, const char *suffix)
{
	const char *name = family.told.trace;
	size_t n = strlen(name);

	if (*suffix && n > 5 && strcmp(name + n - 5, ".coro") == 0)
		n -= 5;
	snprintf(out, size, "%.*s%s", (int)n, name, suffix);
}

/* Begin a recording with that image. FileExistsError is an answer, too. */
static int
start_at(const char *path, const char *suffix, const struct relative *parent, int prefill)
{
	char name[NAME_MAX + SUFFIX_MAX];
	const struct cg_session_options options = {
		.path = path,
		.wishes = family.told.wishes,
		.prefill = prefill,
		.parent_pid = (uint32_t)parent->pid,
		.parent = parent->pid ? name : NULL,
	};

	if (list_add(suffix) < 0) {
		errno = ENOENT;
		return cg_failure_set_status(CG_IO, family.told.folder, NULL);
	}
	trace_name(name, sizeof(name), parent->suffix);
	family.pid = getpid();
	memcpy(family.suffix, suffix, strlen(suffix) + 1);
	return cg_session_start(&options);
}

/* A name that says whose it is; a process that executes another Python needs a second. */
static int
start_other(const struct relative *parent, int prefill)
{
	char suffix[SUFFIX_MAX], path[PATH_MAX + SUFFIX_MAX + 8];

	for (int i = 1; i < NAMES_MAX; i++) {
		size_t stem = strlen(family.told.stem);
		int n = snprintf(suffix, sizeof(suffix), ".%ld", (long)getpid());

		if (i > 1)
			n += snprintf(suffix + n, sizeof(suffix) - (size_t)n, "-%d", i);
		snprintf(suffix + n, sizeof(suffix) - (size_t)n, ".coro");
		snprintf(path, sizeof(path), "%s%s.live", family.told.stem, suffix);
		path[stem + strlen(suffix)] = '\0';
		if (access(path, F_OK) == 0)
			continue; /* of an earlier recording */
		path[stem + strlen(suffix)] = '.';
		if (access(path, F_OK) == 0)
			continue;
		if (start_at(path, suffix, parent, prefill) == 0)
			return 0;
		if (!PyErr_ExceptionMatches(PyExc_FileExistsError))
			return -1;
		PyErr_Clear();
	}
	return cg_failure_set("%s: too many recordings lie there", family.told.stem);
}

/* In a child, after Python put itself in order. Never raises: it would be printed. */
static PyObject *
forked(PyObject *self, PyObject *none)
{
	struct relative parent = {.pid = family.pid};

	(void)self;
	(void)none;
	memcpy(parent.suffix, family.suffix, sizeof(parent.suffix));
	if (cg_fork_forget() && start_other(&parent, 1) < 0)
		PyErr_Clear(); /* it runs unrecorded, as when nobody waits any more */
	Py_RETURN_NONE;
}

/* os.register_at_fork, past any Python code. */
static int
forks_follow(void)
{
	static PyMethodDef method = {"forked", forked, METH_NOARGS, NULL};
	PyObject *posix = PyImport_ImportModule("posix");
	PyObject *callable = PyCFunction_New(&method, NULL), *enter = NULL, *done = NULL;
	PyObject *none = PyTuple_New(0), *words = PyDict_New();

	if (posix)
		enter = PyObject_GetAttrString(posix, "register_at_fork");
	if (enter && callable && none && words &&
	    PyDict_SetItemString(words, "after_in_child", callable) == 0)
		done = PyObject_Call(enter, none, words);
	Py_XDECREF(posix);
	Py_XDECREF(enter);
	Py_XDECREF(callable);
	Py_XDECREF(none);
	Py_XDECREF(words);
	Py_XDECREF(done);
	return done ? 0 : -1;
}

int
cg_processes_start(const struct cg_processes *told)
{
	struct relative parent, first;

	family.told = *told;
	parent = parent_find();
	if (forks_follow() < 0)
		return -1;
	/* Its image may be gone already: then the program has ended, and its trace is made. */
	if (!list_find(0, &first)) {
		if (start_at(told->live, "", &parent, 0) == 0)
			return 0;
		if (!PyErr_ExceptionMatches(PyExc_FileExistsError))
			return -1;
		PyErr_Clear();
	}
	return start_other(&parent, 0);
}
