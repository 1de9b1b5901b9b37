/* Which package code is of; which code is an event loop's own. */
#ifndef CG_PACKAGE_H
#define CG_PACKAGE_H
#include "collector/collector.h"

/*
 * Is it of asyncio, uvloop, trio, anyio or curio? By the module's name, else, when that is
 * not known, by where the file lies in a folder of installed packages.
 */
bool cg_package_is_loop(struct cg_text module, struct cg_text file);

/*
 * The path of a file below the innermost folder of installed packages or of the standard
 * library that it lies in, borrowed; NULL when it lies in none.
 */
const char *cg_package_path(const char *file);
#endif
