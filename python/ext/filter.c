/*
 * The idea to know: what a glob says of a code object is found out once and kept by the
 * code's address until the code dies, so that an event costs one look into a map at most.
 */
#define _GNU_SOURCE /* FNM_LEADING_DIR, which the BSDs have as well */
#include "filter.h"

#include "base/alloc.h"
#include "base/buffer.h"
#include "codes.h"
#include "collector/map.h"
#include "failure.h"
#include "package.h"
#include "recorder.h"
#include "tasks.h"
#include "world.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { OUT = 1, IN }; /* what is kept of a code object */

bool cg_filter_on;
uintptr_t cg_filter_recent[CG_FILTER_RECENT];

static struct {
	struct cg_buffer globs; /* per glob its sign, it, and it as a module's: see glob_put */
	char base[PATH_MAX];
	bool some; /* there is a "+": the rest is left out */
	struct cg_map known;
	PyObject *latest; /* the co_filename that was judged last, owned */
	bool latest_out;
} filter;

/* Whoever has it may call Python: so nobody has it when the world stands still. */
static void
lock(void)
{
	cg_world_enter();
	cg_mutex_lock(&cg_world_locks[CG_LOCK_FILTER]);
}

static void
unlock(void)
{
	cg_mutex_unlock(&cg_world_locks[CG_LOCK_FILTER]);
	cg_world_leave();
}

/* Take "//", "/." and "/.." out of an absolute path. */
static void
normalize(char *path)
{
	char *out = path;
	const char *in = path;

	while (*in) {
		size_t n = strcspn(in + 1, "/");

		if (n == 2 && in[1] == '.' && in[2] == '.') {
			while (out > path && *--out != '/')
				;
		} else if (n && !(n == 1 && in[1] == '.')) {
			memmove(out, in, n + 1);
			out += n + 1;
		}
		in += n + 1;
	}
	*out = '\0';
}

/*
 * Add a glob, and behind it what it is for modules, whose dots are slashes here as well:
 * nothing where it has slashes already.
 */
static void
glob_put(char sign, const char *glob, size_t n)
{
	bool is_path = memchr(glob, '/', n) != NULL;

	cg_buffer_put_u8(&filter.globs, (uint8_t)sign);
	cg_buffer_put(&filter.globs, glob, n);
	cg_buffer_put_u8(&filter.globs, '\0');
	for (size_t i = 0; i < n && !is_path; i++)
		cg_buffer_put_u8(&filter.globs, (uint8_t)(glob[i] == '.' ? '/' : glob[i]));
	cg_buffer_put_u8(&filter.globs, '\0');
}

/* Add a glob that begins with a dot as what it means from the base on. */
static void
put_from_base(char sign, const char *glob)
{
	struct cg_buffer path;

	cg_buffer_init(&path);
	for (const char *at = filter.base; *at; at++) {
		if (strchr("*?[\\", *at)) /* what the folder's own name holds is no glob */
			cg_buffer_put_u8(&path, '\\');
		cg_buffer_put_u8(&path, (uint8_t)*at);
	}
	cg_buffer_printf(&path, "/%s", glob);
	cg_buffer_put_u8(&path, '\0');
	if (path.status) {
		filter.globs.status = path.status;
	} else {
		normalize((char *)path.data);
		glob_put(sign, (char *)path.data, strlen((char *)path.data));
	}
	cg_buffer_release(&path);
}

/* Is it ".", "..", or does it begin with "./" or "../"? */
static bool
is_from_here(const char *glob)
{
	size_t dots = strspn(glob, ".");

	return (dots == 1 || dots == 2) && (glob[dots] == '/' || !glob[dots]);
}

static void
put_glob(const char *text)
{
	const char *glob = text + 1;
	size_t n = strlen(glob);

	if (is_from_here(glob)) {
		put_from_base(*text, glob);
		return;
	}
	while (n > 1 && glob[n - 1] == '/')
		n--;
	glob_put(*text, glob, n);
}

static int
take_globs(const struct cg_filter_spec *spec)
{
	const char *at = spec->globs, *end = at + spec->length;

	for (; at < end; at += strlen(at) + 1) {
		if (!at[1])
			return cg_failure_set("an empty glob matches nothing: leave it out");
		filter.some |= *at == '+';
		put_glob(at);
	}
	if (filter.globs.status)
		return cg_failure_set_status(filter.globs.status, NULL, NULL);
	return 0;
}

int
cg_filter_begin(const struct cg_filter_spec *spec)
{
	cg_filter_end();
	if (!spec->length)
		return 0;
	if (spec->base)
		snprintf(filter.base, sizeof filter.base, "%s", spec->base);
	else if (!getcwd(filter.base, sizeof filter.base))
		filter.base[0] = '\0';
	if (take_globs(spec) < 0) {
		cg_filter_end();
		return -1;
	}
	cg_filter_on = true;
	return 0;
}

void
cg_filter_end(void)
{
	cg_filter_on = false;
	lock();
	cg_buffer_release(&filter.globs);
	cg_map_release(&filter.known);
	Py_CLEAR(filter.latest);
	filter.some = false;
	memset(cg_filter_recent, 0, sizeof cg_filter_recent);
	unlock();
}

/* The path below `folder`, or NULL when it is not there. */
static const char *
below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return n && strncmp(path, folder, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

/* What a file is called: its paths, and its modules' names with slashes for dots. */
struct names {
	const char *paths[3];
	char modules[2][PATH_MAX];
	size_t path_count, module_count;
};

static void
module_add(struct names *names, const char *path)
{
	char *out = names->modules[names->module_count];
	size_t n = strlen(path);

	if (n > 3 && strcmp(path + n - 3, ".py") == 0)
		n -= 3;
	if (n >= PATH_MAX)
		return;
	memcpy(out, path, n);
	out[n] = '\0';
	names->module_count++;
}

/* A module of the interpreter's own, as in "<frozen importlib._bootstrap>". */
static void
frozen_add(struct names *names, const char *file)
{
	static const char begin[] = "<frozen ";
	char *name = names->modules[0];
	size_t n = strlen(file);

	if (n < sizeof begin || n >= PATH_MAX || memcmp(file, begin, sizeof begin - 1) != 0)
		return;
	n -= sizeof begin;
	memcpy(name, file + sizeof begin - 1, n);
	name[n] = '\0';
	for (char *dot = name; (dot = strchr(dot, '.'));)
		*dot = '/';
	names->module_count = 1;
}

static void
names_find(struct names *names, const char *file, char path[2 * PATH_MAX])
{
	const char *const folders[] = {below(path, filter.base), cg_package_path(path)};

	names->path_count = 1;
	names->module_count = 0;
	names->paths[0] = file;
	if (!*file || *file == '<') {
		frozen_add(names, file);
		return;
	}
	names->paths[0] = path;
	for (size_t i = 0; i < 2; i++)
		if (folders[i]) {
			names->paths[names->path_count++] = folders[i];
			module_add(names, folders[i]);
		}
}

static bool
matches(const char *glob, const char *module, const struct names *names)
{
	for (size_t i = 0; i < names->path_count; i++)
		if (fnmatch(glob, names->paths[i], FNM_LEADING_DIR) == 0)
			return true;
	for (size_t i = 0; i < names->module_count; i++)
		if (fnmatch(module, names->modules[i], FNM_LEADING_DIR) == 0)
			return true;
	return false;
}

/* Leave in the image which globs are of use. */
static void
tell_met(uint64_t met)
{
	struct cg_collector *collector = cg_recorder.collector;

	if (collector)
		atomic_fetch_or(&cg_image_header(&collector->image)->globs_met, met);
}

/* Is what has these names left out? */
static bool
judge(const struct names *names)
{
	const char *at = (const char *)filter.globs.data, *end = at + filter.globs.len;
	bool in = !filter.some, out = false;
	uint64_t met = 0;

	for (uint64_t bit = 1; at < end; bit <<= 1) {
		const char *glob = at + 1, *module = glob + strlen(glob) + 1;

		if (matches(glob, module, names)) {
			met |= bit;
			in |= *at == '+';
			out |= *at == '-';
		}
		at = module + strlen(module) + 1;
	}
	tell_met(met);
	return out || !in;
}

static bool
judge_file(const char *file)
{
	char path[2 * PATH_MAX];
	struct names names;

	snprintf(path, sizeof path, "%s%s%s", *file == '/' ? "" : filter.base,
	         *file == '/' ? "" : "/", file);
	normalize(path);
	names_find(&names, file, path);
	return judge(&names);
}

/* Its file's verdict; that of the file before is at hand, code comes file by file. */
static bool
judge_code(const PyCodeObject *code)
{
	struct cg_pending pending;
	PyObject *bytes;

	if (code->co_filename == filter.latest)
		return filter.latest_out;
	pending = cg_pending_take();
	bytes = PyUnicode_AsEncodedString(code->co_filename, "utf-8", "surrogateescape");
	filter.latest_out = judge_file(bytes ? PyBytes_AS_STRING(bytes) : "");
	Py_XDECREF(bytes);
	Py_INCREF(code->co_filename);
	Py_XSETREF(filter.latest, code->co_filename);
	PyErr_Clear();
	cg_pending_restore(pending);
	return filter.latest_out;
}

static bool
decide(PyCodeObject *code)
{
	uint64_t key = (uint64_t)(uintptr_t)code;
	bool out = judge_code(code);

	if (cg_map_put(&filter.known, key, 0, out ? OUT : IN) == CG_OK)
		cg_codes_watch(code);
	return out;
}

static void
remember(PyCodeObject *code, bool out)
{
	if (CG_HAVE_GIL)
		*cg_filter_place((uintptr_t)code) = (uintptr_t)code | out;
}

/* What is kept of it; *fresh: it was found out just now. */
static bool
is_out(PyCodeObject *code, bool *fresh)
{
	cg_ref known;
	bool out;

	lock();
	known = cg_map_get(&filter.known, (uint64_t)(uintptr_t)code, 0);
	out = known ? known == OUT : cg_filter_on && decide(code);
	if (known)
		remember(code, out);
	unlock();
	*fresh = !known;
	return out;
}

bool
cg_filter_find(PyCodeObject *code)
{
	bool fresh;

	return is_out(code, &fresh);
}

bool
cg_filter_find_met(PyCodeObject *code)
{
	bool fresh, out = is_out(code, &fresh);

	if (fresh && out)
		cg_tasks_find();
	return out;
}

void
cg_filter_forget(uint64_t key)
{
	if (!cg_filter_on)
		return;
	lock();
	cg_map_remove(&filter.known, key, 0);
	*cg_filter_place((uintptr_t)key) = 0;
	unlock();
}
