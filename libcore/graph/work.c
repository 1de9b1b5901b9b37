/*
 * Work: all running done on behalf of a function, its tasks' included.
 *
 * Tasks' roots are hung under the nodes of their first creators; that makes the trees of
 * all threads one forest, in which work is summed like run in a thread's tree. The forest
 * is not in the order of the numbers, so it is put in one. Records that say that two tasks
 * made each other have a ring in it: it is opened at the task with the smallest number.
 */
#include "base/alloc.h"
#include "graph/build.h"
#include "graph/nesting.h"

/* Per node, all of them. */
struct joined {
	uint32_t *parent;
	uint32_t *child; /* the first of its children */
	uint32_t *next;  /* the next of its parent's children */
	uint32_t *order; /* depth first, as far as it is known */
	uint32_t placed; /* how many that are */
	uint32_t count;
	uint8_t *seen; /* 1: in the order; 2: met on the way to a ring */
};

static enum cg_status
joined_init(struct joined *j, const struct cg_build *b)
{
	uint32_t count = b->records->node_count;

	j->count = count;
	j->parent = cg_alloc(count * sizeof *j->parent);
	j->child = cg_alloc(count * sizeof *j->child);
	j->next = cg_alloc(count * sizeof *j->next);
	j->order = cg_alloc(count * sizeof *j->order);
	j->seen = cg_zalloc(count, sizeof *j->seen);
	if (!j->parent || !j->child || !j->next || !j->order || !j->seen)
		return CG_NOMEM;
	for (uint32_t i = 0; i < count; i++) {
		const struct cg_node *n = &b->store->nodes[i];

		j->parent[i] = n->edge == CG_EDGE_SPAWN ? n->origin : n->parent;
		j->child[i] = CG_NONE;
	}
	for (uint32_t i = count; i-- > 0;) {
		if (j->parent[i] == CG_NONE)
			continue;
		j->next[i] = j->child[j->parent[i]];
		j->child[j->parent[i]] = i;
	}
	return CG_OK;
}

static void
joined_release(struct joined *j)
{
	cg_free(j->parent);
	cg_free(j->child);
	cg_free(j->next);
	cg_free(j->order);
	cg_free(j->seen);
}

/* The first from i on that is a child of `parent`: not one that a ring was opened at. */
static uint32_t
real_child(const struct joined *j, uint32_t i, uint32_t parent)
{
	while (i != CG_NONE && j->parent[i] != parent)
		i = j->next[i];
	return i;
}

/* Put the tree under `root` into the order. */
static void
joined_place(struct joined *j, uint32_t root)
{
	uint32_t at = root;

	while (at != CG_NONE) {
		uint32_t to;

		j->order[j->placed++] = at;
		j->seen[at] = 1;
		to = real_child(j, j->child[at], at);
		while (to == CG_NONE && at != root) {
			to = real_child(j, j->next[at], j->parent[at]);
			at = j->parent[at];
		}
		at = to;
	}
}

/* Open the ring above i, and return where: the task there with the smallest number. */
static uint32_t
ring_open(struct joined *j, const struct cg_node *nodes, uint32_t i)
{
	uint32_t smallest = CG_NONE, stop;

	for (; j->seen[i] != 2; i = j->parent[i])
		j->seen[i] = 2;
	stop = i;
	do {
		if (nodes[i].edge == CG_EDGE_SPAWN && i < smallest)
			smallest = i;
		i = j->parent[i];
	} while (i != stop);
	j->parent[smallest] = CG_NONE;
	return smallest;
}

static void
joined_order(struct joined *j, const struct cg_node *nodes)
{
	for (uint32_t i = 0; i < j->count; i++)
		if (j->parent[i] == CG_NONE)
			joined_place(j, i);
	for (uint32_t i = 0; i < j->count && j->placed < j->count; i++)
		if (j->seen[i] != 1)
			joined_place(j, ring_open(j, nodes, i));
}

static void
add_work(const struct cg_build *b, const struct joined *j, const uint32_t *near,
         uint64_t *work)
{
	for (uint32_t n = j->count; n-- > 0;) {
		uint32_t i = j->order[n], row = b->function[i];

		work[i] = cg_add(work[i], b->store->nodes[i].run_ns);
		if (j->parent[i] != CG_NONE)
			work[j->parent[i]] = cg_add(work[j->parent[i]], work[i]);
		if (row != CG_NONE && near[i] == CG_NONE)
			b->store->functions[row].work_ns =
				cg_add(b->store->functions[row].work_ns, work[i]);
	}
}

enum cg_status
cg_build_work(struct cg_build *b)
{
	uint32_t count = b->records->node_count;
	uint64_t *work = cg_zalloc(count, sizeof *work);
	uint32_t *near = cg_zalloc(count, sizeof *near);
	struct joined joined = {0};
	struct cg_forest forest;
	enum cg_status status = CG_NOMEM;

	if (!work || !near || joined_init(&joined, b))
		goto out;
	joined_order(&joined, b->store->nodes);
	forest = (struct cg_forest){joined.parent, joined.order, count};
	status = cg_nesting_find(&forest, b->function, b->store->graph.function_count, near);
	if (!status)
		add_work(b, &joined, near, work);
out:
	joined_release(&joined);
	cg_free(near);
	cg_free(work);
	return status;
}
