/*
 * Folding a tree into a call graph: one walk in depth-first order that counts, per row and
 * per arc, how many of them are open, and carries the costs of what is open on its stack.
 * Nothing is kept per place: what does not stay in the cache costs more than the folding.
 */
#include "callgraph.h"
#include "hash.h"
#include "memory.h"

#include <string.h>

enum { FIRST_SLOTS = 256, ARC_LIMIT = 1 << 30, AHEAD = 8 /* places */ };

/* Open addressing: 1 + arc, 0 where empty. */
struct slot {
	uint64_t key; /* caller and callee */
	uint32_t arc;
};

/* A place that is open. */
struct level {
	uint64_t all[CG_METRICS]; /* its self costs and those of what is closed below it */
	uint32_t end;             /* of the place */
	uint32_t row, arc;        /* where its numbers go; the arc is CG_NONE at the root */
	bool kept;                /* it is a row of its own */
	unsigned outer;           /* CG_OUTER_ROW, CG_OUTER_ARC: what is not above itself */
};

struct walk {
	struct cg_callgraph *graph;
	const struct cg_placed *placed;
	const struct cg_rows *rows;
	const struct cg_fold *fold;
	uint32_t *open_rows; /* per row: how many of it are open */
	uint32_t *open_arcs; /* per arc */
	struct slot *slots;
	struct level *levels;
	size_t open_arcs_cap, arcs_cap, arc_costs_cap, levels_cap;
	uint32_t slot_count; /* a power of two */
	uint32_t depth;
	uint32_t soon[AHEAD]; /* the arcs of the places that come next, when all rows are kept */
};

static uint64_t
key_of(uint32_t caller, uint32_t callee)
{
	return (uint64_t)caller << 32 | callee;
}

static struct slot *
slot_find(const struct walk *w, uint64_t key)
{
	uint32_t mask = w->slot_count - 1;
	uint32_t i = (uint32_t)cg_hash_mix(key) & mask;

	while (w->slots[i].arc && w->slots[i].key != key)
		i = (i + 1) & mask;
	return &w->slots[i];
}

static enum cg_status
slots_double(struct walk *w)
{
	uint32_t old_count = w->slot_count;
	struct slot *old = w->slots;
	uint32_t want = old_count ? 2 * old_count : FIRST_SLOTS;
	struct slot *slots = cg_memory_array(want, sizeof(*slots));

	if (!slots)
		return CG_NOMEM;
	w->slots = slots;
	w->slot_count = want;
	for (uint32_t i = 0; i < old_count; i++)
		if (old[i].arc)
			*slot_find(w, old[i].key) = old[i];
	cg_memory_free(old);
	return CG_OK;
}

static enum cg_status
arc_add(struct walk *w, uint32_t caller, uint32_t callee, struct slot *slot)
{
	struct cg_callgraph *g = w->graph;
	size_t costs = (size_t)g->arc_count * g->arc_width;
	enum cg_status status =
		cg_memory_grow(&g->arcs, &w->arcs_cap, g->arc_count + 1u, sizeof(*g->arcs));

	if (!status)
		status = cg_memory_grow(&w->open_arcs, &w->open_arcs_cap, g->arc_count + 1u,
		                        sizeof(*w->open_arcs));
	if (!status)
		status = cg_memory_grow(&g->arc_costs, &w->arc_costs_cap, costs + g->arc_width,
		                        sizeof(*g->arc_costs));
	if (status)
		return status;
	g->arcs[g->arc_count] = (struct cg_arc){.caller = caller, .callee = callee};
	w->open_arcs[g->arc_count] = 0;
	memset(g->arc_costs + costs, 0, g->arc_width * sizeof(*g->arc_costs));
	*slot = (struct slot){key_of(caller, callee), ++g->arc_count};
	return CG_OK;
}

static enum cg_status
arc_find(struct walk *w, uint32_t caller, uint32_t callee, uint32_t *found)
{
	struct slot *slot;
	enum cg_status status = CG_OK;

	if (w->graph->arc_count >= w->slot_count / 2) {
		status = w->graph->arc_count < ARC_LIMIT ? slots_double(w) : CG_LIMIT;
		if (status)
			return status;
	}
	slot = slot_find(w, key_of(caller, callee));
	if (!slot->arc)
		status = arc_add(w, caller, callee, slot);
	if (!status)
		*found = slot->arc - 1;
	return status;
}

static uint32_t
row_of(const struct walk *w, uint32_t place)
{
	return w->rows->of[w->placed->places[place].label];
}

static uint64_t
key_at(const struct walk *w, uint32_t i)
{
	uint32_t parent = w->placed->places[i].parent;

	return key_of(parent == CG_NONE ? CG_NONE : row_of(w, parent), row_of(w, i));
}

/*
 * Arcs lie anywhere in memory. When no row vanishes, the arc of a place is known before
 * the walk is there: find it some places ahead, and its slot twice as far ahead, so that
 * they have come from memory by then.
 */
static enum cg_status
look_ahead(struct walk *w, uint32_t i)
{
	struct cg_callgraph *g = w->graph;
	uint32_t *arc = &w->soon[i % AHEAD];
	enum cg_status status;
	uint32_t row;
	uint64_t key;

	if (i + AHEAD < w->placed->count && w->slot_count) {
		const struct cg_place *place = &w->placed->places[i + AHEAD];

		if (place->node != CG_NONE)
			__builtin_prefetch(&w->placed->graph->nodes[place->node].run_ns);
		key = key_at(w, i + AHEAD);
		__builtin_prefetch(&w->slots[(uint32_t)cg_hash_mix(key) & (w->slot_count - 1)]);
	}
	*arc = CG_NONE;
	if (i >= w->placed->count || w->placed->places[i].parent == CG_NONE)
		return CG_OK;
	row = row_of(w, i);
	status = arc_find(w, row_of(w, w->placed->places[i].parent), row, arc);
	if (status)
		return status;
	__builtin_prefetch(&g->rows[row]);
	__builtin_prefetch(&g->row_costs[(size_t)row * g->metric_count * 2]);
	__builtin_prefetch(&g->row_costs[(size_t)(row + 1) * g->metric_count * 2 - 1]);
	__builtin_prefetch(&w->open_arcs[*arc]);
	cg_callgraph_prefetch(g, *arc);
	return CG_OK;
}

static void
add(uint64_t *sum, uint64_t value)
{
	*sum = cg_sum(*sum, value);
}

static void
count_calls(struct walk *w, struct level *level, uint64_t calls)
{
	struct cg_row_calls *row = &w->graph->rows[level->row];

	if (level->arc != CG_NONE) {
		struct cg_arc *arc = &w->graph->arcs[level->arc];

		add(&arc->calls, calls);
		if (w->open_arcs[level->arc]++ == 0) {
			level->outer |= CG_OUTER_ARC;
			add(&arc->primitive, calls);
		}
	}
	row->placed = true;
	add(&row->calls, calls);
	if (w->open_rows[level->row]++ == 0) {
		level->outer |= CG_OUTER_ROW;
		add(&row->primitive, calls);
	}
}

static void
add_self(struct walk *w, struct level *level, const uint64_t *selves)
{
	struct cg_callgraph *g = w->graph;
	uint64_t *row = g->row_costs + (size_t)level->row * g->metric_count * 2;
	uint64_t *arc = NULL;

	if (w->fold->arc_self && level->arc != CG_NONE)
		arc = g->arc_costs + (size_t)level->arc * g->arc_width + g->metric_count;
	for (unsigned m = 0; m < g->metric_count; m++) {
		uint64_t self = selves[w->fold->metrics[m]];

		level->all[m] = self;
		add(&row[2 * m], self);
		if (arc)
			add(&arc[m], self);
	}
}

static enum cg_status
enter(struct walk *w, uint32_t i)
{
	const struct level *above = w->depth ? &w->levels[w->depth - 1] : NULL;
	struct level *level = &w->levels[w->depth];
	uint32_t row = row_of(w, i);
	bool is_function = w->placed->places[i].label >= w->placed->first_function;
	uint64_t selves[CG_METRICS];
	enum cg_status status;

	*level = (struct level){.end = w->placed->places[i].end, .row = row, .arc = CG_NONE};
	level->kept = !w->fold->keep || w->fold->keep[row];
	cg_placed_selves(w->placed, i, selves);
	if (level->kept) {
		if (above && w->fold->keep) {
			status = arc_find(w, above->row, row, &level->arc);
			if (status)
				return status;
		} else if (above) {
			level->arc = w->soon[i % AHEAD];
		}
		count_calls(w, level, is_function ? selves[CG_METRIC_CALLS] : 1);
	} else {
		level->row = above->row;
		level->arc = above->arc;
	}
	add_self(w, level, selves);
	w->depth++;
	return CG_OK;
}

static void
leave(struct walk *w)
{
	struct cg_callgraph *g = w->graph;
	const struct level *level = &w->levels[--w->depth];
	uint64_t *row = g->row_costs + (size_t)level->row * g->metric_count * 2;

	for (unsigned m = 0; w->depth && m < g->metric_count; m++)
		add(&w->levels[w->depth - 1].all[m], level->all[m]);
	if (!level->kept)
		return;
	w->open_rows[level->row]--;
	for (unsigned m = 0; level->outer & CG_OUTER_ROW && m < g->metric_count; m++)
		add(&row[2 * m + 1], level->all[m]);
	if (level->arc == CG_NONE)
		return;
	w->open_arcs[level->arc]--;
	for (unsigned m = 0; level->outer & w->fold->outer && m < g->metric_count; m++)
		add(&g->arc_costs[(size_t)level->arc * g->arc_width + m], level->all[m]);
}

static enum cg_status
walk_places(struct walk *w)
{
	bool ahead = !w->fold->keep;
	enum cg_status status = CG_OK;

	for (uint32_t i = 0; i < AHEAD && ahead && !status; i++)
		status = look_ahead(w, i);
	for (uint32_t i = 0; i < w->placed->count && !status; i++) {
		while (w->depth && w->levels[w->depth - 1].end <= i)
			leave(w);
		status =
			cg_memory_grow(&w->levels, &w->levels_cap, w->depth + 1u, sizeof(*w->levels));
		if (!status)
			status = enter(w, i);
		if (!status && ahead)
			status = look_ahead(w, i + AHEAD);
	}
	while (w->depth)
		leave(w);
	return status;
}

enum cg_status
cg_callgraph_init(struct cg_callgraph *graph, const struct cg_placed *placed,
                  const struct cg_rows *rows, const struct cg_fold *fold)
{
	struct cg_callgraph made = {
		.row_count = rows->count,
		.metric_count = fold->metric_count,
		.arc_width = fold->metric_count * (fold->arc_self ? 2 : 1),
	};
	struct walk w = {.graph = &made, .placed = placed, .rows = rows, .fold = fold};
	enum cg_status status = CG_NOMEM;

	made.rows = cg_memory_array(rows->count, sizeof(*made.rows));
	made.row_costs =
		cg_memory_array((size_t)rows->count * fold->metric_count * 2, sizeof(uint64_t));
	w.open_rows = cg_memory_array(rows->count, sizeof(*w.open_rows));
	if (made.rows && made.row_costs && w.open_rows)
		status = walk_places(&w);
	cg_memory_free(w.open_rows);
	cg_memory_free(w.open_arcs);
	cg_memory_free(w.slots);
	cg_memory_free(w.levels);
	if (status)
		cg_callgraph_release(&made);
	else
		*graph = made;
	return status;
}

void
cg_callgraph_release(struct cg_callgraph *graph)
{
	cg_memory_free(graph->rows);
	cg_memory_free(graph->arcs);
	cg_memory_free(graph->row_costs);
	cg_memory_free(graph->arc_costs);
	*graph = (struct cg_callgraph){0};
}

/* Stable counting sort of `from` (NULL: 0, 1, ...) by one end of the arcs. */
static void
sort_by(const struct cg_callgraph *graph, bool callee, const uint32_t *from, uint32_t *to,
        uint32_t *start)
{
	for (uint32_t row = 0; row <= graph->row_count; row++)
		start[row] = 0;
	for (uint32_t i = 0; i < graph->arc_count; i++)
		start[callee ? graph->arcs[i].callee : graph->arcs[i].caller]++;
	for (uint32_t row = 0, sum = 0; row <= graph->row_count; row++) {
		sum += start[row];
		start[row] = sum;
	}
	/* From the end, so that each start comes to stand at its first arc. */
	for (uint32_t i = graph->arc_count; i-- > 0;) {
		uint32_t arc = from ? from[i] : i;

		to[--start[callee ? graph->arcs[arc].callee : graph->arcs[arc].caller]] = arc;
	}
}

enum cg_status
cg_arc_order_init(struct cg_arc_order *order, const struct cg_callgraph *graph,
                  bool by_callee)
{
	uint32_t *minor = cg_memory_array(graph->arc_count, sizeof(*minor));
	uint32_t *arcs = cg_memory_array(graph->arc_count, sizeof(*arcs));
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
