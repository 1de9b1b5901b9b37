/* Activations that are open when a recording begins. */
#ifndef CG_PREFILL_H
#define CG_PREFILL_H

/*
 * Enter the stacks of all threads as begun before the recording. With the GIL held, after
 * cg_recorder_begin and before any event.
 */
void cg_prefill_threads(void);

/*
 * The calling thread's stack stays out of the recording, so that what it calls from here on
 * stands at the bottom. The same conditions.
 */
void cg_prefill_hide(void);
#endif
