/*
 * Rows after they were read: are they what they may be, and is what they name there?
 *
 * The idea to know: definitions come before use, so a reference is checked against what is
 * already there. After damage it may name what was lost; it is then CG_LOST until salvage.c
 * puts something in its place.
 */
#include "trace/rows.h"

#include "base/alloc.h"
#include "base/varint.h"
#include "trace/gaps.h"

static enum cg_status
corrupt(struct cg_decoder *d, const char *why)
{
	return cg_decoder_fail(d, CG_CORRUPT, why);
}

static bool
refers_to_string(const struct cg_decoder *d, uint32_t *ref)
{
	return cg_decoder_refers(d, ref, d->strings.count);
}

static bool
refers_to_node(const struct cg_decoder *d, uint32_t *ref)
{
	return cg_decoder_refers(d, ref, d->out.node_count);
}

static enum cg_status
check_functions(struct cg_decoder *d, const struct cg_table *table)
{
	for (uint32_t i = table->first; i < d->out.function_count; i++) {
		struct cg_rec_function *function = &d->out.functions[i];

		if (!refers_to_string(d, &function->name) ||
		    !refers_to_string(d, &function->file) ||
		    !refers_to_string(d, &function->module))
			return corrupt(d, "a function with a string that is not there");
		if (function->kind > CG_KIND_BUILTIN)
			return corrupt(d, "a function of an unknown kind");
	}
	return CG_OK;
}

static enum cg_status
check_threads(struct cg_decoder *d, const struct cg_table *table)
{
	uint32_t root = 0;

	if (table->first) {
		const struct cg_rec_thread *before = &d->out.threads[table->first - 1];

		if (before->node_count == 0)
			return corrupt(d, "threads after others that were lost");
		root = before->root + before->node_count;
	}
	for (uint32_t i = table->first; i < d->out.thread_count; i++) {
		struct cg_rec_thread *thread = &d->out.threads[i];

		if (!refers_to_string(d, &thread->name))
			return corrupt(d, "a thread with a string that is not there");
		if (thread->node_count == 0)
			return corrupt(d, "a thread without a root");
		if (thread->node_count > CG_TRACE_NODES_MAX - root)
			return cg_decoder_fail(d, CG_LIMIT, "more nodes than the format allows");
		thread->root = root;
		root += thread->node_count;
	}
	return CG_OK;
}

static enum cg_status
check_arguments(struct cg_decoder *d, const struct cg_table *table)
{
	for (uint32_t i = table->first; i < d->out.command_count; i++)
		if (!refers_to_string(d, &d->out.command[i]))
			return corrupt(d, "an argument that is not there");
	return CG_OK;
}

static bool
is_root(const struct cg_decoder *d, uint32_t node)
{
	return node < d->out.node_count && d->out.nodes[node].parent == CG_NONE;
}

static enum cg_status
check_spawns(struct cg_decoder *d, const struct cg_table *table)
{
	for (uint32_t i = table->first; i < d->out.spawn_count; i++) {
		struct cg_rec_spawn *spawn = &d->out.spawns[i];

		if (!refers_to_string(d, &spawn->name))
			return corrupt(d, "a task with a string that is not there");
		if (!refers_to_node(d, &spawn->root) || is_root(d, spawn->root) ||
		    (spawn->creator != CG_NONE && !refers_to_node(d, &spawn->creator)))
			return corrupt(d, "a task at a node that is not there");
	}
	return CG_OK;
}

static enum cg_status
check_tasks(struct cg_decoder *d, const struct cg_table *table)
{
	for (uint32_t i = table->first; i < d->out.task_count; i++) {
		struct cg_rec_task *task = &d->out.tasks[i];

		if (!refers_to_string(d, &task->name) ||
		    !cg_decoder_refers(d, &task->spawn, d->out.spawn_count) ||
		    !cg_decoder_refers(d, &task->thread, d->out.thread_count) ||
		    task->raised > 1 || task->unfinished > 1)
			return corrupt(d, "a task of something that is not there");
	}
	return CG_OK;
}

static enum cg_status
check_packs(struct cg_decoder *d, const struct cg_table *table)
{
	struct cg_rec_pack *pack = &d->out.packs[table->first];

	if (!refers_to_string(d, &pack->host) || !refers_to_string(d, &pack->corograph) ||
	    pack->salvaged > 1)
		return corrupt(d, "an archive of something that is not there");
	return CG_OK;
}

static enum cg_status
check_sources(struct cg_decoder *d, const struct cg_table *table)
{
	for (uint32_t i = table->first; i < d->out.source_count; i++)
		if (!refers_to_string(d, &d->out.sources[i].file) ||
		    d->out.sources[i].state > CG_SOURCE_UNREAD)
			return corrupt(d, "a source file that is not there");
	return CG_OK;
}

static enum cg_status
check_holds(struct cg_decoder *d, const struct cg_table *table)
{
	for (uint32_t i = table->first; i < d->out.hold_count; i++)
		if (!refers_to_node(d, &d->out.holds[i].node))
			return corrupt(d, "long segments of a node that is not there");
	return CG_OK;
}

/* Reading the shape of a chunk of nodes. */
struct shape {
	uint32_t first;       /* node of the chunk */
	const uint8_t *outer; /* its parents that are outside, not yet read */
	size_t outer_size;
	uint32_t cursor; /* on the way up from the node before the chunk */
};

/* The parent of a node whose way up leaves the chunk: told, and on the way further up. */
static bool
outer_parent(struct cg_decoder *d, struct shape *shape, uint32_t *parent)
{
	uint64_t told = 0;
	size_t used = cg_varint_get(shape->outer, shape->outer_size, &told);
	uint32_t want = told ? (uint32_t)(told - 1) : CG_NONE;

	if (!used || told > shape->first)
		return false;
	shape->outer += used;
	shape->outer_size -= used;
	while (shape->cursor != want && shape->cursor != CG_NONE && shape->cursor != CG_LOST)
		shape->cursor = d->out.nodes[shape->cursor].parent;
	*parent = want;
	return shape->cursor == want || shape->cursor == CG_LOST;
}

/* `up` levels from the node before `i`, or out of the chunk. */
static bool
find_parent(struct cg_decoder *d, struct shape *shape, uint32_t i, uint64_t up,
            uint32_t *parent)
{
	uint32_t at = i - 1;
	bool outside = i == shape->first;

	for (; up > 0 && !outside; up--) {
		at = d->out.nodes[at].parent;
		outside = at == CG_NONE || at < shape->first;
	}
	*parent = at;
	return up == 0 && (!outside || outer_parent(d, shape, parent));
}

static enum cg_status
read_shape(struct cg_decoder *d, const struct cg_table *table)
{
	const struct cg_table_column *outer = &table->columns[CG_COL_OUTER];
	uint64_t *ups = cg_zalloc(table->count, sizeof *ups);
	struct shape shape = {table->first, outer->bytes, outer->size,
	                      table->first ? table->first - 1 : CG_NONE};
	enum cg_status status;

	if (!ups)
		return CG_NOMEM;
	status = cg_table_get_column(table, CG_COL_UP, ups, table->count);
	if (outer->bytes && outer->coding != CG_TRACE_BYTES)
		status = CG_CORRUPT;
	for (uint32_t i = 0; i < table->count && !status; i++)
		if (!find_parent(d, &shape, table->first + i, ups[i],
		                 &d->out.nodes[table->first + i].parent))
			status = CG_CORRUPT;
	if (!status && shape.outer_size != 0)
		status = CG_CORRUPT;
	cg_free(ups);
	if (status == CG_CORRUPT)
		return corrupt(d, "the shape of the tree is damaged");
	return cg_decoder_column(d, status);
}

/* The thread that node `i` belongs to, or NULL. Nodes come in order. */
static const struct cg_rec_thread *
thread_of(struct cg_decoder *d, uint32_t i)
{
	const struct cg_records *out = &d->out;

	while (d->thread < out->thread_count &&
	       i - out->threads[d->thread].root >= out->threads[d->thread].node_count)
		d->thread++;
	return d->thread < out->thread_count ? &out->threads[d->thread] : NULL;
}

static enum cg_status
check_node(struct cg_decoder *d, uint32_t i)
{
	const struct cg_rec_thread *thread = thread_of(d, i);
	struct cg_rec_node *node = &d->out.nodes[i];
	bool root = node->parent == CG_NONE;

	if (!thread && !d->damaged)
		return corrupt(d, "a node that belongs to no thread");
	if ((thread && root != (i == thread->root)) || (node->function == CG_NONE) != root)
		return corrupt(d, "a thread's tree that does not begin at its root");
	if (!root && !cg_decoder_refers(d, &node->function, d->out.function_count))
		return corrupt(d, "a node of a function that is not there");
	if (node->edge > CG_EDGE_SPAWN || node->folded > 1)
		return corrupt(d, "a node of an unknown kind");
	if (thread && node->edge == CG_EDGE_SPAWN && node->parent != thread->root)
		return corrupt(d, "a task's root below other calls");
	node->thread = d->thread;
	if (node->gap | node->gap_before | node->gap_cpu_ns)
		cg_gaps_restore(&d->out, node);
	if (node->origin != CG_NONE && node->origin >= d->farthest)
		d->farthest = node->origin + 1;
	return CG_OK;
}

static enum cg_status
check_nodes(struct cg_decoder *d, const struct cg_table *table)
{
	enum cg_status status = read_shape(d, table);

	for (uint32_t i = table->first; i < d->out.node_count && !status; i++)
		status = check_node(d, i);
	return status;
}

typedef enum cg_status (*check_fn)(struct cg_decoder *, const struct cg_table *);

static const check_fn checks[CG_LAYOUTS] = {
	[CG_LAYOUT_FUNCTIONS] = check_functions, [CG_LAYOUT_THREADS] = check_threads,
	[CG_LAYOUT_NODES] = check_nodes,         [CG_LAYOUT_SPAWNS] = check_spawns,
	[CG_LAYOUT_TASKS] = check_tasks,         [CG_LAYOUT_HOLDS] = check_holds,
	[CG_LAYOUT_ARGUMENTS] = check_arguments, [CG_LAYOUT_PACKS] = check_packs,
	[CG_LAYOUT_SOURCES] = check_sources,
};

enum cg_status
cg_rows_check(struct cg_decoder *d, enum cg_layout_id id, const struct cg_table *table)
{
	return checks[id](d, table);
}

void
cg_rows_lose(struct cg_decoder *d, enum cg_layout_id id, uint32_t i)
{
	static const struct cg_rec_node node = {
		.parent = CG_LOST, .function = CG_LOST, .origin = CG_NONE};

	switch (id) {
	case CG_LAYOUT_FUNCTIONS:
		d->out.functions[i].name = CG_LOST;
		break;
	case CG_LAYOUT_NODES:
		d->out.nodes[i] = node;
		break;
	case CG_LAYOUT_SPAWNS:
		d->out.spawns[i].root = CG_LOST;
		break;
	case CG_LAYOUT_TASKS:
		d->out.tasks[i].spawn = CG_LOST;
		break;
	case CG_LAYOUT_HOLDS:
		d->out.holds[i].node = CG_LOST;
		break;
	case CG_LAYOUT_ARGUMENTS:
		d->out.command[i] = CG_LOST;
		break;
	case CG_LAYOUT_SOURCES:
		d->out.sources[i].file = CG_LOST;
		break;
	case CG_LAYOUT_THREADS: /* else zero: a thread without a node */
		d->out.threads[i].origin = CG_NONE;
		break;
	case CG_LAYOUT_PACKS: /* the one row is there or not */
	case CG_LAYOUTS:
		break;
	}
}
