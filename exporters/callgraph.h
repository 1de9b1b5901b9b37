/*
 * The placed tree folded into rows and arcs: what each row cost, and what it cost on
 * behalf of each of its callers.
 *
 * Inclusive numbers count outermost occurrences only, so recursion never counts twice: a
 * row's where the row is not above itself already, an arc's by the rule that is asked for.
 */
#ifndef CG_EXPORTERS_CALLGRAPH_H
#define CG_EXPORTERS_CALLGRAPH_H
#include "rows.h"

/* A caller and what it called, rows both. */
struct cg_arc {
	uint32_t caller;
	uint32_t callee;
	uint64_t calls;
	uint64_t primitive; /* those made while this arc was not above already */
};

/* What happened to a row: 0 for one that stands nowhere. */
struct cg_row_calls {
	uint64_t calls;
	uint64_t primitive; /* those made while the row was not above already */
	bool placed;        /* it has a place */
};

/* Inclusive numbers of an arc count where ... */
enum cg_outer {
	CG_OUTER_ROW = 1, /* ... its callee is not above itself */
	CG_OUTER_ARC = 2  /* ... it is not above itself */
};

/* What to fold, and how. */
struct cg_fold {
	enum cg_metric metrics[CG_METRICS]; /* those that costs are wanted of */
	unsigned metric_count;
	enum cg_outer outer; /* the rule for arcs */
	bool arc_self;       /* self costs of arcs are wanted too */
	const bool *keep;    /* per row, or NULL: a row that is not kept vanishes, its self
	                        numbers become its callers', and what it calls is called by
	                        them; the root must be kept */
};

struct cg_callgraph {
	struct cg_row_calls *rows; /* owned; per row */
	struct cg_arc *arcs;       /* owned; in the order they were met */
	uint64_t *row_costs;       /* owned; per row self and inclusive, metric by metric */
	uint64_t *arc_costs;       /* owned; per arc all inclusive, then all self */
	uint32_t row_count;
	uint32_t arc_count;
	unsigned metric_count; /* as folded, in that order */
	unsigned arc_width;    /* costs of an arc */
};

/* Fold `placed`, linear in places. Release after success only. CG_NOMEM, CG_LIMIT beyond 2^30 arcs. */
enum cg_status cg_callgraph_init(struct cg_callgraph *graph,
                                 const struct cg_placed *placed,
                                 const struct cg_rows *rows, const struct cg_fold *fold);

void cg_callgraph_release(struct cg_callgraph *graph);

/* Costs of a row and of an arc in the metric that was folded as number m. */
static inline uint64_t
cg_callgraph_row_self(const struct cg_callgraph *graph, uint32_t row, unsigned m)
{
	return graph->row_costs[((size_t)row * graph->metric_count + m) * 2];
}

static inline uint64_t
cg_callgraph_row_all(const struct cg_callgraph *graph, uint32_t row, unsigned m)
{
	return graph->row_costs[((size_t)row * graph->metric_count + m) * 2 + 1];
}

static inline uint64_t
cg_callgraph_arc_all(const struct cg_callgraph *graph, uint32_t arc, unsigned m)
{
	return graph->arc_costs[(size_t)arc * graph->arc_width + m];
}

static inline uint64_t
cg_callgraph_arc_self(const struct cg_callgraph *graph, uint32_t arc, unsigned m)
{
	return graph->arc_costs[(size_t)arc * graph->arc_width + graph->metric_count + m];
}

/*
 * The numbers of an arc will be asked for soon: arcs in order lie anywhere in memory. Always
 * inline, since gcc else takes it for a function that does nothing.
 */
__attribute__((always_inline)) static inline void
cg_callgraph_prefetch(const struct cg_callgraph *graph, uint32_t arc)
{
	const uint64_t *costs = graph->arc_costs + (size_t)arc * graph->arc_width;

	__builtin_prefetch(&graph->arcs[arc]);
	__builtin_prefetch(costs);
	__builtin_prefetch(costs + graph->arc_width - 1);
}

/* Arcs grouped by one end and ordered by the other. */
struct cg_arc_order {
	uint32_t *arcs;  /* owned; indices */
	uint32_t *start; /* owned; per row where its arcs begin; one more at the end */
};

/* Group by callee, or else by caller. CG_NOMEM. */
enum cg_status cg_arc_order_init(struct cg_arc_order *order,
                                 const struct cg_callgraph *graph, bool by_callee);

void cg_arc_order_release(struct cg_arc_order *order);

#endif
