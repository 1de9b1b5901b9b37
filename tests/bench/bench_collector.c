/*
 * What the collector itself costs, without an interpreter: nanoseconds for a call, a C
 * call, a step of a generator, of a chain of two coroutines, of a task. Each with the best
 * clock of this machine and with a tick that is only counted; the best of several runs.
 *
 * usage: bench_collector [REPEATS]. With a small number it is fit for
 * valgrind --tool=callgrind: instructions are then what to look at.
 */
#include "base/ticks.h"
#include "collector/collector.h"
#include "collector/hot.h"
#include "collector/thread.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 7, DEFAULT_REPEATS = 1000000 };

#define KEY(n) (UINT64_C(0x560000000000) + (uint64_t)(n)*64)
#define FRAME(n) (UINT64_C(0x7f0000000000) + (uint64_t)(n)*128)

enum { MAIN, LEAF, OTHER, LEN, GENERATOR, OUTER, INNER, TASK };

static enum cg_clock_kind clock_kind;
static bool counted; /* no clock at all */
static uint64_t count;

static inline uint64_t
now(void)
{
	return counted ? ++count : cg_ticks(clock_kind);
}

static bool
describe(void *arg, uint64_t key, struct cg_function_info *info)
{
	static const enum cg_kind kinds[] = {
		[LEN] = CG_KIND_BUILTIN,     [GENERATOR] = CG_KIND_GENERATOR,
		[OUTER] = CG_KIND_COROUTINE, [INNER] = CG_KIND_COROUTINE,
		[TASK] = CG_KIND_COROUTINE,
	};
	unsigned n = (unsigned)((key - KEY(0)) / 64);

	(void)arg;
	info->name = (struct cg_text){"bench", 5};
	info->file = (struct cg_text){"bench.py", 8};
	info->line = n;
	info->kind = n < sizeof kinds / sizeof *kinds ? kinds[n] : CG_KIND_FUNCTION;
	return true;
}

static bool
is_task(void *arg, uint64_t frame)
{
	(void)arg;
	return frame == FRAME(3);
}

static uint64_t
cpu(void *arg)
{
	(void)arg;
	return counted ? count : cg_cpu_ns();
}

static void
nothing(struct cg_thread *th, long n)
{
	(void)th;
	while (n-- > 0)
		__asm__ volatile("" ::: "memory");
}

static void
reading(struct cg_thread *th, long n)
{
	(void)th;
	while (n-- > 0) {
		uint64_t tick = now();

		__asm__ volatile("" ::"r"(tick) : "memory");
	}
}

static void
calls(struct cg_thread *th, long n)
{
	while (n-- > 0) {
		cg_enter(th, KEY(LEAF), now());
		cg_leave(th, KEY(LEAF), false, now());
	}
}

static void
two_callees(struct cg_thread *th, long n)
{
	for (; n > 0; n -= 2) {
		cg_enter(th, KEY(LEAF), now());
		cg_leave(th, KEY(LEAF), false, now());
		cg_enter(th, KEY(OTHER), now());
		cg_leave(th, KEY(OTHER), false, now());
	}
}

static void
c_calls(struct cg_thread *th, long n)
{
	while (n-- > 0) {
		cg_enter(th, KEY(LEN) | CG_KEY_BUILTIN, now());
		cg_leave(th, KEY(LEN) | CG_KEY_BUILTIN, false, now());
	}
}

static void
generator_steps(struct cg_thread *th, long n)
{
	cg_start(th, KEY(GENERATOR), CG_KIND_GENERATOR, FRAME(0), 0, now());
	while (n-- > 0) {
		cg_suspend(th, FRAME(0), 1, false, now());
		cg_resume(th, KEY(GENERATOR), CG_KIND_GENERATOR, FRAME(0), 0, now());
	}
	cg_finish(th, FRAME(0), false, now());
}

/* As the hooks do it: a reading only where the collector asks for one. */
static inline void
suspend(struct cg_thread *th, uint64_t frame, uint64_t value)
{
	bool chained = cg_is_chained_suspend(th, frame, value);

	cg_suspend(th, frame, value, false, chained ? th->img->last : now());
}

static inline void
resume(struct cg_thread *th, uint64_t key, uint64_t frame, uint64_t below)
{
	bool chained = cg_is_chained_resume(th, frame, below);

	cg_resume(th, key, CG_KIND_COROUTINE, frame, below, chained ? th->img->last : now());
}

static void
chain_steps(struct cg_thread *th, long n)
{
	cg_start(th, KEY(OUTER), CG_KIND_COROUTINE, FRAME(1), 0, now());
	cg_start(th, KEY(INNER), CG_KIND_COROUTINE, FRAME(2), FRAME(1), now());
	while (n-- > 0) {
		suspend(th, FRAME(2), 1);
		suspend(th, FRAME(1), 1);
		resume(th, KEY(OUTER), FRAME(1), 0);
		resume(th, KEY(INNER), FRAME(2), FRAME(1));
	}
	cg_finish(th, FRAME(2), false, now());
	cg_finish(th, FRAME(1), false, now());
}

static void
coroutine_calls(struct cg_thread *th, long n)
{
	cg_start(th, KEY(OUTER), CG_KIND_COROUTINE, FRAME(1), 0, now());
	while (n-- > 0) {
		cg_start(th, KEY(INNER), CG_KIND_COROUTINE, FRAME(2), FRAME(1), now());
		cg_finish(th, FRAME(2), false, now());
	}
	cg_finish(th, FRAME(1), false, now());
}

static void
tasks(struct cg_thread *th, long n)
{
	while (n-- > 0) {
		cg_task_created(th, FRAME(3));
		cg_start(th, KEY(TASK), CG_KIND_COROUTINE, FRAME(3), 0, now());
		suspend(th, FRAME(3), 1);
		resume(th, KEY(TASK), FRAME(3), 0);
		cg_finish(th, FRAME(3), false, now());
	}
}

static const struct {
	const char *name;
	void (*run)(struct cg_thread *th, long n);
} benches[] = {
	{"empty loop", nothing},
	{"one reading of the clock", reading},
	{"call", calls},
	{"call, two callees in turn", two_callees},
	{"C call", c_calls},
	{"generator step", generator_steps},
	{"awaited coroutine that does not suspend", coroutine_calls},
	{"step of a chain of two", chain_steps},
	{"task with one suspension", tasks},
};

static double
best_of(size_t bench, struct cg_thread *th, long repeats, int runs)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < runs; i++) {
		uint64_t before = cg_monotonic_ns(), took;

		benches[bench].run(th, repeats);
		took = cg_monotonic_ns() - before;
		best = took < best ? took : best;
	}
	return (double)best / (double)repeats;
}

static bool
run_all(long repeats, double *ns)
{
	struct cg_settings settings = {
		.ops = {.describe = describe, .is_task = is_task, .cpu = cpu},
		.clock = counted ? CG_CLOCK_MADE_UP : clock_kind,
		.gap_limit = 3000 * 3,
		.ms = 3000000,
		.builtins = true,
	};
	struct cg_collector *collector;
	struct cg_thread *th;
	bool good = cg_collector_new(&collector, &settings) == CG_OK;

	if (!good)
		return false;
	good = cg_thread_begin(&th, collector, &(struct cg_thread_facts){KEY(MAIN), 1, 0},
	                       now()) == CG_OK;
	if (good)
		cg_enter(th, KEY(MAIN), now());
	for (size_t i = 0; good && i < sizeof benches / sizeof *benches; i++)
		ns[i] = best_of(i, th, repeats, repeats < DEFAULT_REPEATS ? 1 : RUNS);
	cg_collector_free(collector);
	return good;
}

int
main(int argc, char **argv)
{
	double real[sizeof benches / sizeof *benches], tick[sizeof benches / sizeof *benches];
	long repeats = argc > 1 ? strtol(argv[1], NULL, 10) : DEFAULT_REPEATS;

	clock_kind = cg_clock_choose();
	if (!run_all(repeats, real))
		return 1;
	counted = true;
	if (!run_all(repeats, tick))
		return 1;
	printf("%-42s %9s %9s\n", "nanoseconds", cg_clock_name(clock_kind), "no clock");
	for (size_t i = 0; i < sizeof benches / sizeof *benches; i++)
		printf("%-42s %9.1f %9.1f\n", benches[i].name, real[i], tick[i]);
	return 0;
}
