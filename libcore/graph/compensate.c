/*
 * Compensation: what recording cost is taken off the run and CPU time of the nodes.
 *
 * What one event costs was measured at the start of the recording, how many there were is in
 * the counts of the nodes. A part falls on the activation, the other on what runs below it on
 * the stack: its parent, or, of a task, what hosted it, which only its time tells. A chain
 * that suspends reads the clock once, at its leaf: the hooks of the others fall on what runs
 * below the whole chain, and of a resumption on the leaf.
 *
 * The machine may have been slower when that was measured than it was later. But no call
 * takes less than its events cost: places of many calls show by how much all is too high.
 *
 * A node gives no more than it has: the rest is told. Waits and counts stay.
 */
#include "base/alloc.h"
#include "graph/build.h"

/* Calls that make a place's average sure, and how far it may bring the costs down. */
enum { MANY_CALLS = 1000, LEAST_PERCENT = 25 };

struct pass {
	const struct cg_build *b;
	struct cg_own_costs each;
	double *cost;     /* per node: nanoseconds to take off */
	uint64_t *passed; /* per node: suspensions that came from what it awaits */
	uint32_t *depth;  /* per node: AWAIT edges up to the head of its chain */
	double *hosts;    /* per thread: what falls on those that host tasks */
};

static bool
is_task(const struct cg_node *n)
{
	return n->edge == CG_EDGE_SPAWN;
}

static uint32_t
kind_of(const struct pass *p, uint32_t node)
{
	return p->b->store->functions[p->b->function[node]].kind;
}

static void
charge_below(struct pass *p, const struct cg_node *n, double ns)
{
	if (is_task(n))
		p->hosts[n->thread] += ns;
	else
		p->cost[n->parent] += ns;
}

/* What a call of that node costs, when it is one of a plain function, else NULL. */
static const struct cg_own_cost *
plain_cost(const struct pass *p, uint32_t i)
{
	switch (kind_of(p, i)) {
	case CG_KIND_FUNCTION:
		return &p->each.call;
	case CG_KIND_BUILTIN:
		return &p->each.c_call;
	default:
		return NULL;
	}
}

/* What to multiply the costs by: 1, or less where a place without callees says so. */
static double
find_scale(const struct pass *p)
{
	const struct cg_node *nodes = p->b->store->nodes;
	double least = 1;

	for (uint32_t i = 0; i < p->b->records->node_count; i++) {
		const struct cg_own_cost *each;
		double cost;

		if (nodes[i].end != i + 1 || nodes[i].calls < MANY_CALLS ||
		    p->b->function[i] == CG_NONE)
			continue;
		each = plain_cost(p, i);
		cost = each ? (double)nodes[i].calls * each->inner_ns : 0;
		if ((double)nodes[i].run_ns < cost * least)
			least = (double)nodes[i].run_ns / cost;
	}
	return least < LEAST_PERCENT / 100.0 ? LEAST_PERCENT / 100.0 : least;
}

static void
scale_costs(struct pass *p)
{
	struct cg_own_cost *all[] = {&p->each.call, &p->each.c_call, &p->each.start,
	                             &p->each.step, &p->each.link};
	double scale = find_scale(p);

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		all[i]->inner_ns *= scale;
		all[i]->outer_ns *= scale;
	}
}

/* Children have larger numbers than their parents. */
static void
count_passed(struct pass *p)
{
	const struct cg_node *nodes = p->b->store->nodes;

	for (uint32_t i = p->b->records->node_count; i-- > 0;) {
		uint64_t passes = nodes[i].suspensions;

		if (nodes[i].edge != CG_EDGE_AWAIT)
			continue;
		/* at a yield of its own an async generator suspends alone */
		if (kind_of(p, i) == CG_KIND_ASYNC_GENERATOR && p->passed[i] < passes)
			passes = p->passed[i];
		p->passed[nodes[i].parent] = cg_add(p->passed[nodes[i].parent], passes);
	}
}

static void
charge_calls(struct pass *p, uint32_t i)
{
	const struct cg_node *n = &p->b->store->nodes[i];
	const struct cg_own_cost *each = plain_cost(p, i);

	if (!each)
		each = &p->each.start;
	p->cost[i] += (double)n->calls * each->inner_ns;
	charge_below(p, n, (double)n->calls * each->outer_ns);
}

/* Those suspensions that began here, with all that passed them on. */
static void
charge_steps(struct pass *p, uint32_t i)
{
	const struct cg_node *n = &p->b->store->nodes[i];
	const struct cg_own_costs *each = &p->each;
	double own, links = p->depth[i];

	if (n->suspensions <= p->passed[i])
		return;
	own = (double)(n->suspensions - p->passed[i]);
	if (kind_of(p, i) == CG_KIND_ASYNC_GENERATOR)
		links = 0;
	p->cost[i] += own * (each->step.inner_ns + links * each->link.inner_ns);
	if (links > 0)
		n = &p->b->store->nodes[p->b->head[i]];
	charge_below(p, n, own * (each->step.outer_ns + links * each->link.outer_ns));
}

static void
charge_nodes(struct pass *p)
{
	const struct cg_node *nodes = p->b->store->nodes;

	for (uint32_t i = 0; i < p->b->records->node_count; i++) {
		if (p->b->function[i] == CG_NONE)
			continue;
		if (nodes[i].edge == CG_EDGE_AWAIT)
			p->depth[i] = p->depth[nodes[i].parent] + 1;
		charge_calls(p, i);
		charge_steps(p, i);
	}
}

/* What falls on the hosts of a thread, by how long they were that. */
static void
charge_hosts(struct pass *p, const struct cg_thread_row *row)
{
	struct cg_node *nodes = p->b->store->nodes;
	double hosted = 0;

	for (uint32_t i = row->root; i < nodes[row->root].end; i++)
		hosted += (double)nodes[i].hosted_ns;
	for (uint32_t i = row->root; hosted > 0 && i < nodes[row->root].end; i++)
		p->cost[i] += p->hosts[nodes[i].thread] * ((double)nodes[i].hosted_ns / hosted);
}

static uint64_t
whole(double ns)
{
	return ns < 1e18 ? (uint64_t)ns : (uint64_t)1e18;
}

/* Returns what was taken. */
static uint64_t
take(struct pass *p, uint32_t i)
{
	struct cg_node *n = &p->b->store->nodes[i];
	struct cg_trace_info *info = &p->b->store->info;
	double run = (double)n->run_ns, cost = p->cost[i];
	uint64_t taken = cost < run ? whole(cost) : n->run_ns;

	if (p->b->function[i] == CG_NONE)
		return 0;
	if (cost > run)
		info->short_ns = cg_add(info->short_ns, whole(cost - run));
	info->taken_ns = cg_add(info->taken_ns, taken);
	n->run_ns -= taken;
	n->cpu_ns -= taken < n->cpu_ns ? taken : n->cpu_ns;
	return taken;
}

/*
 * Take from the nodes of a thread, and so much of the time that it hosted tasks as was taken
 * from these.
 */
static void
take_thread(struct pass *p, struct cg_thread_row *row)
{
	struct cg_node *nodes = p->b->store->nodes;
	uint32_t end = nodes[row->root].end, task_end = 0;
	double before = 0, taken = 0;

	row->run_ns = row->cpu_ns = 0;
	for (uint32_t i = row->root; i < end; i++) {
		uint64_t run = nodes[i].run_ns, off = take(p, i);

		if (is_task(&nodes[i]))
			task_end = nodes[i].end;
		if (i < task_end) {
			before += (double)run;
			taken += (double)off;
		}
		row->run_ns = cg_add(row->run_ns, nodes[i].run_ns);
		row->cpu_ns = cg_add(row->cpu_ns, nodes[i].cpu_ns);
	}
	for (uint32_t i = row->root; taken > 0 && i < end; i++) {
		uint64_t hosted = nodes[i].hosted_ns;
		uint64_t less = whole((double)hosted * (taken / before) + 0.5);

		nodes[i].hosted_ns -= less < hosted ? less : hosted;
	}
}

enum cg_status
cg_build_compensate(struct cg_build *b)
{
	struct cg_thread_row *rows = b->store->threads;
	uint32_t count = b->records->node_count, threads = b->store->graph.thread_count;
	struct pass p = {.b = b, .each = b->store->info.costs};
	enum cg_status status = CG_OK;

	if (!(b->flags & CG_OPEN_COMPENSATE) || !b->store->info.costs_known)
		return CG_OK;
	p.cost = cg_zalloc(count, sizeof *p.cost);
	p.passed = cg_zalloc(count, sizeof *p.passed);
	p.depth = cg_zalloc(count, sizeof *p.depth);
	p.hosts = cg_zalloc(threads, sizeof *p.hosts);
	if (!p.cost || !p.passed || !p.depth || !p.hosts) {
		status = CG_NOMEM;
		goto out;
	}
	scale_costs(&p);
	count_passed(&p);
	charge_nodes(&p);
	for (uint32_t i = 0; i < threads; i++) {
		charge_hosts(&p, &rows[i]);
		take_thread(&p, &rows[i]);
	}
	b->store->info.compensated = true;
out:
	cg_free(p.cost);
	cg_free(p.passed);
	cg_free(p.depth);
	cg_free(p.hosts);
	return status;
}
