/* Which things lie within others of their own kind; see nesting.c. */
#ifndef CG_GRAPH_NESTING_H
#define CG_GRAPH_NESTING_H
#include "base/status.h"

/* Trees over the numbers 0..count). */
struct cg_forest {
	const uint32_t *parent; /* CG_NONE for a root */
	const uint32_t *order; /* the numbers, depth first; NULL: 0, 1, 2, ... is that order */
	uint32_t count;
};

/*
 * For each i, set near[i] to the nearest one above it with the same key, or to CG_NONE.
 * Keys are below key_count or CG_NONE, which is like no other. CG_NOMEM.
 */
enum cg_status cg_nesting_find(const struct cg_forest *forest, const uint32_t *key,
                               uint32_t key_count, uint32_t *near);
#endif
