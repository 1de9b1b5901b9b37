/* The allocator of the exporters. Every allocation passes refused(): see the header. */
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

static long fail_at = -1;

static bool
refused(void)
{
	return fail_at >= 0 && fail_at-- == 0;
}

void
cg_memory_fail_at(long n)
{
	fail_at = n < 0 ? -1 : n;
}

void *
cg_memory_array(size_t count, size_t size)
{
	/* calloc checks the product itself, but may return NULL for an empty array. */
	if (count == 0 || size == 0)
		count = size = 1;
	return refused() ? NULL : calloc(count, size);
}

enum cg_status
cg_memory_grow(void *array, size_t *cap, size_t need, size_t size)
{
	size_t want = *cap ? *cap : FIRST_CAPACITY;
	void *old, *grown;

	if (need <= *cap)
		return CG_OK;
	while (want < need && want <= SIZE_MAX / 2)
		want *= 2;
	if (want < need || want > SIZE_MAX / size || refused())
		return CG_NOMEM;
	/* Through memcpy: the owner's pointer has a type that this function cannot know. */
	memcpy(&old, array, sizeof(old));
	grown = realloc(old, want * size);
	if (!grown)
		return CG_NOMEM;
	memcpy(array, &grown, sizeof(grown));
	*cap = want;
	return CG_OK;
}

void
cg_memory_free(void *p)
{
	free(p);
}
