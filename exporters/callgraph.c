/*
 * A large tree is folded in two halves, one on a thread of its own, and what they found is
 * added up: sums come out the same in any order, and arcs are put in order afterwards.
 */
#include "callgraph.h"
#include "fold.h"
#include "memory.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { PLACES_EACH = 1 << 15, NEAR = 8, FAR = 2 * NEAR /* arcs ahead */ };

/* A part of the places, and what they come to. */
struct part {
	struct cg_callgraph graph;
	const struct cg_placed *placed;
	const struct cg_rows *rows;
	const struct cg_fold *fold;
	uint32_t from, to;
	enum cg_status status;
};

/* The lane of a metric: CG_LANES when nothing has any of it. */
static unsigned
lane_of(struct cg_callgraph *graph, const struct cg_placed *placed, enum cg_metric metric)
{
	unsigned lane = 0;

	if (!(placed->has & 1u << metric))
		return CG_LANES;
	while (lane < graph->lane_count && graph->lanes[lane] != metric)
		lane++;
	if (lane == graph->lane_count)
		graph->lanes[graph->lane_count++] = metric;
	return lane;
}

static void
choose_lanes(struct cg_callgraph *graph, const struct cg_placed *placed,
             const struct cg_fold *fold)
{
	for (unsigned m = 0; m < fold->metric_count; m++) {
		enum cg_metric metric = fold->metrics[m];
		bool wall = metric == CG_METRIC_WALL;
		unsigned *parts = graph->parts[m];

		parts[0] = lane_of(graph, placed, wall ? CG_METRIC_RUN : metric);
		parts[1] = wall ? lane_of(graph, placed, CG_METRIC_AWAIT) : CG_LANES;
	}
}

/* Fold a part. Release its graph whatever its status is. */
static void *
part_fold(void *arg)
{
	struct part *part = arg;
	struct cg_callgraph *g = &part->graph;
	unsigned costs;

	choose_lanes(g, part->placed, part->fold);
	costs = g->lane_count * (part->fold->arc_self ? 2 : 1) +
	        (part->fold->outer == CG_OUTER_ARC);
	g->row_count = part->rows->count;
	g->row_width =
		(unsigned)(sizeof(struct cg_row_sums) / sizeof(uint64_t)) + 2 * g->lane_count;
	g->rows = cg_memory_array(g->row_count, g->row_width * sizeof(uint64_t));
	part->status = g->rows ? CG_OK : CG_NOMEM;
	if (!part->status)
		part->status = cg_arcs_init(&g->arcs, costs, (part->to - part->from) / 4);
	if (!part->status)
		part->status =
			cg_fold_walk(g, part->placed, part->rows, part->fold, part->from, part->to);
	return NULL;
}

static void
add_all(uint64_t *to, const uint64_t *from, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		to[i] = cg_sum(to[i], from[i]);
}

static void
rows_add(struct cg_callgraph *graph, const struct cg_callgraph *other)
{
	for (uint32_t row = 0; row < graph->row_count; row++) {
		struct cg_row_sums *to = cg_callgraph_row(graph, row);
		const struct cg_row_sums *from = cg_callgraph_row(other, row);

		to->calls = cg_sum(to->calls, from->calls);
		to->primitive = cg_sum(to->primitive, from->primitive);
		to->placed |= from->placed;
		add_all(to->costs, from->costs, 2 * graph->lane_count);
	}
}

static void
search_far(struct cg_arc_search *searches, const struct cg_arcs *arcs,
           const struct cg_arcs *other, uint32_t i)
{
	if (i < other->count)
		cg_arc_search_far(&searches[i % FAR], arcs, cg_arcs_at(other, i)->caller,
		                  cg_arcs_at(other, i)->callee);
}

/* Add the arcs of another part; neither has any that is open. */
static enum cg_status
arcs_add(struct cg_arcs *arcs, const struct cg_arcs *other)
{
	struct cg_arc_search searches[FAR];
	enum cg_status status = CG_OK;

	for (uint32_t i = 0; i < FAR; i++)
		search_far(searches, arcs, other, i);
	for (uint32_t i = 0; i < other->count && !status; i++) {
		const struct cg_arc *from = cg_arcs_at(other, i);
		struct cg_arc *to;
		uint32_t found;

		if (i + NEAR < other->count)
			cg_arc_search_near(&searches[(i + NEAR) % FAR], arcs);
		status = cg_arc_search_end(&searches[i % FAR], arcs, &found);
		if (status)
			break;
		to = cg_arcs_at(arcs, found);
		to->calls = cg_sum(to->calls, from->calls);
		to->primitive = cg_sum(to->primitive, from->primitive);
		add_all(to->costs, from->costs,
		        arcs->width - (unsigned)(sizeof(*to) / sizeof(uint64_t)));
		search_far(searches, arcs, other, i + FAR);
	}
	return status;
}

static void
fold_in_two(struct part *first, struct part *second)
{
	pthread_t thread;
	bool started = pthread_create(&thread, NULL, part_fold, second) == 0;

	part_fold(first);
	if (started)
		pthread_join(thread, NULL);
	else
		part_fold(second);
	if (!first->status)
		first->status = second->status;
	if (!first->status)
		first->status = arcs_add(&first->graph.arcs, &second->graph.arcs);
	if (!first->status)
		rows_add(&first->graph, &second->graph);
	cg_callgraph_release(&second->graph);
}

/* A thread costs as much as folding some hundred places, and a table of arcs of its own. */
static unsigned
threads_of(const struct cg_placed *placed, const struct cg_fold *fold)
{
	if (fold->threads)
		return fold->threads;
	return placed->count >= 2 * PLACES_EACH && sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;
}

enum cg_status
cg_callgraph_init(struct cg_callgraph *graph, const struct cg_placed *placed,
                  const struct cg_rows *rows, const struct cg_fold *fold)
{
	struct part first = {
		.placed = placed, .rows = rows, .fold = fold, .to = placed->count};
	struct part second = first;

	if (threads_of(placed, fold) > 1) {
		first.to = second.from = placed->count / 2;
		fold_in_two(&first, &second);
	} else {
		part_fold(&first);
	}
	cg_arcs_close(&first.graph.arcs);
	if (first.status)
		cg_callgraph_release(&first.graph);
	else
		*graph = first.graph;
	return first.status;
}

void
cg_callgraph_release(struct cg_callgraph *graph)
{
	cg_arcs_release(&graph->arcs);
	cg_memory_free(graph->rows);
	*graph = (struct cg_callgraph){0};
}

static uint32_t
end_of(const struct cg_callgraph *graph, uint32_t arc, bool callee)
{
	const struct cg_arc *a = cg_arcs_at(&graph->arcs, arc);

	return callee ? a->callee : a->caller;
}

/* Stable counting sort of `from` (NULL: 0, 1, ...) by one end of the arcs. */
static void
sort_by(const struct cg_callgraph *graph, bool callee, const uint32_t *from, uint32_t *to,
        uint32_t *start)
{
	for (uint32_t row = 0; row <= graph->row_count; row++)
		start[row] = 0;
	for (uint32_t i = 0; i < graph->arcs.count; i++)
		start[end_of(graph, i, callee)]++;
	for (uint32_t row = 0, sum = 0; row <= graph->row_count; row++) {
		sum += start[row];
		start[row] = sum;
	}
	/* From the end, so that each start comes to stand at its first arc. */
	for (uint32_t i = graph->arcs.count; i-- > 0;) {
		uint32_t arc = from ? from[i] : i;

		to[--start[end_of(graph, arc, callee)]] = arc;
	}
}

enum cg_status
cg_arc_order_init(struct cg_arc_order *order, const struct cg_callgraph *graph,
                  bool by_callee)
{
	uint32_t *minor = cg_memory_array(graph->arcs.count, sizeof(*minor));
	uint32_t *arcs = cg_memory_array(graph->arcs.count, sizeof(*arcs));
	uint32_t *start = cg_memory_array(graph->row_count + 1u, sizeof(*start));

	if (!minor || !arcs || !start) {
		cg_memory_free(minor);
		cg_memory_free(arcs);
		cg_memory_free(start);
		return CG_NOMEM;
	}
	sort_by(graph, !by_callee, NULL, minor, start);
	sort_by(graph, by_callee, minor, arcs, start);
	cg_memory_free(minor);
	*order = (struct cg_arc_order){.arcs = arcs, .start = start};
	return CG_OK;
}

void
cg_arc_order_release(struct cg_arc_order *order)
{
	cg_memory_free(order->arcs);
	cg_memory_free(order->start);
	*order = (struct cg_arc_order){0};
}
