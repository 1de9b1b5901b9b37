/* Edges: who called, awaited and started what, and which times an edge has. */
#include "made_records.h"

static struct made m;

/* main calls f; f calls g; g calls f; f calls g: g is on one edge from f twice. */
static void
outermost_occurrences(void)
{
	struct cg_graph *graph;
	struct cg_edge e;
	uint32_t main_, f, g, n;

	made_init(&m);
	main_ = made_function(&m, "main", CG_KIND_FUNCTION);
	f = made_function(&m, "f", CG_KIND_FUNCTION);
	g = made_function(&m, "g", CG_KIND_FUNCTION);
	n = made_node(&m, made_thread(&m, "t"), main_, CG_EDGE_CALL, 1);
	n = made_node(&m, n, f, CG_EDGE_CALL, 10);
	n = made_node(&m, n, g, CG_EDGE_CALL, 100);
	n = made_node(&m, n, f, CG_EDGE_CALL, 1000);
	n = made_node(&m, n, g, CG_EDGE_CALL, 10000);
	m.nodes[n].calls = 7;
	graph = made_graph(&m);
	eq(graph->edge_count, 3, "one row an edge, none from the thread's root");
	e = made_edge(graph, "f", "g", CG_EDGE_CALL);
	eq(e.calls, 8, "all calls over an edge count");
	eq(e.run_ns, 11100, "the time of its outermost occurrence counts");
	eq(e.wall_ns, 11100, "wall too");
	eq(e.cpu_ns, 11100, "CPU time too");
	e = made_edge(graph, "g", "f", CG_EDGE_CALL);
	eq(e.run_ns, 11000, "g to f is outermost although f stands above it");
	e = made_edge(graph, "main", "f", CG_EDGE_CALL);
	eq(e.run_ns, 11110, "and so is the first");
	cg_graph_free(graph);
}

static void
kinds_and_order(void)
{
	struct cg_graph *graph;
	struct cg_edge e;
	uint32_t a, b, n, k;

	made_init(&m);
	a = made_function(&m, "a", CG_KIND_COROUTINE);
	b = made_function(&m, "b", CG_KIND_COROUTINE);
	n = made_node(&m, made_thread(&m, "t"), a, CG_EDGE_CALL, 1);
	k = made_node(&m, n, b, CG_EDGE_AWAIT, 2);
	m.nodes[k].await = 20;
	m.nodes[k].hosted = 4;
	k = made_node(&m, n, b, CG_EDGE_CALL, 8);
	m.nodes[k].await = 80;
	m.nodes[k].calls = 0;
	graph = made_graph(&m);
	eq(graph->edge_count, 2, "the kinds are kept apart");
	eq(graph->edges[0].kind, CG_EDGE_CALL, "in the order of their numbers");
	e = made_edge(graph, "a", "b", CG_EDGE_AWAIT);
	eq(e.run_ns, 2, "run of the awaited");
	eq(e.await_ns, 20, "await of the awaited");
	eq(e.wall_ns, 26, "wall with what it hosted");
	e = made_edge(graph, "a", "b", CG_EDGE_CALL);
	eq(e.calls, 0, "an edge without a call is legal");
	eq(e.run_ns, 8, "and has its run");
	eq(e.await_ns, 80, "what is driven by hand has its own await");
	cg_graph_free(graph);
}

/* c awaits c by hand and in line: for await each line of AWAIT edges counts. */
static void
await_recursion(void)
{
	struct cg_graph *graph;
	struct cg_edge e;
	uint32_t c, d, n;

	made_init(&m);
	c = made_function(&m, "c", CG_KIND_COROUTINE);
	d = made_function(&m, "d", CG_KIND_COROUTINE);
	n = made_node(&m, made_thread(&m, "t"), c, CG_EDGE_CALL, 1);
	for (int i = 0; i < 2; i++) {
		n = made_node(&m, n, c, CG_EDGE_AWAIT, 1);
		m.nodes[n].await = 10;
	}
	n = made_node(&m, n, d, CG_EDGE_CALL, 1);
	n = made_node(&m, n, c, CG_EDGE_CALL, 1);
	n = made_node(&m, n, c, CG_EDGE_AWAIT, 1);
	m.nodes[n].await = 1000;
	graph = made_graph(&m);
	e = made_edge(graph, "c", "c", CG_EDGE_AWAIT);
	eq(e.calls, 3, "three awaits");
	eq(e.run_ns, 5, "run from the outermost on");
	eq(e.await_ns, 1020, "await from the outermost of each line on");
	eq(e.wall_ns, 1025, "wall is their sum");
	cg_graph_free(graph);
}

/* Two creators share one root: its times stand under the first. */
static void
spawns(void)
{
	struct cg_graph *graph;
	struct cg_edge e;
	uint32_t root, first, second, task, leaf, a, b, t, n;

	made_init(&m);
	first = made_function(&m, "first", CG_KIND_FUNCTION);
	second = made_function(&m, "second", CG_KIND_FUNCTION);
	task = made_function(&m, "task", CG_KIND_COROUTINE);
	leaf = made_function(&m, "leaf", CG_KIND_COROUTINE);
	root = made_thread(&m, "t");
	a = made_node(&m, root, first, CG_EDGE_CALL, 1);
	b = made_node(&m, a, second, CG_EDGE_CALL, 1);
	t = made_node(&m, root, task, CG_EDGE_SPAWN, 10);
	m.nodes[t].calls = 5;
	m.nodes[t].origin = a;
	n = made_node(&m, t, leaf, CG_EDGE_AWAIT, 3);
	m.nodes[n].await = 100;
	made_spawn(&m, a, t, 2);
	made_spawn(&m, b, t, 4);
	made_spawn(&m, CG_NONE, t, 8);
	made_spawn(&m, root, t, 16);
	made_spawn(&m, t, t, 32);
	graph = made_graph(&m);
	e = made_edge(graph, "first", "task", CG_EDGE_SPAWN);
	eq(e.calls, 2, "calls of a spawn edge are tasks started");
	eq(e.run_ns, 13, "the first creator's edge has the times");
	eq(e.await_ns, 100, "await too");
	eq(e.wall_ns, 113, "wall too");
	e = made_edge(graph, "second", "task", CG_EDGE_SPAWN);
	eq(e.calls, 4, "the second creator's tasks count");
	eq(e.wall_ns, 0, "without times");
	e = made_edge(graph, "task", "task", CG_EDGE_SPAWN);
	eq(e.calls, 32, "tasks that make themselves anew have an edge");
	eq(e.run_ns, 0, "without times");
	eq(graph->edge_count, 5, "no edge from an unknown creator or a thread's root");
	eq(made_row(graph, "task")->calls, 5, "calls are the node's: tasks that began to run");
	cg_graph_free(graph);
}

int
main(void)
{
	outermost_occurrences();
	kinds_and_order();
	await_recursion();
	spawns();
	return done();
}
