/*
 * One walk in depth-first order that counts, per row and per arc, how many of them are
 * open, and carries the costs of what is open on its stack. Nothing is kept per place: what
 * does not stay in the cache costs more than the folding. Half of all places have nothing
 * below them, and those never come onto the stack.
 */
#include "fold.h"
#include "memory.h"

#include <string.h>

enum { NEAR = 8, FAR = 2 * NEAR /* places ahead; powers of two */ };

enum {
	OUTER_ROW = 1 << CG_OUTER_ROW, /* the row is not above itself */
	OUTER_ARC = 1 << CG_OUTER_ARC  /* the arc is not above itself */
};

/* A place that is open. */
struct level {
	uint64_t all[CG_LANES]; /* its self costs and those of what is closed below it */
	uint32_t end;           /* of the place */
	uint32_t row, arc;      /* where its numbers go; the arc is CG_NONE at the root */
	bool kept;              /* it is a row of its own */
	unsigned outer;         /* OUTER_ROW, OUTER_ARC */
};

struct walk {
	struct cg_callgraph *graph;
	const struct cg_placed *placed;
	const struct cg_rows *rows;
	const struct cg_fold *fold;
	struct level *levels;
	size_t levels_cap;
	uint32_t depth;
	uint32_t to;
	unsigned open;                  /* which of an arc's costs says how many are open */
	struct cg_arc_search soon[FAR]; /* the arcs of the places that come next */
};

static void
add(uint64_t *sum, uint64_t value)
{
	*sum = cg_sum(*sum, value);
}

static uint32_t
row_of(const struct walk *w, uint32_t place)
{
	return w->rows->of[w->placed->places[place].label];
}

/*
 * Arcs lie anywhere in memory. When no row vanishes, the arc of a place is known before the
 * walk is there: have its slot come from memory some places ahead, ...
 */
static void
look_far(struct walk *w, uint32_t i)
{
	const struct cg_place *place = &w->placed->places[i];
	uint32_t caller = CG_NONE;

	if (i >= w->to)
		return;
	if (place->parent != CG_NONE)
		caller = row_of(w, place->parent);
	if (place->node != CG_NONE)
		__builtin_prefetch(&w->placed->graph->nodes[place->node].run_ns);
	cg_arc_search_far(&w->soon[i % FAR], &w->graph->arcs, caller, row_of(w, i));
}

/* ... and then, half as far ahead, its numbers. */
static void
look_near(struct walk *w, uint32_t i)
{
	struct cg_arc_search *soon = &w->soon[i % FAR];
	const struct cg_row_sums *row;

	if (i >= w->to)
		return;
	cg_arc_search_near(soon, &w->graph->arcs);
	row = cg_callgraph_row(w->graph, soon->callee);
	__builtin_prefetch(row);
	__builtin_prefetch((const uint64_t *)row + w->graph->row_width - 1);
}

/* What was looked for ahead may be something else, where rows vanish or nobody looked. */
static enum cg_status
find_arc(struct walk *w, uint32_t i, uint32_t caller, uint32_t callee, uint32_t *found)
{
	struct cg_arc_search *search = &w->soon[i % FAR];

	if (search->caller != caller || search->callee != callee)
		cg_arc_search_far(search, &w->graph->arcs, caller, callee);
	return cg_arc_search_end(search, &w->graph->arcs, found);
}

/* The self costs of place i by lane, and its calls. */
static uint64_t
read_place(const struct walk *w, uint32_t i, uint64_t costs[CG_LANES])
{
	uint64_t selves[CG_METRICS];

	cg_placed_selves(w->placed, i, selves);
	for (unsigned lane = 0; lane < w->graph->lane_count; lane++)
		costs[lane] = selves[w->graph->lanes[lane]];
	return w->placed->places[i].label >= w->placed->first_function
	           ? selves[CG_METRIC_CALLS]
	           : 1;
}

/* Fill in where a place's numbers go, and open its row and its arc. */
static enum cg_status
level_open(struct walk *w, uint32_t i, struct level *level)
{
	const struct level *above = w->depth ? &w->levels[w->depth - 1] : NULL;
	struct cg_arc *arc;
	enum cg_status status;

	level->end = w->placed->places[i].end;
	level->row = row_of(w, i);
	level->arc = CG_NONE;
	level->outer = 0;
	level->kept = !w->fold->keep || w->fold->keep[level->row];
	if (!level->kept) {
		level->row = above->row;
		level->arc = above->arc;
		return CG_OK;
	}
	if (cg_callgraph_row(w->graph, level->row)->open++ == 0)
		level->outer |= OUTER_ROW;
	if (!above)
		return CG_OK;
	status = find_arc(w, i, above->row, level->row, &level->arc);
	if (status)
		return status;
	arc = cg_arcs_at(&w->graph->arcs, level->arc);
	if (w->fold->outer == CG_OUTER_ARC && arc->costs[w->open]++ == 0)
		level->outer |= OUTER_ARC;
	return CG_OK;
}

/* Count a place that was just opened. */
static void
level_count(struct walk *w, const struct level *level, uint64_t calls)
{
	struct cg_callgraph *g = w->graph;
	struct cg_row_sums *row = cg_callgraph_row(g, level->row);
	struct cg_arc *arc = NULL;

	if (level->arc != CG_NONE)
		arc = cg_arcs_at(&g->arcs, level->arc);
	for (unsigned lane = 0; lane < g->lane_count; lane++)
		add(&row->costs[2 * lane], level->all[lane]);
	for (unsigned lane = 0; arc && w->fold->arc_self && lane < g->lane_count; lane++)
		add(&arc->costs[g->lane_count + lane], level->all[lane]);
	if (!level->kept)
		return;
	row->placed = true;
	add(&row->calls, calls);
	if (level->outer & OUTER_ROW)
		add(&row->primitive, calls);
	if (arc)
		add(&arc->calls, calls);
	if (arc && level->outer & OUTER_ARC)
		add(&arc->primitive, calls);
}

static void
level_close(struct walk *w, const struct level *level)
{
	struct cg_callgraph *g = w->graph;
	struct cg_row_sums *row = cg_callgraph_row(g, level->row);
	struct cg_arc *arc;

	for (unsigned lane = 0; w->depth && lane < g->lane_count; lane++)
		add(&w->levels[w->depth - 1].all[lane], level->all[lane]);
	if (!level->kept)
		return;
	row->open--;
	for (unsigned lane = 0; level->outer & OUTER_ROW && lane < g->lane_count; lane++)
		add(&row->costs[2 * lane + 1], level->all[lane]);
	if (level->arc == CG_NONE)
		return;
	arc = cg_arcs_at(&g->arcs, level->arc);
	if (w->fold->outer == CG_OUTER_ARC)
		arc->costs[w->open]--;
	if (level->outer >> w->fold->outer & 1)
		for (unsigned lane = 0; lane < g->lane_count; lane++)
			add(&arc->costs[lane], level->all[lane]);
}

static enum cg_status
push(struct walk *w, const struct level *level)
{
	enum cg_status status = CG_OK;

	if (w->depth >= w->levels_cap)
		status =
			cg_memory_grow(&w->levels, &w->levels_cap, w->depth + 1u, sizeof(*w->levels));
	if (!status)
		w->levels[w->depth++] = *level;
	return status;
}

static enum cg_status
enter(struct walk *w, uint32_t i)
{
	struct level level;
	uint64_t calls = read_place(w, i, level.all);
	enum cg_status status = level_open(w, i, &level);

	if (status)
		return status;
	level_count(w, &level, calls);
	if (level.end > i + 1)
		return push(w, &level);
	level_close(w, &level);
	return CG_OK;
}

/* Open what stands above place `from`, which is counted elsewhere. */
static enum cg_status
open_above(struct walk *w, uint32_t from)
{
	const struct cg_place *places = w->placed->places;
	enum cg_status status = CG_OK;
	uint32_t i = 0;

	for (uint32_t k = 0; k < FAR; k++)
		w->soon[k] = (struct cg_arc_search){.caller = CG_NONE, .callee = CG_NONE};
	while (i < from && !status) {
		struct level level = {.end = 0};

		if (places[i].end <= from) {
			i = places[i].end;
			continue;
		}
		status = level_open(w, i++, &level);
		if (!status)
			status = push(w, &level);
	}
	return status;
}

static enum cg_status
walk_places(struct walk *w, uint32_t from)
{
	bool ahead = !w->fold->keep;
	enum cg_status status = open_above(w, from);

	for (uint32_t i = from; i < from + FAR && ahead; i++)
		look_far(w, i);
	for (uint32_t i = from; i < from + NEAR && ahead; i++)
		look_near(w, i);
	for (uint32_t i = from; i < w->to && !status; i++) {
		while (w->depth && w->levels[w->depth - 1].end <= i) {
			w->depth--;
			level_close(w, &w->levels[w->depth]);
		}
		status = enter(w, i);
		if (ahead) {
			look_far(w, i + FAR);
			look_near(w, i + NEAR);
		}
	}
	while (w->depth) {
		w->depth--;
		level_close(w, &w->levels[w->depth]);
	}
	return status;
}

enum cg_status
cg_fold_walk(struct cg_callgraph *graph, const struct cg_placed *placed,
             const struct cg_rows *rows, const struct cg_fold *fold, uint32_t from,
             uint32_t to)
{
	struct walk w = {.graph = graph,
	                 .placed = placed,
	                 .rows = rows,
	                 .fold = fold,
	                 .to = to,
	                 .open = graph->lane_count * (fold->arc_self ? 2 : 1)};
	enum cg_status status = walk_places(&w, from);

	cg_memory_free(w.levels);
	return status;
}
