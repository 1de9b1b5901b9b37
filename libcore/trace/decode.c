/*
 * Decoding payloads.
 *
 * The idea to know: definitions come before use, so nearly every reference is checked as it
 * is read, against what is already there. Only origins point forward; they wait for the
 * end. No recursion: the tree's shape is walked by its parents.
 */
#include "trace/decode.h"

#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "base/varint.h"
#include "trace/layout.h"

typedef enum cg_status (*chunk_fn)(struct cg_decoder *, const uint8_t *, size_t);

static enum cg_status
fail(struct cg_decoder *d, enum cg_status status, const char *why)
{
	d->why = why;
	return status;
}

enum cg_status
cg_decoder_init(struct cg_decoder *decoder, bool salvage)
{
	enum cg_status status;

	*decoder = (struct cg_decoder){.salvage = salvage, .why = "out of memory"};
	cg_records_init(&decoder->out);
	status = cg_strings_init(&decoder->strings);
	if (!status)
		decoder->strings.count = 0; /* the file brings its own "" */
	return status;
}

void
cg_decoder_release(struct cg_decoder *decoder)
{
	cg_strings_release(&decoder->strings);
	cg_records_release(&decoder->out);
	cg_free(decoder->index);
	decoder->index = NULL;
}

static uint32_t
get_le32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static uint64_t
get_le64(const uint8_t *at)
{
	return get_le32(at) | (uint64_t)get_le32(at + 4) << 32;
}

static enum cg_status
open_table(struct cg_decoder *d, struct cg_table *table, const uint8_t *payload, size_t n)
{
	enum cg_status status = cg_table_open(table, payload, n);

	if (status == CG_LIMIT)
		return fail(d, status, "a chunk with more rows than the format allows");
	return status ? fail(d, status, "a table whose columns do not fit") : CG_OK;
}

/* What reading columns came to, and the words for it. */
static enum cg_status
column_status(struct cg_decoder *d, enum cg_status status)
{
	if (status == CG_CORRUPT)
		d->why = "a column that is damaged";
	else if (status == CG_UNSUPPORTED)
		d->why = "a column in a coding that this version does not know: use a newer "
		         "corograph";
	return status;
}

static enum cg_status
add_strings(struct cg_decoder *d, const struct cg_table *table, const uint64_t *lengths)
{
	const struct cg_table_column *text = &table->columns[CG_COL_TEXT];
	size_t at = 0, end = text->bytes ? text->size : 0;

	if (text->bytes && text->coding != CG_TRACE_BYTES)
		return fail(d, CG_CORRUPT, "the text of strings is not bytes");
	for (uint32_t i = 0; i < table->count; i++) {
		const char *bytes = text->bytes ? (const char *)text->bytes + at : "";
		enum cg_status status;

		if (lengths[i] > CG_TRACE_STRING_MAX)
			return fail(d, CG_LIMIT, "a string longer than the format allows");
		if (lengths[i] > end - at || !cg_utf8_is_clean(bytes, (size_t)lengths[i]))
			return fail(d, CG_CORRUPT, "a string that is cut or not clean UTF-8");
		status = cg_strings_append(&d->strings, bytes, (size_t)lengths[i]);
		if (status)
			return status == CG_LIMIT ? fail(d, status, "too many strings") : status;
		at += (size_t)lengths[i];
	}
	if (at != end)
		return fail(d, CG_CORRUPT, "text that belongs to no string");
	if (d->strings.items[0].length != 0)
		return fail(d, CG_CORRUPT, "the first string is not the empty one");
	return CG_OK;
}

static enum cg_status
take_strings(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	struct cg_table table;
	enum cg_status status = open_table(d, &table, payload, n);
	uint64_t *lengths;

	if (status)
		return status;
	if (table.first != d->strings.count || table.count == 0)
		return fail(d, CG_CORRUPT, "strings out of order");
	lengths = cg_zalloc(table.count, sizeof *lengths);
	if (!lengths)
		return CG_NOMEM;
	status = column_status(
	    d, cg_table_get_column(&table, CG_COL_LENGTH, lengths, table.count));
	if (!status)
		status = add_strings(d, &table, lengths);
	cg_free(lengths);
	return status;
}

static enum cg_status
take_meta(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	struct cg_rows rows = {
	    .columns = cg_meta_columns, .column_count = cg_meta_column_count, .count = 1};
	struct cg_records meta = {0};
	uint32_t strings = d->strings.count;
	struct cg_table table;
	enum cg_status status = open_table(d, &table, payload, n);

	if (status)
		return status;
	if (d->has_meta || table.first != 0 || table.count != 1)
		return fail(d, CG_CORRUPT, "not one row of facts about the recording");
	status = column_status(d, cg_table_get(&table, &rows, &meta));
	if (status)
		return status;
	if (meta.python >= strings || meta.executable >= strings || meta.platform >= strings)
		return fail(d, CG_CORRUPT, "facts that name a string which is not there");
	d->has_meta = true;
	d->out = meta; /* no table has come before */
	return CG_OK;
}

static enum cg_status
check_functions(struct cg_decoder *d, uint32_t first, const struct cg_table *table)
{
	(void)table;
	for (uint32_t i = first; i < d->out.function_count; i++) {
		const struct cg_rec_function *function = &d->out.functions[i];

		if (function->name >= d->strings.count || function->file >= d->strings.count ||
		    function->module >= d->strings.count)
			return fail(d, CG_CORRUPT, "a function with a string that is not there");
		if (function->kind > CG_KIND_BUILTIN)
			return fail(d, CG_CORRUPT, "a function of an unknown kind");
	}
	return CG_OK;
}

static enum cg_status
check_threads(struct cg_decoder *d, uint32_t first, const struct cg_table *table)
{
	uint32_t root = first ? d->out.threads[first - 1].root +
	                            d->out.threads[first - 1].node_count : 0;

	(void)table;
	for (uint32_t i = first; i < d->out.thread_count; i++) {
		struct cg_rec_thread *thread = &d->out.threads[i];

		if (thread->name >= d->strings.count)
			return fail(d, CG_CORRUPT, "a thread with a string that is not there");
		if (thread->node_count == 0)
			return fail(d, CG_CORRUPT, "a thread without a root");
		if (thread->node_count > CG_TRACE_NODES_MAX - root)
			return fail(d, CG_LIMIT, "more nodes than the format allows");
		thread->root = root;
		root += thread->node_count;
	}
	return CG_OK;
}

static enum cg_status
check_arguments(struct cg_decoder *d, uint32_t first, const struct cg_table *table)
{
	(void)table;
	for (uint32_t i = first; i < d->out.command_count; i++)
		if (d->out.command[i] >= d->strings.count)
			return fail(d, CG_CORRUPT, "an argument that is not there");
	return CG_OK;
}

static enum cg_status
check_spawns(struct cg_decoder *d, uint32_t first, const struct cg_table *table)
{
	(void)table;
	for (uint32_t i = first; i < d->out.spawn_count; i++) {
		const struct cg_rec_spawn *spawn = &d->out.spawns[i];

		if (spawn->name >= d->strings.count)
			return fail(d, CG_CORRUPT, "a task with a string that is not there");
		if (spawn->root >= d->out.node_count ||
		    d->out.nodes[spawn->root].parent == CG_NONE ||
		    (spawn->creator != CG_NONE && spawn->creator >= d->out.node_count))
			return fail(d, CG_CORRUPT, "a task at a node that is not there");
	}
	return CG_OK;
}

static enum cg_status
check_tasks(struct cg_decoder *d, uint32_t first, const struct cg_table *table)
{
	(void)table;
	for (uint32_t i = first; i < d->out.task_count; i++) {
		const struct cg_rec_task *task = &d->out.tasks[i];

		if (task->name >= d->strings.count || task->spawn >= d->out.spawn_count ||
		    task->thread >= d->out.thread_count || task->raised > 1 ||
		    task->unfinished > 1)
			return fail(d, CG_CORRUPT, "a task of something that is not there");
	}
	return CG_OK;
}

static enum cg_status
check_holds(struct cg_decoder *d, uint32_t first, const struct cg_table *table)
{
	(void)table;
	for (uint32_t i = first; i < d->out.hold_count; i++)
		if (d->out.holds[i].node >= d->out.node_count)
			return fail(d, CG_CORRUPT, "long segments of a node that is not there");
	return CG_OK;
}

/* Reading the shape of a chunk of nodes. */
struct shape {
	uint32_t first;        /* node of the chunk */
	const uint8_t *outer, *outer_end;
	uint32_t cursor;       /* on the way up from the node before the chunk */
};

/* The parent of a node whose way up leaves the chunk: told, and on the way further up. */
static bool
outer_parent(struct cg_decoder *d, struct shape *shape, uint32_t *parent)
{
	uint64_t told = 0;
	size_t used = cg_varint_get(shape->outer, (size_t)(shape->outer_end - shape->outer),
	                            &told);
	uint32_t want = told ? (uint32_t)(told - 1) : CG_NONE;

	shape->outer += used;
	if (!used || told > shape->first)
		return false;
	while (shape->cursor != want && shape->cursor != CG_NONE)
		shape->cursor = d->out.nodes[shape->cursor].parent;
	*parent = want;
	return shape->cursor == want;
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
read_shape(struct cg_decoder *d, uint32_t first, const struct cg_table *table)
{
	const struct cg_table_column *outer = &table->columns[CG_COL_OUTER];
	uint64_t *ups = cg_zalloc(table->count, sizeof *ups);
	struct shape shape = {first, outer->bytes, outer->bytes + outer->size,
	                      first ? first - 1 : CG_NONE};
	enum cg_status status;

	if (!ups)
		return CG_NOMEM;
	status = cg_table_get_column(table, CG_COL_UP, ups, table->count);
	if (outer->bytes && outer->coding != CG_TRACE_BYTES)
		status = CG_CORRUPT;
	for (uint32_t i = first; i < d->out.node_count && !status; i++)
		if (!find_parent(d, &shape, i, ups[i - first], &d->out.nodes[i].parent))
			status = CG_CORRUPT;
	if (!status && shape.outer != shape.outer_end)
		status = CG_CORRUPT;
	cg_free(ups);
	if (status == CG_CORRUPT)
		return fail(d, status, "the shape of the tree is damaged");
	return column_status(d, status);
}

static enum cg_status
check_node(struct cg_decoder *d, uint32_t i)
{
	struct cg_rec_node *node = &d->out.nodes[i];
	const struct cg_rec_thread *thread;

	while (d->thread < d->out.thread_count &&
	       i - d->out.threads[d->thread].root >= d->out.threads[d->thread].node_count)
		d->thread++;
	if (d->thread >= d->out.thread_count)
		return fail(d, CG_CORRUPT, "a node that belongs to no thread");
	thread = &d->out.threads[d->thread];
	node->thread = d->thread;
	if ((node->parent == CG_NONE) != (i == thread->root) ||
	    (node->function == CG_NONE) != (i == thread->root))
		return fail(d, CG_CORRUPT, "a thread's tree that does not begin at its root");
	if (node->function != CG_NONE && node->function >= d->out.function_count)
		return fail(d, CG_CORRUPT, "a node of a function that is not there");
	if (node->edge > CG_EDGE_SPAWN || node->folded > 1)
		return fail(d, CG_CORRUPT, "a node of an unknown kind");
	if (node->edge == CG_EDGE_SPAWN && node->parent != thread->root)
		return fail(d, CG_CORRUPT, "a task's root below other calls");
	return CG_OK;
}

static enum cg_status
check_nodes(struct cg_decoder *d, uint32_t first, const struct cg_table *table)
{
	enum cg_status status = read_shape(d, first, table);

	for (uint32_t i = first; i < d->out.node_count && !status; i++)
		status = check_node(d, i);
	return status;
}

typedef enum cg_status (*check_fn)(struct cg_decoder *, uint32_t, const struct cg_table *);

static const check_fn checks[CG_LAYOUTS] = {
	[CG_LAYOUT_FUNCTIONS] = check_functions, [CG_LAYOUT_THREADS] = check_threads,
	[CG_LAYOUT_NODES] = check_nodes,         [CG_LAYOUT_SPAWNS] = check_spawns,
	[CG_LAYOUT_TASKS] = check_tasks,         [CG_LAYOUT_HOLDS] = check_holds,
	[CG_LAYOUT_ARGUMENTS] = check_arguments,
};

/* Read the columns into new rows of an array. */
static enum cg_status
add_rows(struct cg_decoder *d, enum cg_layout_id id, const struct cg_table *table)
{
	const struct cg_layout *layout = &cg_layouts[id];
	char *array = (char *)&d->out + layout->array;
	struct cg_rows rows = {
	    .columns = layout->columns,
	    .column_count = layout->column_count,
	    .first = table->first,
	    .count = table->count,
	    .start = d->out.start.tick,
	    .stride = layout->stride,
	};
	enum cg_status status = cg_grow(array, &d->caps[id], (size_t)rows.first + rows.count,
	                                layout->stride);
	char *base;

	if (status)
		return status;
	memcpy(&base, array, sizeof base);
	memset(base + rows.first * layout->stride, 0, rows.count * layout->stride);
	return column_status(d, cg_table_get(table, &rows, base));
}

static enum cg_status
take_rows(struct cg_decoder *d, enum cg_layout_id id, const uint8_t *payload, size_t n)
{
	const struct cg_layout *layout = &cg_layouts[id];
	char *count_at = (char *)&d->out + layout->count;
	struct cg_table table;
	enum cg_status status = open_table(d, &table, payload, n);
	uint32_t first, count;

	if (status)
		return status;
	memcpy(&first, count_at, sizeof first);
	if (!d->has_meta || table.first != first || table.count == 0)
		return fail(d, CG_CORRUPT, "a table out of order");
	if (table.count > layout->most - first)
		return fail(d, CG_LIMIT, "more rows than the format allows");
	status = add_rows(d, id, &table);
	if (status)
		return status;
	count = first + table.count;
	memcpy(count_at, &count, sizeof count);
	status = checks[id](d, first, &table);
	if (status)
		memcpy(count_at, &first, sizeof first); /* none of them, then */
	return status;
}

static enum cg_status
take_functions(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	return take_rows(d, CG_LAYOUT_FUNCTIONS, payload, n);
}

static enum cg_status
take_threads(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	if (d->out.node_count)
		return fail(d, CG_CORRUPT, "threads after their nodes");
	return take_rows(d, CG_LAYOUT_THREADS, payload, n);
}

static enum cg_status
take_nodes(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	return take_rows(d, CG_LAYOUT_NODES, payload, n);
}

static enum cg_status
take_spawns(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	return take_rows(d, CG_LAYOUT_SPAWNS, payload, n);
}

static enum cg_status
take_tasks(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	return take_rows(d, CG_LAYOUT_TASKS, payload, n);
}

static enum cg_status
take_holds(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	return take_rows(d, CG_LAYOUT_HOLDS, payload, n);
}

static enum cg_status
take_arguments(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	return take_rows(d, CG_LAYOUT_ARGUMENTS, payload, n);
}

/* An accelerator: whoever reads in order needs nothing of it. Verify compares it. */
static enum cg_status
take_index(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	struct cg_rows rows = {.columns = cg_index_columns,
	                       .column_count = cg_index_column_count,
	                       .stride = sizeof *d->index};
	struct cg_table table;
	enum cg_status status = open_table(d, &table, payload, n);

	if (status)
		return status;
	if (d->index || table.first != 0)
		return fail(d, CG_CORRUPT, "more than one index");
	d->index = cg_zalloc(table.count, sizeof *d->index);
	if (!d->index)
		return CG_NOMEM;
	d->index_count = rows.count = table.count;
	return column_status(d, cg_table_get(&table, &rows, d->index));
}

static enum cg_status
take_end(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	const uint32_t have[] = {d->strings.count,    d->out.function_count,
	                         d->out.thread_count, d->out.node_count,
	                         d->out.spawn_count,  d->out.task_count,
	                         d->out.hold_count,   d->out.command_count};
	const uint8_t *totals = payload + 20;

	if (n != CG_TRACE_END_SIZE)
		return fail(d, CG_CORRUPT, "an end of the wrong size");
	d->index_offset = get_le64(payload);
	d->size = get_le64(payload + 8);
	d->chunks = get_le32(payload + 16);
	d->ended = true;
	for (size_t i = 0; i < sizeof have / sizeof *have; i++)
		if (get_le32(totals + 4 * i) != have[i] && !d->salvage)
			return fail(d, CG_CORRUPT, "the end counts other rows than there are");
	return CG_OK;
}

static const struct {
	uint32_t type;
	chunk_fn take;
} types[] = {
	{CG_TRACE_STRS, take_strings}, {CG_TRACE_META, take_meta},
	{CG_TRACE_ARGV, take_arguments}, {CG_TRACE_FUNC, take_functions},
	{CG_TRACE_THRD, take_threads}, {CG_TRACE_NODE, take_nodes},
	{CG_TRACE_SPWN, take_spawns}, {CG_TRACE_TASK, take_tasks},
	{CG_TRACE_HOLD, take_holds}, {CG_TRACE_INDX, take_index},
	{CG_TRACE_END, take_end},
};

static chunk_fn
find_type(uint32_t type)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == type)
			return types[i].take;
	return NULL;
}

bool
cg_decoder_knows(uint32_t type)
{
	return find_type(type) != NULL;
}

enum cg_status
cg_decoder_chunk(struct cg_decoder *decoder, uint32_t type, const uint8_t *payload, size_t n)
{
	enum cg_status status = find_type(type)(decoder, payload, n);

	if (status == CG_NOMEM)
		decoder->why = "out of memory";
	return status;
}

/* In salvage: threads have the nodes that were read, and no others. */
static void
cut_threads(struct cg_records *out)
{
	uint32_t kept = 0;

	for (; kept < out->thread_count; kept++) {
		struct cg_rec_thread *thread = &out->threads[kept];

		if (thread->root >= out->node_count)
			break;
		if (thread->node_count > out->node_count - thread->root)
			thread->node_count = out->node_count - thread->root;
	}
	out->thread_count = kept;
}

static enum cg_status
check_whole(struct cg_decoder *d)
{
	const struct cg_rec_thread *last = d->out.threads + d->out.thread_count;

	if (!d->has_meta || d->strings.count == 0)
		return fail(d, CG_CORRUPT, "a trace without facts about the recording");
	if (d->out.thread_count &&
	    last[-1].root + last[-1].node_count != d->out.node_count)
		return fail(d, CG_CORRUPT, "threads with nodes that are not there");
	for (uint32_t i = 0; i < d->out.node_count; i++)
		if (d->out.nodes[i].origin != CG_NONE &&
		    d->out.nodes[i].origin >= d->out.node_count)
			return fail(d, CG_CORRUPT, "a task made at a node that is not there");
	return CG_OK;
}

static enum cg_status
make_whole(struct cg_decoder *d)
{
	if (d->strings.count == 0) {
		enum cg_status status = cg_strings_append(&d->strings, "", 0);

		if (status)
			return status;
	}
	cut_threads(&d->out);
	for (uint32_t i = 0; i < d->out.node_count; i++)
		if (d->out.nodes[i].origin >= d->out.node_count)
			d->out.nodes[i].origin = CG_NONE;
	return CG_OK;
}

enum cg_status
cg_decoder_finish(struct cg_decoder *decoder, struct cg_records *records)
{
	enum cg_status status = decoder->salvage ? make_whole(decoder) : check_whole(decoder);

	if (status)
		return status;
	cg_strings_give(&decoder->strings, &decoder->out);
	*records = decoder->out;
	cg_records_init(&decoder->out);
	return CG_OK;
}
