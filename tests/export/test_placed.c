/* The tree of the exports: where nodes stand, what they hold, and that it adds up. */
#include "exporters/memory.h"
#include "exporters/placed.h"
#include "../unit/tap.h"

enum { RUN = 100, WAIT = 1000 };

/* Node i runs RUN + i and awaits WAIT + i. */
static struct cg_node
node(uint32_t i, uint32_t parent, uint32_t function, uint32_t edge, uint32_t origin)
{
	return (struct cg_node){.parent = parent,
	                        .function = function,
	                        .edge = edge,
	                        .origin = origin,
	                        .calls = 1,
	                        .suspensions = 2,
	                        .run_ns = RUN + i,
	                        .await_ns = WAIT + i,
	                        .cpu_ns = RUN / 2 + i};
}

/*
 * A thread: f(1) calls c(2) by hand, which awaits d(3); a task t(4), made by d, calls c(5)
 * by hand and awaits d(6).
 */
static void
make(struct cg_graph *g, struct cg_node *nodes, struct cg_thread_row *thread)
{
	nodes[0] = (struct cg_node){.parent = CG_NONE, .function = CG_NONE};
	nodes[1] = node(1, 0, 0, CG_EDGE_CALL, CG_NONE);
	nodes[1].await_ns = 0;
	nodes[2] = node(2, 1, 1, CG_EDGE_CALL, CG_NONE);
	nodes[3] = node(3, 2, 2, CG_EDGE_AWAIT, CG_NONE);
	nodes[4] = node(4, 0, 3, CG_EDGE_SPAWN, 3);
	nodes[5] = node(5, 4, 1, CG_EDGE_CALL, CG_NONE);
	nodes[6] = node(6, 4, 2, CG_EDGE_AWAIT, CG_NONE);
	*thread = (struct cg_thread_row){.name = "MainThread", .id = 1, .count = 1};
	*g = (struct cg_graph){.nodes = nodes,
	                       .node_count = 7,
	                       .threads = thread,
	                       .thread_count = 1,
	                       .function_count = 4};
}

struct want {
	uint32_t parent, end, label, node, holds;
};

static void
compare(const struct cg_placed *p, const struct want *want, uint32_t count,
        const char *name)
{
	bool same = p->count == count;

	for (uint32_t i = 0; same && i < count; i++) {
		const struct cg_place *q = &p->places[i];

		same = q->parent == want[i].parent && q->end == want[i].end &&
		       q->label == want[i].label && q->node == want[i].node &&
		       q->holds == want[i].holds;
		if (!same)
			printf("# place %u: parent %u, end %u, label %u, node %u, holds %u\n", i,
			       q->parent, q->end, q->label, q->node, q->holds);
	}
	ok(same, name);
}

static uint64_t
total(const struct cg_placed *p, enum cg_metric metric)
{
	uint64_t *sums, root;

	if (cg_placed_inclusive(p, metric, &sums))
		return 0;
	root = sums[0];
	cg_memory_free(sums);
	return root;
}

static void
adds_up(const struct cg_placed *p)
{
	uint64_t run = 6 * RUN + 21, await = 5 * WAIT + 20;

	eq(total(p, CG_METRIC_RUN), run, "all run is there");
	eq(total(p, CG_METRIC_AWAIT), await, "all await is there");
	eq(total(p, CG_METRIC_WALL), run + await, "wall is both");
	eq(total(p, CG_METRIC_CPU), 6 * RUN / 2 + 21, "all cpu is there");
	eq(total(p, CG_METRIC_CALLS), 6, "a mirror adds no call");
	eq(total(p, CG_METRIC_SUSPENSIONS), 12, "and no suspension");
}

static void
beside(const struct cg_graph *g)
{
	static const struct want want[] = {
		{CG_NONE, 11, 0, CG_NONE, CG_HOLDS_NOTHING},
		{0, 5, 1, 0, CG_HOLDS_NOTHING},
		{1, 5, 2, 1, CG_HOLDS_ALL_BUT_AWAIT},
		{2, 5, 3, 2, CG_HOLDS_ALL_BUT_AWAIT},
		{3, 5, 4, 3, CG_HOLDS_ALL_BUT_AWAIT},
		{0, 8, 5, 4, CG_HOLDS_ALL},
		{5, 7, 3, 5, CG_HOLDS_ALL_BUT_AWAIT},
		{5, 8, 4, 6, CG_HOLDS_ALL},
		{0, 10, 3, 2, CG_HOLDS_AWAIT},
		{8, 10, 4, 3, CG_HOLDS_AWAIT},
		{0, 11, 3, 5, CG_HOLDS_AWAIT},
	};
	struct cg_placed p;

	eq(cg_placed_init(&p, g, CG_TASKS_BESIDE), CG_OK, "placed");
	compare(&p, want, 11, "tasks beside threads, await by hand in mirrors");
	adds_up(&p);
	cg_placed_release(&p);
}

static void
creator(const struct cg_graph *g)
{
	static const struct want want[] = {
		{CG_NONE, 11, 0, CG_NONE, CG_HOLDS_NOTHING},
		{0, 8, 1, 0, CG_HOLDS_NOTHING},
		{1, 8, 2, 1, CG_HOLDS_ALL_BUT_AWAIT},
		{2, 8, 3, 2, CG_HOLDS_ALL_BUT_AWAIT},
		{3, 8, 4, 3, CG_HOLDS_ALL_BUT_AWAIT},
		{4, 8, 5, 4, CG_HOLDS_ALL},
		{5, 7, 3, 5, CG_HOLDS_ALL_BUT_AWAIT},
		{5, 8, 4, 6, CG_HOLDS_ALL},
		{0, 10, 3, 2, CG_HOLDS_AWAIT},
		{8, 10, 4, 3, CG_HOLDS_AWAIT},
		{0, 11, 3, 5, CG_HOLDS_AWAIT},
	};
	struct cg_placed p;

	eq(cg_placed_init(&p, g, CG_TASKS_CREATOR), CG_OK, "placed under creators");
	compare(&p, want, 11, "the task stands under its creator");
	adds_up(&p);
	cg_placed_release(&p);
}

/* A creator below the task itself, as only a damaged trace has it. */
static void
own_creator(struct cg_graph *g, struct cg_node *nodes)
{
	struct cg_placed p;

	nodes[4].origin = 6;
	eq(cg_placed_init(&p, g, CG_TASKS_CREATOR), CG_OK, "a task that made itself");
	eq(p.places[5].parent, 0, "stands beside the threads");
	adds_up(&p);
	cg_placed_release(&p);
	nodes[4].origin = 1000;
	eq(cg_placed_init(&p, g, CG_TASKS_CREATOR), CG_OK, "a creator that is not there");
	eq(p.places[5].parent, 0, "the same");
	cg_placed_release(&p);
	nodes[4].origin = 3;
}

static void
nothing(void)
{
	static const struct want want[] = {
		{CG_NONE, 2, 0, CG_NONE, CG_HOLDS_NOTHING},
		{0, 2, 1, CG_NONE, CG_HOLDS_NOTHING},
	};
	struct cg_graph g = {0};
	struct cg_placed p;

	eq(cg_placed_init(&p, &g, CG_TASKS_BESIDE), CG_OK, "an empty graph");
	compare(&p, want, 2, "has a root and a child");
	cg_placed_release(&p);
}

static void
no_memory(const struct cg_graph *g)
{
	struct cg_placed p = {.count = 77};
	enum cg_status status;
	long n = 0;

	do {
		cg_memory_fail_at(n++);
		status = cg_placed_init(&p, g, CG_TASKS_CREATOR);
		cg_memory_fail_at(-1);
	} while (status == CG_NOMEM && p.count == 77 && n < 100);
	ok(!status && n > 5, "each failure leaves the result untouched");
	cg_placed_release(&p);
}

int
main(void)
{
	struct cg_node nodes[7];
	struct cg_thread_row thread;
	struct cg_graph g;

	make(&g, nodes, &thread);
	beside(&g);
	creator(&g);
	own_creator(&g, nodes);
	nothing();
	no_memory(&g);
	return done();
}
