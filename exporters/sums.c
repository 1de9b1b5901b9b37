/*
 * The shares of a row are gone through twice: first for its callers, which are put in order,
 * and then, when each has its arc, for the numbers. So arcs come out in order without being
 * moved, and the second time a row's shares are in the cache, unless it has very many.
 */
#include "memory.h"
#include "sums.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 24 /* callers, too few to call qsort for */ };

struct adder {
	const struct cg_callgraph *graph;
	const struct cg_shares *shares;
	unsigned part_count; /* of the shares */
	enum cg_outer outer;
	uint32_t arc_count; /* of all rows so far; where the next row's arcs begin */
	uint32_t *callers;  /* of the row at hand, and one more */
	uint32_t *arc_of;   /* per caller: 1 + its newest arc */
};

static int
row_compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
sort_rows(uint32_t *rows, uint32_t n)
{
	if (n > FEW)
		qsort(rows, n, sizeof(*rows), row_compare);
	for (uint32_t i = 1; i < n && n <= FEW; i++) {
		uint32_t row = rows[i], at = i;

		for (; at && rows[at - 1] > row; at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
}

/*
 * The callers of a row, in order. Those seen have an arc past the ones of the rows before;
 * whether one is nobody can guess, so that nothing hangs on it but a number.
 */
static uint32_t
find_callers(struct adder *a, uint32_t row)
{
	uint32_t n = 0;

	for (unsigned k = 0; k < a->part_count; k++) {
		const struct cg_shares *shares = &a->shares[k];

		for (uint32_t i = shares->start[row]; i < shares->start[row + 1]; i++) {
			uint32_t caller = cg_share_caller(cg_shares_at(shares, i)->from);

			if (caller == CG_NONE)
				continue;
			a->callers[n] = caller;
			n += a->arc_of[caller] <= a->arc_count;
			a->arc_of[caller] = a->arc_count + 1;
		}
	}
	sort_rows(a->callers, n);
	return n;
}

/* Make the arcs that lead to a row. */
static void
make_arcs(struct adder *a, uint32_t row)
{
	struct cg_row_sums *sums = cg_callgraph_row(a->graph, row);
	size_t bytes = a->graph->arc_width * sizeof(uint64_t);

	sums->arc_count = find_callers(a, row);
	sums->first_arc = a->arc_count;
	for (uint32_t i = 0; i < sums->arc_count; i++) {
		struct cg_arc *arc = cg_callgraph_arc(a->graph, a->arc_count++);

		memset(arc, 0, bytes);
		arc->caller = a->callers[i];
		arc->callee = row;
		a->arc_of[arc->caller] = a->arc_count;
	}
}

/* Add a share: to costs its own always, the inclusive ones where it is outermost. */
CG_INLINE void
add_costs(uint64_t *costs, const struct cg_share *share, bool outer, unsigned lanes)
{
	for (unsigned lane = 0; lane < lanes; lane++) {
		uint64_t all = outer ? share->costs[2 * lane + 1] : 0;

		costs[2 * lane] = cg_sum(costs[2 * lane], share->costs[2 * lane]);
		costs[2 * lane + 1] = cg_sum(costs[2 * lane + 1], all);
	}
}

CG_INLINE void
add_share(struct adder *a, struct cg_row_sums *row, const struct cg_share *share,
          unsigned lanes)
{
	uint32_t caller = cg_share_caller(share->from);
	bool outer = cg_share_is_outer(share->from, CG_OUTER_ROW);
	struct cg_arc *arc;

	row->placed = true;
	row->calls = cg_sum(row->calls, share->calls);
	row->primitive = cg_sum(row->primitive, outer ? share->calls : 0);
	add_costs(row->costs, share, outer, lanes);
	if (caller == CG_NONE)
		return;
	arc = cg_callgraph_arc(a->graph, a->arc_of[caller] - 1);
	outer = cg_share_is_outer(share->from, a->outer);
	arc->calls = cg_sum(arc->calls, share->calls);
	if (a->outer == CG_OUTER_ARC)
		arc->primitive = cg_sum(arc->primitive, outer ? share->calls : 0);
	add_costs(arc->costs, share, outer, lanes);
}

CG_INLINE void
add_rows(struct adder *a, uint32_t from, uint32_t to, unsigned lanes)
{
	for (uint32_t row = from; row < to; row++) {
		make_arcs(a, row);
		for (unsigned k = 0; k < a->part_count; k++) {
			const struct cg_shares *shares = &a->shares[k];

			for (uint32_t i = shares->start[row]; i < shares->start[row + 1]; i++)
				add_share(a, cg_callgraph_row(a->graph, row), cg_shares_at(shares, i),
				          lanes);
		}
	}
}

enum cg_status
cg_sums_make(const struct cg_callgraph *graph, const struct cg_shares *shares,
             unsigned part_count, enum cg_outer outer, uint32_t from, uint32_t to,
             uint32_t first_arc)
{
	struct adder a = {.graph = graph,
	                  .shares = shares,
	                  .part_count = part_count,
	                  .outer = outer,
	                  .arc_count = first_arc,
	                  .callers =
	                      cg_memory_fresh((size_t)graph->row_count + 1, sizeof(uint32_t)),
	                  .arc_of = cg_memory_array(graph->row_count, sizeof(uint32_t))};
	enum cg_status status = a.callers && a.arc_of ? CG_OK : CG_NOMEM;

	/* See walk_lanes. */
	if (status)
		;
	else if (graph->lane_count == 1)
		add_rows(&a, from, to, 1);
	else
		add_rows(&a, from, to, graph->lane_count);
	cg_memory_free(a.callers);
	cg_memory_free(a.arc_of);
	return status;
}
