/* The arena: a list of blocks, each at least BLOCK bytes, filled from the front. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "base/alloc.h"

enum { BLOCK = 32768 };

struct cg_arena_block {
	struct cg_arena_block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

static struct cg_arena_block *
add_block(struct cg_arena *arena, size_t n)
{
	size_t size = n > BLOCK ? n : BLOCK;
	struct cg_arena_block *block;

	if (size > SIZE_MAX - sizeof *block)
		return NULL;
	block = cg_alloc(sizeof *block + size);
	if (!block)
		return NULL;
	block->next = arena->blocks;
	block->used = 0;
	block->size = size;
	arena->blocks = block;
	return block;
}

void *
cg_arena_take(struct cg_arena *arena, size_t n)
{
	struct cg_arena_block *block = arena->blocks;
	void *taken;

	if (n > SIZE_MAX - alignof(max_align_t))
		return NULL;
	n = (n + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (!block || block->size - block->used < n)
		block = add_block(arena, n);
	if (!block)
		return NULL;
	taken = block->bytes + block->used;
	block->used += n;
	return taken;
}

void
cg_arena_release(struct cg_arena *arena)
{
	while (arena->blocks) {
		struct cg_arena_block *block = arena->blocks;

		arena->blocks = block->next;
		cg_free(block);
	}
}
