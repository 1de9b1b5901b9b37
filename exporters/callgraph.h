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
#include "shares.h"

/* What to fold, and how. */
struct cg_fold {
	enum cg_metric metrics[CG_METRICS]; /* those that costs are wanted of */
	unsigned metric_count;
	enum cg_outer outer; /* the rule for arcs */
	const bool *keep;    /* per row, or NULL: a row that is not kept vanishes, its self
	                        numbers become its callers', and what it calls is called by
	                        them; the root must be kept */
	unsigned threads;    /* 1 or 2; 0: as many as pay */
};

enum { CG_LANES = 4 /* wall is run and await, calls are no cost */ };

/* What happened to a row: 0 for one that stands nowhere. */
struct cg_row_sums {
	uint64_t calls;
	uint64_t primitive; /* those made while the row was not above already */
	uint32_t first_arc; /* of those that lead to it, which are in the order of callers */
	uint32_t arc_count;
	bool placed;      /* it has a place */
	uint64_t costs[]; /* lane by lane self and inclusive */
};

/* A caller and what it called, rows both. */
struct cg_arc {
	uint32_t caller;
	uint32_t callee;
	uint64_t calls;
	uint64_t primitive; /* see enum cg_outer */
	uint64_t costs[];   /* lane by lane self and inclusive */
};

/* Sums are kept in lanes, one a metric that is wanted and that something has. */
struct cg_callgraph {
	uint64_t *rows; /* owned; cg_callgraph_row */
	uint64_t *arcs; /* owned; cg_callgraph_arc */
	uint32_t row_count;
	unsigned row_width; /* words of a row */
	unsigned arc_width;
	unsigned lane_count;
	enum cg_metric lanes[CG_LANES];
	unsigned parts[CG_METRICS][2]; /* per metric as asked for: the lanes that it is the sum
	                                  of; CG_LANES: none */
};

/*
 * Fold `placed`, linear in places. What comes out does not depend on the number of threads.
 * Release after success only. CG_NOMEM, CG_LIMIT.
 */
enum cg_status cg_callgraph_init(struct cg_callgraph *graph,
                                 const struct cg_placed *placed,
                                 const struct cg_rows *rows, const struct cg_fold *fold);

void cg_callgraph_release(struct cg_callgraph *graph);

static inline struct cg_row_sums *
cg_callgraph_row(const struct cg_callgraph *graph, uint32_t row)
{
	return (struct cg_row_sums *)(graph->rows + (size_t)row * graph->row_width);
}

static inline struct cg_arc *
cg_callgraph_arc(const struct cg_callgraph *graph, uint32_t arc)
{
	return (struct cg_arc *)(graph->arcs + (size_t)arc * graph->arc_width);
}

/* The metric that was folded as number m, of costs that lie two apart. */
static inline uint64_t
cg_callgraph_cost(const struct cg_callgraph *graph, const uint64_t *costs, unsigned m)
{
	unsigned a = graph->parts[m][0], b = graph->parts[m][1];

	return cg_sum(a < CG_LANES ? costs[2 * a] : 0, b < CG_LANES ? costs[2 * b] : 0);
}

static inline uint64_t
cg_callgraph_row_self(const struct cg_callgraph *graph, uint32_t row, unsigned m)
{
	return cg_callgraph_cost(graph, cg_callgraph_row(graph, row)->costs, m);
}

static inline uint64_t
cg_callgraph_row_all(const struct cg_callgraph *graph, uint32_t row, unsigned m)
{
	return cg_callgraph_cost(graph, cg_callgraph_row(graph, row)->costs + 1, m);
}

static inline uint64_t
cg_callgraph_arc_self(const struct cg_callgraph *graph, const struct cg_arc *arc,
                      unsigned m)
{
	return cg_callgraph_cost(graph, arc->costs, m);
}

static inline uint64_t
cg_callgraph_arc_all(const struct cg_callgraph *graph, const struct cg_arc *arc,
                     unsigned m)
{
	return cg_callgraph_cost(graph, arc->costs + 1, m);
}

/* Arcs in the order of their callers, those of one in the order of callees. */
struct cg_arc_order {
	uint32_t *arcs;  /* owned; indices */
	uint32_t *start; /* owned; per row where the arcs that leave it begin; one more at the
	                    end */
};

/* CG_NOMEM. */
enum cg_status cg_arc_order_init(struct cg_arc_order *order,
                                 const struct cg_callgraph *graph);

void cg_arc_order_release(struct cg_arc_order *order);

#endif
