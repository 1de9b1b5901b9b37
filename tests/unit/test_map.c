/* The hash map against a plain list: keys that collide, removal inside probes, no memory. */
#include "base/alloc.h"
#include "collector/map.h"
#include "tap.h"

enum { KEYS = 400, ROUNDS = 20000 };

static uint64_t state = 88172645463325252u;

static uint64_t
below(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % n;
}

/* Few enough to meet again; every other one falls on the slot of its neighbour. */
static uint64_t
key_of(unsigned i)
{
	return (uint64_t)(i & ~1u) << 40 | (i & 1u)
	                                       << 3; /* near: pages of two, on one place */
}

static bool
same(const struct cg_map *map, const cg_ref *list)
{
	size_t used = 0;

	for (unsigned i = 0; i < KEYS; i++) {
		if (cg_map_get(map, key_of(i), i % 3) != list[i])
			return false;
		used += list[i] != 0;
	}
	return used == map->used;
}

static void
against_a_list(bool near)
{
	struct cg_map map = {.near = near};
	cg_ref list[KEYS] = {0};
	bool good = true;

	ok(same(&map, list), "an empty map has nothing");
	for (int round = 0; round < ROUNDS; round++) {
		unsigned i = (unsigned)below(KEYS);

		if (below(5) < 3) {
			list[i] = (cg_ref)below(1000) + 1;
			good &= cg_map_put(&map, key_of(i), i % 3, list[i]) == CG_OK;
		} else {
			list[i] = 0;
			cg_map_remove(&map, key_of(i), i % 3);
		}
		if (round % 100 == 0)
			good &= same(&map, list);
	}
	ok(good && same(&map, list), "it says what a list says, whatever is put and removed");
	for (unsigned i = 0; i < KEYS; i++)
		cg_map_remove(&map, key_of(i), i % 3);
	eq(map.used, 0, "all can be removed");
	cg_map_release(&map);
	eq(cg_map_get(&map, 0, 0), 0, "a released map is empty");
	ok(map.near == near, "and places its entries as before");
	cg_map_release(&map);
}

static void
small_part(void)
{
	struct cg_map map = {0};

	cg_map_remove(&map, 1, 1);
	(void)cg_map_put(&map, 8, 1, 10);
	(void)cg_map_put(&map, 8, 2, 20);
	(void)cg_map_put(&map, 8, 1, 11);
	eq(cg_map_get(&map, 8, 1), 11, "the latest value");
	eq(cg_map_get(&map, 8, 2), 20, "the small part tells keys apart");
	eq(cg_map_get(&map, 8, 3), 0, "what is not there");
	eq(map.used, 2, "replacing adds nothing");
	cg_map_release(&map);
}

static void
no_memory(void)
{
	struct cg_map map = {0};
	enum cg_status status = CG_OK;
	unsigned n = 0;

	cg_alloc_fail_at(0);
	ok(cg_map_put(&map, 8, 0, 1) == CG_NOMEM, "no memory for the first");
	eq(cg_map_get(&map, 8, 0), 0, "nothing is there then");
	cg_alloc_fail_at(1);
	while (status == CG_OK && n < 10000) {
		n++;
		status = cg_map_put(&map, 16 * (uint64_t)n, 0, n);
	}
	ok(status == CG_NOMEM, "no memory to grow");
	for (unsigned i = 1; i < n; i++)
		status = cg_map_get(&map, 16 * (uint64_t)i, 0) == i ? status : CG_OK;
	ok(status == CG_NOMEM, "what was there still is");
	ok(cg_map_put(&map, 16 * (uint64_t)n, 0, n) == CG_OK, "it grows once there is some");
	cg_map_release(&map);
}

int
main(void)
{
	against_a_list(false);
	against_a_list(true);
	small_part();
	no_memory();
	return done();
}
