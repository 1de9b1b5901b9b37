/* Numbers as people read them. */
#include "../../cli/human.c"

#include "tap.h"

static char out[CG_HUMAN_MAX];

#define count(n, text) ok(strcmp(cg_human_count(out, n), text) == 0, text)
#define time(n, text) ok(strcmp(cg_human_time(out, n), text) == 0, text)
#define size(n, text) ok(strcmp(cg_human_size(out, n), text) == 0, text)

int
main(void)
{
	count(0, "0");
	count(999, "999");
	count(1000, "1 000");
	count(12345678, "12 345 678");
	count(UINT64_MAX, "18 446 744 073 709 551 615");
	time(0, "0 ns");
	time(999, "999 ns");
	time(1000, "1.0 us");
	time(9940, "9.9 us");
	time(9960, "10 us");
	time(999999, "1.0 ms");
	time(310 * 1000000ull, "310 ms");
	time(4 * 1000000000ull, "4.0 s");
	time(86400 * 1000000000ull, "86400 s");
	size(1, "1 bytes");
	size(1023, "1023 bytes");
	size(1024, "1.0 KB");
	size(31 * 1024 + 100, "31 KB");
	size(1024 * 1024 - 1, "1.0 MB");
	size(5ull << 40, "5120 GB");
	return done();
}
