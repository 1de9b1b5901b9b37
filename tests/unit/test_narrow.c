/* Records of some threads alone: what stays, and what refers to what went. */
#include "base/alloc.h"
#include "graph/narrow.h"
#include "made_records.h"

static struct made m;

/* Thread one: a calls b, and makes a task that runs in thread two. Two: c, and that task. */
static void
make_some(void)
{
	uint32_t f, g, one, two, a, c, task, own;

	made_init(&m);
	f = made_function(&m, "f", CG_KIND_FUNCTION);
	g = made_function(&m, "g", CG_KIND_COROUTINE);
	one = made_thread(&m, "one");
	a = made_node(&m, one, f, CG_EDGE_CALL, 5);
	made_node(&m, a, f, CG_EDGE_CALL, 7);
	two = made_thread(&m, "two");
	c = made_node(&m, two, f, CG_EDGE_CALL, 11);
	task = made_node(&m, two, g, CG_EDGE_SPAWN, 13);
	own = made_node(&m, two, g, CG_EDGE_SPAWN, 17);
	m.nodes[task].origin = a;
	m.nodes[own].origin = c;
	m.threads[0].origin = c;
	m.threads[1].origin = a;
	made_spawn(&m, a, task, 1);
	made_spawn(&m, c, own, 1);
	for (uint32_t i = 0; i < 2; i++)
		m.tasks[i] = (struct cg_rec_task){.spawn = i, .thread = 1};
	m.records.task_count = 2;
	m.holds[m.records.hold_count++] = (struct cg_rec_hold){.node = own, .over_10ms = 1};
}

static void
of_the_second(void)
{
	static const bool keep[] = {false, true};
	struct cg_graph *graph;

	make_some();
	eq(cg_records_narrow(&m.records, keep), CG_OK, "the second thread stays");
	graph = made_graph(&m);
	eq(graph->thread_count, 1, "alone");
	ok(!strcmp(graph->threads[0].name, "two"), "under its name");
	eq(graph->threads[0].id, 2, "and its number");
	eq(graph->threads[0].root, 0, "its root is the first node");
	eq(graph->node_count, 4, "with its nodes");
	eq(graph->function_count, 2, "and their functions");
	eq(graph->functions[0].calls, 1, "f was called once there");
	eq(graph->functions[0].self_run_ns, 11, "and ran so long");
	eq(graph->nodes[2].origin, CG_NONE, "a creator elsewhere is none");
	eq(graph->nodes[3].origin, 1, "one here is");
	eq(graph->threads[0].creator, CG_NONE, "nor has it one itself");
	eq(graph->task_count, 2, "both tasks ran there");
	eq(graph->tasks[0].creator, 0, "one of them made there");
	eq(graph->tasks[1].creator, CG_NONE, "the other by nobody known");
	eq(graph->single_count, 2, "each by itself, too");
	eq(graph->hold_count, 1, "the long segment stays");
	cg_graph_free(graph);
}

static void
of_the_first(void)
{
	static const bool keep[] = {true, false};
	struct cg_graph *graph;

	make_some();
	eq(cg_records_narrow(&m.records, keep), CG_OK, "the first thread stays");
	graph = made_graph(&m);
	eq(graph->node_count, 3, "with its nodes");
	eq(graph->function_count, 1, "g has no row, nothing of it ran there");
	eq(graph->functions[0].calls, 2, "f was called twice");
	eq(graph->functions[0].work_ns, 12, "what its task did elsewhere is no work of it");
	eq(graph->task_count, 0, "no task ran there");
	eq(graph->single_count, 0, "none at all");
	eq(graph->hold_count, 0, "and no long segment");
	cg_graph_free(graph);
}

static void
without_memory(void)
{
	static const bool keep[] = {true, false};

	for (long n = 0; n < 3; n++) {
		make_some();
		cg_alloc_fail_at(n);
		eq(cg_records_narrow(&m.records, keep), CG_NOMEM, "no memory is told");
		cg_alloc_fail_at(-1);
		eq(m.records.node_count, 7, "and nothing has changed");
	}
}

int
main(void)
{
	of_the_second();
	of_the_first();
	without_memory();
	return done();
}
