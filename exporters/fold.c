/*
 * One walk from the last place to the first that hands what each comes to up to its parent:
 * all below a place have been there before it is. Sums of rows and arcs, which lie anywhere
 * in memory, are for those who have the shares in order.
 */
#include "fold.h"
#include "marks.h"
#include "memory.h"

#include <stddef.h>
#include <string.h>

enum { AHEAD = 24 /* places */ };

struct walk {
	struct cg_shares *shares;
	const struct cg_marks *marks;
	const struct cg_placed *placed;
	const enum cg_metric *lanes;
	size_t fields[CG_LANES]; /* where in a node each lane is */
	uint64_t *carried; /* per depth, for the parent of what stands there: lane by lane the
	                      self costs of what vanished, and the inclusive ones of all */
};

/* The self costs of place i by lane, and its calls. */
CG_INLINE uint64_t
read_place(const struct walk *w, uint32_t i, uint64_t *costs, unsigned lanes)
{
	const struct cg_place *place = &w->placed->places[i];
	uint64_t selves[CG_METRICS];

	if (place->holds == CG_HOLDS_ALL) {
		const struct cg_node *node = &w->placed->graph->nodes[place->node];

		for (unsigned lane = 0; lane < lanes; lane++)
			memcpy(&costs[lane], (const char *)node + w->fields[lane], sizeof(*costs));
		return node->calls;
	}
	cg_placed_selves(w->placed, i, selves);
	for (unsigned lane = 0; lane < lanes; lane++)
		costs[lane] = selves[w->lanes[lane]];
	return place->label >= w->placed->first_function ? selves[CG_METRIC_CALLS] : 1;
}

/* Have from memory what will be read and written soon. */
CG_INLINE void
look_ahead(const struct walk *w, uint32_t place, const struct cg_mark *mark)
{
	uint32_t node = w->placed->places[place].node;

	__builtin_prefetch(cg_shares_at(w->shares, w->shares->start[mark->row + 1u]), 1);
	if (node == CG_NONE)
		return;
	__builtin_prefetch(&w->placed->graph->nodes[node].calls);
	__builtin_prefetch(&w->placed->graph->nodes[node].run_ns);
}

/*
 * Put down the share of a place with these costs of its own. Number by number: what was just
 * written as two cannot be read as one before it has left the processor.
 */
CG_INLINE void
put_share(const struct walk *w, const struct cg_mark *mark, uint64_t calls,
          const uint64_t *costs, unsigned lanes)
{
	uint64_t *up = w->carried + (size_t)mark->depth * 2 * lanes, *down = up + 2 * lanes;
	struct cg_share *share = mark->kept ? cg_shares_next(w->shares, mark->row) : NULL;

	if (share) {
		share->from = mark->from;
		share->calls = calls;
	}
	for (unsigned lane = 0; lane < lanes; lane++) {
		uint64_t self = cg_sum(costs[lane], down[2 * lane]);
		uint64_t all = cg_sum(costs[lane], down[2 * lane + 1]);

		down[2 * lane] = down[2 * lane + 1] = 0;
		up[2 * lane + 1] = cg_sum(up[2 * lane + 1], all);
		if (share) {
			share->costs[2 * lane] = self;
			share->costs[2 * lane + 1] = all;
		} else {
			up[2 * lane] = cg_sum(up[2 * lane], self);
		}
	}
}

CG_INLINE void
walk_places(struct walk *w, unsigned lanes)
{
	const struct cg_marks *m = w->marks;
	uint64_t costs[CG_LANES] = {0};

	for (uint32_t at = m->count; at-- > m->above;) {
		uint32_t place = m->from + at - m->above;
		uint64_t calls = read_place(w, place, costs, lanes);

		if (at >= m->above + AHEAD)
			look_ahead(w, place - AHEAD, &m->marks[at - AHEAD]);
		put_share(w, &m->marks[at], calls, costs, lanes);
	}
	/* What stands above has nothing of its own here. */
	memset(costs, 0, sizeof(costs));
	for (uint32_t at = m->above; at-- > 0;)
		put_share(w, &m->marks[at], 0, costs, lanes);
}

/*
 * The walk is compiled once for each number of lanes, all of it in one piece: a loop over
 * one or two numbers costs more than what it adds up.
 */
static void
walk_lanes(struct walk *w, unsigned lanes)
{
	switch (lanes) {
	case 1:
		walk_places(w, 1);
		break;
	case 2:
		walk_places(w, 2);
		break;
	default:
		walk_places(w, lanes);
		break;
	}
}

static enum cg_status
walk_marks(struct cg_shares *shares, const struct cg_marks *marks,
           const struct cg_callgraph *graph, const struct cg_placed *placed)
{
	static const size_t fields[CG_METRICS] = {
		[CG_METRIC_RUN] = offsetof(struct cg_node, run_ns),
		[CG_METRIC_AWAIT] = offsetof(struct cg_node, await_ns),
		[CG_METRIC_CPU] = offsetof(struct cg_node, cpu_ns),
		[CG_METRIC_SUSPENSIONS] = offsetof(struct cg_node, suspensions),
	};
	unsigned lanes = graph->lane_count;
	struct walk w = {.shares = shares,
	                 .marks = marks,
	                 .placed = placed,
	                 .lanes = graph->lanes,
	                 .carried = cg_memory_array((size_t)marks->levels + 1,
	                                            2 * lanes * sizeof(uint64_t))};

	if (!w.carried)
		return CG_NOMEM;
	for (unsigned lane = 0; lane < lanes; lane++)
		w.fields[lane] = fields[graph->lanes[lane]];
	walk_lanes(&w, lanes);
	cg_memory_free(w.carried);
	return CG_OK;
}

enum cg_status
cg_fold_walk(struct cg_shares *shares, const struct cg_callgraph *graph,
             const struct cg_placed *placed, const struct cg_rows *rows,
             const struct cg_fold *fold, uint32_t from, uint32_t to)
{
	struct cg_marks marks = {0};
	enum cg_status status = cg_shares_init(shares, rows->count, graph->lane_count);

	if (!status)
		status = cg_marks_init(&marks, shares, placed, rows, fold->keep, from, to);
	if (!status)
		status = cg_shares_counted(shares);
	if (!status)
		status = walk_marks(shares, &marks, graph, placed);
	cg_marks_release(&marks);
	return status;
}
