/* The numbers of functions: sums, and what counts as outermost. */
#include "made_records.h"

static struct made m;

/* main calls f, f calls g, g calls f again, which calls itself once more. */
static void
recursion(void)
{
	struct cg_graph *graph;
	uint32_t main_, f, g, n;

	made_init(&m);
	main_ = made_function(&m, "main", CG_KIND_FUNCTION);
	f = made_function(&m, "f", CG_KIND_FUNCTION);
	g = made_function(&m, "g", CG_KIND_FUNCTION);
	n = made_node(&m, made_thread(&m, "t"), main_, CG_EDGE_CALL, 1);
	n = made_node(&m, n, f, CG_EDGE_CALL, 10);
	n = made_node(&m, n, g, CG_EDGE_CALL, 100);
	n = made_node(&m, n, f, CG_EDGE_CALL, 1000);
	n = made_node(&m, n, f, CG_EDGE_CALL, 10000);
	m.nodes[n].calls = 3;
	m.nodes[n].raised = 1;
	m.nodes[n].unfinished = 1;
	graph = made_graph(&m);
	eq(made_row(graph, "main")->run_ns, 11111, "inclusive run is all that is below");
	eq(made_row(graph, "f")->calls, 5, "every call of a recursive function counts");
	eq(made_row(graph, "f")->primitive_calls, 1, "one of them was the outermost");
	eq(made_row(graph, "f")->run_ns, 11110, "its inclusive run counts once");
	eq(made_row(graph, "f")->wall_ns, 11110, "and its wall too");
	eq(made_row(graph, "f")->cpu_ns, 11110, "and its CPU time");
	eq(made_row(graph, "f")->self_run_ns, 11010, "self run is the sum of all");
	eq(made_row(graph, "f")->raised, 1, "raised");
	eq(made_row(graph, "f")->unfinished, 1, "unfinished");
	eq(made_row(graph, "f")->finished, 3, "finished is the rest");
	eq(made_row(graph, "g")->run_ns, 11100, "mutual recursion counts once for both");
	eq(made_row(graph, "g")->primitive_calls, 1, "the inner one is outermost of its own");
	cg_graph_free(graph);
}

/* Side by side is not recursion: h calls leaf twice in two places. */
static void
siblings(void)
{
	struct cg_graph *graph;
	uint32_t root, h, leaf, a;

	made_init(&m);
	root = made_thread(&m, "t");
	h = made_function(&m, "h", CG_KIND_FUNCTION);
	leaf = made_function(&m, "leaf", CG_KIND_BUILTIN);
	a = made_node(&m, root, h, CG_EDGE_CALL, 1);
	made_node(&m, a, leaf, CG_EDGE_CALL, 5);
	made_node(&m, root, leaf, CG_EDGE_CALL, 7);
	a = made_node(&m, root, h, CG_EDGE_CALL, 2);
	made_node(&m, a, leaf, CG_EDGE_CALL, 11);
	graph = made_graph(&m);
	eq(made_row(graph, "leaf")->run_ns, 23, "siblings all count");
	eq(made_row(graph, "leaf")->primitive_calls, 3, "all their calls are primitive");
	eq(made_row(graph, "h")->run_ns, 19, "a thread's root is nobody's caller");
	cg_graph_free(graph);
}

/* The seed program: <module> hosts foo, which awaits sleep and calls work. */
static void
await_and_hosted(void)
{
	struct cg_graph *graph;
	uint32_t root, module, foo, io, work, n;

	made_init(&m);
	module = made_function(&m, "<module>", CG_KIND_FUNCTION);
	foo = made_function(&m, "foo", CG_KIND_COROUTINE);
	io = made_function(&m, "io", CG_KIND_COROUTINE);
	work = made_function(&m, "work", CG_KIND_FUNCTION);
	root = made_thread(&m, "t");
	n = made_node(&m, root, module, CG_EDGE_CALL, 2000);
	m.nodes[n].hosted = 2000;
	n = made_node(&m, root, foo, CG_EDGE_SPAWN, 0);
	m.nodes[n].origin = root + 1;
	m.nodes[n].suspensions = 2;
	made_node(&m, n, work, CG_EDGE_CALL, 2000);
	n = made_node(&m, n, io, CG_EDGE_AWAIT, 0);
	m.nodes[n].calls = 2;
	m.nodes[n].await = 2000;
	graph = made_graph(&m);
	eq(made_row(graph, "foo")->wall_ns, 4000, "a coroutine's wall is run and await");
	eq(made_row(graph, "foo")->run_ns, 2000, "its run");
	eq(made_row(graph, "foo")->await_ns, 2000, "its await comes up the AWAIT edge");
	eq(made_row(graph, "foo")->self_await_ns, 0, "but is its leaf's own");
	eq(made_row(graph, "io")->self_await_ns, 2000, "as it is here");
	eq(made_row(graph, "foo")->suspensions, 2, "suspensions");
	eq(made_row(graph, "<module>")->run_ns, 2000, "a task is not below its creator");
	eq(made_row(graph, "<module>")->hosted_ns, 2000, "which hosts it");
	eq(made_row(graph, "<module>")->wall_ns, 4000, "and has a wall of run and hosted");
	eq(made_row(graph, "<module>")->await_ns, 0, "without an await");
	eq(made_row(graph, "<module>")->work_ns, 4000, "work counts the task");
	cg_graph_free(graph);
}

/* A coroutine driven by hand: `drive` calls it, and it awaits a leaf. */
static void
await_stops_at_a_call(void)
{
	struct cg_graph *graph;
	uint32_t a, drive, c, leaf, n;

	made_init(&m);
	a = made_function(&m, "a", CG_KIND_COROUTINE);
	drive = made_function(&m, "drive", CG_KIND_FUNCTION);
	c = made_function(&m, "c", CG_KIND_COROUTINE);
	leaf = made_function(&m, "leaf", CG_KIND_COROUTINE);
	n = made_node(&m, made_thread(&m, "t"), a, CG_EDGE_SPAWN, 1);
	n = made_node(&m, n, drive, CG_EDGE_CALL, 2);
	n = made_node(&m, n, c, CG_EDGE_CALL, 3);
	n = made_node(&m, n, leaf, CG_EDGE_AWAIT, 4);
	m.nodes[n].await = 50;
	m.nodes[n].hosted = 5;
	graph = made_graph(&m);
	eq(made_row(graph, "c")->await_ns, 50, "a coroutine driven by hand has its await");
	eq(made_row(graph, "drive")->await_ns, 0,
	   "the plain function that drives it has none");
	eq(made_row(graph, "a")->await_ns, 0, "nor has what is above that");
	eq(made_row(graph, "a")->run_ns, 10, "run goes all the way up");
	eq(made_row(graph, "a")->hosted_ns, 5, "and so does hosted time");
	eq(made_row(graph, "a")->wall_ns, 15, "wall is the sum of the three");
	cg_graph_free(graph);
}

/* c awaits c, which calls c by hand: for await, the last one starts afresh. */
static void
await_recursion(void)
{
	struct cg_graph *graph;
	uint32_t c, n;

	made_init(&m);
	c = made_function(&m, "c", CG_KIND_COROUTINE);
	n = made_node(&m, made_thread(&m, "t"), c, CG_EDGE_CALL, 1);
	m.nodes[n].await = 10;
	n = made_node(&m, n, c, CG_EDGE_AWAIT, 1);
	m.nodes[n].await = 100;
	n = made_node(&m, n, c, CG_EDGE_CALL, 1);
	m.nodes[n].await = 1000;
	n = made_node(&m, n, c, CG_EDGE_AWAIT, 1);
	m.nodes[n].await = 10000;
	graph = made_graph(&m);
	eq(made_row(graph, "c")->run_ns, 4, "run counts once");
	eq(made_row(graph, "c")->await_ns, 11110, "await counts once on each line of awaits");
	eq(made_row(graph, "c")->self_await_ns, 11110, "and is never less than self await");
	eq(made_row(graph, "c")->primitive_calls, 1, "one call was the outermost");
	cg_graph_free(graph);
}

/* A task of crawl inside crawl's own tree is a task: it is outermost again. */
static void
spawn_starts_afresh(void)
{
	struct cg_graph *graph;
	uint32_t root, crawl, parse, n, second;

	made_init(&m);
	crawl = made_function(&m, "crawl", CG_KIND_COROUTINE);
	parse = made_function(&m, "parse", CG_KIND_FUNCTION);
	root = made_thread(&m, "t");
	n = made_node(&m, root, crawl, CG_EDGE_SPAWN, 10);
	m.nodes[n].await = 100;
	made_node(&m, n, parse, CG_EDGE_CALL, 1);
	second = made_node(&m, root, crawl, CG_EDGE_SPAWN, 20);
	m.nodes[second].origin = n;
	m.nodes[second].await = 200;
	graph = made_graph(&m);
	eq(made_row(graph, "crawl")->primitive_calls, 2, "both are outermost");
	eq(made_row(graph, "crawl")->run_ns, 31, "both run times count");
	eq(made_row(graph, "crawl")->await_ns, 300, "both waits count");
	eq(made_row(graph, "crawl")->work_ns, 31, "for work the second is inside the first");
	cg_graph_free(graph);
}

/* Begun before the recording: time, but no call; ended elsewhere: an end, but no call. */
static void
begun_before_and_migrated(void)
{
	struct cg_graph *graph;
	uint32_t f, g, one, two;

	made_init(&m);
	f = made_function(&m, "f", CG_KIND_GENERATOR);
	g = made_function(&m, "server", CG_KIND_FUNCTION);
	one = made_node(&m, made_thread(&m, "one"), g, CG_EDGE_CALL, 5);
	m.nodes[one].calls = 0;
	m.nodes[one].begun_before = 1;
	one = made_node(&m, one, f, CG_EDGE_CALL, 10);
	m.nodes[one].calls = 4;
	two = made_node(&m, made_thread(&m, "two"), f, CG_EDGE_CALL, 20);
	m.nodes[two].calls = 0;
	m.nodes[two].raised = 1;
	m.nodes[two].suspensions = 1;
	graph = made_graph(&m);
	eq(made_row(graph, "server")->calls, 0, "begun before is no call");
	eq(made_row(graph, "server")->begun_before, 1, "but counts as such");
	eq(made_row(graph, "server")->finished, 0, "and not as finished");
	eq(made_row(graph, "server")->run_ns, 15, "its time counts");
	eq(made_row(graph, "f")->calls, 4, "calls over all threads");
	eq(made_row(graph, "f")->raised, 1, "ends over all threads");
	eq(made_row(graph, "f")->finished, 3, "add up per function");
	eq(made_row(graph, "f")->run_ns, 30, "an activation has time on both threads");
	cg_graph_free(graph);
}

/* A live image may be read between an end and the call it belongs to. */
static void
torn(void)
{
	struct cg_graph *graph;
	uint32_t n;

	made_init(&m);
	n = made_node(&m, made_thread(&m, "t"), made_function(&m, "f", CG_KIND_FUNCTION),
	              CG_EDGE_CALL, 1);
	m.nodes[n].unfinished = 2;
	m.nodes[n].folded = 1;
	graph = made_graph(&m);
	eq(made_row(graph, "f")->finished, 0, "finished is never negative");
	ok(made_row(graph, "f")->inexact, "a folded function says so");
	cg_graph_free(graph);
}

/* For who sums up the tree himself. */
static void
tree_alone(void)
{
	struct cg_graph *graph;
	uint32_t f;

	made_init(&m);
	f = made_function(&m, "f", CG_KIND_FUNCTION);
	f = made_node(&m, made_node(&m, made_thread(&m, "t"), f, CG_EDGE_CALL, 10), f,
	              CG_EDGE_CALL, 20);
	m.nodes[f].folded = 1;
	graph = made_graph_as(&m, CG_OPEN_TREE);
	eq(graph->node_count, 3, "the tree is there");
	eq(graph->nodes[f].run_ns, 20, "with its times");
	eq(graph->nodes[f].cpu_ns, 20, "all of them");
	eq(graph->threads[0].run_ns, 30, "the threads are there");
	ok(made_row(graph, "f")->inexact, "the functions are, with what is known of them");
	eq(made_row(graph, "f")->run_ns, 0, "but nothing is summed up");
	eq(graph->edge_count, 0, "and there are no edges");
	cg_graph_free(graph);
}

int
main(void)
{
	recursion();
	siblings();
	await_and_hosted();
	await_stops_at_a_call();
	await_recursion();
	spawn_starts_afresh();
	begun_before_and_migrated();
	torn();
	tree_alone();
	return done();
}
