/* The allocator of the exporters. Every allocation passes refused(): see the header. */
#include "memory.h"

#include <limits.h>
#include <stdint.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { FIRST_CAPACITY = 16, PAGE = 4096, LARGE = 128 << 10 };

static atomic_long fail_at = -1;

static bool
refused(void)
{
	return atomic_load_explicit(&fail_at, memory_order_relaxed) >= 0 &&
	       atomic_fetch_sub(&fail_at, 1) == 0;
}

void
cg_memory_fail_at(long n)
{
	fail_at = n < 0 ? -1 : n;
}

/* Ask for large pages where they pay; whether there are any is no matter. */
static void *
hint(void *p, size_t n)
{
#ifdef MADV_HUGEPAGE
	uintptr_t begin = ((uintptr_t)p + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
	uintptr_t end = ((uintptr_t)p + n) & ~(uintptr_t)(PAGE - 1);

	if (p && n >= LARGE)
		(void)madvise((void *)begin, end - begin, MADV_HUGEPAGE);
#else
	(void)n;
#endif
	return p;
}

void
cg_memory_keep(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_ARENA_MAX, 1); /* a second thread has none of its own to give back */
	(void)mallopt(M_MMAP_MAX, 0);
	(void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
	(void)mallopt(M_TOP_PAD, 4 << 20);
#endif
}

void *
cg_memory_array(size_t count, size_t size)
{
	/* calloc checks the product itself, but may return NULL for an empty array. */
	if (count == 0 || size == 0)
		count = size = 1;
	return refused() ? NULL : hint(calloc(count, size), count * size);
}

void *
cg_memory_fresh(size_t count, size_t size)
{
	if (count == 0 || size == 0)
		count = size = 1;
	if (count > SIZE_MAX / size || refused())
		return NULL;
	return hint(malloc(count * size), count * size);
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
	grown = hint(realloc(old, want * size), want * size);
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
