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
extern CG_HIDDEN bool cg_filter_on;

/* Apply these globs from now on. -1: a Python exception is set. Needs the GIL. */
int cg_filter_begin(const struct cg_filter_spec *spec);

/* Nothing is left out any more. */
void cg_filter_end(void);

/* What the two further down do when the answer is not at hand. */
bool cg_filter_find(PyCodeObject *code);
bool cg_filter_find_met(PyCodeObject *code);

/*
 * Answers at hand, each at a place that the code's address tells: the address, and in its
 * lowest bit whether it is left out. Only with a GIL, which guards them.
 */
enum { CG_FILTER_RECENT = 512 };
extern CG_HIDDEN uintptr_t cg_filter_recent[CG_FILTER_RECENT];

static inline uintptr_t *
cg_filter_place(uintptr_t code)
{
	return &cg_filter_recent[(code >> 4 ^ code >> 13) % CG_FILTER_RECENT];
}

/*
 * Is this code left out? Decided when the code is first asked about. Any thread, also while
 * the world stands still.
 */
static inline bool
cg_filter_excludes(PyCodeObject *code)
{
	uintptr_t known = CG_HAVE_GIL ? *cg_filter_place((uintptr_t)code) : 0;

	if ((known & ~(uintptr_t)1) == (uintptr_t)code)
		return known & 1;
	return cg_filter_find(code);
}

/*
 * The same of code that has an event: if it is new here, and left out, it may be the first
 * that is known of an event loop, whose types of tasks are looked for. From a callback.
 */
static inline bool
cg_filter_meets(PyCodeObject *code)
{
	uintptr_t known = CG_HAVE_GIL ? *cg_filter_place((uintptr_t)code) : 0;

	if ((known & ~(uintptr_t)1) == (uintptr_t)code)
		return known & 1;
	return cg_filter_find_met(code);
}

/* The code object of that address dies. */
void cg_filter_forget(uint64_t key);

#endif
