/*
 * The folding of random trees: two threads find what one does, so does one alone where the
 * second cannot be had, and all what the places say when they are asked one by one.
 */
#include "exporters/callgraph.h"
#include "exporters/memory.h"
#include "../unit/tap.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

enum {
	NODES = 4000,
	FUNCTIONS = 30,
	METRICS = 5,
	ROWS = FUNCTIONS + 2,
	PLACES_MAX = 2 * NODES + 3
};

/* Whether there are threads to be had, and how many were asked for. */
static bool threads_run_out;
static unsigned threads_asked;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *arg);

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                      void *(*run)(void *), void *arg)
{
	threads_asked++;
	return threads_run_out ? EAGAIN : __real_pthread_create(thread, attributes, run, arg);
}

static uint32_t
draw(uint32_t below)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

/* A thread's tree, depth first, with tasks and what waits where that is asked for. */
static void
make(struct cg_graph *g, bool waits)
{
	static struct cg_node nodes[NODES];
	static struct cg_function functions[FUNCTIONS];
	static char names[FUNCTIONS][8];
	static struct cg_thread_row thread = {.name = "MainThread", .id = 1, .count = 1};
	uint32_t up = 0;

	nodes[0] =
		(struct cg_node){.parent = CG_NONE, .function = CG_NONE, .origin = CG_NONE};
	for (uint32_t n = 1; n < NODES; n++) {
		while (up && draw(3) == 0)
			up = nodes[up].parent;
		nodes[n] = (struct cg_node){.parent = up,
		                            .function = draw(FUNCTIONS),
		                            .origin = CG_NONE,
		                            .edge = waits && up ? draw(3) : CG_EDGE_CALL,
		                            .calls = draw(4),
		                            .run_ns = draw(1000),
		                            .cpu_ns = draw(500),
		                            .await_ns = waits ? draw(3) * 100 : 0,
		                            .suspensions = waits ? draw(3) : 0};
		if (draw(2))
			up = n;
	}
	for (uint32_t n = NODES; n-- > 0;) {
		if (nodes[n].end <= n)
			nodes[n].end = n + 1;
		if (n && nodes[nodes[n].parent].end < nodes[n].end)
			nodes[nodes[n].parent].end = nodes[n].end;
	}
	for (uint32_t f = 0; f < FUNCTIONS; f++) {
		snprintf(names[f], sizeof names[f], "f%u", f);
		functions[f] = (struct cg_function){
			.name = names[f], .file = "a.py", .module = "a", .line = 1};
	}
	*g = (struct cg_graph){.nodes = nodes,
	                       .node_count = NODES,
	                       .functions = functions,
	                       .function_count = FUNCTIONS,
	                       .threads = &thread,
	                       .thread_count = 1};
}

static bool
same_arc(const struct cg_callgraph *a, const struct cg_arc *x,
         const struct cg_callgraph *b, const struct cg_arc *y)
{
	bool same = x->caller == y->caller && x->callee == y->callee &&
	            x->calls == y->calls && x->primitive == y->primitive;

	for (unsigned m = 0; m < METRICS; m++)
		same &= cg_callgraph_arc_all(a, x, m) == cg_callgraph_arc_all(b, y, m) &&
		        cg_callgraph_arc_self(a, x, m) == cg_callgraph_arc_self(b, y, m);
	return same;
}

static bool
same_arcs(const struct cg_callgraph *a, const struct cg_callgraph *b)
{
	bool same = true;

	for (uint32_t row = 0; same && row < a->row_count; row++) {
		const struct cg_row_sums *x = cg_callgraph_row(a, row);
		const struct cg_row_sums *y = cg_callgraph_row(b, row);

		same = x->arc_count == y->arc_count;
		for (uint32_t i = 0; same && i < x->arc_count; i++)
			same = same_arc(a, cg_callgraph_arc(a, x->first_arc + i), b,
			                cg_callgraph_arc(b, y->first_arc + i));
	}
	return same;
}

static bool
same_rows(const struct cg_callgraph *a, const struct cg_callgraph *b)
{
	bool same = a->row_count == b->row_count;

	for (uint32_t row = 0; same && row < a->row_count; row++) {
		const struct cg_row_sums *x = cg_callgraph_row(a, row);
		const struct cg_row_sums *y = cg_callgraph_row(b, row);

		same &= x->calls == y->calls && x->primitive == y->primitive &&
		        x->placed == y->placed;
		for (unsigned m = 0; m < METRICS; m++)
			same &=
				cg_callgraph_row_self(a, row, m) == cg_callgraph_row_self(b, row, m) &&
				cg_callgraph_row_all(a, row, m) == cg_callgraph_row_all(b, row, m);
	}
	return same;
}

/* Is row `of` above place i, standing for itself? */
static bool
is_below(const struct cg_placed *placed, const struct cg_rows *rows, uint32_t i)
{
	uint32_t row = rows->of[placed->places[i].label];

	while ((i = placed->places[i].parent) != CG_NONE)
		if (rows->of[placed->places[i].label] == row)
			return true;
	return false;
}

/* The rows' costs as the places have them, one by one. */
static bool
adds_up(const struct cg_callgraph *g, const struct cg_placed *placed,
        const struct cg_rows *rows, const struct cg_fold *fold)
{
	static uint64_t self[PLACES_MAX], all[PLACES_MAX];
	bool same = true;

	for (unsigned m = 0; m < METRICS; m++) {
		uint64_t *sums;

		memset(self, 0, sizeof self);
		memset(all, 0, sizeof all);
		if (cg_placed_inclusive(placed, fold->metrics[m], &sums))
			return false;
		for (uint32_t i = 0; i < placed->count; i++) {
			uint32_t row = rows->of[placed->places[i].label];

			self[row] += cg_placed_self(placed, i, fold->metrics[m]);
			all[row] += is_below(placed, rows, i) ? 0 : sums[i];
		}
		cg_memory_free(sums);
		for (uint32_t row = 0; row < rows->count; row++)
			same &= self[row] == cg_callgraph_row_self(g, row, m) &&
			        all[row] == cg_callgraph_row_all(g, row, m);
	}
	return same;
}

/* The nearest place above i that does not vanish. */
static uint32_t
kept_above(const struct cg_placed *placed, const struct cg_rows *rows, const bool *keep,
           uint32_t i)
{
	do
		i = placed->places[i].parent;
	while (i != CG_NONE && keep && !keep[rows->of[placed->places[i].label]]);
	return i;
}

/* What the places say of every arc. */
static struct {
	bool met;
	uint64_t calls, primitive, self[METRICS], all[METRICS];
} arcs[ROWS][ROWS];

/* Is place i outermost, by the rule for arcs? */
static bool
is_outer(const struct cg_placed *placed, const struct cg_rows *rows,
         const struct cg_fold *fold, uint32_t i)
{
	uint32_t callee = rows->of[placed->places[i].label];
	uint32_t up = kept_above(placed, rows, fold->keep, i);
	uint32_t caller = rows->of[placed->places[up].label];

	for (uint32_t at = up; at != CG_NONE; at = up) {
		up = kept_above(placed, rows, fold->keep, at);
		if (rows->of[placed->places[at].label] == callee &&
		    (fold->outer == CG_OUTER_ROW ||
		     (up != CG_NONE && rows->of[placed->places[up].label] == caller)))
			return false;
	}
	return true;
}

static void
arc_say(const struct cg_placed *placed, const struct cg_rows *rows,
        const struct cg_fold *fold, uint32_t i, uint64_t *const sums[METRICS])
{
	uint32_t callee = rows->of[placed->places[i].label], at = i, up;
	bool kept = !fold->keep || fold->keep[callee], outer;
	uint64_t calls = callee < 2 ? 1 : cg_placed_self(placed, i, CG_METRIC_CALLS);

	if (!kept)
		at = kept_above(placed, rows, fold->keep, i);
	callee = rows->of[placed->places[at].label];
	up = kept_above(placed, rows, fold->keep, at);
	if (up == CG_NONE)
		return;
	up = rows->of[placed->places[up].label];
	for (unsigned m = 0; m < METRICS; m++)
		arcs[up][callee].self[m] += cg_placed_self(placed, i, fold->metrics[m]);
	if (!kept)
		return;
	outer = is_outer(placed, rows, fold, i);
	arcs[up][callee].met = true;
	arcs[up][callee].calls += calls;
	arcs[up][callee].primitive += outer && fold->outer == CG_OUTER_ARC ? calls : 0;
	for (unsigned m = 0; m < METRICS; m++)
		arcs[up][callee].all[m] += outer ? sums[m][i] : 0;
}

/* The arcs as the places have them, one by one, in the order of callers. */
static bool
arcs_add_up(const struct cg_callgraph *g, const struct cg_placed *placed,
            const struct cg_rows *rows, const struct cg_fold *fold)
{
	uint64_t *sums[METRICS];
	bool same = true;

	memset(arcs, 0, sizeof arcs);
	for (unsigned m = 0; m < METRICS; m++)
		if (cg_placed_inclusive(placed, fold->metrics[m], &sums[m]))
			return false;
	for (uint32_t i = 0; i < placed->count; i++)
		arc_say(placed, rows, fold, i, sums);
	for (uint32_t callee = 0; callee < rows->count; callee++) {
		const struct cg_row_sums *row = cg_callgraph_row(g, callee);
		uint32_t n = 0;

		for (uint32_t caller = 0; caller < rows->count; caller++) {
			const struct cg_arc *arc = cg_callgraph_arc(g, row->first_arc + n);

			if (!arcs[caller][callee].met)
				continue;
			if (n++ == row->arc_count)
				return false;
			same &= arc->caller == caller && arc->callee == callee &&
			        arc->calls == arcs[caller][callee].calls &&
			        arc->primitive == arcs[caller][callee].primitive;
			for (unsigned m = 0; m < METRICS; m++)
				same &=
					cg_callgraph_arc_self(g, arc, m) == arcs[caller][callee].self[m] &&
					cg_callgraph_arc_all(g, arc, m) == arcs[caller][callee].all[m];
		}
		same &= n == row->arc_count;
	}
	for (unsigned m = 0; m < METRICS; m++)
		cg_memory_free(sums[m]);
	return same;
}

/* Arcs put in the order of callers are all there. */
static bool
is_order(const struct cg_callgraph *g)
{
	struct cg_arc_order order;
	uint32_t count = 0;
	bool good = true;

	if (cg_arc_order_init(&order, g))
		return false;
	for (uint32_t row = 0; row < g->row_count; row++) {
		count += cg_callgraph_row(g, row)->arc_count;
		for (uint32_t i = order.start[row]; i < order.start[row + 1]; i++)
			good &=
				cg_callgraph_arc(g, order.arcs[i])->caller == row &&
				(i == order.start[row] || cg_callgraph_arc(g, order.arcs[i - 1])->callee <
			                                  cg_callgraph_arc(g, order.arcs[i])->callee);
	}
	good &= order.start[0] == 0 && order.start[g->row_count] == count;
	cg_arc_order_release(&order);
	return good;
}

static void
check_two(const struct cg_callgraph *one, const struct cg_placed *placed,
          const struct cg_rows *rows, struct cg_fold fold)
{
	struct cg_callgraph two;

	fold.threads = 2;
	threads_asked = 0;
	if (!ok(cg_callgraph_init(&two, placed, rows, &fold) == CG_OK,
	        threads_run_out ? "without a second thread" : "on two threads"))
		return;
	ok(threads_asked == 2, "one is asked for, for places and for rows");
	ok(same_rows(one, &two), "the same rows");
	ok(same_arcs(one, &two), "the same arcs");
	cg_callgraph_release(&two);
}

static void
check_memory(const struct cg_placed *placed, const struct cg_rows *rows,
             struct cg_fold fold)
{
	struct cg_callgraph graph;
	enum cg_status status = CG_NOMEM;

	/* On one thread, so that the n-th is the same always. */
	for (long n = 0; status == CG_NOMEM && n < 100; n++) {
		cg_memory_fail_at(n);
		status = cg_callgraph_init(&graph, placed, rows, &fold);
	}
	cg_memory_fail_at(-1);
	if (ok(status == CG_OK, "whatever allocation fails"))
		cg_callgraph_release(&graph);
}

static void
check(const struct cg_placed *placed, const struct cg_rows *rows, struct cg_fold fold)
{
	struct cg_callgraph one;

	fold.threads = 1;
	if (!ok(cg_callgraph_init(&one, placed, rows, &fold) == CG_OK, "folds"))
		return;
	check_memory(placed, rows, fold);
	threads_run_out = false;
	check_two(&one, placed, rows, fold);
	threads_run_out = true;
	check_two(&one, placed, rows, fold);
	if (!fold.keep)
		ok(adds_up(&one, placed, rows, &fold), "what the places say");
	ok(arcs_add_up(&one, placed, rows, &fold), "and say of arcs");
	ok(is_order(&one), "which can be had in the order of callers");
	cg_callgraph_release(&one);
}

static void
check_all(bool waits)
{
	struct cg_fold fold = {.metrics = {CG_METRIC_WALL, CG_METRIC_RUN, CG_METRIC_AWAIT,
	                                   CG_METRIC_CPU, CG_METRIC_SUSPENSIONS},
	                       .metric_count = METRICS};
	struct cg_row_style style = {.file = {"p", "t", NULL, "b"}};
	bool keep[ROWS];
	struct cg_graph graph;
	struct cg_placed placed;
	struct cg_rows rows;

	make(&graph, waits);
	if (cg_placed_init(&placed, &graph, CG_TASKS_BESIDE) ||
	    cg_rows_init(&rows, &placed, &style)) {
		ok(false, "places and rows");
		return;
	}
	for (uint32_t row = 0; row < ROWS; row++)
		keep[row] = row < 2 || row % 3 == 0;
	check(&placed, &rows, fold);
	fold.outer = CG_OUTER_ARC;
	check(&placed, &rows, fold);
	fold.keep = keep;
	check(&placed, &rows, fold);
	cg_rows_release(&rows);
	cg_placed_release(&placed);
}

int
main(void)
{
	check_all(false);
	check_all(true);
	return done();
}
