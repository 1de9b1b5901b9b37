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

/* Where a place's numbers go. */
struct cg_spot {
	uint32_t row;
	uint32_t arc;   /* CG_NONE at the root */
	uint32_t outer; /* CG_OUTER_ROW, CG_OUTER_ARC */
};

enum {
	CG_OUTER_ROW = 1, /* the row is not above itself */
	CG_OUTER_ARC = 2  /* the arc is not above itself */
};

struct cg_callgraph {
	const struct cg_placed *placed; /* borrowed */
	struct cg_spot *spots;          /* owned; per place */
	struct cg_row_calls *rows;      /* owned; per row */
	struct cg_arc *arcs;            /* owned; in the order they were met */
	uint32_t row_count;
	uint32_t arc_count;
};

/*
 * Fold `placed`. `keep`, one entry per row, may be NULL: a row that is not kept vanishes,
 * its self numbers become its callers', and what it calls is called by them; the root must
 * be kept. Linear in places. Release with cg_callgraph_release, after success only.
 * CG_NOMEM, CG_LIMIT beyond 2^30 arcs.
 */
enum cg_status cg_callgraph_init(struct cg_callgraph *graph,
                                 const struct cg_placed *placed,
                                 const struct cg_rows *rows, const bool *keep);

void cg_callgraph_release(struct cg_callgraph *graph);

/* One metric over a call graph; arrays per row and per arc, owned. */
struct cg_costs {
	uint64_t *row_self;
	uint64_t *row_all; /* inclusive */
	uint64_t *arc_self;
	uint64_t *arc_all; /* inclusive, of the places whose spot has the bit asked for */
};

/* Add up `metric`; an arc's inclusive numbers where `outer` is set. CG_NOMEM. */
enum cg_status cg_costs_init(struct cg_costs *costs, const struct cg_callgraph *graph,
                             enum cg_metric metric, uint32_t outer);

void cg_costs_release(struct cg_costs *costs);

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
