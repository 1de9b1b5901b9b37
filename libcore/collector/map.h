/*
 * A hash map from (key, small) pairs of integers to references: open addressing, linear
 * probing, deletion by moving entries back. Private memory, never in the image.
 */
#ifndef CG_COLLECTOR_MAP_H
#define CG_COLLECTOR_MAP_H
#include "corograph.h"
#include "image/image.h"

#include <stdbool.h>

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
	bool near; /* addresses close together have entries close together; set while empty */
};

void cg_map_release(struct cg_map *map);

/* Add or replace. value must not be 0. CG_NOMEM: the map is unchanged. */
enum cg_status cg_map_put(struct cg_map *map, uint64_t key, uint32_t small, cg_ref value);

/* Remove; nothing happens when it is not there. */
void cg_map_remove(struct cg_map *map, uint64_t key, uint32_t small);

static inline size_t
cg_map_mix(uint64_t n)
{
	n *= UINT64_C(0x9E3779B97F4A7C15);
	return (size_t)(n ^ n >> 32);
}

/*
 * Where the search for an entry begins. Near: every page of addresses has a run of 64
 * places, one for each 64 bytes, so that things made in turn are found in turn.
 */
static inline size_t
cg_map_slot(const struct cg_map *map, uint64_t key, uint32_t small)
{
	if (map->near)
		return (cg_map_mix(key >> 12) << 6 | (key >> 6 & 63)) & map->mask;
	return cg_map_mix(key ^ (uint64_t)small << 32 ^ small) & map->mask;
}

/* The value, or 0. */
static inline cg_ref
cg_map_get(const struct cg_map *map, uint64_t key, uint32_t small)
{
	size_t i;

	if (!map->entries)
		return 0;
	for (i = cg_map_slot(map, key, small); map->entries[i].value; i = (i + 1) & map->mask)
		if (map->entries[i].key == key && map->entries[i].small == small)
			return map->entries[i].value;
	return 0;
}
#endif
