/* An interpreter, and what it says of itself. */
#ifndef CG_CLI_RECORD_PYTHON_H
#define CG_CLI_RECORD_PYTHON_H
#include "words.h"

#include <limits.h>
#include <stdbool.h>

struct cg_python {
	char name[PATH_MAX]; /* as a user would type it: argv[0] of the program */
	char path[PATH_MAX]; /* the file to run */
	char version[32];    /* "3.11.7" */
	char suffix[128];    /* of extension modules: ".cpython-311-x86_64-linux-gnu.so" */
};

/*
 * Find the interpreter: `wanted` when not NULL, else the active virtual environment's,
 * else python3. Fills name and path. Returns 0, or an exit code after a message.
 */
int cg_python_find(struct cg_python *python, const char *wanted);

/* Ask python->path for version and suffix. Returns 0, or an exit code after a message. */
int cg_python_ask(struct cg_python *python);

/* Add a folder `corograph` for each entry of the interpreter's own path to `folders`. */
bool cg_python_folders(const struct cg_python *python, struct cg_words *folders);

#endif
