/* Activations that are open when a recording begins. */
#ifndef CG_PREFILL_H
#define CG_PREFILL_H
#include "recorder.h"

/*
 * Enter the stacks of all threads as begun before the recording. They are gathered first,
 * while the world stands still and no event has been let through, without calling Python;
 * then cg_prefill_all enters them, but for those whose threads were faster.
 */
void cg_prefill_gather(void);
void cg_prefill_all(void);

/* Enter what was gathered for a kept seat, if nobody has. For its thread's first event. */
void cg_prefill_enter(struct cg_seat *seat);

/* Forget what was gathered for it. */
void cg_prefill_drop(struct cg_seat *seat);

/*
 * A thread turns up that runs already: its frames from that one on down, which may be NULL,
 * are open. Its record, or NULL. For the calling thread, which has none.
 */
struct cg_thread *cg_prefill_here(cg_frame *frame);

/* A greenlet is met that began before: its frames, from that one on down, are open. */
void cg_prefill_greenlet(struct cg_thread *th, cg_frame *frame);

/*
 * The calling thread's stack stays out of the recording, so that what it calls from here on
 * stands at the bottom. The same conditions as for cg_prefill_all.
 */
void cg_prefill_hide(void);
#endif
