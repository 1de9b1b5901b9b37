/* Paths are kept in buffers of PATH_MAX: the system takes no longer ones either. */
#include "paths.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
cg_path_print(char *out, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(out, PATH_MAX, format, arguments);
	va_end(arguments);
	if (n < 0 || n >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	return true;
}

const char *
cg_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void
cg_path_folder(char *out, const char *path)
{
	const char *base = cg_path_base(path);

	if (base == path)
		snprintf(out, PATH_MAX, ".");
	else
		snprintf(out, PATH_MAX, "%.*s", (int)(base - path), path);
}

bool
cg_path_absolute(char *out, const char *path)
{
	char here[PATH_MAX];

	if (path[0] == '/')
		return cg_path_print(out, "%s", path);
	return getcwd(here, sizeof(here)) && cg_path_print(out, "%s/%s", here, path);
}

bool
cg_path_own_folder(char *out)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return false;
	self[n] = '\0';
	cg_path_folder(out, self);
	return true;
}

const char *
cg_path_quoted(char *out, const char *path)
{
	size_t n = 0;

	if (*path && !path[strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                "0123456789@%+=:,./_-")])
		return path;
	out[n++] = '\'';
	for (const char *p = path; *p; p++) {
		const char *piece = *p == '\'' ? "'\\''" : NULL;
		size_t length = piece ? 4 : 1;

		if (n + length + 2 > PATH_MAX)
			return path;
		memcpy(out + n, piece ? piece : p, length);
		n += length;
	}
	memcpy(out + n, "'", 2);
	return out;
}

static bool
is_program(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode) || access(path, X_OK) != 0) {
		errno = EACCES;
		return false;
	}
	return true;
}

bool
cg_path_program(char *out, const char *name)
{
	const char *path = getenv("PATH");
	int why = ENOENT;

	if (strchr(name, '/'))
		return cg_path_print(out, "%s", name) && is_program(out);
	for (path = path ? path : "/usr/local/bin:/usr/bin:/bin"; path;) {
		int n = (int)strcspn(path, ":");

		if (cg_path_print(out, "%.*s%s%s", n, path, n ? "/" : "./", name)) {
			if (is_program(out))
				return true;
			if (errno == EACCES)
				why = EACCES;
		}
		path = path[n] ? path + n + 1 : NULL;
	}
	errno = why;
	return false;
}
