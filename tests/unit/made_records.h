/*
 * Records made by hand, for tests of the graph.
 *
 * A tick is a nanosecond. Nodes must be added depth first, as in a trace; each call returns
 * the number of what it added.
 */
#ifndef CG_MADE_RECORDS_H
#define CG_MADE_RECORDS_H
#include <stdlib.h>
#include <string.h>

#include "graph/graph.h"
#include "tap.h"

enum { MADE_MAX = 64 };

struct made {
	struct cg_records records;
	struct cg_rec_string strings[MADE_MAX];
	struct cg_rec_function functions[MADE_MAX];
	struct cg_rec_node nodes[MADE_MAX];
	struct cg_rec_thread threads[MADE_MAX];
	struct cg_rec_spawn spawns[MADE_MAX];
	struct cg_rec_hold holds[MADE_MAX];
	struct cg_rec_task tasks[MADE_MAX];
	uint32_t command[MADE_MAX];
};

static inline uint32_t
made_string(struct made *m, const char *text)
{
	struct cg_records *r = &m->records;

	for (uint32_t i = 0; i < r->string_count; i++)
		if (!strcmp(m->strings[i].bytes, text))
			return i;
	m->strings[r->string_count] = (struct cg_rec_string){text, (uint32_t)strlen(text)};
	return r->string_count++;
}

static inline void
made_init(struct made *m)
{
	memset(m, 0, sizeof *m);
	m->records.strings = m->strings;
	m->records.functions = m->functions;
	m->records.nodes = m->nodes;
	m->records.threads = m->threads;
	m->records.spawns = m->spawns;
	m->records.holds = m->holds;
	m->records.tasks = m->tasks;
	m->records.command = m->command;
	m->records.clock_kind = CG_CLOCK_MADE_UP;
	m->records.start = (struct cg_clock_pair){1000, 1000, 7000};
	m->records.end = (struct cg_clock_pair){2000, 2000, 8000};
	m->records.complete = true;
	made_string(m, "");
	m->records.python = made_string(m, "3.11.7");
}

/* A function in file "app.py", the line its number plus 1; a builtin has neither. */
static inline uint32_t
made_function(struct made *m, const char *name, enum cg_kind kind)
{
	uint32_t i = m->records.function_count++;

	m->functions[i].name = made_string(m, name);
	m->functions[i].kind = kind;
	if (kind != CG_KIND_BUILTIN) {
		m->functions[i].file = made_string(m, "app.py");
		m->functions[i].line = i + 1;
	}
	return i;
}

/* A thread whose nodes are added next. Returns its root node. */
static inline uint32_t
made_thread(struct made *m, const char *name)
{
	uint32_t i = m->records.thread_count++, node = m->records.node_count++;

	m->threads[i] = (struct cg_rec_thread){.id = i + 1,
	                                       .name = made_string(m, name),
	                                       .root = node,
	                                       .node_count = 1,
	                                       .origin = CG_NONE,
	                                       .count = 1};
	m->nodes[node] = (struct cg_rec_node){
		.parent = CG_NONE, .function = CG_NONE, .origin = CG_NONE, .thread = i};
	return node;
}

/* A node with one call and a self run. Change the rest in m->nodes. */
static inline uint32_t
made_node(struct made *m, uint32_t parent, uint32_t function, enum cg_edge_kind edge,
          uint64_t run)
{
	uint32_t node = m->records.node_count++, thread = m->nodes[parent].thread;

	m->threads[thread].node_count++;
	m->nodes[node] = (struct cg_rec_node){.parent = parent,
	                                      .function = function,
	                                      .origin = CG_NONE,
	                                      .edge = edge,
	                                      .thread = thread,
	                                      .calls = 1,
	                                      .run = run};
	return node;
}

/* Tasks of one root made by one creator; the first one made is the root's origin. */
static inline uint32_t
made_spawn(struct made *m, uint32_t creator, uint32_t root, uint64_t count)
{
	uint32_t i = m->records.spawn_count++;

	m->spawns[i] =
		(struct cg_rec_spawn){.creator = creator, .root = root, .count = count};
	return i;
}

/* The graph of what was made, CG_OPEN_* as flags; ends the test when there is none. */
static inline struct cg_graph *
made_graph_as(struct made *m, unsigned flags)
{
	struct cg_graph *graph = NULL;
	struct cg_error error;

	if (!cg_graph_build(&graph, &m->records, flags, &error))
		return graph;
	printf("Bail out! %s\n", error.text);
	exit(1);
}

static inline struct cg_graph *
made_graph(struct made *m)
{
	return made_graph_as(m, 0);
}

static inline const struct cg_function *
made_row(const struct cg_graph *graph, const char *name)
{
	for (uint32_t i = 0; i < graph->function_count; i++)
		if (!strcmp(graph->functions[i].name, name))
			return &graph->functions[i];
	printf("Bail out! no function %s\n", name);
	exit(1);
}

/* The edge from one function to another, or one of zeros and kind CG_NONE. */
static inline struct cg_edge
made_edge(const struct cg_graph *graph, const char *caller, const char *callee,
          enum cg_edge_kind kind)
{
	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct cg_edge *e = &graph->edges[i];

		if (!strcmp(graph->functions[e->caller].name, caller) &&
		    !strcmp(graph->functions[e->callee].name, callee) && e->kind == kind)
			return *e;
	}
	return (struct cg_edge){.kind = CG_NONE};
}
#endif
