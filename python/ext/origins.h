/*
 * Where threads are started: the node of the function that did it.
 *
 * With the GIL held, or a thread's own work.
 */
#ifndef CG_ORIGINS_H
#define CG_ORIGINS_H
#include "recorder.h"

/* Keys of the functions of _thread that start threads; [0] is 0 where none is known. */
struct cg_origin_keys {
	uint64_t least, span; /* all of them, and more, lie in [least, least + span] */
	uint64_t keys[3];
};

extern CG_HIDDEN struct cg_origin_keys cg_origin_keys;

/* Find them: recording begins. */
void cg_origins_find(void);

/* May that C function be one of them? cg_origin_returned tells. */
static inline bool
cg_origin_may_be(uint64_t key)
{
	return key - cg_origin_keys.least <= cg_origin_keys.span;
}

/* A C function that may be one of them has returned in this thread. */
void cg_origin_returned(struct cg_thread *th, uint64_t key);

/* This thread has just started the one whose state is the newest, which has not run yet. */
void cg_origin_note(const struct cg_thread *th);

/* A C function that may be one of them is called: without a GIL, `runs` is its argument. */
#if CG_HAVE_GIL
static inline void
cg_origin_calling(const struct cg_thread *th, PyObject *runs)
{
	(void)th;
	(void)runs;
}
#else
void cg_origin_calling(const struct cg_thread *th, PyObject *runs);
#endif

/* Where the thread that begins to record now was started: a node, or 0 when not known. */
cg_ref cg_origin_of(PyThreadState *tstate);
#endif
