/* What a snapshot says: the image's records with open activations' time so far. */
#ifndef CG_TESTS_SNAPSHOT_H
#define CG_TESTS_SNAPSHOT_H
#include "image/map.h"
#include "report.h"

/* Self numbers of a function, summed over its nodes, and its inclusive wall time. */
struct snapshot {
	uint64_t calls, raised, unfinished, begun, susp, run, await, hosted, wall;
	bool inexact; /* by folding: its wall time is none to rely on */
};

/* Take one now, with open activations ending at `end`, and give one function's sums. */
bool snapshot_of(const struct cg_image *image, const char *function, uint64_t end,
                 struct snapshot *sum);

/*
 * Taking one leaves the image untouched; each function's calls are finished, raised or
 * unfinished; each thread's self run is its busy time.
 */
void snapshot_check(const struct cg_image *image, struct report *report);

#endif
