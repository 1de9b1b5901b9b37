/*
 * Verifying a trace: what DESIGN calls "what must hold, always", from the records alone.
 *
 * The idea to know: time is counted twice while recording, once per node and once per
 * thread, by different code. That both agree says that no time was lost or invented.
 */
#include "trace/verify.h"

#include "base/alloc.h"
#include "base/error.h"
#include "trace/load.h"

#define IMBALANCE 0.001

static enum cg_status
corrupt(struct cg_error *error, const char *what, uint32_t index, const char *why)
{
	return cg_error_set(error, CG_CORRUPT, CG_NO_OFFSET, "%s %u: %s", what, index, why);
}

static uint64_t
add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Per function: what has ended by an exception or is open was started. */
static enum cg_status
check_counts(const struct cg_records *r, uint64_t *started, uint64_t *ended,
             struct cg_error *error)
{
	for (uint32_t i = 0; i < r->node_count; i++) {
		const struct cg_rec_node *node = &r->nodes[i];

		if (node->function == CG_NONE)
			continue;
		started[node->function] = add(started[node->function], node->calls);
		ended[node->function] =
			add(ended[node->function], add(node->raised, node->unfinished));
	}
	for (uint32_t i = 0; i < r->function_count; i++)
		if (ended[i] > started[i])
			return cg_error_set(error, CG_CORRUPT, CG_NO_OFFSET,
			                    "function %u (%s): more calls ended than were made", i,
			                    r->strings[r->functions[i].name].bytes);
	return CG_OK;
}

static enum cg_status
check_functions(const struct cg_records *r, struct cg_error *error)
{
	uint64_t *started = cg_zalloc(r->function_count, sizeof *started);
	uint64_t *ended = cg_zalloc(r->function_count, sizeof *ended);
	enum cg_status status;

	if (started && ended)
		status = check_counts(r, started, ended, error);
	else
		status = cg_error_set(error, CG_NOMEM, CG_NO_OFFSET, "out of memory");
	cg_free(started);
	cg_free(ended);
	return status;
}

static enum cg_status
check_nodes(const struct cg_records *r, struct cg_error *error)
{
	for (uint32_t i = 0; i < r->node_count; i++) {
		const struct cg_rec_node *node = &r->nodes[i];

		if (node->gap > node->run)
			return corrupt(error, "node", i, "its long gaps are longer than its run");
		if (node->function == CG_NONE && node->calls)
			return corrupt(error, "node", i, "a thread's root with calls of its own");
		if (node->origin != CG_NONE && node->edge != CG_EDGE_SPAWN)
			return corrupt(error, "node", i, "a creator, but no task");
	}
	return CG_OK;
}

static enum cg_status
check_tasks(const struct cg_records *r, struct cg_error *error)
{
	for (uint32_t i = 0; i < r->spawn_count; i++) {
		const struct cg_rec_spawn *spawn = &r->spawns[i];

		if (r->nodes[spawn->root].edge != CG_EDGE_SPAWN)
			return corrupt(error, "kind of task", i, "its root is not a task's");
		if (spawn->longest > spawn->span)
			return corrupt(error, "kind of task", i, "the longest is longer than all");
	}
	for (uint32_t i = 0; i < r->task_count; i++) {
		const struct cg_rec_task *task = &r->tasks[i];

		if (task->end < task->start || task->parked > task->end - task->start)
			return corrupt(error, "task", i, "it ends before it has begun");
	}
	return CG_OK;
}

static enum cg_status
check_clocks(const struct cg_records *r, struct cg_error *error)
{
	if (r->end.tick < r->start.tick || r->end.mono_ns < r->start.mono_ns)
		return cg_error_set(error, CG_CORRUPT, CG_NO_OFFSET,
		                    "the recording ends before it has begun");
	for (uint32_t i = 0; i < r->thread_count; i++) {
		const struct cg_rec_thread *thread = &r->threads[i];

		if (thread->last < thread->first || thread->first < r->start.tick)
			return corrupt(error, "thread", i, "it ends before it has begun");
	}
	return CG_OK;
}

/* How far the two measures of a thread's time are apart, relative to the larger. */
static double
imbalance(const struct cg_records *r, const struct cg_rec_thread *thread)
{
	uint64_t sum = 0, more, less;

	for (uint32_t i = 1; i < thread->node_count; i++)
		sum = add(sum, r->nodes[thread->root + i].run);
	more = sum > thread->busy ? sum : thread->busy;
	less = sum > thread->busy ? thread->busy : sum;
	return more == less ? 0.0 : (double)(more - less) / (double)more;
}

enum cg_status
cg_records_verify(const struct cg_records *records, struct cg_verify *out,
                  struct cg_error *error)
{
	enum cg_status status = check_functions(records, error);

	if (!status)
		status = check_nodes(records, error);
	if (!status)
		status = check_tasks(records, error);
	if (!status)
		status = check_clocks(records, error);
	if (status)
		return status;
	out->nodes = records->node_count;
	out->functions = records->function_count;
	out->threads = records->thread_count;
	out->worst_imbalance = 0.0;
	for (uint32_t i = 0; i < records->thread_count; i++) {
		double by = imbalance(records, &records->threads[i]);

		if (by > out->worst_imbalance)
			out->worst_imbalance = by;
	}
	/* While a program runs, the two are read one after the other. */
	out->conserved = records->live || out->worst_imbalance <= IMBALANCE;
	return CG_OK;
}

enum cg_status
cg_trace_verify(const char *path, struct cg_verify *out, struct cg_error *error)
{
	struct cg_trace_facts facts;
	struct cg_verify found = {0};
	struct cg_records records;
	enum cg_status status;

	cg_records_init(&records);
	status = cg_records_load(&records, path, 0, &facts, error);
	if (status)
		return status;
	found.bytes = facts.bytes;
	found.chunks = facts.chunk_count;
	if (!records.complete)
		status = cg_error_set(error, CG_TRUNCATED, facts.bytes,
		                      "the image was cut: parts of the recording are missing");
	else if (!facts.index_agrees)
		status = cg_error_set(error, CG_CORRUPT, facts.bytes,
		                      "the index at the end tells of other chunks");
	else
		status = cg_records_verify(&records, &found, error);
	if (!status && out)
		*out = found;
	cg_trace_facts_release(&facts);
	cg_records_release(&records);
	return status;
}
