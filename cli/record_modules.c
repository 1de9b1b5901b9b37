/*
 * Where modules may lie: beside this program as installed, beside it as built, in
 * COROGRAPH_MODULE_PATH. The name of a module tells the Python it was built for, so one
 * folder can hold them all.
 */
#include "record_modules.h"
#include "message.h"
#include "paths.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULE_STEM "_corograph"

/* Below the folder of this program; patterns. */
static const char *const places[] = {
	"../lib/corograph",   "../lib*/corograph",
	"../lib/*/corograph", "../lib*/python*/*-packages/corograph",
	"python/.libs",
};

static bool
modules_add(struct cg_modules *modules, const char *file)
{
	const char *base = cg_path_base(file);

	for (size_t i = 0; i < modules->files.count; i++)
		if (strcmp(cg_path_base(modules->files.items[i]), base) == 0)
			return true;
	return cg_words_add(&modules->files, file);
}

/* Take the modules in the folders that `pattern` matches. */
static bool
modules_scan(struct cg_modules *modules, const char *pattern)
{
	char files[PATH_MAX];
	glob_t found;
	bool good = true;

	if (!cg_path_print(files, "%s/" MODULE_STEM ".*.so", pattern))
		return true;
	switch (glob(files, 0, NULL, &found)) {
	case 0:
		for (size_t i = 0; i < found.gl_pathc && good; i++)
			good = modules_add(modules, found.gl_pathv[i]);
		globfree(&found);
		return good;
	case GLOB_NOSPACE:
		return false;
	}
	return true;
}

/* Copy n bytes of a folder's name so that a pattern takes them for what they are. */
static void
pattern_quote(char *out, const char *folder, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used + 3 < PATH_MAX; i++) {
		if (strchr("*?[\\", folder[i]))
			out[used++] = '\\';
		out[used++] = folder[i];
	}
	out[used] = '\0';
}

static bool
modules_scan_folder(struct cg_modules *modules, const char *folder, size_t n)
{
	char pattern[PATH_MAX];

	pattern_quote(pattern, folder, n);
	return modules_scan(modules, pattern);
}

/* The places that belong to this program. */
static bool
modules_scan_own(struct cg_modules *modules)
{
	char own[PATH_MAX], quoted[PATH_MAX], pattern[PATH_MAX];
	bool good = true;

	if (!cg_path_own_folder(own))
		return true;
	pattern_quote(quoted, own, strlen(own));
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && good; i++)
		if (cg_path_print(pattern, "%s/%s", quoted, places[i]))
			good = modules_scan(modules, pattern);
	return good;
}

bool
cg_modules_find(struct cg_modules *modules)
{
	const char *more = getenv("COROGRAPH_MODULE_PATH");
	bool good;

	*modules = (struct cg_modules){{0}};
	good = modules_scan_own(modules);
	while (more && *more && good) {
		size_t n = strcspn(more, ":");

		good = n == 0 || modules_scan_folder(modules, more, n);
		more += n + (more[n] == ':');
	}
	return good;
}

void
cg_modules_release(struct cg_modules *modules)
{
	cg_words_release(&modules->files);
}

static bool
modules_have(const struct cg_modules *modules, const char *suffix)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), MODULE_STEM "%s", suffix);
	for (size_t i = 0; i < modules->files.count; i++)
		if (strcmp(cg_path_base(modules->files.items[i]), name) == 0)
			return true;
	return false;
}

/* "3.11, 3.13t" of the modules there are. */
static void
modules_names(const struct cg_modules *modules, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < modules->files.count && used + 16 < size; i++) {
		const char *tag = cg_path_base(modules->files.items[i]) + strlen(MODULE_STEM ".");
		unsigned minor;
		char flags[8] = "";

		if (sscanf(tag, "cpython-3%u%7[a-z]", &minor, flags) < 1)
			continue;
		used += (size_t)snprintf(out + used, size - used, "%s3.%u%s", used ? ", " : "",
		                         minor, flags);
	}
}

int
cg_modules_check(struct cg_modules *modules, const struct cg_python *python)
{
	struct cg_words folders = {0};
	char names[256];
	bool good = true;

	if (modules_have(modules, python->suffix))
		return 0;
	good = cg_python_folders(python, &folders);
	for (size_t i = 0; i < folders.count && good; i++)
		good = modules_scan_folder(modules, folders.items[i], strlen(folders.items[i]));
	cg_words_release(&folders);
	if (!good)
		return cg_cli_fail("out of memory");
	if (modules_have(modules, python->suffix))
		return 0;
	modules_names(modules, names, sizeof(names));
	return cg_cli_fail("%s: there is no module for Python %s (" MODULE_STEM "%s), "
	                   "only for: %s; in a build folder of its own, '../configure "
	                   "PYTHON=%s && make install-python-module' adds one",
	                   python->path, python->version, python->suffix,
	                   names[0] ? names : "none", python->path);
}

int
cg_modules_check_any(const struct cg_modules *modules)
{
	if (modules->files.count)
		return 0;
	return cg_cli_fail("there is no module for any Python (" MODULE_STEM ".*.so) beside "
	                   "this program or in COROGRAPH_MODULE_PATH");
}
