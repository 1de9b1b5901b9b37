/*
 * Code that is left out of a recording: by globs that its file is to match, or not to.
 *
 * A glob is matched against the file's whole path, against the path below the folder that
 * relative ones are meant from, and below the folder of installed packages or of the
 * standard library that it lies in. One that matches a folder stands for all in it. The
 * latter two count without their ".py" as well, and with dots for slashes: a module's name.
 */
#ifndef CG_FILTER_H
#define CG_FILTER_H
#include "compat.h"

struct cg_filter_spec {
	/* "+GLOB" for what is recorded, "-GLOB" for what is not, each ended by a NUL. */
	const char *globs;
	size_t length;    /* of all of that; 0: everything is recorded */
	const char *base; /* what relative globs are meant from; NULL: the current folder */
};

/* Is anything left out? */
extern bool cg_filter_on;

/* Apply these globs from now on. -1: a Python exception is set. Needs the GIL. */
int cg_filter_begin(const struct cg_filter_spec *spec);

/* Nothing is left out any more. */
void cg_filter_end(void);

/*
 * Is this code left out? Decided when the code is first asked about. Any thread, also while
 * the world stands still.
 */
bool cg_filter_excludes(PyCodeObject *code);

/*
 * The same of code that has an event: if it is new here, and left out, it may be the first
 * that is known of an event loop, whose types of tasks are looked for. From a callback.
 */
bool cg_filter_meets(PyCodeObject *code);

/* The code object of that address dies. */
void cg_filter_forget(uint64_t key);

#endif
