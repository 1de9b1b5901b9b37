/* CPU time: gaps, and what is cut at one node given to the others of its thread. */
#include "made_records.h"

static struct made m;

static uint32_t
node(uint32_t parent, uint64_t run, uint64_t gap, uint64_t before, uint64_t answer)
{
	uint32_t f = m.records.function_count ? 0 : made_function(&m, "f", CG_KIND_FUNCTION);
	uint32_t n = made_node(&m, parent, f, CG_EDGE_CALL, run);

	m.nodes[n].gap = gap;
	m.nodes[n].gap_before = before;
	m.nodes[n].gap_cpu_ns = answer;
	return n;
}

static void
plain(void)
{
	struct cg_graph *graph;
	uint32_t t, busy, asleep, half;

	made_init(&m);
	t = made_thread(&m, "t");
	busy = node(t, 1000, 0, 0, 0);
	asleep = node(t, 5000, 4990, 10, 12);
	half = node(t, 2000, 1500, 100, 800);
	graph = made_graph(&m);
	eq(graph->nodes[busy].cpu_ns, 1000, "short gaps are CPU time");
	eq(graph->nodes[asleep].cpu_ns, 12, "a sleep is what the clock answered");
	eq(graph->nodes[half].cpu_ns, 1200, "a long gap that computed in part");
	eq(graph->threads[0].cpu_ns, 2212, "the thread has the sum");
	eq(graph->threads[0].run_ns, 8000, "and the sum of run");
	cg_graph_free(graph);
}

/* Before its long gap the thread was assumed to compute 3000, but was not running. */
static void
below_zero(void)
{
	struct cg_graph *graph;
	uint32_t t, a, b, c;

	made_init(&m);
	t = made_thread(&m, "t");
	a = node(t, 3000, 0, 0, 0);
	b = node(t, 1000, 0, 0, 0);
	c = node(t, 500, 500, 3000, 1000);
	graph = made_graph(&m);
	eq(graph->nodes[c].cpu_ns, 0, "never below zero");
	eq(graph->threads[0].cpu_ns, 2000, "the thread's total is exact");
	eq(graph->nodes[a].cpu_ns, 1500, "the rest is taken from the others");
	eq(graph->nodes[b].cpu_ns, 500, "in proportion");
	cg_graph_free(graph);
}

/* Two clocks do not tick alike: the answer may exceed the gap by a little. */
static void
above_run(void)
{
	struct cg_graph *graph;
	uint32_t t, a, b;

	made_init(&m);
	t = made_thread(&m, "t");
	a = node(t, 1000, 1000, 0, 1100);
	b = node(t, 1000, 900, 0, 100);
	graph = made_graph(&m);
	eq(graph->nodes[a].cpu_ns, 1000, "never above the run");
	eq(graph->nodes[b].cpu_ns, 300, "the surplus goes to who has room");
	eq(graph->threads[0].cpu_ns, 1300, "and the total is exact");
	cg_graph_free(graph);
}

/* What cannot be shared out is lost, and nothing wraps. */
static void
limits(void)
{
	struct cg_graph *graph;
	uint32_t t, a, b;

	made_init(&m);
	t = made_thread(&m, "t");
	a = node(t, 10, 0, UINT64_MAX, 0);
	b = node(t, 10, 0, 0, UINT64_MAX);
	graph = made_graph(&m);
	ok(graph->nodes[a].cpu_ns <= 10 && graph->nodes[b].cpu_ns <= 10,
	   "wild numbers are cut");
	cg_graph_free(graph);

	made_init(&m);
	t = made_thread(&m, "t");
	a = node(t, 10, 0, 0, 500);
	graph = made_graph(&m);
	eq(graph->nodes[a].cpu_ns, 10, "no room for a surplus");
	cg_graph_free(graph);
}

/* The root's gap corrects what was assumed of the nodes; its own time is nobody's. */
static void
empty_stack(void)
{
	struct cg_graph *graph;
	uint32_t t, a;

	made_init(&m);
	t = made_thread(&m, "t");
	a = node(t, 1000, 0, 0, 0);
	m.nodes[t].run = 9000;
	m.nodes[t].gap = 9000;
	m.nodes[t].gap_before = 1000;
	m.nodes[t].gap_cpu_ns = 700;
	graph = made_graph(&m);
	eq(graph->nodes[t].run_ns, 0, "an empty stack has no run");
	eq(graph->nodes[t].cpu_ns, 0, "and no CPU time");
	eq(graph->nodes[a].cpu_ns, 700, "its answer corrects the nodes");
	eq(graph->threads[0].run_ns, 1000, "the thread has what its nodes have");
	cg_graph_free(graph);
	m.nodes[t].gap = 8500;
	graph = made_graph(&m);
	eq(graph->nodes[t].cpu_ns, 0, "what it computed itself is nobody's");
	eq(graph->nodes[a].cpu_ns, 1000, "not a node's either");
	eq(graph->threads[0].cpu_ns, 1000, "nor the thread's");
	cg_graph_free(graph);
}

/* One thread's surplus is not another's. */
static void
threads_apart(void)
{
	struct cg_graph *graph;
	uint32_t a, b;

	made_init(&m);
	a = node(made_thread(&m, "one"), 1000, 1000, 500, 0);
	b = node(made_thread(&m, "two"), 1000, 0, 0, 0);
	m.threads[0].id = 2;
	m.threads[1].id = 1;
	m.threads[1].first = 1400;
	m.threads[1].last = 1900;
	m.threads[0].first = 400;
	graph = made_graph(&m);
	eq(graph->nodes[a].cpu_ns, 0, "cut");
	eq(graph->nodes[b].cpu_ns, 1000, "untouched");
	ok(!strcmp(graph->threads[0].name, "two"), "threads stand in the order of their ids");
	eq(graph->nodes[b].thread, 0, "and nodes name the row");
	eq(graph->threads[0].first_ns, 400, "times count from the start");
	eq(graph->threads[0].last_ns, 900, "of the recording");
	eq(graph->threads[1].first_ns, 0, "and not from before it");
	cg_graph_free(graph);
}

int
main(void)
{
	plain();
	below_zero();
	above_run();
	limits();
	empty_stack();
	threads_apart();
	return done();
}
