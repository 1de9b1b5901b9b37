/*
 * Events in any order: nothing crashes, and the invariants hold of what comes out. The
 * seeds are 1, 2, ... for two seconds, or those given as arguments.
 */
#include "base/ticks.h"
#include "invariants.h"
#include "noise.h"
#include "snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { EVENTS = 4000, CHECKS = 4, LEAST_SEEDS = 20 };

static int
run(uint64_t seed)
{
	static struct world w;
	struct report report = {.file = "seed", .line = (size_t)seed};
	struct noise noise;

	noise_init(&noise, &w, seed);
	for (int i = 0; i < CHECKS && report.bad == 0; i++) {
		for (int n = 0; n < EVENTS / CHECKS; n++) {
			struct event event = noise_event(&noise, &w);

			event_apply(&w, &event);
		}
		invariants_check(&w.collector->image, true, &report);
		snapshot_check(&w.collector->image, &report);
	}
	world_release(&w);
	return report.bad;
}

int
main(int argc, char **argv)
{
	uint64_t until = cg_monotonic_ns() + UINT64_C(2000000000), seed;
	int bad = 0;

	for (int i = 1; i < argc; i++)
		bad += run(strtoull(argv[i], NULL, 10));
	for (seed = 1; argc == 1 && bad == 0; seed++) {
		bad += run(seed);
		if (seed >= LEAST_SEEDS && cg_monotonic_ns() > until)
			break;
	}
	if (argc == 1)
		printf("# %" PRIu64 " seeds of %d events\n", seed, EVENTS);
	printf("%sok 1 - the invariants hold of noise\n1..1\n", bad ? "not " : "");
	return bad != 0 || fflush(stdout) != 0;
}
