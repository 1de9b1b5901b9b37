/* Long segments, by function. */
#include "made_records.h"

static struct made m;

static void
hold(uint32_t node, uint32_t count, uint64_t longest, uint64_t held, uint64_t asked,
     uint64_t cpu_ns)
{
	m.holds[m.records.hold_count++] = (struct cg_rec_hold){.node = node,
	                                                       .over_10ms = 4 * count,
	                                                       .over_50ms = 2 * count,
	                                                       .over_100ms = count,
	                                                       .longest = longest,
	                                                       .held = held,
	                                                       .asked = asked,
	                                                       .cpu_ns = cpu_ns};
}

int
main(void)
{
	struct cg_graph *graph;
	uint32_t none, f, g, root, a, b, c;

	made_init(&m);
	none = made_function(&m, "none", CG_KIND_FUNCTION);
	f = made_function(&m, "f", CG_KIND_COROUTINE);
	g = made_function(&m, "g", CG_KIND_COROUTINE);
	root = made_thread(&m, "t");
	a = made_node(&m, root, f, CG_EDGE_SPAWN, 1);
	b = made_node(&m, root, g, CG_EDGE_SPAWN, 1);
	c = made_node(&m, b, f, CG_EDGE_AWAIT, 1);
	made_node(&m, root, none, CG_EDGE_CALL, 1);
	hold(a, 1, 300, 1000, 600, 100);
	hold(b, 10, 50, 50, 100, 0);
	hold(c, 2, 200, 400, 0, 50);
	graph = made_graph(&m);
	eq(graph->hold_count, 2, "one row for each function that held");
	ok(!strcmp(graph->functions[graph->holds[0].function].name, "f"), "in their order");
	eq(graph->holds[0].over_10ms, 12, "counts add up");
	eq(graph->holds[0].over_50ms, 6, "each of them");
	eq(graph->holds[0].over_100ms, 3, "on its own");
	eq(graph->holds[0].longest_ns, 300, "the longest is the longest");
	eq(graph->holds[0].held_ns, 1400, "all of them held that long");
	eq(graph->holds[0].cpu_ns, 900,
	   "and computed the part that was no gap, or answered so");
	eq(graph->holds[1].cpu_ns, 0, "never less than nothing");
	cg_graph_free(graph);
	return done();
}
