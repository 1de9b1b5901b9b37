/* What recording cost is taken off the nodes, with costs and counts that are made up. */
#include "base/alloc.h"
#include "made_records.h"

static struct made m;

/* A tick is a nanosecond: 3 + 2 for a call, 5 + 4, 7 + 6, 20 + 10, 200 + 100. */
static void
begin(void)
{
	made_init(&m);
	m.records.costs = (struct cg_tick_costs){.call = {3000, 2000},
	                                         .c_call = {5000, 4000},
	                                         .start = {7000, 6000},
	                                         .step = {20000, 10000},
	                                         .link = {200000, 100000}};
}

static struct cg_graph *
compensated(void)
{
	return made_graph_as(&m, CG_OPEN_COMPENSATE);
}

static uint64_t
self_run(const struct cg_graph *graph, const char *name)
{
	return made_row(graph, name)->self_run_ns;
}

static uint32_t
function(const char *name, enum cg_kind kind)
{
	return made_function(&m, name, kind);
}

/* main calls f 10 times, which calls len 100 times. */
static void
calls(void)
{
	struct cg_graph *graph;
	uint32_t main_, f, len;

	begin();
	main_ = made_node(&m, made_thread(&m, "t"), function("main", CG_KIND_FUNCTION),
	                  CG_EDGE_CALL, 1000);
	f = made_node(&m, main_, function("f", CG_KIND_FUNCTION), CG_EDGE_CALL, 2000);
	m.nodes[f].calls = 10;
	len = made_node(&m, f, function("len", CG_KIND_BUILTIN), CG_EDGE_CALL, 3000);
	m.nodes[len].calls = 100;
	graph = compensated();
	ok(graph->info->compensated, "the graph says that it is compensated");
	eq(self_run(graph, "len"), 3000 - 500, "a C call's own part");
	eq(self_run(graph, "f"), 2000 - 30 - 400, "a call's own part, and its callees' other");
	eq(self_run(graph, "main"), 1000 - 3 - 20,
	   "what falls on a thread's root is nobody's");
	eq(made_row(graph, "main")->run_ns, 6000 - 953,
	   "inclusive run is made of what is left");
	eq(made_row(graph, "main")->cpu_ns, 6000 - 953, "CPU time goes down with it");
	eq(graph->threads[0].run_ns, 6000 - 953, "and the thread's sum");
	eq(graph->info->taken_ns, 953, "what was taken is told");
	eq(graph->info->short_ns, 0, "nothing was missing");
	eq(made_row(graph, "f")->calls, 10, "counts stay");
	cg_graph_free(graph);
	graph = made_graph(&m);
	ok(!graph->info->compensated && graph->info->costs_known, "not without being asked");
	eq(self_run(graph, "len"), 3000, "then times are as measured");
	ok(graph->info->costs.c_call.inner_ns == 5.0, "the costs are told all the same");
	cg_graph_free(graph);
}

/* Less run than cost: none is negative, and what is missing is told. */
static void
floors(void)
{
	struct cg_graph *graph;
	uint32_t main_, f;

	begin();
	main_ = made_node(&m, made_thread(&m, "t"), function("main", CG_KIND_FUNCTION),
	                  CG_EDGE_CALL, 100);
	f = made_node(&m, main_, function("f", CG_KIND_FUNCTION), CG_EDGE_CALL, 25);
	m.nodes[f].calls = 10;
	m.nodes[f].gap = 20;
	graph = compensated();
	eq(self_run(graph, "f"), 0, "no run is below 0");
	eq(made_row(graph, "f")->self_cpu_ns, 0, "nor is CPU time");
	eq(graph->info->short_ns, 5, "what is missing is told");
	eq(graph->info->taken_ns, 25 + 3 + 20, "what was taken too");
	cg_graph_free(graph);
	m.nodes[f].calls = UINT64_MAX;
	graph = compensated();
	eq(self_run(graph, "f") + self_run(graph, "main"), 0, "not with any count");
	cg_graph_free(graph);
}

/* A place of many calls that took less than their cost: that was measured too high. */
static void
scaled(void)
{
	struct cg_graph *graph;
	uint32_t main_, len;

	begin();
	main_ = made_node(&m, made_thread(&m, "t"), function("main", CG_KIND_FUNCTION),
	                  CG_EDGE_CALL, 100000);
	len = made_node(&m, main_, function("len", CG_KIND_BUILTIN), CG_EDGE_CALL, 4000);
	m.nodes[len].calls = 1000;
	graph = compensated();
	eq(self_run(graph, "len"), 0, "such a place has nothing left");
	eq(self_run(graph, "main"), 100000 - 2 - 3200, "all costs are four fifths then");
	eq(graph->info->short_ns, 0, "and nothing is missing");
	cg_graph_free(graph);
	m.nodes[len].calls = 999;
	graph = compensated();
	eq(self_run(graph, "main"), 100000 - 3 - 4 * 999, "of fewer calls that is no proof");
	cg_graph_free(graph);
	m.nodes[len].calls = 4000;
	graph = compensated();
	eq(self_run(graph, "main"), 100000 - 4000, "nor is it believed below a quarter");
	cg_graph_free(graph);
}

/* loop hosts a, which awaits b, which awaits c: c suspends 9 times, b 1 more. */
static void
chains(void)
{
	struct cg_graph *graph;
	uint32_t t, loop, a, b, c;

	begin();
	t = made_thread(&m, "t");
	loop = made_node(&m, t, function("loop", CG_KIND_FUNCTION), CG_EDGE_CALL, 100000);
	m.nodes[loop].hosted = 30000;
	a = made_node(&m, t, function("a", CG_KIND_COROUTINE), CG_EDGE_SPAWN, 10000);
	m.nodes[a].origin = loop;
	m.nodes[a].suspensions = 10;
	b = made_node(&m, a, function("b", CG_KIND_COROUTINE), CG_EDGE_AWAIT, 10000);
	m.nodes[b].suspensions = 10;
	c = made_node(&m, b, function("c", CG_KIND_COROUTINE), CG_EDGE_AWAIT, 10000);
	m.nodes[c].suspensions = 9;
	m.nodes[c].await = 777;
	graph = compensated();
	eq(self_run(graph, "a"), 10000 - 7 - 6, "who only awaits has no steps of its own");
	eq(self_run(graph, "b"), 10000 - 7 - 6 - 1 * (20 + 200), "a leaf once, of two links");
	eq(self_run(graph, "c"), 10000 - 7 - 9 * (20 + 2 * 200), "a leaf of three");
	eq(self_run(graph, "loop"), 100000 - 3 - 6 - 1 * (10 + 100) - 9 * (10 + 2 * 100),
	   "the rest of each chain falls on its host");
	eq(self_run(graph, "a") + self_run(graph, "b") + self_run(graph, "c"), 30000 - 4033,
	   "all tasks together");
	eq(made_row(graph, "loop")->hosted_ns, 30000 - 4033,
	   "hosted time goes down with that of the tasks");
	eq(made_row(graph, "c")->self_await_ns, 777, "waits stay");
	cg_graph_free(graph);
}

/* A generator yields to its caller; of an async generator some yields are its own. */
static void
generators(void)
{
	struct cg_graph *graph;
	uint32_t main_, g, co, ag, inner;

	begin();
	main_ = made_node(&m, made_thread(&m, "t"), function("main", CG_KIND_FUNCTION),
	                  CG_EDGE_CALL, 10000);
	g = made_node(&m, main_, function("g", CG_KIND_GENERATOR), CG_EDGE_CALL, 10000);
	m.nodes[g].suspensions = 5;
	co = made_node(&m, main_, function("co", CG_KIND_COROUTINE), CG_EDGE_CALL, 10000);
	m.nodes[co].suspensions = 2;
	ag = made_node(&m, co, function("ag", CG_KIND_ASYNC_GENERATOR), CG_EDGE_AWAIT, 10000);
	m.nodes[ag].suspensions = 12;
	inner = made_node(&m, ag, function("inner", CG_KIND_COROUTINE), CG_EDGE_AWAIT, 10000);
	m.nodes[inner].suspensions = 2;
	graph = compensated();
	eq(self_run(graph, "g"), 10000 - 7 - 5 * 20, "a generator's steps are its own");
	eq(self_run(graph, "ag"), 10000 - 7 - 6 - 10 * 20, "and so are yields");
	eq(self_run(graph, "inner"), 10000 - 7 - 2 * (20 + 2 * 200), "waits are the leaf's");
	eq(self_run(graph, "co"), 10000 - 7 - 6 - 10 * 10,
	   "its consumer has the rest of yields");
	eq(self_run(graph, "main"), 10000 - 3 - 2 * 6 - 5 * 10 - 2 * (10 + 2 * 100),
	   "and the driver that of waits");
	cg_graph_free(graph);
}

/* Every allocation may fail. */
static void
starved(void)
{
	struct cg_graph *graph = NULL;
	enum cg_status status = CG_NOMEM;
	long n;

	begin();
	made_node(&m, made_thread(&m, "t"), function("main", CG_KIND_FUNCTION), CG_EDGE_CALL,
	          100);
	for (n = 0; status == CG_NOMEM && n < 1000; n++) {
		cg_alloc_fail_at(n);
		status = cg_graph_build(&graph, &m.records, CG_OPEN_COMPENSATE, NULL);
		cg_alloc_fail_at(-1);
	}
	ok(status == CG_OK && n > 4, "memory that fails is told");
	cg_graph_free(graph);
}

static void
unknown(void)
{
	struct cg_graph *graph;

	made_init(&m);
	made_node(&m, made_thread(&m, "t"), function("main", CG_KIND_FUNCTION), CG_EDGE_CALL,
	          100);
	graph = compensated();
	ok(!graph->info->compensated && !graph->info->costs_known, "a trace without costs");
	eq(self_run(graph, "main"), 100, "stays as it is");
	cg_graph_free(graph);
}

int
main(void)
{
	calls();
	floors();
	scaled();
	chains();
	generators();
	starved();
	unknown();
	return done();
}
