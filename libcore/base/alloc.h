/* The one allocator of libcore: checked sizes, and a hook that makes an allocation fail. */
#ifndef CG_BASE_ALLOC_H
#define CG_BASE_ALLOC_H
#include <stddef.h>
#include "base/status.h"

/* n bytes, not initialised; n may be 0. NULL when out of memory. Owned: cg_free. */
void *cg_alloc(size_t n);

/* count * size bytes, all zero. NULL when out of memory or when the product overflows. */
void *cg_zalloc(size_t count, size_t size);

/* Give back what cg_alloc, cg_zalloc, cg_grow or cg_strndup returned; NULL is allowed. */
void cg_free(void *p);

/*
 * Make room for `need` elements of `elem` bytes in a growing array. `array` is the address
 * of the owner's pointer (NULL inside for an empty array), *cap its capacity in elements;
 * both change only on CG_OK. Capacity at least doubles, so appending is cheap. The new
 * part is not initialised. CG_NOMEM when out of memory or when the size overflows.
 */
enum cg_status cg_grow(void *array, size_t *cap, size_t need, size_t elem);

/*
 * A copy, ended by NUL, of the first n bytes of s, fewer if a NUL comes before. NULL when
 * out of memory. Owned: cg_free.
 */
char *cg_strndup(const char *s, size_t n);

/*
 * For tests: let n more allocations succeed and then one fail (0: the next one); n < 0
 * turns this off, as does the failure itself. Counts the allocations of all threads.
 */
void cg_alloc_fail_at(long n);
#endif
