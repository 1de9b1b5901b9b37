/* Memory that is taken in pieces and given back at once; pieces never move. */
#ifndef CG_BASE_ARENA_H
#define CG_BASE_ARENA_H
#include <stddef.h>

/* Blocks of memory, the one in use first. Zero-initialised is empty. */
struct cg_arena {
	struct cg_arena_block *blocks; /* owned */
};

/* n bytes, aligned for any type, not initialised, valid until the release; NULL: no memory. */
void *cg_arena_take(struct cg_arena *arena, size_t n);

/* Give everything back. The arena is then empty. */
void cg_arena_release(struct cg_arena *arena);
#endif
