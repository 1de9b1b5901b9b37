/* Single tasks: those that still lived, and the slowest that had ended. */
#include "base/alloc.h"
#include "graph/build.h"

static void
fill_task(const struct cg_build *b, struct cg_single_task *task,
          const struct cg_rec_task *rec)
{
	const struct cg_rec_spawn *spawn = &b->records->spawns[rec->spawn];

	task->root = b->function[spawn->root];
	task->creator = cg_build_function_at(b, spawn->creator);
	task->name = b->strings[rec->name];
	if (!*task->name)
		task->name = b->store->functions[task->root].name;
	task->thread = b->store->nodes[b->records->threads[rec->thread].root].thread;
	task->start_ns = cg_build_since(b, rec->start);
	if (rec->end > rec->start)
		task->span_ns = cg_build_ns(b, rec->end - rec->start);
	task->parked_ns = cg_build_ns(b, rec->parked);
	if (task->parked_ns > task->span_ns)
		task->parked_ns = task->span_ns;
	task->raised = rec->raised != 0;
	task->unfinished = rec->unfinished != 0;
}

enum cg_status
cg_build_singles(struct cg_build *b)
{
	uint32_t count = b->records->task_count;
	struct cg_single_task *tasks = cg_zalloc(count, sizeof *tasks);

	if (!tasks)
		return CG_NOMEM;
	for (uint32_t i = 0; i < count; i++)
		fill_task(b, &tasks[i], &b->records->tasks[i]);
	b->store->singles = tasks;
	b->store->graph.single_count = count;
	return CG_OK;
}
