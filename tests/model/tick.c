/* The clock of the extension's build for the model's checker: see README.md. */
#include "base/ticks.h"

volatile uint64_t cg_made_up_tick = 1;

struct cg_clock_pair
cg_made_up_pair(enum cg_clock_kind kind)
{
	struct cg_clock_pair pair = {.tick = cg_made_up_tick, .mono_ns = cg_monotonic_ns()};

	(void)kind;
	return pair;
}
