#include <string.h>
#include "tap.h"
#include "base/varint.h"

static void
round_trip(void)
{
	static const uint64_t values[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX};
	uint8_t buf[CG_VARINT_MAX];

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		uint64_t got = ~values[i];
		size_t n = cg_varint_put(buf, values[i]);

		ok(cg_varint_get(buf, n, &got) == n && got == values[i], "reads back what was written");
		ok(cg_varint_get(buf, n - 1, &got) == 0, "a cut integer is refused");
	}
}

static void
bad_input(void)
{
	uint64_t got = 7;

	ok(cg_varint_get((const uint8_t *)"\x80\x00", 2, &got) == 0, "not the shortest form");
	ok(cg_varint_get((const uint8_t *)"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, &got) == 0,
	   "more than 64 bits");
	ok(got == 7, "the result is untouched on failure");
}

int
main(void)
{
	round_trip();
	bad_input();
	return done();
}
