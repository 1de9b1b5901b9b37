/*
 * Random programs: what the collector says of each function is what the program itself
 * knows, at any moment and however few nodes there may be. `test_programs SEED` runs one,
 * `test_programs print SEED` prints its events as a script; with ATTACH=STEP in the
 * environment the recording begins that late.
 */
#include "invariants.h"
#include "program.h"
#include "snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 3000, CHECKS = 6, LEAST_SEEDS = 20 };

static void
compare(const struct program *p, const struct snapshot *sums, bool whole,
        struct report *report)
{
	for (size_t i = 0; i < PROGRAM_RANKS * 5; i++) {
		const struct truth t = program_truth(p, i);
		const struct snapshot *s = &sums[i];
		const struct {
			const char *name;
			uint64_t got, want;
		} rows[] = {
			{"calls", s->calls, t.calls},
			{"raised", s->raised, t.raised},
			{"susp", s->susp, t.susp},
			{"unfinished", s->unfinished, t.unfinished},
			{"run", s->run, t.run},
			{"await", s->await, t.await},
			{"wall", whole && !s->inexact ? s->wall : t.wall, t.wall},
		};

		for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
			if (rows[r].got != rows[r].want)
				report_bad(report, "%s %s: got %" PRIu64 ", want %" PRIu64,
				           p->w->functions[i].name, rows[r].name, rows[r].got,
				           rows[r].want);
	}
}

static void
check(const struct program *p, bool whole, struct report *report)
{
	static struct snapshot sums[PROGRAM_RANKS * 5];

	if (!p->w->collector)
		return;
	invariants_check(&p->w->collector->image, true, report);
	snapshot_check(&p->w->collector->image, report);
	for (size_t i = 0; i < PROGRAM_RANKS * 5; i++)
		if (!snapshot_of(&p->w->collector->image, p->w->functions[i].shown, p->now,
		                 &sums[i]))
			report_bad(report, "no snapshot");
	compare(p, sums, whole, report);
}

/* `attach`: the step at which the recording begins. */
static int
run(uint64_t seed, uint64_t budget, int attach, bool print)
{
	static struct world w;
	static struct program p;
	struct report report = {.file = "seed", .line = (size_t)seed};

	program_init(&p, &w, seed, print);
	w.node_budget = budget;
	w.shared = seed % 2;
	w.ms = seed % 3;
	if (seed % 4)
		w.gap_limit = 12;
	if (print) {
		for (size_t i = 0; i < w.function_count; i++)
			printf("def %s %s\n", w.functions[i].name, cg_kind_name(w.functions[i].kind));
		printf("case seed %" PRIu64 "\n", seed);
	}
	p.deaf = attach > 0;
	for (int i = 0; i < STEPS && report.bad == 0; i++) {
		if (p.deaf && i == attach)
			program_attach(&p);
		program_step(&p);
		if (i % (print ? 1 : STEPS / CHECKS) == 0)
			check(&p, !attach, &report);
	}
	check(&p, !attach, &report);
	world_release(&w);
	return report.bad;
}

static int
run_seeds(uint64_t budget, int attach)
{
	uint64_t until = cg_monotonic_ns() + UINT64_C(1000000000), seed;
	int bad = 0;

	for (seed = 1; bad == 0 && (seed <= LEAST_SEEDS || cg_monotonic_ns() < until); seed++)
		bad = run(seed, budget, attach, false);
	printf("# %" PRIu64 " programs of %d steps\n", seed - 1, STEPS);
	return bad;
}

static int
result(int n, int bad, const char *name)
{
	printf("%sok %d - %s\n", bad ? "not " : "", n, name);
	return bad;
}

int
main(int argc, char **argv)
{
	bool print = argc > 1 && strcmp(argv[1], "print") == 0;
	const char *attach = getenv("ATTACH");
	int bad = 0;

	for (int i = 1 + print; i < argc; i++)
		bad += run(strtoull(argv[i], NULL, 10), 0, attach ? atoi(attach) : 0, print);
	if (argc > 1)
		return bad != 0;
	bad += result(1, run_seeds(0, 0), "each function's numbers are the program's own");
	bad +=
		result(2, run_seeds(25, 0), "so are counts and self numbers of folded contexts");
	bad += result(3, run_seeds(0, STEPS / 3), "and those of programs recorded late");
	printf("1..3\n");
	return bad != 0 || fflush(stdout) != 0;
}
