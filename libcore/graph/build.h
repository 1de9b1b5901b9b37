/*
 * The building of a graph: what the steps share, and the steps in their order.
 *
 * Every step fills its part of the store from the records and from what earlier steps
 * left here. Each returns CG_OK or CG_NOMEM; what it allocated is freed by cg_graph_build.
 */
#ifndef CG_GRAPH_BUILD_H
#define CG_GRAPH_BUILD_H
#include "base/status.h"
#include "trace/records.h"

/* A graph with all that it owns. `graph` comes first: its address is the store's. */
struct cg_graph_store {
	struct cg_graph graph;
	struct cg_trace_info info;
	char *text; /* every string, each ended by NUL */
	const char **command;
	struct cg_source_file *sources;
	struct cg_node *nodes;
	struct cg_function *functions;
	struct cg_edge *edges;
	struct cg_thread_row *threads;
	struct cg_task_row *tasks;
	struct cg_hold_row *holds;
	struct cg_single_task *singles;
};

/* Self numbers of a node and all below it that counts; see inclusive.c. */
struct cg_inclusive {
	uint64_t run;
	uint64_t await;
	uint64_t hosted;
	uint64_t cpu;
};

/* Everything is per node unless said, owned by the build and gone after it. */
struct cg_build {
	const struct cg_records *records; /* borrowed */
	struct cg_graph_store *store;
	unsigned flags;        /* CG_OPEN_* */
	const char **strings;  /* per string: its copy in store->text */
	uint32_t *function_of; /* per function of the records: its row, or CG_NONE */
	uint32_t *function;    /* its row, or CG_NONE */
	uint32_t *up;          /* its parent, or CG_NONE */
	uint32_t *head;        /* the first node of the AWAIT edges that lead here */
	struct cg_inclusive *inclusive;
};

/* CG_CORRUPT when references, order or kinds are not what records.h promises. */
enum cg_status cg_build_check(const struct cg_records *records, struct cg_error *error);

enum cg_status cg_build_strings(struct cg_build *b);   /* strings, info */
enum cg_status cg_build_functions(struct cg_build *b); /* function_of, names of rows */
enum cg_status cg_build_nodes(struct cg_build *b);     /* nodes in ns */
enum cg_status cg_build_threads(struct cg_build *b);   /* cpu_ns of nodes, thread rows */
enum cg_status
cg_build_places(struct cg_build *b); /* function, up, head; not for a bare tree */
enum cg_status cg_build_compensate(struct cg_build *b); /* both, when asked for */
enum cg_status cg_build_inclusive(struct cg_build *b);
enum cg_status cg_build_metrics(struct cg_build *b); /* numbers of function rows */
enum cg_status cg_build_work(struct cg_build *b);    /* work_ns of function rows */
enum cg_status cg_build_edges(struct cg_build *b);
enum cg_status cg_build_tasks(struct cg_build *b);
enum cg_status cg_build_singles(struct cg_build *b);
enum cg_status cg_build_holds(struct cg_build *b);

/* Ticks as ns, a difference and a point in time; the latter from the start, 0 before it. */
uint64_t cg_build_ns(const struct cg_build *b, uint64_t ticks);
uint64_t cg_build_since(const struct cg_build *b, uint64_t tick);

/* Function row of a node; CG_NONE for CG_NONE and for a thread's root. */
static inline uint32_t
cg_build_function_at(const struct cg_build *b, uint32_t node)
{
	return node == CG_NONE ? CG_NONE : b->store->nodes[node].function;
}

/* The sum, or the largest number there is. */
static inline uint64_t
cg_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}
#endif
