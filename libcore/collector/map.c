/* The growing half of the hash map; looking up is inline in the header. */
#include "collector/map.h"

#include "base/alloc.h"

void
cg_map_release(struct cg_map *map)
{
	cg_free(map->entries);
	*map = (struct cg_map){.near = map->near};
}

/* Its entry, or the free one where it would be; NULL: there is none at all. */
static struct cg_map_entry *
find(struct cg_map *map, uint64_t key, uint32_t small)
{
	size_t i;

	if (!map->entries)
		return NULL;
	for (i = cg_map_slot(map, key, small); map->entries[i].value; i = (i + 1) & map->mask)
		if (map->entries[i].key == key && map->entries[i].small == small)
			break;
	return &map->entries[i];
}

static enum cg_status
grow(struct cg_map *map)
{
	size_t count = map->entries ? (map->mask + 1) * 2 : 64;
	struct cg_map grown = {
		.entries = cg_zalloc(count, sizeof *grown.entries),
		.mask = count - 1,
		.used = map->used,
		.near = map->near,
	};

	if (!grown.entries)
		return CG_NOMEM;
	for (size_t i = 0; map->entries && i <= map->mask; i++) {
		const struct cg_map_entry *e = &map->entries[i];

		if (e->value)
			*find(&grown, e->key, e->small) = *e;
	}
	cg_free(map->entries);
	*map = grown;
	return CG_OK;
}

enum cg_status
cg_map_put(struct cg_map *map, uint64_t key, uint32_t small, cg_ref value)
{
	struct cg_map_entry *entry = find(map, key, small);

	if (entry && entry->value) {
		entry->value = value;
		return CG_OK;
	}
	/* at most half full: probes stay short */
	if (!entry || (map->used + 1) * 2 > map->mask + 1) {
		if (grow(map))
			return CG_NOMEM;
		entry = find(map, key, small);
	}
	*entry = (struct cg_map_entry){.key = key, .small = small, .value = value};
	map->used++;
	return CG_OK;
}

void
cg_map_remove(struct cg_map *map, uint64_t key, uint32_t small)
{
	struct cg_map_entry *entry = find(map, key, small);
	size_t hole, i;

	if (!entry || !entry->value)
		return;
	hole = (size_t)(entry - map->entries);
	for (i = (hole + 1) & map->mask; map->entries[i].value; i = (i + 1) & map->mask) {
		struct cg_map_entry *e = &map->entries[i];
		size_t home = cg_map_slot(map, e->key, e->small);

		/* an entry may move back only as far as its home slot */
		if (((i - home) & map->mask) >= ((i - hole) & map->mask)) {
			map->entries[hole] = *e;
			hole = i;
		}
	}
	map->entries[hole].value = 0;
	map->used--;
}
