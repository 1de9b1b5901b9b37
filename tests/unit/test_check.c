/* Records that contradict themselves are refused, each for its own reason. */
#include "made_records.h"

static struct made m;

/* Two threads; the first has f, which calls g, and a task of f made by it. */
static void
good(void)
{
	uint32_t t, f, g, n;

	made_init(&m);
	f = made_function(&m, "f", CG_KIND_FUNCTION);
	g = made_function(&m, "g", CG_KIND_FUNCTION);
	t = made_thread(&m, "one");
	n = made_node(&m, t, f, CG_EDGE_CALL, 1);
	made_node(&m, n, g, CG_EDGE_CALL, 1);
	n = made_node(&m, t, f, CG_EDGE_SPAWN, 1);
	m.nodes[n].origin = t + 1;
	made_node(&m, made_thread(&m, "two"), g, CG_EDGE_CALL, 1);
	made_spawn(&m, t + 1, n, 1);
	m.records.task_count = 1;
	m.holds[m.records.hold_count++].node = n;
	m.command[0] = 0;
	m.records.command_count = 1;
}

static void
refused(const char *name)
{
	struct cg_graph *graph = NULL;
	struct cg_error error = {0};
	enum cg_status status = cg_graph_build(&graph, &m.records, 0, &error);

	ok(status == CG_CORRUPT && error.status == CG_CORRUPT && *error.text && !graph, name);
	cg_graph_free(status ? NULL : graph);
	good();
}

int
main(void)
{
	good();
	cg_graph_free(made_graph(&m));
	ok(true, "the records are good before they are damaged");
	m.functions[1].name = m.records.string_count;
	refused("a name that is no string");
	m.functions[1].file = m.records.string_count;
	refused("a file that is no string");
	m.functions[1].module = m.records.string_count;
	refused("a module that is no string");
	m.functions[1].kind = 5;
	refused("an unknown kind of function");
	m.threads[1].name = m.records.string_count;
	refused("a thread's name that is no string");
	m.threads[1].root = m.records.node_count;
	refused("a thread's root that is no node");
	m.threads[1].root = 1;
	refused("a thread's root that has a parent");
	m.threads[1].node_count = 3;
	refused("a thread with more nodes than there are");
	m.threads[1].node_count = 0;
	refused("a thread without nodes");
	m.nodes[2].thread = 2;
	refused("a node of no thread");
	m.nodes[3].thread = 1;
	refused("a node outside its thread");
	m.nodes[2].edge = 3;
	refused("an unknown kind of edge");
	m.nodes[3].origin = m.records.node_count;
	refused("an origin that is no node");
	m.nodes[2].function = 2;
	refused("a function that is none");
	m.nodes[2].function = CG_NONE;
	refused("a node without a function");
	m.nodes[0].function = 0;
	refused("a thread's root with a function");
	m.nodes[2].parent = 2;
	refused("a node that is its own parent");
	m.nodes[1].parent = 3;
	refused("a parent behind its child");
	m.nodes[2].parent = CG_NONE;
	refused("a second root");
	m.nodes[5].parent = 1;
	refused("a parent in another thread");
	m.nodes[2].parent = 0;
	m.nodes[3].parent = 1;
	m.nodes[3].edge = CG_EDGE_CALL;
	refused("a child behind its parent's sibling");
	m.nodes[2].edge = CG_EDGE_SPAWN;
	refused("a task that is not below its thread's root");
	m.spawns[0].creator = m.records.node_count;
	refused("a creator that is no node");
	m.spawns[0].root = m.records.node_count;
	refused("a task's root that is no node");
	m.spawns[0].root = 0;
	refused("a task's root that is a thread's");
	m.spawns[0].name = m.records.string_count;
	refused("a task's name that is no string");
	m.tasks[0].spawn = m.records.spawn_count;
	refused("a single task of no spawn");
	m.tasks[0].thread = m.records.thread_count;
	refused("a single task of no thread");
	m.tasks[0].name = m.records.string_count;
	refused("a single task's name that is no string");
	m.holds[0].node = m.records.node_count;
	refused("a long segment of no node");
	m.holds[0].node = 0;
	refused("a long segment of a thread's root");
	m.command[0] = m.records.string_count;
	refused("an argument that is no string");
	m.records.python = m.records.string_count;
	refused("a version that is no string");
	return done();
}
