/* Activations that are open when a recording begins. */
#ifndef CG_PREFILL_H
#define CG_PREFILL_H
#include "recorder.h"

/*
 * Enter the stacks of all threads as begun before the recording. With the GIL held, after
 * cg_recorder_begin and before any event.
 */
void cg_prefill_threads(void);

/*
 * A thread turns up that runs already: its frames from that one on down, which may be NULL,
 * are open. Its record, or NULL. For the calling thread, which has none.
 */
struct cg_thread *cg_prefill_here(cg_frame *frame);

/* A greenlet is met that began before: its frames, from that one on down, are open. */
void cg_prefill_greenlet(struct cg_thread *th, cg_frame *frame);

/*
 * The calling thread's stack stays out of the recording, so that what it calls from here on
 * stands at the bottom. The same conditions.
 */
void cg_prefill_hide(void);
#endif
