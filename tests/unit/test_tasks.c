/* Task rows: counts, names and times by root and creator; and single tasks. */
#include "made_records.h"

static struct made m;

static const struct cg_task_row *
task_row(const struct cg_graph *graph, const char *root, const char *creator)
{
	for (uint32_t i = 0; i < graph->task_count; i++) {
		const struct cg_task_row *t = &graph->tasks[i];
		const char *by = t->creator == CG_NONE ? "" : graph->functions[t->creator].name;

		if (!strcmp(graph->functions[t->root].name, root) && !strcmp(by, creator))
			return t;
	}
	printf("Bail out! no tasks of %s by %s\n", root, creator);
	exit(1);
}

static void
rows(void)
{
	struct cg_graph *graph;
	const struct cg_task_row *t;
	uint32_t main_, fetch, leaf, root, a, b, one, two, s, n;

	made_init(&m);
	main_ = made_function(&m, "main", CG_KIND_COROUTINE);
	fetch = made_function(&m, "fetch", CG_KIND_COROUTINE);
	leaf = made_function(&m, "leaf", CG_KIND_FUNCTION);
	root = made_thread(&m, "t");
	a = made_node(&m, root, main_, CG_EDGE_SPAWN, 1);
	b = made_node(&m, a, main_, CG_EDGE_AWAIT, 2);
	one = made_node(&m, root, fetch, CG_EDGE_SPAWN, 10);
	m.nodes[one].origin = a;
	n = made_node(&m, one, leaf, CG_EDGE_CALL, 100);
	m.nodes[n].await = 7; /* below a CALL edge: not the task's */
	m.nodes[one].await = 1000;
	two = made_node(&m, root, fetch, CG_EDGE_SPAWN, 20);
	m.nodes[two].origin = b;
	s = made_spawn(&m, CG_NONE, a, 1);
	m.spawns[s].name = made_string(&m, "Task-1");
	m.spawns[s].span = 55;
	m.spawns[s].longest = 55;
	s = made_spawn(&m, a, one, 3);
	m.spawns[s].name = made_string(&m, "Task-2");
	m.spawns[s].span = 300;
	m.spawns[s].longest = 200;
	s = made_spawn(&m, b, two, 2);
	m.spawns[s].name = made_string(&m, "Task-5");
	m.spawns[s].span = 30;
	m.spawns[s].longest = 20;
	made_spawn(&m, n, one, 1);
	graph = made_graph(&m);
	eq(graph->task_count, 3, "one row for each root and creator");
	t = task_row(graph, "main", "");
	ok(!strcmp(t->name, "Task-1"), "a single task has its own name");
	eq(t->span_ns, 55, "its span");
	eq(t->run_ns, 3, "its run");
	t = task_row(graph, "fetch", "main");
	ok(!strcmp(t->name, "fetch"), "several have their root's");
	eq(t->count, 5, "tasks of two nodes with equal functions are one row");
	eq(t->span_ns, 330, "spans add up");
	eq(t->longest_ns, 200, "the longest is the longest");
	eq(t->run_ns, 130, "runs add up");
	eq(t->cpu_ns, 130, "and CPU times");
	eq(t->await_ns, 1000, "await comes over AWAIT edges only");
	t = task_row(graph, "fetch", "leaf");
	eq(t->count, 1, "a later creator has its count");
	eq(t->run_ns, 0, "the times are the first one's");
	ok(!strcmp(t->name, "fetch"), "a task without a name has its root's");
	cg_graph_free(graph);
}

/* A task from before the recording has a root but no record of its making. */
static void
unrecorded(void)
{
	struct cg_graph *graph;
	const struct cg_task_row *t;
	uint32_t f;

	made_init(&m);
	f = made_function(&m, "old", CG_KIND_COROUTINE);
	made_node(&m, made_thread(&m, "t"), f, CG_EDGE_SPAWN, 4);
	graph = made_graph(&m);
	t = task_row(graph, "old", "");
	eq(t->count, 0, "nobody saw it start");
	eq(t->run_ns, 4, "but it ran");
	cg_graph_free(graph);
}

/* Two threads whose rows are not in the order of the records. */
static void
singles(void)
{
	struct cg_graph *graph;
	const struct cg_single_task *t;
	uint32_t f, root, a, b;

	made_init(&m);
	f = made_function(&m, "work", CG_KIND_COROUTINE);
	root = made_thread(&m, "late");
	a = made_node(&m, root, f, CG_EDGE_SPAWN, 1);
	b = made_node(&m, made_thread(&m, "early"), f, CG_EDGE_CALL, 1);
	m.threads[0].id = 2;
	m.threads[1].id = 1;
	made_spawn(&m, b, a, 1);
	made_spawn(&m, CG_NONE, a, 1);
	m.tasks[m.records.task_count++] =
		(struct cg_rec_task){.thread = 0,
	                         .name = made_string(&m, "Task-1"),
	                         .start = 1100,
	                         .end = 1400,
	                         .parked = 200,
	                         .raised = 1};
	m.tasks[m.records.task_count++] = (struct cg_rec_task){
		.spawn = 1, .thread = 1, .start = 900, .end = 950, .parked = 80, .unfinished = 1};
	graph = made_graph(&m);
	eq(graph->single_count, 2, "each has a row");
	t = &graph->singles[0];
	ok(!strcmp(t->name, "Task-1"), "its name");
	ok(!strcmp(graph->functions[t->root].name, "work"), "what it ran");
	eq(t->creator, t->root, "who made it");
	eq(t->thread, 1, "the row of its thread");
	eq(t->start_ns, 100, "its start counts from that of the recording");
	eq(t->span_ns, 300, "its span");
	eq(t->parked_ns, 200, "the part in which it was suspended");
	ok(t->raised && !t->unfinished, "how it ended");
	t = &graph->singles[1];
	ok(!strcmp(t->name, "work"), "without a name it has its root's");
	eq(t->creator, CG_NONE, "nobody is known to have made it");
	eq(t->start_ns, 0, "begun before the recording");
	eq(t->parked_ns, 50, "never suspended for longer than it lived");
	ok(!t->raised && t->unfinished, "it had not ended");
	cg_graph_free(graph);
}

int
main(void)
{
	rows();
	unrecorded();
	singles();
	return done();
}
