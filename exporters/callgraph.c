/*
 * Folding a tree into a call graph: one walk in depth-first order that counts, per row and
 * per arc, how many of them are open. The places' parent and end are the walk's stack.
 */
#include "callgraph.h"
#include "hash.h"
#include "memory.h"

enum { FIRST_SLOTS = 256, ARC_LIMIT = 1 << 30 };

struct walk {
	struct cg_callgraph *graph;
	const struct cg_rows *rows;
	const bool *keep;
	uint32_t *open_rows; /* per row: how many of it are open */
	uint32_t *open_arcs; /* per arc */
	uint32_t *slots;     /* of arcs, open addressing: 1 + arc, 0 where empty */
	size_t open_arcs_cap, arcs_cap;
	uint32_t slot_count; /* a power of two */
};

static uint32_t *
slot_find(const struct walk *w, uint32_t caller, uint32_t callee)
{
	const struct cg_arc *arcs = w->graph->arcs;
	uint32_t mask = w->slot_count - 1;
	uint32_t i = (uint32_t)cg_hash_mix((uint64_t)caller << 32 | callee) & mask;

	for (; w->slots[i]; i = (i + 1) & mask) {
		const struct cg_arc *arc = &arcs[w->slots[i] - 1];

		if (arc->caller == caller && arc->callee == callee)
			break;
	}
	return &w->slots[i];
}

static enum cg_status
slots_double(struct walk *w)
{
	uint32_t want = w->slot_count ? 2 * w->slot_count : FIRST_SLOTS;
	uint32_t *slots = cg_memory_array(want, sizeof(*slots));

	if (!slots)
		return CG_NOMEM;
	cg_memory_free(w->slots);
	w->slots = slots;
	w->slot_count = want;
	for (uint32_t i = 0; i < w->graph->arc_count; i++)
		*slot_find(w, w->graph->arcs[i].caller, w->graph->arcs[i].callee) = 1 + i;
	return CG_OK;
}

static enum cg_status
arc_find(struct walk *w, uint32_t caller, uint32_t callee, uint32_t *found)
{
	struct cg_callgraph *g = w->graph;
	uint32_t *slot;
	enum cg_status status;

	if (g->arc_count >= w->slot_count / 2) {
		status = g->arc_count < ARC_LIMIT ? slots_double(w) : CG_LIMIT;
		if (status)
			return status;
	}
	slot = slot_find(w, caller, callee);
	if (*slot) {
		*found = *slot - 1;
		return CG_OK;
	}
	status = cg_memory_grow(&g->arcs, &w->arcs_cap, g->arc_count + 1u, sizeof(*g->arcs));
	if (!status)
		status = cg_memory_grow(&w->open_arcs, &w->open_arcs_cap, g->arc_count + 1u,
		                        sizeof(*w->open_arcs));
	if (status)
		return status;
	g->arcs[g->arc_count] = (struct cg_arc){.caller = caller, .callee = callee};
	w->open_arcs[g->arc_count] = 0;
	*found = g->arc_count++;
	*slot = 1 + *found;
	return CG_OK;
}

static bool
is_kept(const struct walk *w, uint32_t row)
{
	return !w->keep || w->keep[row];
}

static uint32_t
row_of(const struct walk *w, uint32_t place)
{
	return w->rows->of[w->graph->placed->places[place].label];
}

static enum cg_status
enter(struct walk *w, uint32_t i)
{
	struct cg_callgraph *g = w->graph;
	uint32_t parent = g->placed->places[i].parent, row = row_of(w, i);
	struct cg_spot *spot = &g->spots[i];
	bool synthetic = w->rows->rows[row].function == CG_NONE;
	uint64_t calls = synthetic ? 1 : cg_placed_self(g->placed, i, CG_METRIC_CALLS);
	enum cg_status status;

	if (!is_kept(w, row)) {
		*spot =
			(struct cg_spot){.row = g->spots[parent].row, .arc = g->spots[parent].arc};
		return CG_OK;
	}
	*spot = (struct cg_spot){.row = row, .arc = CG_NONE, .outer = CG_OUTER_ARC};
	if (parent != CG_NONE) {
		status = arc_find(w, g->spots[parent].row, row, &spot->arc);
		if (status)
			return status;
		if (w->open_arcs[spot->arc]++)
			spot->outer = 0;
		g->arcs[spot->arc].calls = cg_sum(g->arcs[spot->arc].calls, calls);
		if (spot->outer)
			g->arcs[spot->arc].primitive = cg_sum(g->arcs[spot->arc].primitive, calls);
	}
	g->rows[row].placed = true;
	g->rows[row].calls = cg_sum(g->rows[row].calls, calls);
	if (w->open_rows[row]++ == 0) {
		spot->outer |= CG_OUTER_ROW;
		g->rows[row].primitive = cg_sum(g->rows[row].primitive, calls);
	}
	return CG_OK;
}

static void
leave(struct walk *w, uint32_t i)
{
	const struct cg_spot *spot = &w->graph->spots[i];

	if (!is_kept(w, row_of(w, i)))
		return;
	w->open_rows[spot->row]--;
	if (spot->arc != CG_NONE)
		w->open_arcs[spot->arc]--;
}

static enum cg_status
walk_places(struct walk *w)
{
	const struct cg_placed *placed = w->graph->placed;
	uint32_t top = CG_NONE; /* the innermost open place */

	for (uint32_t i = 0; i < placed->count; i++) {
		enum cg_status status;

		for (; top != CG_NONE && placed->places[top].end <= i;
		     top = placed->places[top].parent)
			leave(w, top);
		status = enter(w, i);
		if (status)
			return status;
		top = i;
	}
	return CG_OK;
}

enum cg_status
cg_callgraph_init(struct cg_callgraph *graph, const struct cg_placed *placed,
                  const struct cg_rows *rows, const bool *keep)
{
	struct cg_callgraph made = {.placed = placed, .row_count = rows->count};
	struct walk w = {.graph = &made, .rows = rows, .keep = keep};
	enum cg_status status = CG_NOMEM;

	made.spots = cg_memory_array(placed->count, sizeof(*made.spots));
	made.rows = cg_memory_array(rows->count, sizeof(*made.rows));
	w.open_rows = cg_memory_array(rows->count, sizeof(*w.open_rows));
	if (made.spots && made.rows && w.open_rows)
		status = walk_places(&w);
	cg_memory_free(w.open_rows);
	cg_memory_free(w.open_arcs);
	cg_memory_free(w.slots);
	if (status)
		cg_callgraph_release(&made);
	else
		*graph = made;
	return status;
}

void
cg_callgraph_release(struct cg_callgraph *graph)
{
	cg_memory_free(graph->spots);
	cg_memory_free(graph->rows);
	cg_memory_free(graph->arcs);
	*graph = (struct cg_callgraph){0};
}

static void
add(uint64_t *sum, uint64_t value)
{
	*sum = cg_sum(*sum, value);
}

enum cg_status
cg_costs_init(struct cg_costs *costs, const struct cg_callgraph *graph,
              enum cg_metric metric, uint32_t outer)
{
	struct cg_costs c = {
		.row_self = cg_memory_array(graph->row_count, sizeof(uint64_t)),
		.row_all = cg_memory_array(graph->row_count, sizeof(uint64_t)),
		.arc_self = cg_memory_array(graph->arc_count, sizeof(uint64_t)),
		.arc_all = cg_memory_array(graph->arc_count, sizeof(uint64_t)),
	};
	uint64_t *all = NULL;

	if (!c.row_self || !c.row_all || !c.arc_self || !c.arc_all ||
	    cg_placed_inclusive(graph->placed, metric, &all)) {
		cg_costs_release(&c);
		return CG_NOMEM;
	}
	for (uint32_t i = 0; i < graph->placed->count; i++) {
		const struct cg_spot *spot = &graph->spots[i];
		uint64_t self = cg_placed_self(graph->placed, i, metric);

		add(&c.row_self[spot->row], self);
		if (spot->outer & CG_OUTER_ROW)
			add(&c.row_all[spot->row], all[i]);
		if (spot->arc == CG_NONE)
			continue;
		add(&c.arc_self[spot->arc], self);
		if (spot->outer & outer)
			add(&c.arc_all[spot->arc], all[i]);
	}
	cg_memory_free(all);
	*costs = c;
	return CG_OK;
}

void
cg_costs_release(struct cg_costs *costs)
{
	cg_memory_free(costs->row_self);
	cg_memory_free(costs->row_all);
	cg_memory_free(costs->arc_self);
	cg_memory_free(costs->arc_all);
	*costs = (struct cg_costs){0};
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
