/* Work: running over CALL, AWAIT and SPAWN edges. */
#include "made_records.h"

static struct made m;

/* main on one thread starts `task` that runs on another, which calls main again. */
static void
across_threads(void)
{
	struct cg_graph *graph;
	uint32_t main_, task, helper, a, t;

	made_init(&m);
	main_ = made_function(&m, "main", CG_KIND_FUNCTION);
	task = made_function(&m, "task", CG_KIND_COROUTINE);
	helper = made_function(&m, "helper", CG_KIND_FUNCTION);
	t = made_node(&m, made_thread(&m, "worker"), task, CG_EDGE_SPAWN, 10);
	made_node(&m, t, main_, CG_EDGE_CALL, 100);
	a = made_node(&m, made_thread(&m, "main"), main_, CG_EDGE_CALL, 1);
	made_node(&m, a, helper, CG_EDGE_CALL, 1000);
	m.nodes[t].origin = a;
	graph = made_graph(&m);
	eq(made_row(graph, "main")->work_ns, 1111, "work follows a task to its thread");
	eq(made_row(graph, "main")->run_ns, 1101, "run does not, and main runs there too");
	eq(made_row(graph, "task")->work_ns, 110, "the task's own work");
	eq(made_row(graph, "helper")->work_ns, 1000, "the helper's");
	cg_graph_free(graph);
}

/* One root shared by crawls that start crawls: the origin is the first creator. */
static void
respawn(void)
{
	struct cg_graph *graph;
	uint32_t main_, crawl, parse, root, a, c, p;

	made_init(&m);
	main_ = made_function(&m, "main", CG_KIND_FUNCTION);
	crawl = made_function(&m, "crawl", CG_KIND_COROUTINE);
	parse = made_function(&m, "parse", CG_KIND_FUNCTION);
	root = made_thread(&m, "t");
	a = made_node(&m, root, main_, CG_EDGE_CALL, 1);
	c = made_node(&m, root, crawl, CG_EDGE_SPAWN, 10);
	m.nodes[c].calls = 1000;
	m.nodes[c].origin = a;
	p = made_node(&m, c, parse, CG_EDGE_CALL, 100);
	made_spawn(&m, a, c, 1);
	made_spawn(&m, p, c, 999);
	graph = made_graph(&m);
	eq(made_row(graph, "main")->work_ns, 111, "every crawl's work is main's, once");
	eq(made_row(graph, "crawl")->work_ns, 110, "crawl's");
	eq(made_row(graph, "parse")->work_ns, 100,
	   "parse starts crawls, which have their own");
	eq(made_edge(graph, "parse", "crawl", CG_EDGE_SPAWN).calls, 999,
	   "and an edge to them");
	cg_graph_free(graph);
}

/* A root whose origin lies in its own subtree: nothing honest makes it, nothing breaks. */
static void
own_subtree(void)
{
	struct cg_graph *graph;
	uint32_t crawl, parse, c, p;

	made_init(&m);
	crawl = made_function(&m, "crawl", CG_KIND_COROUTINE);
	parse = made_function(&m, "parse", CG_KIND_FUNCTION);
	c = made_node(&m, made_thread(&m, "t"), crawl, CG_EDGE_SPAWN, 10);
	p = made_node(&m, c, parse, CG_EDGE_CALL, 100);
	m.nodes[c].origin = p;
	graph = made_graph(&m);
	eq(made_row(graph, "crawl")->work_ns, 110, "the ring is opened at the task");
	eq(made_row(graph, "parse")->work_ns, 100, "work below it counts once");
	eq(made_edge(graph, "parse", "crawl", CG_EDGE_SPAWN).run_ns, 110, "the edge stays");
	cg_graph_free(graph);
}

/* a made b, b made c, c made a; d hangs below b. Opened at the smallest number: a. */
static void
ring(void)
{
	struct cg_graph *graph;
	uint32_t f[4], n[4], root;
	const char *names[] = {"d", "a", "b", "c"};

	made_init(&m);
	root = made_thread(&m, "t");
	for (int i = 0; i < 4; i++) {
		f[i] = made_function(&m, names[i], CG_KIND_COROUTINE);
		n[i] = made_node(&m, root, f[i], CG_EDGE_SPAWN, 1);
	}
	m.nodes[n[0]].origin = n[2];
	m.nodes[n[1]].origin = n[3];
	m.nodes[n[2]].origin = n[1];
	m.nodes[n[3]].origin = n[2];
	graph = made_graph(&m);
	eq(made_row(graph, "a")->work_ns, 4, "a, opened, holds all");
	eq(made_row(graph, "b")->work_ns, 3, "b holds c and d");
	eq(made_row(graph, "c")->work_ns, 1, "c no longer holds a");
	eq(made_row(graph, "d")->work_ns, 1, "d is not in the ring");
	cg_graph_free(graph);
}

int
main(void)
{
	across_threads();
	respawn();
	own_subtree();
	ring();
	return done();
}
