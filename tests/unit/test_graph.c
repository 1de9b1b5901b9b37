/* The graph as a whole: its facts, its memory, and trees that are deep or wide. */
#include "base/alloc.h"
#include "made_records.h"

#include <time.h>

static struct made m;

static void
make_some(void)
{
	uint32_t t, f, g, a, b;

	made_init(&m);
	f = made_function(&m, "f", CG_KIND_FUNCTION);
	g = made_function(&m, "g", CG_KIND_COROUTINE);
	t = made_thread(&m, "one");
	a = made_node(&m, t, f, CG_EDGE_CALL, 5);
	made_node(&m, a, f, CG_EDGE_CALL, 5);
	b = made_node(&m, t, g, CG_EDGE_SPAWN, 5);
	m.nodes[b].origin = a;
	made_node(&m, made_thread(&m, "two"), f, CG_EDGE_CALL, 5);
	made_spawn(&m, a, b, 1);
	m.records.task_count = 1;
	m.holds[m.records.hold_count++] = (struct cg_rec_hold){.node = b, .over_10ms = 1};
	m.command[0] = made_string(&m, "app.py");
	m.command[1] = made_string(&m, "--fast");
	m.records.command_count = 2;
}

static void
facts(void)
{
	struct cg_graph *graph;

	make_some();
	m.records.end.mono_ns = 1500; /* two ticks a nanosecond */
	m.records.pid = 42;
	m.records.lost_events = 3;
	m.records.takeovers = 2;
	m.records.forks = 1;
	m.records.folds = 5;
	m.records.killed = true;
	m.records.stop_status = CG_NOMEM;
	m.threads[0].dropped = 1;
	m.threads[1].dropped = 2;
	m.threads[1].unwound = 4;
	m.threads[1].busy = 8;
	m.nodes[1].run = 1000;
	graph = made_graph(&m);
	memset(m.strings, 0, sizeof m.strings);
	ok(graph->info->complete && graph->info->killed && !graph->info->live, "how it ended");
	eq(graph->info->elapsed_ns, 500, "elapsed time in nanoseconds");
	eq(graph->info->start_unix_ns, 7000, "start");
	eq(graph->info->pid, 42, "process");
	eq(graph->info->lost_events, 3, "lost events");
	eq(graph->info->takeovers, 2, "takeovers");
	eq(graph->info->forks, 1, "forks");
	eq(graph->info->folds, 5, "folds");
	eq(graph->info->stop_status, CG_NOMEM, "why it ended early");
	eq(graph->info->dropped, 3, "dropped ends of all threads");
	eq(graph->info->unwound, 4, "unwound activations of all threads");
	eq(graph->info->command_count, 2, "the command");
	ok(!strcmp(graph->info->command[1], "--fast"), "strings do not need the records");
	ok(!strcmp(graph->info->python, "3.11.7"), "python");
	eq(graph->nodes[1].run_ns, 500, "ticks become nanoseconds");
	eq(graph->threads[1].busy_ns, 4, "everywhere");
	eq(graph->nodes[0].end, 4, "a root ends with its thread");
	eq(graph->nodes[1].end, 3, "a node with its last child");
	eq(graph->nodes[2].end, 3, "a leaf with itself");
	eq(graph->nodes[3].origin, 1, "a task has an origin");
	eq(graph->nodes[2].origin, CG_NONE, "others have none");
	cg_graph_free(graph);
}

static void
nothing(void)
{
	struct cg_graph *graph;

	made_init(&m);
	graph = made_graph(&m);
	eq(graph->node_count + graph->function_count + graph->edge_count +
	       graph->thread_count + graph->task_count,
	   0, "records of nothing give a graph of nothing");
	cg_graph_free(graph);
	made_thread(&m, "t");
	graph = made_graph(&m);
	eq(graph->threads[0].run_ns, 0, "a thread that did nothing");
	cg_graph_free(graph);
	cg_graph_free(NULL);
}

/* Fail the first allocation, then the second, ... until there is nothing to fail. */
static void
out_of_memory(void)
{
	struct cg_graph *graph = NULL;
	struct cg_error error;
	enum cg_status status = CG_NOMEM;
	bool clean = true;
	long n;

	make_some();
	for (n = 0; status == CG_NOMEM && n < 1000; n++) {
		cg_alloc_fail_at(n);
		status = cg_graph_build(&graph, &m.records, 0, &error);
		clean = clean && (status ? !graph && error.status == status : graph != NULL);
	}
	cg_alloc_fail_at(-1);
	ok(status == CG_OK && n > 20, "every allocation may fail");
	ok(clean, "and the result is written on success only");
	cg_graph_free(graph);
}

/* A tree of n nodes: one line of calls, or one caller of all. Its graph, or NULL. */
static struct cg_graph *
build_large(uint32_t n, bool deep, uint32_t functions)
{
	struct cg_records r = m.records;
	struct cg_rec_function *f = calloc(functions, sizeof *f);
	struct cg_graph *graph = NULL;

	r.nodes = calloc(n, sizeof *r.nodes);
	r.functions = f;
	r.function_count = functions;
	r.node_count = m.threads[0].node_count = n;
	for (uint32_t i = 0; i < functions; i++)
		f[i].line = i;
	for (uint32_t i = 1; i < n; i++)
		r.nodes[i] = (struct cg_rec_node){.parent = deep ? i - 1 : i > 1,
		                                  .function = i % functions,
		                                  .origin = CG_NONE,
		                                  .edge = deep ? CG_EDGE_AWAIT : CG_EDGE_CALL,
		                                  .calls = 1,
		                                  .run = 1,
		                                  .await = 1};
	r.nodes[0] = m.nodes[0];
	if (cg_graph_build(&graph, &r, 0, NULL))
		graph = NULL;
	free(r.nodes);
	free(f);
	return graph;
}

static void
large(bool deep, uint32_t functions, const char *name)
{
	enum { NODES = 1000000 };
	struct timespec a, b;
	struct cg_graph *graph;

	made_init(&m);
	made_thread(&m, "t");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	graph = build_large(NODES, deep, functions);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	ok(graph && graph->threads[0].run_ns == NODES - 1, name);
	printf("# %u functions, %u edges, %.0f ms\n", graph ? graph->function_count : 0,
	       graph ? graph->edge_count : 0,
	       (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6);
	if (graph && deep && functions == 2) {
		eq(graph->functions[1].run_ns, NODES - 1, "recursion a million deep counts once");
		eq(graph->functions[1].await_ns, NODES - 1, "await too");
		eq(graph->functions[1].work_ns, NODES - 1, "work too");
		eq(graph->functions[1].primitive_calls, 1, "one call is primitive");
	}
	cg_graph_free(graph);
}

int
main(void)
{
	facts();
	nothing();
	out_of_memory();
	large(true, 2, "a million nodes deep, two functions");
	large(true, 500000, "a million nodes deep, many functions");
	large(false, 2, "a million children, two functions");
	large(false, 500000, "a million children, many functions");
	return done();
}
