/* Sizes that overflow, growth, and the hook that fails the n-th allocation. */
#include <string.h>

#include "base/alloc.h"
#include "tap.h"

static void
sizes(void)
{
	volatile size_t huge = SIZE_MAX;
	char *p = cg_zalloc(3, 5), *none = cg_alloc(0), *empty = cg_zalloc(0, 8);

	ok(p && !memcmp(p, (char[15]){0}, 15), "zeroed memory is zero");
	ok(none && empty, "nothing at all is not a failure");
	ok(!cg_zalloc(huge / 2, 3), "a product beyond size_t is refused");
	ok(!cg_zalloc(huge, huge), "the largest product is refused");
	cg_free(p);
	cg_free(none);
	cg_free(empty);
	cg_free(NULL);
}

static void
growth(void)
{
	uint32_t *array = NULL;
	size_t cap = 0, moves = 0;
	bool kept = true;

	for (uint32_t i = 0; i < 100000; i++) {
		size_t before = cap;

		if (cg_grow(&array, &cap, i + 1, sizeof *array))
			break;
		array[i] = i;
		moves += cap != before;
	}
	for (uint32_t i = 0; i < 100000; i++)
		kept = kept && array[i] == i;
	ok(kept, "growing keeps the content");
	ok(moves < 20, "capacity doubles");
	ok(cg_grow(&array, &cap, 0, sizeof *array) == CG_OK && cap >= 100000, "never shrinks");
	cg_free(array);
}

static void
growth_refused(void)
{
	uint64_t *array = NULL, *old;
	size_t cap = 0, before;

	ok(cg_grow(&array, &cap, SIZE_MAX / 4, 8) == CG_NOMEM,
	   "an overflowing size is refused");
	ok(!array && cap == 0, "and changes nothing");
	eq(cg_grow(&array, &cap, 5, 8), CG_OK, "a small one works");
	old = array;
	before = cap;
	cg_alloc_fail_at(0);
	eq(cg_grow(&array, &cap, cap + 1, 8), CG_NOMEM, "out of memory");
	ok(array == old && cap == before, "leaves the array as it was");
	eq(cg_grow(&array, &cap, cap + 1, 8), CG_OK, "the hook fails once");
	cg_free(array);
}

static void
strings(void)
{
	char *cut = cg_strndup("abcdef", 3), *whole = cg_strndup("ab\0cd", 5);

	ok(cut && !strcmp(cut, "abc"), "at most n bytes");
	ok(whole && !strcmp(whole, "ab"), "stops at NUL");
	cg_free(cut);
	cg_free(whole);
	cg_alloc_fail_at(0);
	ok(!cg_strndup("abc", 3), "out of memory");
}

static void
hook(void)
{
	void *p[4];

	cg_alloc_fail_at(2);
	p[0] = cg_alloc(1);
	p[1] = cg_zalloc(1, 1);
	p[2] = cg_alloc(1);
	p[3] = cg_alloc(1);
	ok(p[0] && p[1] && !p[2] && p[3], "the third of four fails");
	for (int i = 0; i < 4; i++)
		cg_free(p[i]);
	cg_alloc_fail_at(0);
	cg_alloc_fail_at(-1);
	p[0] = cg_alloc(1);
	ok(p[0], "turned off");
	cg_free(p[0]);
}

static void
status_texts(void)
{
	bool all = true;

	for (int s = CG_OK; s <= CG_USE; s++)
		all = all && strcmp(cg_status_text((enum cg_status)s), "unknown status");
	ok(all, "every status has a text");
	ok(!strcmp(cg_status_text((enum cg_status)(CG_USE + 1)), "unknown status"),
	   "an unknown one is no accident");
}

int
main(void)
{
	sizes();
	growth();
	growth_refused();
	strings();
	hook();
	status_texts();
	return done();
}
