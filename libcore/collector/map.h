/*
 * A hash map from (key, small) pairs of integers to references: open addressing, linear
 * probing, deletion by moving entries back. Private memory, never in the image.
 */
#ifndef CG_COLLECTOR_MAP_H
#define CG_COLLECTOR_MAP_H
#include "corograph.h"
#include "image/image.h"

struct cg_map_entry {
	uint64_t key;
	uint32_t small;
	cg_ref value; /* 0: the entry is free */
};

/* Zero-initialised is empty. */
struct cg_map {
	struct cg_map_entry *entries;
	size_t mask; /* entries - 1, a power of two less one */
	size_t used;
};

void cg_map_release(struct cg_map *map);

/* Add or replace. value must not be 0. CG_NOMEM: the map is unchanged. */
enum cg_status cg_map_put(struct cg_map *map, uint64_t key, uint32_t small, cg_ref value);

/* Remove; nothing happens when it is not there. */
void cg_map_remove(struct cg_map *map, uint64_t key, uint32_t small);

static inline size_t
cg_map_slot(uint64_t key, uint32_t small, size_t mask)
{
	uint64_t h = (key ^ (uint64_t)small << 32 ^ small) * UINT64_C(0x9E3779B97F4A7C15);

	return (size_t)(h ^ h >> 32) & mask;
}

/* The value, or 0. */
static inline cg_ref
cg_map_get(const struct cg_map *map, uint64_t key, uint32_t small)
{
	size_t i;

	if (!map->entries)
		return 0;
	for (i = cg_map_slot(key, small, map->mask); map->entries[i].value;
	     i = (i + 1) & map->mask)
		if (map->entries[i].key == key && map->entries[i].small == small)
			return map->entries[i].value;
	return 0;
}
#endif
