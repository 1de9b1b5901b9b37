/* What recording costs here and now: measured before a recording begins. */
#ifndef CG_CALIBRATE_H
#define CG_CALIBRATE_H
#include "compat.h"

#include "collector/collector.h"

/*
 * Measure it for recordings with those settings, once in a process with C functions and once
 * without: about a millisecond. Left at 0 where others watch what runs, as they would see
 * ours, and with the coarse clock, which cannot tell. While no recording runs, with the GIL
 * held and no exception set. -1: what the program raised meanwhile, in a handler of a
 * signal, is set.
 */
int cg_calibrate(struct cg_tick_costs *costs, const struct cg_settings *settings);
#endif
