/* What must hold of every image, whatever the events were. */
#ifndef CG_TESTS_INVARIANTS_H
#define CG_TESTS_INVARIANTS_H
#include "collector/collector.h"
#include "report.h"

/*
 * Check them all. `whole`: no event was lost to a lack of memory, so the tree must also be
 * free of doubles.
 */
void invariants_check(const struct cg_image *image, bool whole, struct report *report);

#endif
