/*
 * The last part of a capture: which tasks were made where, single tasks, long segments.
 *
 * The idea to know: each is sorted by what it is about, not by when its record was made, so
 * that the same recording gives the same bytes however its memory was used again.
 */
#include "trace/settle.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "trace/format.h"

/* A spawn and where its record was. */
struct numbered {
	struct cg_rec_spawn spawn;
	uint32_t row;
};

static int
order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
by_root_creator(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;
	int by = order(x->spawn.root, y->spawn.root);

	if (!by)
		by = order(x->spawn.creator, y->spawn.creator);
	return by ? by : order(x->row, y->row);
}

static int
by_start(const void *a, const void *b)
{
	const struct cg_rec_task *x = a, *y = b;
	int by = order(x->start, y->start);

	if (!by)
		by = order(x->spawn, y->spawn);
	if (!by)
		by = order(x->end, y->end);
	return by ? by : order(x->name, y->name);
}

static int
by_node(const void *a, const void *b)
{
	const struct cg_rec_hold *x = a, *y = b;

	return order(x->node, y->node);
}

/* Copy spawns out in their order; `index` tells for each row where it went. */
static enum cg_status
place_spawns(struct cg_capture_state *state, struct numbered *all, uint32_t count,
             uint32_t *index)
{
	struct cg_records *out = &state->out;

	qsort(all, count, sizeof *all, by_root_creator);
	for (uint32_t i = 0; i < count; i++) {
		enum cg_status status =
			cg_capture_string(state, state->spawns[all[i].row].name, &all[i].spawn.name);

		if (status)
			return status;
		out->spawns[i] = all[i].spawn;
		index[all[i].row] = i;
	}
	out->spawn_count = count;
	return CG_OK;
}

static enum cg_status
add_spawns(struct cg_capture_state *state, uint32_t *index)
{
	uint32_t rows = state->spawn_rows.count, count = 0;
	struct numbered *all = cg_zalloc(rows, sizeof *all);
	enum cg_status status = CG_NOMEM;

	state->out.spawns = cg_zalloc(rows, sizeof *state->out.spawns);
	for (uint32_t i = 0; all && i < rows; i++) {
		const struct cg_img_spawn *spawn = &state->spawns[i];
		struct numbered *added = &all[count];

		index[i] = CG_NONE;
		*added = (struct numbered){
			.spawn.creator = cg_capture_node(state, spawn->creator),
			.spawn.root = cg_capture_node(state, spawn->root),
			.spawn.count = spawn->count,
			.spawn.longest = spawn->longest,
			.spawn.span = spawn->span,
			.row = i,
		};
		count += added->spawn.root != CG_NONE &&
		         state->out.nodes[added->spawn.root].parent != CG_NONE;
	}
	if (all && state->out.spawns)
		status = place_spawns(state, all, count, index);
	cg_free(all);
	return status;
}

static uint32_t
thread_index(const struct cg_capture_state *state, cg_ref ref)
{
	for (uint32_t i = 0; i < state->thread_count; i++)
		if (state->threads[i].ref == ref)
			return i;
	return CG_NONE;
}

static enum cg_status
add_task(struct cg_capture_state *state, const struct cg_img_task *task, uint32_t spawn)
{
	struct cg_rec_task *added = &state->out.tasks[state->out.task_count];
	bool ended = task->end != 0;

	*added = (struct cg_rec_task){
		.spawn = spawn,
		.thread = thread_index(state, task->thread),
		.segments = task->segments,
		.raised = ended && task->raised,
		.unfinished = !ended,
		.start = task->start,
		.end = ended ? task->end : state->end,
		.parked = task->parked,
	};
	if (added->thread == CG_NONE)
		return CG_OK;
	if (added->start < state->out.start.tick)
		added->start = state->out.start.tick;
	if (added->end < added->start)
		added->end = added->start;
	if (added->parked > added->end - added->start)
		added->parked = added->end - added->start;
	state->out.task_count++;
	return cg_strings_add(&state->strings, task->name,
	                      strnlen(task->name, sizeof task->name), &added->name);
}

static enum cg_status
add_tasks(struct cg_capture_state *state, const uint32_t *index)
{
	struct cg_records *out = &state->out;
	enum cg_status status = CG_OK;

	out->tasks = cg_zalloc(state->task_rows.count, sizeof *out->tasks);
	if (!out->tasks)
		return CG_NOMEM;
	for (uint32_t i = 0; i < state->task_rows.count && !status; i++) {
		const struct cg_img_task *task = &state->tasks[i];
		uint32_t row = cg_view_table_find(&state->spawn_rows, task->spawn);

		if (row != CG_NONE && index[row] != CG_NONE)
			status = add_task(state, task, index[row]);
	}
	qsort(out->tasks, out->task_count, sizeof *out->tasks, by_start);
	return status;
}

static uint64_t
less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* What the CPU clock was asked, and answered, since a segment began that still runs. */
static void
ask_open(const struct cg_capture_state *state, const struct cg_img_activation *act,
         struct cg_rec_hold *hold)
{
	const struct cg_captured_thread *captured =
		&state->threads[state->out.nodes[hold->node].thread];
	const struct cg_img_thread *thread = &captured->img;

	hold->asked = cg_capture_elapsed(state, thread->last);
	if (act->flags & CG_ACT_ASKED) {
		hold->asked += less(thread->gap + thread->gap_before, act->asked);
		hold->cpu_ns = less(thread->gap_cpu_ns, act->answered);
	}
	if (captured->ref != state->options.asked)
		return;
	hold->asked += less(thread->last, thread->cpu_tick);
	hold->cpu_ns += less(state->options.asked_cpu_ns, thread->cpu_ns);
}

/* A long segment that has not ended. false: it is none. */
static bool
open_hold(const struct cg_capture_state *state, const struct cg_img_activation *act,
          struct cg_rec_hold *hold)
{
	uint64_t ticks = cg_capture_elapsed(state, act->since);
	uint64_t ms = cg_records_ns(&state->out, ticks) / 1000000;

	if (act->state != CG_ACT_RUNNING || ms < 10 ||
	    (act->kind != CG_KIND_COROUTINE && act->kind != CG_KIND_ASYNC_GENERATOR))
		return false;
	*hold = (struct cg_rec_hold){
		.node = cg_capture_node(state, act->node),
		.over_10ms = 1,
		.over_50ms = ms >= 50,
		.over_100ms = ms >= 100,
		.longest = ticks,
		.held = ticks,
	};
	if (hold->node == CG_NONE)
		return false;
	ask_open(state, act, hold);
	return true;
}

/* Holds of the same node, which stand together, become one. */
static void
merge_holds(struct cg_records *out)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < out->hold_count; i++) {
		const struct cg_rec_hold *from = &out->holds[i];
		struct cg_rec_hold *to = kept ? &out->holds[kept - 1] : NULL;

		if (!to || to->node != from->node) {
			out->holds[kept++] = *from;
			continue;
		}
		to->over_10ms += from->over_10ms;
		to->over_50ms += from->over_50ms;
		to->over_100ms += from->over_100ms;
		to->held += from->held;
		to->asked += from->asked;
		to->cpu_ns += from->cpu_ns;
		if (to->longest < from->longest)
			to->longest = from->longest;
	}
	out->hold_count = kept;
}

static void
copy_hold(const struct cg_capture_state *state, const struct cg_img_hold *hold,
          struct cg_rec_hold *added)
{
	*added = (struct cg_rec_hold){
		.node = cg_capture_node(state, hold->node),
		.over_10ms = hold->over_10ms,
		.over_50ms = hold->over_50ms,
		.over_100ms = hold->over_100ms,
		.longest = hold->longest,
		.held = hold->held,
		.asked = hold->asked,
		.cpu_ns = hold->cpu_ns,
	};
}

static enum cg_status
add_holds(struct cg_capture_state *state)
{
	struct cg_records *out = &state->out;
	size_t rows = state->hold_rows.count, open = state->activation_rows.count;

	out->holds = cg_zalloc(rows + open, sizeof *out->holds);
	if (!out->holds)
		return CG_NOMEM;
	for (size_t i = 0; i < rows; i++) {
		copy_hold(state, &state->holds[i], &out->holds[out->hold_count]);
		out->hold_count += out->holds[out->hold_count].node != CG_NONE;
	}
	for (size_t i = 0; i < open; i++)
		out->hold_count +=
			open_hold(state, &state->activations[i], &out->holds[out->hold_count]);
	qsort(out->holds, out->hold_count, sizeof *out->holds, by_node);
	merge_holds(out);
	return CG_OK;
}

enum cg_status
cg_capture_tasks(struct cg_capture_state *state)
{
	uint32_t *index = cg_zalloc(state->spawn_rows.count, sizeof *index);
	enum cg_status status = index ? add_spawns(state, index) : CG_NOMEM;

	if (!status)
		status = add_tasks(state, index);
	if (!status)
		status = add_holds(state);
	cg_free(index);
	return status;
}
