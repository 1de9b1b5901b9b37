/*
 * Choosing and comparing clocks.
 *
 * The idea to know: the kernel has already judged the processor's counter. When its own
 * clocksource is "tsc", the counter is constant and in step on all processors.
 */
#include "base/ticks.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define CLOCKSOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"

const char *
cg_clock_name(enum cg_clock_kind kind)
{
	static const char *const names[] = {
		[CG_CLOCK_MONOTONIC] = "clock_monotonic",
		[CG_CLOCK_TSC] = "tsc",
		[CG_CLOCK_CNTVCT] = "cntvct",
		[CG_CLOCK_MADE_UP] = "made_up",
		[CG_CLOCK_COARSE] = "clock_monotonic_coarse",
	};

	return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

#if defined(__x86_64__) || defined(__i386__)
static bool
kernel_uses_tsc(void)
{
	char line[32] = "";
	FILE *in = fopen(CLOCKSOURCE, "re");

	if (!in)
		return false;
	if (!fgets(line, sizeof line, in))
		line[0] = '\0';
	fclose(in);
	return strcmp(line, "tsc\n") == 0;
}
#endif

enum cg_clock_kind
cg_clock_choose(void)
{
#if defined(__x86_64__) || defined(__i386__)
	return kernel_uses_tsc() ? CG_CLOCK_TSC : CG_CLOCK_MONOTONIC;
#elif defined(__aarch64__)
	return CG_CLOCK_CNTVCT;
#else
	return CG_CLOCK_MONOTONIC;
#endif
}

static int64_t
realtime_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

struct cg_clock_pair
cg_clock_pair_now(enum cg_clock_kind kind)
{
	struct cg_clock_pair best = {0};
	uint64_t narrowest = UINT64_MAX;

	for (int i = 0; i < 5; i++) {
		uint64_t before = cg_ticks(kind);
		uint64_t mono = cg_monotonic_ns();
		uint64_t after = cg_ticks(kind);

		if (after - before < narrowest) {
			narrowest = after - before;
			best.tick = before + narrowest / 2;
			best.mono_ns = mono;
			best.real_ns = realtime_ns();
		}
	}
	/* a tick is a nanosecond of these two */
	if (kind == CG_CLOCK_MONOTONIC)
		best.tick = best.mono_ns;
	if (kind == CG_CLOCK_COARSE)
		best.mono_ns = best.tick;
	return best;
}

double
cg_clock_rate(const struct cg_clock_pair *a, const struct cg_clock_pair *b)
{
	if (b->tick <= a->tick || b->mono_ns <= a->mono_ns)
		return 1.0;
	return (double)(b->tick - a->tick) / (double)(b->mono_ns - a->mono_ns);
}

uint64_t
cg_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
