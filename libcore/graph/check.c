/*
 * Whether records keep what records.h promises, so that no later step has to ask.
 *
 * Depth first means that a node's parent is the node before it or one above that: the walk
 * up ends there, and as every step of it leaves a node for good, all walks together are
 * linear.
 */
#include "base/error.h"
#include "graph/build.h"

static enum cg_status
corrupt(struct cg_error *error, const char *what, uint32_t index)
{
	return cg_error_set(error, CG_CORRUPT, CG_NO_OFFSET,
	                    "%s %u contradicts the rest of the trace; record it again", what,
	                    (unsigned)index);
}

static bool
in_range(uint32_t index, uint32_t count)
{
	return index == CG_NONE || index < count;
}

static bool
function_is_good(const struct cg_records *r, const struct cg_rec_function *f)
{
	return f->name < r->string_count && f->file < r->string_count &&
	       f->module < r->string_count && f->kind <= CG_KIND_BUILTIN;
}

static bool
thread_is_good(const struct cg_records *r, const struct cg_rec_thread *t)
{
	return t->name < r->string_count && t->root < r->node_count && t->node_count &&
	       t->node_count <= r->node_count - t->root &&
	       r->nodes[t->root].parent == CG_NONE && in_range(t->origin, r->node_count);
}

static bool
spawn_is_good(const struct cg_records *r, const struct cg_rec_spawn *s)
{
	return in_range(s->creator, r->node_count) && s->root < r->node_count &&
	       r->nodes[s->root].function != CG_NONE && s->name < r->string_count;
}

static bool
hold_is_good(const struct cg_records *r, const struct cg_rec_hold *h)
{
	return h->node < r->node_count && r->nodes[h->node].function != CG_NONE;
}

static bool
task_is_good(const struct cg_records *r, const struct cg_rec_task *t)
{
	return t->spawn < r->spawn_count && t->thread < r->thread_count &&
	       t->name < r->string_count;
}

/* Is `parent` the node before i or above that one? */
static bool
parent_is_open(const struct cg_records *r, uint32_t i, uint32_t parent)
{
	uint32_t at = i - 1;

	while (at != parent && at != CG_NONE)
		at = r->nodes[at].parent;
	return at == parent;
}

static bool
node_is_good(const struct cg_records *r, uint32_t i)
{
	const struct cg_rec_node *n = &r->nodes[i];
	const struct cg_rec_thread *t;

	if (n->thread >= r->thread_count || n->edge > CG_EDGE_SPAWN ||
	    !in_range(n->origin, r->node_count))
		return false;
	t = &r->threads[n->thread];
	if (i < t->root || i - t->root >= t->node_count)
		return false;
	if (i == t->root)
		return n->parent == CG_NONE && n->function == CG_NONE;
	return n->parent < i && n->parent >= t->root && n->function < r->function_count &&
	       parent_is_open(r, i, n->parent) &&
	       (n->edge != CG_EDGE_SPAWN || n->parent == t->root);
}

static enum cg_status
check_tree(const struct cg_records *r, struct cg_error *error)
{
	for (uint32_t i = 0; i < r->function_count; i++)
		if (!function_is_good(r, &r->functions[i]))
			return corrupt(error, "function", i);
	for (uint32_t i = 0; i < r->thread_count; i++)
		if (!thread_is_good(r, &r->threads[i]))
			return corrupt(error, "thread", i);
	for (uint32_t i = 0; i < r->node_count; i++)
		if (!node_is_good(r, i))
			return corrupt(error, "node", i);
	return CG_OK;
}

/* What refers to nodes that are good. */
static enum cg_status
check_tasks(const struct cg_records *r, struct cg_error *error)
{
	for (uint32_t i = 0; i < r->spawn_count; i++)
		if (!spawn_is_good(r, &r->spawns[i]))
			return corrupt(error, "spawn", i);
	for (uint32_t i = 0; i < r->task_count; i++)
		if (!task_is_good(r, &r->tasks[i]))
			return corrupt(error, "task", i);
	for (uint32_t i = 0; i < r->hold_count; i++)
		if (!hold_is_good(r, &r->holds[i]))
			return corrupt(error, "long segment", i);
	return CG_OK;
}

enum cg_status
cg_build_check(const struct cg_records *r, struct cg_error *error)
{
	enum cg_status status = check_tree(r, error);

	if (!status)
		status = check_tasks(r, error);
	if (status)
		return status;
	for (uint32_t i = 0; i < r->command_count; i++)
		if (r->command[i] >= r->string_count)
			return corrupt(error, "argument", i);
	if (r->python >= r->string_count || r->executable >= r->string_count ||
	    r->platform >= r->string_count || r->parent_trace >= r->string_count ||
	    r->include >= r->string_count || r->exclude >= r->string_count)
		return corrupt(error, "description", 0);
	return CG_OK;
}
