/*
 * Closing the holes in records of a damaged trace.
 *
 * The idea to know: nodes keep the numbers of the file while it is read, lost ones included,
 * so every reference stays right. Then the trees are copied, depth first as they were, and
 * each hole becomes one node <lost>: of its calls we know only that they stood between what
 * is before and what is after. The first node after a hole whose parent is before it tells
 * how far up the hole can reach at most; <lost> is put there.
 */
#include <string.h>

#include "base/alloc.h"
#include "trace/decode.h"

/* A run of lost nodes: [begin, end). */
struct hole {
	uint32_t begin, end;
	uint32_t under; /* node of the file below which it is, or CG_NONE: a root */
};

struct salvage {
	struct cg_decoder *d;
	struct hole *holes; /* in order */
	size_t hole_cap;
	uint32_t hole_count;
	uint32_t *map;             /* node of the file to node of the result */
	struct cg_rec_node *nodes; /* the result */
	struct cg_rec_thread *threads;
	size_t thread_cap;
	uint32_t node_count, thread_count;
	uint32_t *thread_map; /* thread of the file to thread of the result */
	uint32_t known;       /* threads of the file that were met */
	uint32_t lost_function, lost_string;
};

static bool
is_lost(const struct salvage *s, uint32_t i)
{
	return s->d->out.nodes[i].parent == CG_LOST;
}

/*
 * Find the holes, and for each the first parent after it that is before it. Holes that wait
 * for one are at the end of `waiting`, the latest last.
 */
static enum cg_status
find_holes(struct salvage *s, uint32_t *waiting)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < s->d->out.node_count; i++) {
		uint32_t parent = s->d->out.nodes[i].parent;
		bool lost = is_lost(s, i);

		if (lost && i && is_lost(s, i - 1)) {
			s->holes[s->hole_count - 1].end = i + 1;
			continue;
		}
		if (lost) {
			if (cg_grow(&s->holes, &s->hole_cap, (size_t)s->hole_count + 1,
			            sizeof *s->holes))
				return CG_NOMEM;
			s->holes[s->hole_count] = (struct hole){i, i + 1, CG_NONE};
			waiting[count++] = s->hole_count++;
			continue;
		}
		while (count && (parent == CG_NONE || s->holes[waiting[count - 1]].begin > parent))
			s->holes[waiting[--count]].under = parent;
	}
	return CG_OK;
}

/* Begin a thread: a row that was read, or one that must have been there. */
static enum cg_status
begin_thread(struct salvage *s, const struct cg_rec_thread *known)
{
	struct cg_rec_thread *thread;

	if (cg_grow(&s->threads, &s->thread_cap, (size_t)s->thread_count + 1,
	            sizeof *s->threads))
		return CG_NOMEM;
	thread = &s->threads[s->thread_count++];
	*thread = known ? *known
	                : (struct cg_rec_thread){.id = s->thread_count,
	                                         .name = CG_LOST,
	                                         .origin = CG_NONE,
	                                         .count = 1,
	                                         .first = s->d->out.start.tick,
	                                         .last = s->d->out.start.tick};
	thread->root = s->node_count;
	return CG_OK;
}

static uint32_t
add_node(struct salvage *s, const struct cg_rec_node *node, uint32_t parent)
{
	struct cg_rec_node *added = &s->nodes[s->node_count];

	*added = *node;
	added->parent = parent;
	added->thread = s->thread_count - 1;
	if (parent == CG_NONE)
		added->function = CG_NONE;
	else if (added->function == CG_LOST)
		added->function = s->lost_function;
	/* Its root may not be what it was. */
	if (added->edge == CG_EDGE_SPAWN && parent != s->threads[s->thread_count - 1].root) {
		added->edge = CG_EDGE_CALL;
		added->origin = CG_NONE;
	}
	return s->node_count++;
}

/* Where a node goes whose parent in the file is `parent`: there if depth first allows. */
static uint32_t
place_under(const struct salvage *s, uint32_t parent)
{
	uint32_t root = s->threads[s->thread_count - 1].root, at = s->node_count - 1;
	uint32_t want = parent < s->d->out.node_count ? s->map[parent] : CG_NONE;

	while (at != want && at != root)
		at = s->nodes[at].parent;
	return at;
}

/* Does a tree begin at node i of the file? */
static bool
begins_tree(const struct salvage *s, uint32_t i)
{
	const struct cg_records *out = &s->d->out;

	return (s->known < out->thread_count && out->threads[s->known].root == i &&
	        out->threads[s->known].node_count) ||
	       out->nodes[i].parent == CG_NONE || s->thread_count == 0;
}

static enum cg_status
copy_root(struct salvage *s, uint32_t i)
{
	static const struct cg_rec_node blank = {
		.parent = CG_NONE, .function = CG_NONE, .origin = CG_NONE};
	const struct cg_records *out = &s->d->out;
	const struct cg_rec_thread *known = NULL;
	enum cg_status status;

	if (s->known < out->thread_count && out->threads[s->known].root == i) {
		known = &out->threads[s->known];
		s->thread_map[s->known++] = s->thread_count;
	}
	status = begin_thread(s, known);
	if (!status)
		s->map[i] = add_node(s, out->nodes[i].parent == CG_NONE ? &out->nodes[i] : &blank,
		                     CG_NONE);
	return status;
}

/* A lost node: the first one of its hole in this tree becomes <lost>, for all. */
static void
copy_lost(struct salvage *s, const struct hole *hole, uint32_t i)
{
	static const struct cg_rec_node lost = {.function = CG_LOST, .origin = CG_NONE};
	const struct cg_rec_thread *thread = &s->threads[s->thread_count - 1];

	if (i > hole->begin && s->map[i - 1] != thread->root)
		s->map[i] = s->map[i - 1];
	else
		s->map[i] = add_node(s, &lost, place_under(s, hole->under));
}

static enum cg_status
copy_trees(struct salvage *s)
{
	const struct cg_records *out = &s->d->out;
	uint32_t hole = 0;

	for (uint32_t i = 0; i < out->node_count; i++) {
		bool lost = is_lost(s, i);

		while (hole < s->hole_count && s->holes[hole].end <= i)
			hole++;
		if (begins_tree(s, i)) {
			enum cg_status status = copy_root(s, i);

			if (status)
				return status;
			if (lost || out->nodes[i].parent == CG_NONE)
				continue;
		}
		if (lost)
			copy_lost(s, &s->holes[hole], i);
		else
			s->map[i] = add_node(s, &out->nodes[i], place_under(s, out->nodes[i].parent));
	}
	return CG_OK;
}

static uint32_t
mapped(const struct salvage *s, uint32_t node)
{
	return node < s->d->out.node_count ? s->map[node] : CG_NONE;
}

static bool
is_call(const struct salvage *s, uint32_t node)
{
	return node < s->node_count && s->nodes[node].parent != CG_NONE;
}

/* Spawns that still have a root, and tasks that still have a spawn. */
static void
keep_tasks(struct salvage *s, uint32_t *kept)
{
	struct cg_records *out = &s->d->out;
	uint32_t spawns = 0, tasks = 0;

	for (uint32_t i = 0; i < out->spawn_count; i++) {
		struct cg_rec_spawn spawn = out->spawns[i];

		kept[i] = CG_NONE;
		spawn.creator = mapped(s, spawn.creator);
		spawn.root = mapped(s, spawn.root);
		if (!is_call(s, spawn.root) || s->nodes[spawn.root].edge != CG_EDGE_SPAWN)
			continue;
		kept[i] = spawns;
		out->spawns[spawns++] = spawn;
	}
	for (uint32_t i = 0; i < out->task_count; i++) {
		struct cg_rec_task task = out->tasks[i];

		if (task.spawn >= out->spawn_count || kept[task.spawn] == CG_NONE ||
		    task.thread >= s->known)
			continue;
		task.spawn = kept[task.spawn];
		task.thread = s->thread_map[task.thread];
		out->tasks[tasks++] = task;
	}
	out->spawn_count = spawns;
	out->task_count = tasks;
}

static void
keep_holds(struct salvage *s)
{
	struct cg_records *out = &s->d->out;
	uint32_t holds = 0;

	for (uint32_t i = 0; i < out->hold_count; i++) {
		struct cg_rec_hold hold = out->holds[i];

		hold.node = mapped(s, hold.node);
		if (is_call(s, hold.node))
			out->holds[holds++] = hold;
	}
	out->hold_count = holds;
}

/* Put the trees of the result in the place of those that were read. */
static void
give_trees(struct salvage *s)
{
	struct cg_records *out = &s->d->out;

	for (uint32_t i = 0; i < s->thread_count; i++)
		s->threads[i].node_count =
			(i + 1 < s->thread_count ? s->threads[i + 1].root : s->node_count) -
			s->threads[i].root;
	for (uint32_t i = 0; i < s->node_count; i++)
		s->nodes[i].origin = mapped(s, s->nodes[i].origin);
	for (uint32_t i = 0; i < s->thread_count; i++)
		s->threads[i].origin = mapped(s, s->threads[i].origin);
	cg_free(out->nodes);
	cg_free(out->threads);
	out->nodes = s->nodes;
	out->threads = s->threads;
	out->node_count = s->node_count;
	out->thread_count = s->thread_count;
	s->nodes = NULL;
	s->threads = NULL;
}

static void
name_lost(const struct salvage *s, uint32_t *string)
{
	if (*string == CG_LOST)
		*string = s->lost_string;
}

/* Every string that was lost has one name. */
static void
name_all(struct salvage *s)
{
	struct cg_records *out = &s->d->out;

	for (uint32_t i = 0; i < out->function_count; i++) {
		name_lost(s, &out->functions[i].name);
		name_lost(s, &out->functions[i].file);
		name_lost(s, &out->functions[i].module);
	}
	for (uint32_t i = 0; i < out->thread_count; i++)
		name_lost(s, &out->threads[i].name);
	for (uint32_t i = 0; i < out->spawn_count; i++)
		name_lost(s, &out->spawns[i].name);
	for (uint32_t i = 0; i < out->task_count; i++)
		name_lost(s, &out->tasks[i].name);
	for (uint32_t i = 0; i < out->command_count; i++)
		name_lost(s, &out->command[i]);
	for (uint32_t i = 0; i < out->source_count; i++)
		name_lost(s, &out->sources[i].file);
	if (out->pack_count) {
		name_lost(s, &out->packs->host);
		name_lost(s, &out->packs->corograph);
	}
	name_lost(s, &out->python);
	name_lost(s, &out->executable);
	name_lost(s, &out->platform);
	name_lost(s, &out->parent_trace);
	name_lost(s, &out->include);
	name_lost(s, &out->exclude);
}

static bool
lacks_function(const struct cg_records *out)
{
	for (uint32_t i = 0; i < out->node_count; i++)
		if (out->nodes[i].function == CG_LOST)
			return true;
	return false;
}

/* The string and the function that stand for what was lost. */
static enum cg_status
add_names(struct salvage *s)
{
	struct cg_decoder *d = s->d;
	enum cg_status status = CG_OK;

	if (d->strings.count == 0)
		status = cg_strings_append(&d->strings, "", 0);
	s->lost_string = d->strings.count;
	if (!status)
		status = cg_strings_append(&d->strings, CG_LOST_NAME, strlen(CG_LOST_NAME));
	if (status || !lacks_function(&d->out))
		return status;
	status = cg_grow(&d->out.functions, &d->caps[CG_LAYOUT_FUNCTIONS],
	                 (size_t)d->out.function_count + 1, sizeof *d->out.functions);
	if (status)
		return status;
	s->lost_function = d->out.function_count++;
	d->out.functions[s->lost_function] = (struct cg_rec_function){.name = s->lost_string};
	return CG_OK;
}

static enum cg_status
close_holes(struct salvage *s, uint32_t *scratch)
{
	enum cg_status status = add_names(s);

	if (!status)
		status = find_holes(s, scratch);
	if (!status)
		status = copy_trees(s);
	return status;
}

enum cg_status
cg_decoder_salvage(struct cg_decoder *decoder)
{
	struct salvage s = {.d = decoder};
	const struct cg_records *out = &decoder->out;
	size_t most = out->node_count > out->spawn_count ? out->node_count : out->spawn_count;
	uint32_t *scratch = cg_zalloc(most, sizeof *scratch);
	enum cg_status status = CG_NOMEM;

	/* One more: the root of a tree whose thread was lost with its root. */
	s.nodes = cg_zalloc((size_t)out->node_count + 1, sizeof *s.nodes);
	s.map = cg_zalloc(out->node_count, sizeof *s.map);
	s.thread_map = cg_zalloc(out->thread_count, sizeof *s.thread_map);
	if (scratch && s.nodes && s.map && s.thread_map)
		status = close_holes(&s, scratch);
	if (!status) {
		keep_tasks(&s, scratch);
		keep_holds(&s);
		give_trees(&s);
		name_all(&s);
	}
	cg_free(scratch);
	cg_free(s.holes);
	cg_free(s.nodes);
	cg_free(s.threads);
	cg_free(s.map);
	cg_free(s.thread_map);
	return status;
}
