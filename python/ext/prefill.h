/* Activations that are open when a recording begins. */
#ifndef CG_PREFILL_H
#define CG_PREFILL_H

/*
 * Enter the stacks of all threads as begun before the recording. With the GIL held, after
 * cg_recorder_begin and before any event.
 */
void cg_prefill_threads(void);
#endif
