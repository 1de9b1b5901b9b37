/* Round trips at the edges of each length, and every kind of input that must be refused. */
#include "base/varint.h"
#include "tap.h"

#include <string.h>

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

/* With more behind them: the way of most integers in a trace. */
static void
in_a_row(void)
{
	uint8_t buf[3 * CG_VARINT_MAX];
	uint64_t eight[8];

	for (unsigned bits = 0; bits < 64; bits++) {
		uint64_t value = UINT64_C(0x9234567890abcdef) >> bits, got = 0;
		size_t n = cg_varint_put(buf, value);

		memset(buf + n, 0xff, sizeof buf - n);
		ok(cg_varint_get(buf, sizeof buf, &got) == n && got == value,
		   "reads one of many, of any length");
		buf[n - 1] |= 0x80;
		buf[n] = 0;
		ok(cg_varint_get(buf, sizeof buf, &got) == 0, "but not with a zero at its end");
	}
	memcpy(buf, "\x00\x01\x7f\x03\x04\x05\x06\x07\x80", 9);
	ok(cg_varint_get_short(buf, eight) && eight[0] == 0 && eight[2] == 127 &&
	       eight[7] == 7,
	   "eight short ones");
	ok(!cg_varint_get_short(buf + 1, eight), "not when one of them is longer");
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
	in_a_row();
	return done();
}
