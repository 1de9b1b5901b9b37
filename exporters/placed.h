/*
 * The tree in which every export shows time.
 *
 * A root `<program>` stands over one place per thread and over the task roots (or these
 * stand under their creators). Neither the root nor a thread has time of its own. Time
 * stands where it is placed and is counted once: inclusive wall is run + await, and
 * everything adds up to the root.
 *
 * Await below a CALL edge, that of a coroutine driven by hand, is no await of the plain
 * function below it. It stands in a mirror branch: a second place of the coroutine,
 * directly under `<program>`, that holds its await and nothing else.
 */
#ifndef CG_EXPORTERS_PLACED_H
#define CG_EXPORTERS_PLACED_H
#include "corograph.h"
#include "metric.h"

enum cg_tasks_view {
	CG_TASKS_BESIDE, /* task roots beside the threads */
	CG_TASKS_CREATOR /* task roots under the place that created them, where known */
};

/* Which of its node's self numbers stand at a place. */
enum cg_holds {
	CG_HOLDS_NOTHING,
	CG_HOLDS_ALL,
	CG_HOLDS_ALL_BUT_AWAIT, /* its await is in a mirror branch */
	CG_HOLDS_AWAIT          /* it is in a mirror branch */
};

struct cg_place {
	uint32_t parent; /* a smaller index; CG_NONE for the root, which is place 0 */
	uint32_t end;    /* one past the last place below this one: children follow it */
	uint32_t label;  /* what it is: see cg_placed */
	uint32_t node;   /* in the graph; CG_NONE for the root */
	uint32_t holds;  /* enum cg_holds */
};

/*
 * Labels: 0 the root, 1 to thread_count the rows of graph->threads, then functions. A
 * graph without a thread gets one place below the root and one label for it: "nothing
 * recorded".
 */
struct cg_placed {
	const struct cg_graph *graph; /* borrowed */
	struct cg_place *places;      /* owned; depth first */
	uint32_t count;
	uint32_t label_count;
	uint32_t first_function; /* label of function 0 */
	unsigned has;            /* a bit 1 << enum cg_metric where some node may have that */
};

/*
 * Place the nodes of `graph`, in time linear in their number. CG_NOMEM; CG_LIMIT when the
 * places are too many for 32 bits. Release with cg_placed_release, after success only.
 */
enum cg_status cg_placed_init(struct cg_placed *placed, const struct cg_graph *graph,
                              enum cg_tasks_view tasks);

void cg_placed_release(struct cg_placed *placed);

/* All numbers that stand at place i itself, by metric. */
static inline void
cg_placed_selves(const struct cg_placed *placed, uint32_t i, uint64_t selves[CG_METRICS])
{
	const struct cg_place *place = &placed->places[i];
	const struct cg_node *node;

	for (unsigned m = 0; m < CG_METRICS; m++)
		selves[m] = 0;
	if (place->holds == CG_HOLDS_NOTHING)
		return;
	node = &placed->graph->nodes[place->node];
	if (place->holds != CG_HOLDS_ALL_BUT_AWAIT)
		selves[CG_METRIC_AWAIT] = node->await_ns;
	if (place->holds != CG_HOLDS_AWAIT) {
		selves[CG_METRIC_RUN] = node->run_ns;
		selves[CG_METRIC_CPU] = node->cpu_ns;
		selves[CG_METRIC_SUSPENSIONS] = node->suspensions;
		selves[CG_METRIC_CALLS] = node->calls;
	}
	selves[CG_METRIC_WALL] = cg_sum(selves[CG_METRIC_RUN], selves[CG_METRIC_AWAIT]);
}

/* The number that stands at place i itself. */
uint64_t cg_placed_self(const struct cg_placed *placed, uint32_t i, enum cg_metric metric);

/*
 * Per place the sum over itself and all below it. *sums is an array of placed->count,
 * owned by the caller: cg_memory_free. CG_NOMEM.
 */
enum cg_status cg_placed_inclusive(const struct cg_placed *placed, enum cg_metric metric,
                                   uint64_t **sums);

#endif
