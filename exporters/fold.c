/*
 * One walk in depth-first order that counts, per row and per arc, how many of them are
 * open, and carries the costs of what is open on its stack. Nothing is kept per place: what
 * does not stay in the cache costs more than the folding. Half of all places have nothing
 * below them, and those never come onto the stack.
 */
#include "fold.h"
#include "memory.h"

#include <stddef.h>
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
	struct level *levels; /* one more than are open, for the place at hand */
	size_t levels_cap;
	uint32_t depth;
	uint32_t to;
	unsigned open;                  /* which of an arc's costs says how many are open */
	size_t fields[CG_LANES];        /* where in a node each lane is */
	struct cg_arc_search soon[FAR]; /* the arcs of the places that come next */
};

CG_INLINE void
add(uint64_t *sum, uint64_t value)
{
	*sum = cg_sum(*sum, value);
}

CG_INLINE uint32_t
row_of(const struct walk *w, uint32_t place)
{
	return w->rows->of[w->placed->places[place].label];
}

/*
 * Arcs lie anywhere in memory. When no row vanishes, the arc of a place is known before the
 * walk is there: have its slot come from memory some places ahead, ...
 */
CG_INLINE void
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
CG_INLINE void
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
CG_INLINE enum cg_status
find_arc(struct walk *w, uint32_t i, uint32_t caller, uint32_t callee, uint32_t *found)
{
	struct cg_arc_search *search = &w->soon[i % FAR];

	if (search->caller != caller || search->callee != callee)
		cg_arc_search_far(search, &w->graph->arcs, caller, callee);
	return cg_arc_search_end(search, &w->graph->arcs, found);
}

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
		costs[lane] = selves[w->graph->lanes[lane]];
	return place->label >= w->placed->first_function ? selves[CG_METRIC_CALLS] : 1;
}

CG_INLINE struct cg_arc *
arc_of(const struct walk *w, const struct level *level)
{
	return level->arc == CG_NONE ? NULL : cg_arcs_at(&w->graph->arcs, level->arc);
}

/* Fill in where the numbers of place i go, and whether that is above it already. */
CG_INLINE enum cg_status
level_find(struct walk *w, uint32_t i, struct level *level)
{
	enum cg_status status;

	level->end = w->placed->places[i].end;
	level->row = row_of(w, i);
	level->arc = CG_NONE;
	level->outer = 0;
	level->kept = !w->fold->keep || w->fold->keep[level->row];
	if (!level->kept) {
		level->row = level[-1].row;
		level->arc = level[-1].arc;
		return CG_OK;
	}
	if (cg_callgraph_row(w->graph, level->row)->open == 0)
		level->outer |= OUTER_ROW;
	if (!w->depth)
		return CG_OK;
	status = find_arc(w, i, level[-1].row, level->row, &level->arc);
	if (!status && w->fold->outer == CG_OUTER_ARC && arc_of(w, level)->costs[w->open] == 0)
		level->outer |= OUTER_ARC;
	return status;
}

/* Count a place that was just found. */
CG_INLINE void
level_count(struct walk *w, const struct level *level, uint64_t calls, unsigned lanes)
{
	struct cg_row_sums *row = cg_callgraph_row(w->graph, level->row);
	struct cg_arc *arc = arc_of(w, level);

	for (unsigned lane = 0; lane < lanes; lane++)
		add(&row->costs[2 * lane], level->all[lane]);
	if (arc && w->fold->arc_self)
		for (unsigned lane = 0; lane < lanes; lane++)
			add(&arc->costs[lanes + lane], level->all[lane]);
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

/* Add up what a place and all below it cost. */
CG_INLINE void
level_sum(struct walk *w, struct level *level, unsigned lanes)
{
	struct cg_row_sums *row = cg_callgraph_row(w->graph, level->row);
	struct cg_arc *arc = arc_of(w, level);

	if (w->depth)
		for (unsigned lane = 0; lane < lanes; lane++)
			add(&level[-1].all[lane], level->all[lane]);
	if (!level->kept)
		return;
	if (level->outer & OUTER_ROW)
		for (unsigned lane = 0; lane < lanes; lane++)
			add(&row->costs[2 * lane + 1], level->all[lane]);
	if (arc && level->outer >> w->fold->outer & 1)
		for (unsigned lane = 0; lane < lanes; lane++)
			add(&arc->costs[lane], level->all[lane]);
}

/* The level at hand is open from here on. */
CG_INLINE enum cg_status
push(struct walk *w)
{
	const struct level *level = &w->levels[w->depth++];

	if (level->kept) {
		cg_callgraph_row(w->graph, level->row)->open++;
		if (level->arc != CG_NONE && w->fold->outer == CG_OUTER_ARC)
			arc_of(w, level)->costs[w->open]++;
	}
	if (w->depth < w->levels_cap)
		return CG_OK;
	return cg_memory_grow(&w->levels, &w->levels_cap, w->depth + 1u, sizeof(*w->levels));
}

CG_INLINE void
pop(struct walk *w, unsigned lanes)
{
	struct level *level = &w->levels[--w->depth];

	if (level->kept) {
		cg_callgraph_row(w->graph, level->row)->open--;
		if (level->arc != CG_NONE && w->fold->outer == CG_OUTER_ARC)
			arc_of(w, level)->costs[w->open]--;
	}
	level_sum(w, level, lanes);
}

CG_INLINE enum cg_status
enter(struct walk *w, uint32_t i, unsigned lanes)
{
	struct level *level = &w->levels[w->depth];
	uint64_t calls = read_place(w, i, level->all, lanes);
	enum cg_status status = level_find(w, i, level);

	if (status)
		return status;
	level_count(w, level, calls, lanes);
	if (level->end > i + 1)
		return push(w);
	level_sum(w, level, lanes);
	return CG_OK;
}

/* Open what stands above place `from`, which is counted elsewhere. */
static enum cg_status
open_above(struct walk *w, uint32_t from)
{
	const struct cg_place *places = w->placed->places;
	enum cg_status status =
		cg_memory_grow(&w->levels, &w->levels_cap, 1, sizeof(*w->levels));
	uint32_t i = 0;

	for (uint32_t k = 0; k < FAR; k++)
		w->soon[k] = (struct cg_arc_search){.caller = CG_NONE, .callee = CG_NONE};
	while (i < from && !status) {
		struct level *level = &w->levels[w->depth];

		if (places[i].end <= from) {
			i = places[i].end;
			continue;
		}
		*level = (struct level){.end = 0};
		status = level_find(w, i++, level);
		if (!status)
			status = push(w);
	}
	return status;
}

CG_INLINE enum cg_status
walk_places(struct walk *w, uint32_t from, unsigned lanes)
{
	bool ahead = !w->fold->keep;
	enum cg_status status = open_above(w, from);

	for (uint32_t i = from; i < from + FAR && ahead; i++)
		look_far(w, i);
	for (uint32_t i = from; i < from + NEAR && ahead; i++)
		look_near(w, i);
	for (uint32_t i = from; i < w->to && !status; i++) {
		while (w->depth && w->levels[w->depth - 1].end <= i)
			pop(w, lanes);
		status = enter(w, i, lanes);
		if (ahead) {
			look_far(w, i + FAR);
			look_near(w, i + NEAR);
		}
	}
	while (w->depth)
		pop(w, lanes);
	return status;
}

/*
 * The walk is compiled once for each number of lanes, all of it in one piece: a loop over
 * one or two numbers costs more than what it adds up.
 */
static enum cg_status
walk_lanes(struct walk *w, uint32_t from, unsigned lanes)
{
	switch (lanes) {
	case 1:
		return walk_places(w, from, 1);
	case 2:
		return walk_places(w, from, 2);
	case 3:
		return walk_places(w, from, 3);
	default:
		return walk_places(w, from, lanes);
	}
}

enum cg_status
cg_fold_walk(struct cg_callgraph *graph, const struct cg_placed *placed,
             const struct cg_rows *rows, const struct cg_fold *fold, uint32_t from,
             uint32_t to)
{
	static const size_t fields[CG_METRICS] = {
		[CG_METRIC_RUN] = offsetof(struct cg_node, run_ns),
		[CG_METRIC_AWAIT] = offsetof(struct cg_node, await_ns),
		[CG_METRIC_CPU] = offsetof(struct cg_node, cpu_ns),
		[CG_METRIC_SUSPENSIONS] = offsetof(struct cg_node, suspensions),
	};
	struct walk w = {.graph = graph,
	                 .placed = placed,
	                 .rows = rows,
	                 .fold = fold,
	                 .to = to,
	                 .open = graph->lane_count * (fold->arc_self ? 2 : 1)};
	enum cg_status status;

	for (unsigned lane = 0; lane < graph->lane_count; lane++)
		w.fields[lane] = fields[graph->lanes[lane]];
	status = walk_lanes(&w, from, graph->lane_count);
	cg_memory_free(w.levels);
	return status;
}
