/*
 * Narrowing moves what stays to the front, in its order, and renames what refers to it.
 * A thread's nodes are one run, so depth first holds for what is left of the tree.
 */
#include "graph/narrow.h"

#include "base/alloc.h"

/* New numbers of what stays, CG_NONE for the rest. */
struct moves {
	uint32_t *nodes, *threads, *spawns;
};

static uint32_t
moved(const uint32_t *moves, uint32_t index)
{
	return index == CG_NONE ? CG_NONE : moves[index];
}

static void
move_nodes(struct cg_records *r, const struct moves *m)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < r->node_count; i++) {
		struct cg_rec_node node = r->nodes[i];

		m->nodes[i] = CG_NONE;
		if (m->threads[node.thread] == CG_NONE)
			continue;
		m->nodes[i] = count;
		node.thread = m->threads[node.thread];
		node.parent = moved(m->nodes, node.parent);
		r->nodes[count++] = node;
	}
	/* an origin may be a later node */
	for (uint32_t i = 0; i < count; i++)
		r->nodes[i].origin = moved(m->nodes, r->nodes[i].origin);
	r->node_count = count;
}

static void
move_threads(struct cg_records *r, const struct moves *m)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < r->thread_count; i++) {
		if (m->threads[i] == CG_NONE)
			continue;
		r->threads[count] = r->threads[i];
		r->threads[count].root = m->nodes[r->threads[i].root];
		r->threads[count].origin = moved(m->nodes, r->threads[i].origin);
		count++;
	}
	r->thread_count = count;
}

static void
move_spawns(struct cg_records *r, const struct moves *m)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < r->spawn_count; i++) {
		struct cg_rec_spawn spawn = r->spawns[i];

		m->spawns[i] = CG_NONE;
		spawn.root = m->nodes[spawn.root];
		spawn.creator = moved(m->nodes, spawn.creator);
		if (spawn.root == CG_NONE)
			continue;
		m->spawns[i] = count;
		r->spawns[count++] = spawn;
	}
	r->spawn_count = count;
}

static void
move_tasks(struct cg_records *r, const struct moves *m)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < r->task_count; i++) {
		struct cg_rec_task task = r->tasks[i];

		task.thread = m->threads[task.thread];
		task.spawn = m->spawns[task.spawn];
		if (task.thread != CG_NONE && task.spawn != CG_NONE)
			r->tasks[count++] = task;
	}
	r->task_count = count;
}

static void
move_holds(struct cg_records *r, const struct moves *m)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < r->hold_count; i++) {
		struct cg_rec_hold hold = r->holds[i];

		hold.node = m->nodes[hold.node];
		if (hold.node != CG_NONE)
			r->holds[count++] = hold;
	}
	r->hold_count = count;
}

enum cg_status
cg_records_narrow(struct cg_records *r, const bool *keep)
{
	struct moves m = {cg_zalloc(r->node_count, sizeof(uint32_t)),
	                  cg_zalloc(r->thread_count, sizeof(uint32_t)),
	                  cg_zalloc(r->spawn_count, sizeof(uint32_t))};
	enum cg_status status = CG_NOMEM;

	if (!m.nodes || !m.threads || !m.spawns)
		goto out;
	for (uint32_t i = 0, count = 0; i < r->thread_count; i++)
		m.threads[i] = keep[i] ? count++ : CG_NONE;
	move_nodes(r, &m);
	move_threads(r, &m);
	move_spawns(r, &m);
	move_tasks(r, &m);
	move_holds(r, &m);
	status = CG_OK;
out:
	cg_free(m.nodes);
	cg_free(m.threads);
	cg_free(m.spawns);
	return status;
}
