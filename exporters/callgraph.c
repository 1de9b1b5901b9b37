/*
 * A tree is folded in two steps: every place puts down its share, row by row, and then each
 * row adds up its own. Both fall into halves, one of places and one of rows, and sums come
 * out the same in any order.
 */
#include "callgraph.h"
#include "fold.h"
#include "halves.h"
#include "memory.h"
#include "sums.h"

/* What the threads work with. */
struct folding {
	struct cg_callgraph graph;
	struct cg_shares shares[2];
	unsigned part_count;
	const struct cg_placed *placed;
	const struct cg_rows *rows;
	const struct cg_fold *fold;
};

/* Places from one to before another, or rows. */
struct part {
	struct folding *f;
	unsigned number;
	uint32_t from, to;
	uint32_t first_arc;
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

static void
part_walk(void *arg)
{
	struct part *part = arg;
	struct folding *f = part->f;

	part->status = cg_fold_walk(&f->shares[part->number], &f->graph, f->placed, f->rows,
	                            f->fold, part->from, part->to);
}

static void
part_sum(void *arg)
{
	struct part *part = arg;
	struct folding *f = part->f;

	part->status = cg_sums_make(&f->graph, f->shares, f->part_count, f->fold->outer,
	                            part->from, part->to, part->first_arc);
}

static enum cg_status
in_parts(struct part parts[2], void (*run)(void *part))
{
	if (parts[0].f->part_count > 1)
		cg_halves_do(run, &parts[0], &parts[1]);
	else
		run(&parts[0]);
	return parts[0].status ? parts[0].status : parts[1].status;
}

static uint64_t
shares_before(const struct folding *f, uint32_t row)
{
	return (uint64_t)f->shares[0].start[row] +
	       (f->part_count > 1 ? f->shares[1].start[row] : 0);
}

/* Room for arcs: as many as there are shares. Nothing is lost by what is never used of it. */
static enum cg_status
make_room(struct folding *f)
{
	struct cg_callgraph *g = &f->graph;
	uint64_t shares = shares_before(f, g->row_count);

	if (shares >= CG_NONE)
		return CG_LIMIT;
	g->row_width =
		(unsigned)(sizeof(struct cg_row_sums) / sizeof(uint64_t)) + 2 * g->lane_count;
	g->arc_width =
		(unsigned)(sizeof(struct cg_arc) / sizeof(uint64_t)) + 2 * g->lane_count;
	g->rows = cg_memory_array(g->row_count, g->row_width * sizeof(uint64_t));
	g->arcs = cg_memory_fresh(shares, g->arc_width * sizeof(uint64_t));
	return g->rows && g->arcs ? CG_OK : CG_NOMEM;
}

static enum cg_status
folding_do(struct folding *f)
{
	bool two = f->part_count > 1;
	uint32_t places = f->placed->count, middle = 0;
	struct part walks[2] = {{.f = f, .to = two ? places / 2 : places},
	                        {.f = f, .number = 1, .from = places / 2, .to = places}};
	struct part sums[2] = {{.f = f}, {.f = f, .to = f->graph.row_count}};
	enum cg_status status = in_parts(walks, part_walk);

	if (!status)
		status = make_room(f);
	if (status)
		return status;
	while (middle < f->graph.row_count &&
	       (!two || 2 * shares_before(f, middle) < shares_before(f, f->graph.row_count)))
		middle++;
	sums[0].to = sums[1].from = middle;
	sums[1].first_arc = (uint32_t)shares_before(f, middle);
	return in_parts(sums, part_sum);
}

enum cg_status
cg_callgraph_init(struct cg_callgraph *graph, const struct cg_placed *placed,
                  const struct cg_rows *rows, const struct cg_fold *fold)
{
	struct folding f = {.placed = placed, .rows = rows, .fold = fold};
	enum cg_status status;

	f.part_count = fold->threads;
	if (!f.part_count)
		f.part_count = cg_halves_pay(placed->count) ? 2 : 1;
	f.graph.row_count = rows->count;
	choose_lanes(&f.graph, placed, fold);
	status = folding_do(&f);
	cg_shares_release(&f.shares[0]);
	cg_shares_release(&f.shares[1]);
	if (status)
		cg_callgraph_release(&f.graph);
	else
		*graph = f.graph;
	return status;
}

void
cg_callgraph_release(struct cg_callgraph *graph)
{
	cg_memory_free(graph->arcs);
	cg_memory_free(graph->rows);
	*graph = (struct cg_callgraph){0};
}

/* Counting sort, stable, from the order of callees: start[row + 1] goes on while it fills. */
static void
sort_by_caller(const struct cg_callgraph *graph, uint32_t *arcs, uint32_t *start)
{
	for (uint32_t row = 0; row < graph->row_count; row++) {
		const struct cg_row_sums *sums = cg_callgraph_row(graph, row);

		for (uint32_t i = 0; i < sums->arc_count; i++)
			start[(size_t)cg_callgraph_arc(graph, sums->first_arc + i)->caller + 2]++;
	}
	for (size_t row = 0; row < graph->row_count; row++)
		start[row + 2] += start[row + 1];
	for (uint32_t row = 0; row < graph->row_count; row++) {
		const struct cg_row_sums *sums = cg_callgraph_row(graph, row);

		for (uint32_t i = 0; i < sums->arc_count; i++) {
			uint32_t arc = sums->first_arc + i;

			arcs[start[(size_t)cg_callgraph_arc(graph, arc)->caller + 1]++] = arc;
		}
	}
}

enum cg_status
cg_arc_order_init(struct cg_arc_order *order, const struct cg_callgraph *graph)
{
	struct cg_arc_order made = {0};
	size_t count = 0;

	for (uint32_t row = 0; row < graph->row_count; row++)
		count += cg_callgraph_row(graph, row)->arc_count;
	made.arcs = cg_memory_fresh(count, sizeof(*made.arcs));
	made.start = cg_memory_array((size_t)graph->row_count + 2, sizeof(*made.start));
	if (!made.arcs || !made.start) {
		cg_arc_order_release(&made);
		return CG_NOMEM;
	}
	sort_by_caller(graph, made.arcs, made.start);
	*order = made;
	return CG_OK;
}

void
cg_arc_order_release(struct cg_arc_order *order)
{
	cg_memory_free(order->arcs);
	cg_memory_free(order->start);
	*order = (struct cg_arc_order){0};
}
