/*
 * From the image to records: numbering, copying, and the clock. What is open is settled in
 * settle.c.
 *
 * The idea to know: threads, activations and spawns are copied first and nodes numbered
 * after, because a record is published after what it refers to. So a live image gives no
 * reference to a node without a number. Numbers follow the order of creation and of first
 * use: the same image gives the same records.
 */
#include "trace/capture.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "trace/format.h"
#include "trace/settle.h"

/* Links between nodes by number, to walk each tree without recursion. */
struct tree {
	uint32_t *parent, *child, *sibling;
};

enum cg_status
cg_capture_string(struct cg_capture_state *state, cg_ref ref, uint32_t *index)
{
	const char *bytes = "";
	uint32_t length = 0;

	(void)cg_view_string(state->view, ref, &bytes, &length);
	return cg_strings_add(&state->strings, bytes, length, index);
}

static int
by_id(const void *a, const void *b)
{
	const struct cg_captured_thread *x = a, *y = b;

	if (x->img.id != y->img.id)
		return x->img.id < y->img.id ? -1 : 1;
	return x->ref < y->ref ? -1 : x->ref > y->ref;
}

/* Number the records of a type and copy them all, in that order. */
static enum cg_status
copy_all(const struct cg_capture_state *state, enum cg_img_type type, size_t size,
         struct cg_view_table *rows, void **copies)
{
	enum cg_status status = cg_view_table_init(rows, state->view, type);
	struct cg_view_walk walk = {0};
	uint8_t *at;

	if (status)
		return status;
	*copies = at = cg_zalloc(rows->count, size);
	if (!at)
		return CG_NOMEM;
	for (cg_ref ref; (ref = cg_view_table_next(rows, &walk)) != 0; at += size)
		(void)cg_view_record(state->view, type, ref, at);
	return CG_OK;
}

static enum cg_status
copy_threads(struct cg_capture_state *state)
{
	struct cg_view_table rows;
	enum cg_status status = cg_view_table_init(&rows, state->view, CG_IMG_THREADS);
	struct cg_view_walk walk = {0};

	if (status)
		return status;
	state->threads = cg_zalloc(rows.count, sizeof *state->threads);
	status = !state->threads                     ? CG_NOMEM
	         : rows.count > CG_TRACE_THREADS_MAX ? CG_LIMIT
	                                             : CG_OK;
	for (cg_ref ref; !status && (ref = cg_view_table_next(&rows, &walk)) != 0;) {
		struct cg_captured_thread *thread = &state->threads[state->thread_count++];

		thread->ref = ref;
		(void)cg_view_thread(state->view, ref, &thread->img);
	}
	cg_view_table_release(&rows);
	if (!status)
		qsort(state->threads, state->thread_count, sizeof *state->threads, by_id);
	return status;
}

/* Everything that names nodes, before these are numbered. */
static enum cg_status
copy_roots(struct cg_capture_state *state)
{
	enum cg_status status = copy_threads(state);
	void *copies = NULL;

	if (!status)
		status = copy_all(state, CG_IMG_ACTIVATIONS, sizeof *state->activations,
		                  &state->activation_rows, &copies);
	if (!status)
		state->activations = copies;
	if (!status)
		status = copy_all(state, CG_IMG_SPAWNS, sizeof *state->spawns, &state->spawn_rows,
		                  &copies);
	if (!status)
		state->spawns = copies;
	if (!status)
		status = copy_all(state, CG_IMG_TASKS, sizeof *state->tasks, &state->task_rows,
		                  &copies);
	if (!status)
		state->tasks = copies;
	if (!status)
		status = copy_all(state, CG_IMG_HOLDS, sizeof *state->holds, &state->hold_rows,
		                  &copies);
	if (!status)
		state->holds = copies;
	if (!status)
		status = copy_all(state, CG_IMG_STACKS, sizeof *state->stacks, &state->stack_rows,
		                  &copies);
	if (!status)
		state->stacks = copies;
	return status;
}

/* The instant `tick`, at the rate of the clock between two pairs. */
static struct cg_clock_pair
pair_at(const struct cg_clock_pair *start, const struct cg_clock_pair *rate, uint64_t tick)
{
	struct cg_records clock = {.start = *start, .end = *rate};
	uint64_t ns;

	if (tick == rate->tick)
		return *rate;
	if (tick <= start->tick)
		return *start;
	ns = cg_records_ns(&clock, tick - start->tick);
	return (struct cg_clock_pair){tick, start->mono_ns + ns,
	                              (int64_t)((uint64_t)start->real_ns + ns)};
}

/*
 * When the open ones end, and the pair of readings that belongs to that tick: scaled from a
 * later or earlier pair where the tick has none of its own.
 */
static void
find_end(struct cg_capture_state *state)
{
	const struct cg_img_header *header = cg_view_header(state->view);
	const struct cg_capture_options *options = &state->options;
	struct cg_clock_pair start = header->start, rate = header->latest;
	bool stopped = atomic_load(&header->state) == CG_IMG_STOPPED;

	state->out.live = options->live && !stopped;
	state->out.killed = !options->live && !stopped;
	if (stopped)
		rate = header->stop;
	else if (options->now.tick)
		rate = options->now;
	state->end = header->latest.tick;
	for (uint32_t i = 0; i < state->thread_count; i++)
		if (state->threads[i].img.last > state->end)
			state->end = state->threads[i].img.last;
	if (options->now.tick && (options->live || state->end > options->now.tick))
		state->end = options->now.tick;
	if (stopped)
		state->end = header->stop.tick;
	if (options->end)
		state->end = options->end;
	state->out.start = start;
	state->out.end = pair_at(&start, &rate, state->end);
}

static enum cg_status
add_function(struct cg_capture_state *state, cg_ref ref, uint32_t *index)
{
	struct cg_records *out = &state->out;
	struct cg_img_function function = {0};
	struct cg_rec_function *added;
	enum cg_status status;

	if (out->function_count >= CG_TRACE_FUNCTIONS_MAX)
		return CG_LIMIT;
	status = cg_grow(&out->functions, &state->function_cap,
	                 (size_t)out->function_count + 1, sizeof *out->functions);
	if (status)
		return status;
	added = &out->functions[out->function_count];
	*added = (struct cg_rec_function){0};
	if (!cg_view_function(state->view, ref, &function))
		status = cg_strings_add(&state->strings, "<unknown>", 9, &added->name);
	else
		status = cg_capture_string(state, function.name, &added->name);
	if (!status)
		status = cg_capture_string(state, function.file, &added->file);
	if (!status)
		status = cg_capture_string(state, function.module, &added->module);
	if (status)
		return status;
	added->line = function.line;
	added->kind = function.kind <= CG_KIND_BUILTIN ? function.kind : CG_KIND_FUNCTION;
	added->flags = function.flags;
	*index = out->function_count++;
	return CG_OK;
}

/* The index of a function, numbered at its first use; those that are none share the last. */
static enum cg_status
function_index(struct cg_capture_state *state, cg_ref ref, uint32_t *index)
{
	uint32_t row = cg_view_table_find(&state->function_rows, ref);
	uint32_t *known = &state->function[row == CG_NONE ? state->function_rows.count : row];

	if (*known == CG_NONE) {
		enum cg_status status = add_function(state, ref, known);

		if (status)
			return status;
	}
	*index = *known;
	return CG_OK;
}

/* Append a node. Its origin stays a reference until all nodes have an index. */
static enum cg_status
add_node(struct cg_capture_state *state, cg_ref ref, uint32_t parent)
{
	struct cg_records *out = &state->out;
	struct cg_rec_node *added = &out->nodes[out->node_count];
	struct cg_img_node node = {0};

	(void)cg_view_node(state->view, ref, &node);
	*added = (struct cg_rec_node){
		.parent = parent,
		.function = CG_NONE,
		.origin = node.origin,
		.edge = node.edge <= CG_EDGE_SPAWN ? node.edge : CG_EDGE_CALL,
		.folded = node.folded || node.skewed,
		.thread = out->thread_count,
		.calls = node.calls,
		.raised = node.raised,
		.begun_before = node.begun_before,
		.suspensions = node.suspensions,
		.run = node.run,
		.await = node.await,
		.hosted = node.hosted,
		.gap = node.gap < node.run ? node.gap : node.run,
		.gap_before = node.gap_before,
		.gap_cpu_ns = node.gap_cpu_ns,
	};
	out->node_count++;
	/* Only a thread's root has task roots below it. */
	if (parent == CG_NONE ||
	    (added->edge == CG_EDGE_SPAWN && parent != out->threads[out->thread_count].root))
		added->edge = CG_EDGE_CALL;
	if (added->edge != CG_EDGE_SPAWN)
		added->origin = 0;
	if (parent == CG_NONE)
		return CG_OK;
	return function_index(state, node.function, &added->function);
}

/* A node's reference from its number: the inverse of the table's find. */
static cg_ref *
list_refs(const struct cg_view_table *rows)
{
	cg_ref *refs = cg_zalloc(rows->count, sizeof *refs);
	struct cg_view_walk walk = {0};

	for (uint32_t i = 0; refs && i < rows->count; i++)
		refs[i] = cg_view_table_next(rows, &walk);
	return refs;
}

/* Link children below their parents, in order of reference. A parent comes before. */
static void
link_tree(struct cg_capture_state *state, const cg_ref *refs, struct tree *tree)
{
	const struct cg_view_table *rows = &state->node_rows;

	memset(tree->child, 0xff, rows->count * sizeof *tree->child);
	memset(tree->sibling, 0xff, rows->count * sizeof *tree->sibling);
	for (uint32_t i = rows->count; i-- > 0;) {
		struct cg_img_node node = {0};
		uint32_t parent;

		(void)cg_view_node(state->view, refs[i], &node);
		parent = cg_view_table_find(rows, node.parent);
		if (parent >= i)
			parent = CG_NONE;
		tree->parent[i] = parent;
		if (parent == CG_NONE)
			continue;
		tree->sibling[i] = tree->child[parent];
		tree->child[parent] = i;
	}
}

/* Number one thread's tree depth first. */
static enum cg_status
add_tree(struct cg_capture_state *state, const cg_ref *refs, const struct tree *tree,
         uint32_t root)
{
	uint32_t at = root;

	for (;;) {
		uint32_t parent = at == root ? CG_NONE : state->dense[tree->parent[at]];
		enum cg_status status;

		if (state->out.node_count >= CG_TRACE_NODES_MAX)
			return CG_LIMIT;
		state->dense[at] = state->out.node_count;
		status = add_node(state, refs[at], parent);
		if (status)
			return status;
		if (tree->child[at] != CG_NONE) {
			at = tree->child[at];
			continue;
		}
		while (at != root && tree->sibling[at] == CG_NONE)
			at = tree->parent[at];
		if (at == root)
			return CG_OK;
		at = tree->sibling[at];
	}
}

/* A tick within the recording, whatever the image says. */
static uint64_t
within(const struct cg_capture_state *state, uint64_t tick)
{
	if (tick < state->out.start.tick)
		return state->out.start.tick;
	return tick < state->end ? tick : state->end;
}

static enum cg_status
add_thread(struct cg_capture_state *state, const cg_ref *refs, const struct tree *tree,
           const struct cg_captured_thread *captured)
{
	const struct cg_img_thread *thread = &captured->img;
	uint32_t root = cg_view_table_find(&state->node_rows, thread->root);
	struct cg_rec_thread *added = &state->out.threads[state->out.thread_count];
	enum cg_status status;

	if (root == CG_NONE || tree->parent[root] != CG_NONE || state->dense[root] != CG_NONE)
		return CG_OK; /* not a tree of its own */
	*added = (struct cg_rec_thread){
		.id = thread->id,
		.origin = thread->origin,
		.root = state->out.node_count,
		.native_id = thread->native_id,
		.count = thread->count,
		.first = within(state, thread->first),
		.last = within(state, thread->last),
		.busy = thread->busy,
		.dropped = thread->dropped,
		.unwound = thread->unwound,
		.vanished = thread->vanished,
	};
	status = cg_capture_string(state, thread->name, &added->name);
	if (!status)
		status = add_tree(state, refs, tree, root);
	added->node_count = state->out.node_count - added->root;
	if (status)
		return status;
	state->threads[state->out.thread_count++] = *captured;
	return CG_OK;
}

static enum cg_status
add_threads(struct cg_capture_state *state, const cg_ref *refs, const struct tree *tree)
{
	uint32_t count = state->thread_count;
	enum cg_status status = CG_OK;

	state->out.threads = cg_zalloc(count, sizeof *state->out.threads);
	if (!state->out.threads)
		return CG_NOMEM;
	for (uint32_t i = 0; i < count && !status; i++)
		status = add_thread(state, refs, tree, &state->threads[i]);
	state->thread_count = state->out.thread_count;
	return status;
}

static void
resolve_origins(struct cg_capture_state *state)
{
	for (uint32_t i = 0; i < state->out.node_count; i++)
		state->out.nodes[i].origin = cg_capture_node(state, state->out.nodes[i].origin);
	for (uint32_t i = 0; i < state->out.thread_count; i++)
		state->out.threads[i].origin =
			cg_capture_node(state, state->out.threads[i].origin);
}

static enum cg_status
add_nodes(struct cg_capture_state *state)
{
	uint32_t n = state->node_rows.count, functions = state->function_rows.count;
	cg_ref *refs = list_refs(&state->node_rows);
	struct tree tree = {
		cg_zalloc(n, sizeof *tree.parent),
		cg_zalloc(n, sizeof *tree.child),
		cg_zalloc(n, sizeof *tree.sibling),
	};
	enum cg_status status = CG_NOMEM;

	state->dense = cg_zalloc(n, sizeof *state->dense);
	state->function = cg_zalloc((size_t)functions + 1, sizeof *state->function);
	state->out.nodes = cg_zalloc(n, sizeof *state->out.nodes);
	if (!refs || !tree.parent || !tree.child || !tree.sibling || !state->dense ||
	    !state->function || !state->out.nodes)
		goto out;
	memset(state->dense, 0xff, n * sizeof *state->dense);
	memset(state->function, 0xff, ((size_t)functions + 1) * sizeof *state->function);
	link_tree(state, refs, &tree);
	status = add_threads(state, refs, &tree);
	if (!status)
		resolve_origins(state);
out:
	cg_free(refs);
	cg_free(tree.parent);
	cg_free(tree.child);
	cg_free(tree.sibling);
	return status;
}

/* argv, each argument followed by a NUL. */
static enum cg_status
add_command(struct cg_capture_state *state, cg_ref ref)
{
	struct cg_records *out = &state->out;
	enum cg_status status = CG_OK;
	const char *bytes = "";
	uint32_t length = 0, count = 0;

	(void)cg_view_string(state->view, ref, &bytes, &length);
	for (uint32_t i = 0; i < length; i++)
		count += bytes[i] == '\0' || i + 1 == length;
	if (count > CG_TRACE_ARGUMENTS_MAX)
		count = CG_TRACE_ARGUMENTS_MAX;
	out->command = cg_zalloc(count, sizeof *out->command);
	if (!out->command)
		return CG_NOMEM;
	for (uint32_t at = 0; at < length && out->command_count < count && !status;) {
		size_t n = strnlen(bytes + at, length - at);

		status = cg_strings_add(&state->strings, bytes + at, n,
		                        &out->command[out->command_count++]);
		at += (uint32_t)n + 1;
	}
	return status;
}

static enum cg_status
add_texts(struct cg_capture_state *state, const struct cg_img_header *header)
{
	struct cg_records *out = &state->out;
	const struct {
		enum cg_img_meta which;
		uint32_t *to;
	} texts[] = {
		{CG_META_PYTHON, &out->python},     {CG_META_EXECUTABLE, &out->executable},
		{CG_META_PLATFORM, &out->platform}, {CG_META_PARENT, &out->parent_trace},
		{CG_META_INCLUDE, &out->include},   {CG_META_EXCLUDE, &out->exclude},
	};
	enum cg_status status = CG_OK;

	for (size_t i = 0; !status && i < sizeof texts / sizeof *texts; i++)
		status = cg_capture_string(state, header->meta[texts[i].which], texts[i].to);
	return status ? status : add_command(state, header->meta[CG_META_COMMAND]);
}

static enum cg_status
add_meta(struct cg_capture_state *state)
{
	const struct cg_img_header *header = cg_view_header(state->view);
	struct cg_records *out = &state->out;

	out->pid = header->pid;
	out->parent_pid = header->parent_pid;
	out->clock_kind = header->clock_kind;
	out->gap_limit = header->gap_limit;
	out->builtins = header->builtins != 0;
	out->stop_status = header->status <= CG_USE ? header->status : CG_CORRUPT;
	out->lost_events = atomic_load(&header->lost_events);
	out->forks = atomic_load(&header->forks);
	out->takeovers = atomic_load(&header->takeovers);
	out->folds = atomic_load(&header->folds);
	out->costs = header->costs;
	out->complete = !state->view->cut;
	return add_texts(state, header);
}

static enum cg_status
capture_all(struct cg_capture_state *state)
{
	enum cg_status status = cg_strings_init(&state->strings);

	if (!status)
		status = copy_roots(state);
	if (!status)
		status = cg_view_table_init(&state->node_rows, state->view, CG_IMG_NODES);
	if (!status)
		status = cg_view_table_init(&state->function_rows, state->view, CG_IMG_FUNCTIONS);
	if (!status)
		status = add_meta(state);
	if (status)
		return status;
	find_end(state);
	status = add_nodes(state);
	if (status)
		return status;
	state->excess = cg_zalloc(state->out.function_count, sizeof *state->excess);
	if (!state->excess)
		return CG_NOMEM;
	cg_capture_settle(state);
	return cg_capture_tasks(state);
}

static void
release(struct cg_capture_state *state)
{
	cg_strings_release(&state->strings);
	cg_view_table_release(&state->activation_rows);
	cg_view_table_release(&state->spawn_rows);
	cg_view_table_release(&state->task_rows);
	cg_view_table_release(&state->hold_rows);
	cg_view_table_release(&state->stack_rows);
	cg_view_table_release(&state->node_rows);
	cg_view_table_release(&state->function_rows);
	cg_free(state->threads);
	cg_free(state->activations);
	cg_free(state->spawns);
	cg_free(state->tasks);
	cg_free(state->holds);
	cg_free(state->stacks);
	cg_free(state->dense);
	cg_free(state->function);
	cg_free(state->excess);
	cg_records_release(&state->out);
}

enum cg_status
cg_capture(struct cg_records *records, const struct cg_view *view,
           const struct cg_capture_options *options)
{
	struct cg_capture_state state = {.view = view};
	enum cg_status status;

	if (options)
		state.options = *options;
	cg_records_init(&state.out);
	status = capture_all(&state);
	if (!status) {
		cg_strings_give(&state.strings, &state.out);
		*records = state.out;
		cg_records_init(&state.out);
	}
	release(&state);
	return status;
}
