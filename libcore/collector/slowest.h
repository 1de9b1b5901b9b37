/*
 * The tasks worth a line of their own: those that live for a while, and the slowest of
 * those that ended. Their number is bounded. For the collector's own files.
 */
#ifndef CG_COLLECTOR_SLOWEST_H
#define CG_COLLECTOR_SLOWEST_H
#include "collector/collector.h"

/* A task root goes on: one that is old by now gets its record. */
void cg_slowest_note(struct cg_thread *th, struct cg_img_activation *act);

/* A task root is suspended for the first time: it gets its record while there are few. */
void cg_slowest_park(struct cg_thread *th, struct cg_img_activation *act);

/*
 * A task root ends, by an exception when `raised`: its record stays while it is among the
 * slowest.
 */
void cg_slowest_end(struct cg_thread *th, struct cg_img_activation *act, bool raised);
#endif
