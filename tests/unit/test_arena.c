/* Arenas: pieces that keep their place and their content. */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "tap.h"

enum { PIECES = 2000 };

int
main(void)
{
	static unsigned char *pieces[PIECES];
	struct cg_arena arena = {0};
	uint32_t wrong = 0;

	for (size_t i = 0; i < PIECES; i++) {
		size_t n = i % 97 == 0 ? 50000 : i % 61;

		pieces[i] = cg_arena_take(&arena, n);
		wrong += !pieces[i] || (uintptr_t)pieces[i] % _Alignof(max_align_t) != 0;
		memset(pieces[i], (int)i & 0xff, n);
	}
	eq(wrong, 0, "pieces of all sizes, aligned");
	for (size_t i = 0; i < PIECES; i++)
		for (size_t k = 0; k < (i % 97 == 0 ? 50000 : i % 61); k++)
			wrong += pieces[i][k] != (i & 0xff);
	eq(wrong, 0, "none touches another");
	cg_alloc_fail_at(0);
	ok(!cg_arena_take(&arena, 1 << 20), "no memory");
	ok(!cg_arena_take(&arena, SIZE_MAX), "a size that overflows");
	ok(cg_arena_take(&arena, 8), "goes on");
	cg_arena_release(&arena);
	ok(!arena.blocks, "released");
	return done();
}
