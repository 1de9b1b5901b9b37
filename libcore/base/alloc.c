/*
 * The allocator. Every allocation passes refused(), so that a test can fail the first, the
 * second, ... until an operation succeeds, and so visit every path that memory can end on.
 */
#include "base/alloc.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { FIRST_CAPACITY = 8, PAGE = 4096, LARGE = 4 << 20 };

static _Atomic long fail_at = -1;

static bool
refused(void)
{
	if (atomic_load_explicit(&fail_at, memory_order_relaxed) < 0)
		return false;
	return atomic_fetch_sub(&fail_at, 1) == 0;
}

void
cg_alloc_fail_at(long n)
{
	atomic_store(&fail_at, n < 0 ? -1 : n);
}

/* Ask for large pages where they pay: filling a large block is mostly page faults. */
static void *
hint(void *p, size_t n)
{
#ifdef MADV_HUGEPAGE
	uintptr_t begin = ((uintptr_t)p + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
	uintptr_t end = ((uintptr_t)p + n) & ~(uintptr_t)(PAGE - 1);
	int saved = errno;

	if (p && n >= LARGE && madvise((void *)begin, end - begin, MADV_HUGEPAGE))
		errno = saved;
#else
	(void)n;
#endif
	return p;
}

void *
cg_alloc(size_t n)
{
	return refused() ? NULL : hint(malloc(n ? n : 1), n);
}

void *
cg_zalloc(size_t count, size_t size)
{
	/* calloc checks the product too, but may return NULL for an empty array. */
	if (count == 0 || size == 0)
		count = size = 1;
	if (count > SIZE_MAX / size || refused())
		return NULL;
	return hint(calloc(count, size), count * size);
}

void
cg_free(void *p)
{
	free(p);
}

enum cg_status
cg_grow(void *array, size_t *cap, size_t need, size_t elem)
{
	size_t want = *cap ? *cap : FIRST_CAPACITY;
	void *old, *grown;

	if (need <= *cap)
		return CG_OK;
	if (*cap && want <= SIZE_MAX / 2)
		want *= 2;
	if (want < need)
		want = need;
	if (want > SIZE_MAX / elem)
		want = need;
	if (want > SIZE_MAX / elem || refused())
		return CG_NOMEM;
	/* Through memcpy: the owner's pointer has a type that this function cannot know. */
	memcpy(&old, array, sizeof old);
	grown = hint(realloc(old, want * elem), want * elem);
	if (!grown)
		return CG_NOMEM;
	memcpy(array, &grown, sizeof grown);
	*cap = want;
	return CG_OK;
}

char *
cg_strndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = cg_alloc(len + 1);

	if (!copy)
		return NULL;
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}
