/*
 * Open activations in a capture: a trace ends, what it recorded goes on.
 *
 * The idea to know: the program may have been killed between any two stores, so nothing
 * here relies on two counters agreeing. A tick outside the recording counts as no time, a
 * stack is walked for so many levels and no further, and counts are brought into order at
 * the end.
 */
#include "trace/settle.h"

enum { LEVELS_MAX = 1 << 24 }; /* of all stacks together, against links in a circle */

uint32_t
cg_capture_node(const struct cg_capture_state *state, cg_ref ref)
{
	uint32_t row = cg_view_table_find(&state->node_rows, ref);

	return row == CG_NONE ? CG_NONE : state->dense[row];
}

uint64_t
cg_capture_elapsed(const struct cg_capture_state *state, uint64_t since)
{
	if (since < state->out.start.tick || since > state->end)
		return 0;
	return state->end - since;
}

static const struct cg_img_activation *
find_activation(const struct cg_capture_state *state, cg_ref ref)
{
	uint32_t row = cg_view_table_find(&state->activation_rows, ref);

	return row == CG_NONE ? NULL : &state->activations[row];
}

/*
 * One level down from `node`. A level that is the topmost running activation returns by
 * its link; any other is a plain call, whose parent is the way down.
 */
static uint32_t
level_below(const struct cg_capture_state *state, uint32_t node,
            const struct cg_img_activation **act, bool *plain)
{
	const struct cg_img_activation *top = *act;

	*plain = !top || cg_capture_node(state, top->node) != node;
	if (*plain)
		return state->out.nodes[node].parent;
	*act = find_activation(state, top->below);
	return cg_capture_node(state, top->ret);
}

/* Plain calls that are open: suspendable activations are counted from their own table. */
static void
count_plain(struct cg_capture_state *state, cg_ref current, cg_ref activation,
            uint32_t *levels)
{
	const struct cg_img_activation *act = find_activation(state, activation);
	uint32_t node = cg_capture_node(state, current);

	while (node != CG_NONE && state->out.nodes[node].parent != CG_NONE &&
	       (*levels)++ < LEVELS_MAX) {
		struct cg_rec_node *level = &state->out.nodes[node];
		bool plain;

		node = level_below(state, node, &act, &plain);
		level->unfinished += plain;
	}
}

/* The CPU clock has answered for this thread's last gap. */
static void
answer_gap(struct cg_capture_state *state, struct cg_rec_node *node,
           const struct cg_img_thread *thread)
{
	if (thread->last > thread->cpu_tick)
		node->gap_before += thread->last - thread->cpu_tick;
	if (state->options.asked_cpu_ns > thread->cpu_ns)
		node->gap_cpu_ns += state->options.asked_cpu_ns - thread->cpu_ns;
}

static void
settle_thread(struct cg_capture_state *state, uint32_t i, uint32_t *levels)
{
	const struct cg_img_thread *thread = &state->threads[i].img;
	uint32_t current = cg_capture_node(state, thread->current);
	uint64_t gap = cg_capture_elapsed(state, thread->last);
	struct cg_rec_node *node;

	if (current == CG_NONE || thread->current == thread->root)
		return;
	node = &state->out.nodes[current];
	node->run += gap;
	node->gap += gap;
	if (state->threads[i].ref == state->options.asked)
		answer_gap(state, node, thread);
	state->out.threads[i].busy += cg_capture_elapsed(state, thread->busy_since);
	if (state->out.threads[i].last < state->end)
		state->out.threads[i].last = state->end;
	count_plain(state, thread->current, thread->activation, levels);
}

/* A greenlet's stack that is switched out: the way settle_activation counts its others. */
static void
settle_stack(struct cg_capture_state *state, const struct cg_img_stack *stack,
             uint32_t *levels)
{
	uint32_t current = cg_capture_node(state, stack->current);
	uint32_t root = cg_view_table_find(&state->activation_rows, stack->root);

	if (!stack->greenlet || current == CG_NONE ||
	    state->out.nodes[current].parent == CG_NONE)
		return;
	state->out.nodes[current].hosted += cg_capture_elapsed(state, stack->left);
	if (root != CG_NONE)
		state->activations[root].parked += cg_capture_elapsed(state, stack->left);
	count_plain(state, stack->current, stack->activation, levels);
}

/*
 * Ticks that a suspended leaf has waited: to the end, or until what awaits it went on, which
 * through C code it can do without it.
 */
static uint64_t
waited(const struct cg_capture_state *state, const struct cg_img_activation *act,
       uint32_t *levels)
{
	const struct cg_img_activation *by = find_activation(state, act->awaiter);
	uint64_t to_end = cg_capture_elapsed(state, act->since), after;

	while (by && by->state == CG_ACT_SUSPENDED && (*levels)++ < LEVELS_MAX &&
	       find_activation(state, by->inner) == act) {
		act = by;
		by = find_activation(state, by->awaiter);
	}
	if (!by || by->state != CG_ACT_RUNNING)
		return to_end;
	after = cg_capture_elapsed(state, by->since);
	return to_end > after ? to_end - after : 0;
}

static void
settle_activation(struct cg_capture_state *state, const struct cg_img_activation *act,
                  uint32_t *levels)
{
	uint32_t start = cg_capture_node(state, act->start_node);
	uint32_t node = cg_capture_node(state, act->node);
	uint32_t host = cg_capture_node(state, act->ret);

	if (act->state != CG_ACT_RUNNING && act->state != CG_ACT_SUSPENDED)
		return;
	if (start != CG_NONE && !(act->flags & CG_ACT_BEFORE))
		state->out.nodes[start].unfinished++;
	if (act->state == CG_ACT_RUNNING && (act->flags & CG_ACT_HOSTED) && host != CG_NONE)
		state->out.nodes[host].hosted += cg_capture_elapsed(state, act->since);
	if (act->state == CG_ACT_SUSPENDED && (act->flags & CG_ACT_WAITING) && node != CG_NONE)
		state->out.nodes[node].await += waited(state, act, levels);
}

static void
settle_task(struct cg_capture_state *state, const struct cg_img_activation *act)
{
	uint32_t row = cg_view_table_find(&state->spawn_rows, act->spawn);
	uint64_t span = cg_capture_elapsed(state, act->start);

	if (!(act->flags & CG_ACT_ROOT) || row == CG_NONE ||
	    (act->state != CG_ACT_RUNNING && act->state != CG_ACT_SUSPENDED))
		return;
	state->spawns[row].span += span;
	if (state->spawns[row].longest < span)
		state->spawns[row].longest = span;
	row = cg_view_table_find(&state->task_rows, act->task);
	if (!(act->flags & CG_ACT_LISTED) || row == CG_NONE)
		return;
	state->tasks[row].parked = act->parked;
	if (act->state == CG_ACT_SUSPENDED)
		state->tasks[row].parked += cg_capture_elapsed(state, act->since);
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * A plain function's counts hold at each node. Open calls that began before the recording
 * are on the stack and in no count: what `calls` cannot hold is theirs.
 */
static void
order_node(struct cg_rec_node *node)
{
	node->raised = least(node->raised, node->calls);
	node->unfinished = least(node->unfinished, node->calls - node->raised);
}

static bool
is_plain(const struct cg_records *out, const struct cg_rec_node *node)
{
	uint32_t kind = out->functions[node->function].kind;

	return kind == CG_KIND_FUNCTION || kind == CG_KIND_BUILTIN;
}

static bool
is_suspendable(const struct cg_records *out, const struct cg_rec_node *node)
{
	return node->function != CG_NONE && !is_plain(out, node);
}

/* What is too much in `count` is taken off. */
static void
take_off(uint64_t *count, uint64_t *excess)
{
	uint64_t off = least(*count, *excess);

	*count -= off;
	*excess -= off;
}

/*
 * An activation that can suspend may end at another node than it started at, so its counts
 * hold per function. `excess` has a place for each function.
 */
static void
order_functions(struct cg_records *out, uint64_t *excess)
{
	struct cg_rec_node *end = out->nodes + out->node_count;

	for (struct cg_rec_node *node = out->nodes; node < end; node++)
		if (is_suspendable(out, node))
			excess[node->function] += node->raised + node->unfinished - node->calls;
	for (uint32_t i = 0; i < out->function_count; i++)
		if (excess[i] > (uint64_t)INT64_MAX) /* fewer than the calls */
			excess[i] = 0;
	for (struct cg_rec_node *node = out->nodes; node < end; node++)
		if (is_suspendable(out, node))
			take_off(&node->unfinished, &excess[node->function]);
	for (struct cg_rec_node *node = out->nodes; node < end; node++)
		if (is_suspendable(out, node))
			take_off(&node->raised, &excess[node->function]);
}

void
cg_capture_settle(struct cg_capture_state *state)
{
	uint32_t levels = 0;

	for (uint32_t i = 0; i < state->thread_count; i++)
		settle_thread(state, i, &levels);
	for (uint32_t i = 0; i < state->stack_rows.count; i++)
		settle_stack(state, &state->stacks[i], &levels);
	for (uint32_t i = 0; i < state->activation_rows.count; i++) {
		settle_activation(state, &state->activations[i], &levels);
		settle_task(state, &state->activations[i]);
	}
	for (uint32_t i = 0; i < state->out.node_count; i++)
		if (state->out.nodes[i].function != CG_NONE &&
		    is_plain(&state->out, &state->out.nodes[i]))
			order_node(&state->out.nodes[i]);
	order_functions(&state->out, state->excess);
}
