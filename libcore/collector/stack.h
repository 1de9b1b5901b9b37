/* The stacks of greenlets. For the collector's own files; cg_switch is in hot.h. */
#ifndef CG_COLLECTOR_STACK_H
#define CG_COLLECTOR_STACK_H
#include "collector/collector.h"

/* A new greenlet makes its first call, a plain one. */
void cg_stack_begin(struct cg_thread *th, uint64_t key);

/* The thread has ended: unwind the stacks of greenlets that are switched out. */
void cg_stacks_unwind(struct cg_thread *th);
#endif
