/* Round trips at the edges of each length, and every kind of input that must be refused. */
#include "base/varint.h"
#include "tap.h"

static void
round_trip(void)
{
	static const uint64_t values[] = {0,     1,     127,        128,
	                                  16383, 16384, UINT32_MAX, UINT64_MAX};
	uint8_t buf[CG_VARINT_MAX];

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		uint64_t got = ~values[i];
		size_t n = cg_varint_put(buf, values[i]);

		ok(cg_varint_get(buf, n, &got) == n && got == values[i],
		   "reads back what was written");
		ok(cg_varint_get(buf, n - 1, &got) == 0, "a cut integer is refused");
	}
}

static void
bad_input(void)
{
	uint64_t got = 7;

	ok(cg_varint_get((const uint8_t *)"\x80\x00", 2, &got) == 0, "not the shortest form");
	ok(cg_varint_get((const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10,
	                 &got) == 0,
	   "more than 64 bits");
	ok(got == 7, "the result is untouched on failure");
}

static void
signed_values(void)
{
	static const int64_t values[] = {0, -1, 1, -64, 64, INT64_MIN, INT64_MAX};
	static const size_t sizes[] = {1, 1, 1, 1, 2, 10, 10};
	uint8_t buf[CG_VARINT_MAX];
	int64_t got = 7;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		size_t n = cg_varint_put(buf, cg_zigzag(values[i]));

		ok(cg_svarint_get(buf, n, &got) == n && got == values[i],
		   "a signed value comes back");
		eq(n, sizes[i], "in as few bytes as its size allows");
	}
	eq(cg_zigzag(-2), 3, "the sign is the lowest bit");
	got = 7;
	ok(cg_svarint_get(buf, 0, &got) == 0 && got == 7, "no input");
}

int
main(void)
{
	round_trip();
	signed_values();
	bad_input();
	return done();
}
