/*
 * Edge rows: one for every (caller, callee, kind).
 *
 * Every node that has a caller is an occurrence of an edge. A task's root has one too, that
 * carries its times, under its first creator; the tasks that were started are counted by
 * occurrences of their own, one for every spawn record. Occurrences are sorted by counting,
 * three passes from the least key to the first, so that no program can make this slow.
 */
#include "base/alloc.h"
#include "graph/build.h"
#include "graph/nesting.h"

#include <string.h>

enum { KINDS = CG_EDGE_SPAWN + 1 };

struct occurrence {
	uint32_t key[3]; /* caller, callee, kind */
	uint32_t source; /* a node, or the number of nodes and a spawn record */
};

/* The occurrences of all edges. */
struct found {
	struct occurrence *items;
	uint32_t count;
	uint32_t *row_of; /* per node: its edge, or CG_NONE */
};

static void
found_add(struct found *found, uint32_t caller, uint32_t callee, uint32_t kind,
          uint32_t source)
{
	if (caller == CG_NONE || callee == CG_NONE)
		return;
	found->items[found->count++] =
		(struct occurrence){.key = {caller, callee, kind}, .source = source};
}

static void
find_occurrences(const struct cg_build *b, struct found *found)
{
	const struct cg_records *r = b->records;

	for (uint32_t i = 0; i < r->node_count; i++) {
		const struct cg_node *n = &b->store->nodes[i];
		uint32_t caller = n->edge == CG_EDGE_SPAWN ? n->origin : n->parent;

		found->row_of[i] = CG_NONE;
		found_add(found, cg_build_function_at(b, caller), n->function, n->edge, i);
	}
	for (uint32_t i = 0; i < r->spawn_count; i++)
		found_add(found, cg_build_function_at(b, r->spawns[i].creator),
		          b->function[r->spawns[i].root], CG_EDGE_SPAWN, r->node_count + i);
}

/* One stable pass: `from` to `to` by one of the keys, which are all below `keys`. */
static void
sort_pass(const struct occurrence *from, struct occurrence *to, uint32_t count,
          unsigned which, uint32_t *starts, uint32_t keys)
{
	uint32_t start = 0;

	memset(starts, 0, keys * sizeof *starts);
	for (uint32_t i = 0; i < count; i++)
		starts[from[i].key[which]]++;
	for (uint32_t k = 0; k < keys; k++) {
		uint32_t n = starts[k];

		starts[k] = start;
		start += n;
	}
	for (uint32_t i = 0; i < count; i++)
		to[starts[from[i].key[which]]++] = from[i];
}

static enum cg_status
sort_occurrences(struct found *found, uint32_t functions)
{
	uint32_t keys = functions > KINDS ? functions : KINDS;
	struct occurrence *spare = cg_alloc(found->count * sizeof *spare);
	uint32_t *starts = cg_alloc(keys * sizeof *starts);
	enum cg_status status = CG_NOMEM;

	if (!spare || !starts)
		goto out;
	for (unsigned which = 3; which-- > 0;) {
		struct occurrence *sorted = spare;

		sort_pass(found->items, spare, found->count, which, starts, keys);
		spare = found->items;
		found->items = sorted;
	}
	status = CG_OK;
out:
	cg_free(spare);
	cg_free(starts);
	return status;
}

static bool
same_edge(const struct occurrence *a, const struct occurrence *b)
{
	return memcmp(a->key, b->key, sizeof a->key) == 0;
}

static uint32_t
count_edges(const struct found *found)
{
	uint32_t rows = 0;

	for (uint32_t i = 0; i < found->count; i++)
		rows += i == 0 || !same_edge(&found->items[i - 1], &found->items[i]);
	return rows;
}

/* What one occurrence counts: calls, or tasks started. */
static uint64_t
calls_of(const struct cg_build *b, const struct occurrence *o)
{
	uint32_t nodes = b->records->node_count;

	if (o->source >= nodes)
		return b->records->spawns[o->source - nodes].count;
	return o->key[2] == CG_EDGE_SPAWN ? 0 : b->store->nodes[o->source].calls;
}

static void
fill_edges(const struct cg_build *b, struct found *found)
{
	struct cg_edge *edge = NULL;

	for (uint32_t i = 0; i < found->count; i++) {
		const struct occurrence *o = &found->items[i];

		if (i == 0 || !same_edge(o - 1, o)) {
			edge = edge ? edge + 1 : b->store->edges;
			*edge = (struct cg_edge){
				.caller = o->key[0], .callee = o->key[1], .kind = o->key[2]};
		}
		edge->calls = cg_add(edge->calls, calls_of(b, o));
		if (o->source < b->records->node_count)
			found->row_of[o->source] = (uint32_t)(edge - b->store->edges);
	}
}

/* Times count where the edge is outermost, await where it is so along AWAIT edges. */
static void
add_times(const struct cg_build *b, const struct found *found, const uint32_t *near)
{
	for (uint32_t i = 0; i < b->records->node_count; i++) {
		const struct cg_inclusive *in = &b->inclusive[i];
		struct cg_edge *edge;

		if (found->row_of[i] == CG_NONE)
			continue;
		edge = &b->store->edges[found->row_of[i]];
		if (near[i] == CG_NONE) {
			edge->run_ns = cg_add(edge->run_ns, in->run);
			edge->cpu_ns = cg_add(edge->cpu_ns, in->cpu);
			edge->wall_ns = cg_add(edge->wall_ns, cg_add(in->run, in->hosted));
		}
		if (near[i] == CG_NONE || b->head[near[i]] != b->head[i]) {
			edge->await_ns = cg_add(edge->await_ns, in->await);
			edge->wall_ns = cg_add(edge->wall_ns, in->await);
		}
	}
}

enum cg_status
cg_build_edges(struct cg_build *b)
{
	struct cg_forest forest = {.parent = b->up, .count = b->records->node_count};
	size_t most = (size_t)forest.count + b->records->spawn_count;
	struct found found = {.items = cg_alloc(most * sizeof *found.items),
	                      .row_of = cg_alloc(forest.count * sizeof *found.row_of)};
	uint32_t *near = cg_alloc(forest.count * sizeof *near);
	enum cg_status status = CG_NOMEM;
	uint32_t rows;

	if (!found.items || !found.row_of || !near)
		goto out;
	find_occurrences(b, &found);
	status = sort_occurrences(&found, b->store->graph.function_count);
	if (status)
		goto out;
	rows = count_edges(&found);
	b->store->edges = cg_zalloc(rows, sizeof *b->store->edges);
	status = b->store->edges ? CG_OK : CG_NOMEM;
	if (status)
		goto out;
	fill_edges(b, &found);
	status = cg_nesting_find(&forest, found.row_of, rows, near);
	if (status)
		goto out;
	add_times(b, &found, near);
	b->store->graph.edge_count = rows;
out:
	cg_free(found.items);
	cg_free(found.row_of);
	cg_free(near);
	return status;
}
