/* The numbers that an export can show of a place, and how they are added. */
#ifndef CG_EXPORTERS_METRIC_H
#define CG_EXPORTERS_METRIC_H
#include <stdint.h>

enum cg_metric {
	CG_METRIC_WALL, /* run + await, nanoseconds */
	CG_METRIC_RUN,  /* nanoseconds */
	CG_METRIC_AWAIT,
	CG_METRIC_CPU,
	CG_METRIC_SUSPENSIONS,
	CG_METRIC_CALLS,
	CG_METRICS /* how many there are */
};

/* a + b, or the largest number when that is beyond it. */
static inline uint64_t
cg_sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

#endif
