/* Long segments of coroutines, summed over the nodes of a function. */
#include "base/alloc.h"
#include "graph/build.h"

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* What of `held` was computing: all but what the CPU clock was asked about, and its answer. */
static uint64_t
cpu_of(const struct cg_build *b, const struct cg_rec_hold *rec, uint64_t held)
{
	uint64_t most = cg_add(held, rec->cpu_ns), less = cg_build_ns(b, rec->asked);

	if (most <= less)
		return 0;
	return most - less < held ? most - less : held;
}

static void
add_hold(const struct cg_build *b, struct cg_hold_row *row, const struct cg_rec_hold *rec)
{
	uint64_t held = cg_build_ns(b, rec->held);

	row->over_10ms += rec->over_10ms;
	row->over_50ms += rec->over_50ms;
	row->over_100ms += rec->over_100ms;
	row->longest_ns = larger(row->longest_ns, cg_build_ns(b, rec->longest));
	row->held_ns = cg_add(row->held_ns, held);
	row->cpu_ns = cg_add(row->cpu_ns, cpu_of(b, rec, held));
}

enum cg_status
cg_build_holds(struct cg_build *b)
{
	const struct cg_records *r = b->records;
	uint32_t functions = b->store->graph.function_count, count = 0;
	struct cg_hold_row *rows = cg_zalloc(functions, sizeof *rows);

	if (!rows)
		return CG_NOMEM;
	b->store->holds = rows;
	for (uint32_t i = 0; i < r->hold_count; i++)
		add_hold(b, &rows[b->function[r->holds[i].node]], &r->holds[i]);
	for (uint32_t f = 0; f < functions; f++) {
		if (!rows[f].over_10ms)
			continue;
		rows[count] = rows[f];
		rows[count++].function = f;
	}
	b->store->graph.hold_count = count;
	return CG_OK;
}
