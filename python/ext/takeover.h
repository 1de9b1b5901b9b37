/*
 * The program sets a profile function of its own while it is recorded.
 *
 * As calls of C functions are watched, the interpreter would hand the new function the
 * return of the very call that set it, which it never does to a program that is not
 * recorded; the standard `profile` fails on it. With the GIL held.
 */
#ifndef CG_TAKEOVER_H
#define CG_TAKEOVER_H
#include "events.h"

/* Keys of sys.setprofile and of what sets it for all threads; neither: 0. */
struct cg_takeover {
	uint64_t least, span; /* all of them, and more, lie in [least, least + span] */
	uint64_t own, all;
};

extern CG_HIDDEN struct cg_takeover cg_takeover;

/* Find them: recording begins. */
void cg_takeover_find(void);

/* A C function is called or raised: may it be one of those? The functions below tell. */
static inline bool
cg_takeover_may_be(uint64_t key)
{
	return key - cg_takeover.least <= cg_takeover.span;
}

/* It is called, in this thread. */
void cg_takeover_begin(uint64_t key);

/* One of them may have raised. */
void cg_takeover_fail(void);
#endif
