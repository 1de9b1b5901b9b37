/*
 * How nodes become places. First every node, and every mirror of a node, is an item that
 * names its parent item; then the items are put in depth-first order. Items 0 to
 * node_count - 1 are the nodes, then come the mirrors, then the root, and last what
 * stands for a graph without a thread.
 */
#include "placed.h"
#include "halves.h"
#include "memory.h"

#include <string.h>

enum {
	AWAITS = 1, /* it or one below it, over AWAIT edges, has await */
	CUT = 2,    /* its chain stands on a CALL edge: its await goes to a mirror */
	LOOPS = 4,  /* a task root whose creators lead back to itself */
	SEEN = 8,   /* while creators are followed: done before */
	ON_WAY = 16 /* while creators are followed: on this way */
};

struct builder {
	const struct cg_graph *graph;
	enum cg_tasks_view tasks;
	uint8_t *marks;     /* per node */
	uint32_t *mirror;   /* per node: its mirror's item, or CG_NONE */
	uint32_t *mirrored; /* per mirror: its node */
	uint32_t *parent;   /* per item */
	uint32_t *first;    /* per item: first child, or CG_NONE */
	uint32_t *next;     /* per item: next sibling, or CG_NONE */
	uint32_t *at;       /* per item: its place */
	uint32_t mirror_count;
	uint32_t item_count;
	uint32_t root; /* item of <program> */
	unsigned has;  /* as in cg_placed */
};

/* Nodes above which no chain goes on: AWAIT below a thread's root is as good as CALL. */
static bool
is_awaited(const struct cg_graph *g, uint32_t n)
{
	const struct cg_node *node = &g->nodes[n];

	return node->edge == CG_EDGE_AWAIT && node->parent != CG_NONE &&
	       g->nodes[node->parent].parent != CG_NONE;
}

static bool
is_task(const struct cg_graph *g, uint32_t n)
{
	return g->nodes[n].edge == CG_EDGE_SPAWN && g->nodes[n].parent != CG_NONE;
}

/* The metrics of a node that are not 0, as in cg_placed; a place's calls are no matter. */
static unsigned
metrics_of(const struct cg_node *node)
{
	return (unsigned)(node->run_ns != 0) << CG_METRIC_RUN |
	       (unsigned)(node->await_ns != 0) << CG_METRIC_AWAIT |
	       (unsigned)(node->cpu_ns != 0) << CG_METRIC_CPU |
	       (unsigned)(node->suspensions != 0) << CG_METRIC_SUSPENSIONS;
}

static void
find_await(struct builder *b)
{
	const struct cg_graph *g = b->graph;

	for (uint32_t n = g->node_count; n-- > 0;) {
		b->has |= metrics_of(&g->nodes[n]);
		if (g->nodes[n].await_ns)
			b->marks[n] |= AWAITS;
		if (is_awaited(g, n) && b->marks[n] & AWAITS)
			b->marks[g->nodes[n].parent] |= AWAITS;
	}
	for (uint32_t n = 0; n < g->node_count; n++) {
		if (g->nodes[n].parent == CG_NONE || is_task(g, n))
			continue;
		if (!is_awaited(g, n) || b->marks[g->nodes[n].parent] & CUT)
			b->marks[n] |= CUT;
	}
}

static enum cg_status
find_mirrors(struct builder *b)
{
	const struct cg_graph *g = b->graph;
	uint64_t count = 0;

	for (uint32_t n = 0; n < g->node_count; n++)
		count += (b->marks[n] & (AWAITS | CUT)) == (AWAITS | CUT);
	if (g->node_count + count + 2 >= CG_NONE)
		return CG_LIMIT;
	b->mirrored = cg_memory_array(count, sizeof(*b->mirrored));
	b->mirror = cg_memory_array(g->node_count, sizeof(*b->mirror));
	if (!b->mirrored || !b->mirror)
		return CG_NOMEM;
	for (uint32_t n = 0; n < g->node_count; n++) {
		b->mirror[n] = CG_NONE;
		if ((b->marks[n] & (AWAITS | CUT)) != (AWAITS | CUT))
			continue;
		b->mirror[n] = g->node_count + b->mirror_count;
		b->mirrored[b->mirror_count++] = n;
	}
	b->root = g->node_count + b->mirror_count;
	b->item_count = b->root + 1 + (g->thread_count == 0);
	return CG_OK;
}

/*
 * Mark the task roots whose creators form a ring, one in each ring: a sound trace has
 * none, but readers trust nothing. `owner` is per node the task root or thread's root
 * that it stands under.
 */
static void
find_rings(struct builder *b, uint32_t *owner)
{
	const struct cg_graph *g = b->graph;

	for (uint32_t n = 0; n < g->node_count; n++) {
		bool top = g->nodes[n].parent == CG_NONE || is_task(g, n);

		owner[n] = top ? n : owner[g->nodes[n].parent];
	}
	for (uint32_t n = 0; n < g->node_count; n++) {
		uint32_t at = n;

		while (is_task(g, at) && !(b->marks[at] & (SEEN | ON_WAY)) &&
		       g->nodes[at].origin < g->node_count) {
			b->marks[at] |= ON_WAY;
			at = owner[g->nodes[at].origin];
		}
		if (b->marks[at] & ON_WAY)
			b->marks[at] |= LOOPS;
		for (at = n; b->marks[at] & ON_WAY; at = owner[g->nodes[at].origin])
			b->marks[at] = (uint8_t)((b->marks[at] & ~ON_WAY) | SEEN);
	}
}

static uint32_t
parent_of_node(const struct builder *b, uint32_t n)
{
	const struct cg_node *node = &b->graph->nodes[n];

	if (node->parent == CG_NONE)
		return b->root;
	if (!is_task(b->graph, n))
		return node->parent;
	if (b->tasks == CG_TASKS_CREATOR && node->origin < b->graph->node_count &&
	    !(b->marks[n] & LOOPS))
		return node->origin;
	return b->root;
}

static uint32_t
parent_of_mirror(const struct builder *b, uint32_t n)
{
	uint32_t up =
		is_awaited(b->graph, n) ? b->mirror[b->graph->nodes[n].parent] : CG_NONE;

	return up == CG_NONE ? b->root : up;
}

static enum cg_status
link_items(struct builder *b)
{
	uint32_t nodes = b->graph->node_count;
	size_t bytes = b->item_count * sizeof(uint32_t);

	b->parent = cg_memory_array(b->item_count, sizeof(uint32_t));
	b->first = cg_memory_array(b->item_count, sizeof(uint32_t));
	b->next = cg_memory_array(b->item_count, sizeof(uint32_t));
	b->at = cg_memory_array(b->item_count, sizeof(uint32_t));
	if (!b->parent || !b->first || !b->next || !b->at)
		return CG_NOMEM;
	memset(b->first, 0xff, bytes);
	memset(b->next, 0xff, bytes);
	/* From the last to the first, each in front of its siblings: they come out in order. */
	for (uint32_t item = b->item_count; item-- > 0;) {
		uint32_t up = b->root;

		if (item == b->root)
			continue;
		if (item < nodes)
			up = parent_of_node(b, item);
		else if (item < b->root)
			up = parent_of_mirror(b, b->mirrored[item - nodes]);
		b->parent[item] = up;
		b->next[item] = b->first[up];
		b->first[up] = item;
	}
	return CG_OK;
}

static uint32_t
label_of(const struct cg_placed *placed, uint32_t n)
{
	const struct cg_node *node = &placed->graph->nodes[n];

	return node->parent == CG_NONE ? 1 + node->thread
	                               : placed->first_function + node->function;
}

static struct cg_place
place_of(const struct builder *b, const struct cg_placed *placed, uint32_t item)
{
	uint32_t nodes = b->graph->node_count;
	uint32_t n = item < nodes ? item : b->mirrored[item - nodes];
	struct cg_place place = {.parent = b->at[b->parent[item]],
	                         .node = n,
	                         .label = label_of(placed, n),
	                         .holds = CG_HOLDS_ALL};

	if (b->graph->nodes[n].parent == CG_NONE)
		place.holds = CG_HOLDS_NOTHING;
	else if (item >= nodes)
		place.holds = CG_HOLDS_AWAIT;
	else if (b->marks[n] & CUT)
		place.holds = CG_HOLDS_ALL_BUT_AWAIT;
	return place;
}

/* Put the items in depth-first order; the links are the stack. */
static void
order_items(struct builder *b, struct cg_placed *placed)
{
	uint32_t item = b->root;

	for (;;) {
		struct cg_place *place = &placed->places[placed->count];

		if (item == b->root)
			*place = (struct cg_place){.parent = CG_NONE, .node = CG_NONE};
		else if (item > b->root)
			*place = (struct cg_place){.label = 1, .node = CG_NONE};
		else
			*place = place_of(b, placed, item);
		b->at[item] = placed->count++;
		if (b->first[item] != CG_NONE) {
			item = b->first[item];
			continue;
		}
		for (;;) {
			placed->places[b->at[item]].end = placed->count;
			if (item == b->root)
				return;
			if (b->next[item] != CG_NONE)
				break;
			item = b->parent[item];
		}
		item = b->next[item];
	}
}

/* Some nodes of a graph that may be plain. */
struct stretch {
	const struct cg_graph *graph;
	const struct cg_placed *placed; /* its places are filled in */
	uint32_t from, to;
	unsigned has; /* as in cg_placed */
	bool plain;   /* there is no task and no await in it */
};

static void
stretch_place(void *arg)
{
	struct stretch *s = arg;
	const struct cg_graph *g = s->graph;

	for (uint32_t n = s->from; n < s->to; n++) {
		const struct cg_node *node = &g->nodes[n];
		bool top = node->parent == CG_NONE;

		if (node->await_ns || is_task(g, n))
			return;
		s->has |= metrics_of(node);
		s->placed->places[n + 1] =
			(struct cg_place){.parent = top ? 0 : node->parent + 1,
		                      .end = node->end + 1,
		                      .label = label_of(s->placed, n),
		                      .node = n,
		                      .holds = top ? CG_HOLDS_NOTHING : CG_HOLDS_ALL};
	}
	s->plain = true;
}

/*
 * A graph without tasks and without await is in the order of its places already. False,
 * with nothing said about `placed`, when it is not such a graph.
 */
static bool
take_order(struct builder *b, struct cg_placed *placed)
{
	const struct cg_graph *g = b->graph;
	struct stretch first = {.graph = g, .placed = placed, .to = g->node_count / 2};
	struct stretch second = first;

	second.from = first.to;
	second.to = g->node_count;
	if (cg_halves_pay(g->node_count)) {
		cg_halves_do(stretch_place, &first, &second);
	} else {
		stretch_place(&first);
		if (first.plain)
			stretch_place(&second);
	}
	if (!first.plain || !second.plain)
		return false;
	placed->places[0] =
		(struct cg_place){.parent = CG_NONE, .end = g->node_count + 1, .node = CG_NONE};
	placed->count = g->node_count + 1;
	b->has = first.has | second.has;
	return true;
}

/* The same for those graphs of which that may be true. */
static enum cg_status
build_plain(struct builder *b, struct cg_placed *placed)
{
	const struct cg_graph *g = b->graph;

	if (!g->thread_count || g->node_count >= CG_NONE - 2)
		return CG_OK;
	placed->places = cg_memory_fresh(g->node_count + 1u, sizeof(*placed->places));
	if (!placed->places)
		return CG_NOMEM;
	if (!take_order(b, placed)) {
		cg_memory_free(placed->places);
		placed->places = NULL;
	}
	return CG_OK;
}

static enum cg_status
build(struct builder *b, struct cg_placed *placed)
{
	const struct cg_graph *g = b->graph;
	enum cg_status status;

	b->marks = cg_memory_array(g->node_count, 1);
	if (!b->marks)
		return CG_NOMEM;
	find_await(b);
	status = find_mirrors(b);
	if (status)
		return status;
	if (b->tasks == CG_TASKS_CREATOR) {
		uint32_t *owner = cg_memory_array(g->node_count, sizeof(*owner));

		if (!owner)
			return CG_NOMEM;
		find_rings(b, owner);
		cg_memory_free(owner);
	}
	status = link_items(b);
	if (status)
		return status;
	placed->places = cg_memory_fresh(b->item_count, sizeof(*placed->places));
	if (!placed->places)
		return CG_NOMEM;
	order_items(b, placed);
	return CG_OK;
}

enum cg_status
cg_placed_init(struct cg_placed *placed, const struct cg_graph *graph,
               enum cg_tasks_view tasks)
{
	struct builder b = {.graph = graph, .tasks = tasks};
	struct cg_placed made = {.graph = graph};
	enum cg_status status = CG_LIMIT;

	made.first_function = 1 + (graph->thread_count ? graph->thread_count : 1);
	if (graph->thread_count < CG_NONE / 4 && graph->function_count < CG_NONE / 4) {
		made.label_count = made.first_function + graph->function_count;
		status = build_plain(&b, &made);
		if (!status && !made.places)
			status = build(&b, &made);
	}
	made.has = b.has;
	cg_memory_free(b.marks);
	cg_memory_free(b.mirror);
	cg_memory_free(b.mirrored);
	cg_memory_free(b.parent);
	cg_memory_free(b.first);
	cg_memory_free(b.next);
	cg_memory_free(b.at);
	if (!status)
		*placed = made;
	return status;
}

void
cg_placed_release(struct cg_placed *placed)
{
	cg_memory_free(placed->places);
	*placed = (struct cg_placed){0};
}

uint64_t
cg_placed_self(const struct cg_placed *placed, uint32_t i, enum cg_metric metric)
{
	uint64_t selves[CG_METRICS];

	cg_placed_selves(placed, i, selves);
	return selves[metric];
}

enum cg_status
cg_placed_inclusive(const struct cg_placed *placed, enum cg_metric metric, uint64_t **sums)
{
	uint64_t *sum = cg_memory_array(placed->count, sizeof(*sum));

	if (!sum)
		return CG_NOMEM;
	for (uint32_t i = placed->count; i-- > 0;) {
		uint32_t parent = placed->places[i].parent;

		sum[i] = cg_sum(sum[i], cg_placed_self(placed, i, metric));
		if (parent != CG_NONE)
			sum[parent] = cg_sum(sum[parent], sum[i]);
	}
	*sums = sum;
	return CG_OK;
}
