/* File names: joining them, cutting them, finding programs. All results are in PATH_MAX. */
#ifndef CG_CLI_PATHS_H
#define CG_CLI_PATHS_H
#include <limits.h>
#include <stdbool.h>

/* printf into out[PATH_MAX]; false when it does not fit. */
bool cg_path_print(char *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The part of `path` after its last slash. Borrowed from it. */
const char *cg_path_base(const char *path);

/* The folder that `path` is in, "." when it names none. */
void cg_path_folder(char *out, const char *path);

/* `path`, made to start at the root. False when that is too long or unknown. */
bool cg_path_absolute(char *out, const char *path);

/* The folder of this very program, symbolic links resolved. */
bool cg_path_own_folder(char *out);

/*
 * `path` as a word for a shell: in quotes where it needs them, and then into `out`. Returns
 * what to print, `path` itself when it needs none or has no room with them.
 */
const char *cg_path_quoted(char *out, const char *path);

/*
 * The program that a shell would run for `name`: itself when it has a slash, else what
 * PATH finds. False with errno when there is none that may be run.
 */
bool cg_path_program(char *out, const char *name);

#endif
