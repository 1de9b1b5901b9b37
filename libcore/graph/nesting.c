/*
 * Recursion without recursing: what stands above a node that is like it.
 *
 * The walk keeps for every key the innermost open node that has it. A node finds there
 * what it lies in, takes its place, and gives the place back when it is left: near[] is
 * the answer and the stack of each key at once.
 */
#include "graph/nesting.h"

#include "base/alloc.h"

enum cg_status
cg_nesting_find(const struct cg_forest *forest, const uint32_t *key, uint32_t key_count,
                uint32_t *near)
{
	uint32_t *open = cg_alloc(key_count * sizeof *open);
	uint32_t at = CG_NONE;

	if (!open)
		return CG_NOMEM;
	for (uint32_t i = 0; i < key_count; i++)
		open[i] = CG_NONE;
	for (uint32_t n = 0; n < forest->count; n++) {
		uint32_t i = forest->order ? forest->order[n] : n;

		for (; at != CG_NONE && at != forest->parent[i]; at = forest->parent[at])
			if (key[at] != CG_NONE)
				open[key[at]] = near[at];
		at = i;
		near[i] = CG_NONE;
		if (key[i] == CG_NONE)
			continue;
		near[i] = open[key[i]];
		open[key[i]] = i;
	}
	cg_free(open);
	return CG_OK;
}
