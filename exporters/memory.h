/*
 * The one allocator of the exporters: checked sizes, and a hook that makes an allocation
 * fail, so that tests can visit every path that memory can end on.
 */
#ifndef CG_EXPORTERS_MEMORY_H
#define CG_EXPORTERS_MEMORY_H
#include <stddef.h>
#include "corograph.h"

/* count * size bytes, all zero; NULL when out of memory. Owned: cg_memory_free. */
void *cg_memory_array(size_t count, size_t size);

/* The same with whatever was there before, for what is written before it is read. */
void *cg_memory_fresh(size_t count, size_t size);

/*
 * Make room for `need` elements of `size` bytes in a growing array. `array` is the address
 * of the owner's pointer (NULL inside at first), *cap its capacity in elements; both
 * change on CG_OK only. Capacity at least doubles. The new part is not initialised.
 */
enum cg_status cg_memory_grow(void *array, size_t *cap, size_t need, size_t size);

/* Give back what those above returned; NULL is allowed. */
void cg_memory_free(void *p);

/*
 * For a program that exports and ends: keep what is given back, the graph's included, for
 * what is asked for next. The first use of a page costs more than all that is done with it.
 */
void cg_memory_keep(void);

/* For tests: let n more allocations succeed and then one fail; n < 0 turns this off. */
void cg_memory_fail_at(long n);

#endif
