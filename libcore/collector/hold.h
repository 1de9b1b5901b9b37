/* Long segments: what held its event loop. For the collector's own files. */
#ifndef CG_COLLECTOR_HOLD_H
#define CG_COLLECTOR_HOLD_H
#include "collector/collector.h"

/* The segment of `act` that ends now took `ticks`, more than th->long_segment. */
void cg_hold_note(struct cg_thread *th, const struct cg_img_activation *act,
                  uint64_t ticks);
#endif
