/* The extension modules at hand, one file for each Python they were built for. */
#ifndef CG_CLI_RECORD_MODULES_H
#define CG_CLI_RECORD_MODULES_H
#include "record_python.h"
#include "words.h"

struct cg_modules {
	struct cg_words files; /* full paths; of equal names only the first one found */
};

/*
 * Find all modules in the places that belong to this program and in those that
 * COROGRAPH_MODULE_PATH lists. False without memory. The caller releases it.
 */
bool cg_modules_find(struct cg_modules *modules);

void cg_modules_release(struct cg_modules *modules);

/*
 * Make sure that there is one for `python`, looking into its own path as well. Returns 0,
 * or an exit code after a message that names those there are and how to make one.
 */
int cg_modules_check(struct cg_modules *modules, const struct cg_python *python);

/* Make sure that there is any at all. Returns 0, or an exit code after a message. */
int cg_modules_check_any(const struct cg_modules *modules);

#endif
