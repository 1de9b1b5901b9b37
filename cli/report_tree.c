/*
 * The tree: who called and awaited whom, each thread's tasks beside what it called.
 *
 * Of a tree that may have a million nodes the heaviest are shown. What a node weighs is the
 * largest wall in it, its own included, so whatever is shown has its parent shown too.
 */
#include "report.h"

#include "command.h"
#include "message.h"

#include <inttypes.h>
#include <stdlib.h>

/* A node with all that is below it. */
struct row {
	uint64_t calls, suspensions;
	uint64_t wall, run, await, hosted, cpu;
	uint64_t weight;
	const char *edge;
	const struct cg_function *function;
	uint32_t node;
	uint32_t depth;
	struct row *child, *next; /* those to be shown, from the heaviest */
};

/* A name for the root of a thread. */
struct title {
	struct cg_function function;
	char text[200];
};

struct tree {
	const struct cg_graph *graph;
	struct row *rows;     /* per node */
	struct title *titles; /* per thread */
	const void **order;   /* rows by weight, then those to be shown */
	struct row *first;    /* the heaviest thread */
};

#define AT(field) offsetof(struct row, field)

static const struct cg_column columns[] = {
	{"calls", "calls", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(calls), 0},
	{"suspensions", "susp.", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(suspensions), 0},
	{"wall", "wall", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(wall), 0},
	{"run", "run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(run), 0},
	{"await", "await", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(await), 0},
	{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(cpu), 0},
	{"edge", "edge", CG_COLUMN_TEXT, CG_COLUMN_BOTH, AT(edge), 0},
	{"depth", NULL, CG_COLUMN_NUMBER, CG_COLUMN_CSV, AT(depth), 0},
	{"name", "function", CG_COLUMN_FUNCTION, CG_COLUMN_BOTH, AT(function), 0},
	{0},
};

static void
fill_row(struct tree *tree, uint32_t i)
{
	const struct cg_graph *graph = tree->graph;
	const struct cg_node *n = &graph->nodes[i];
	struct row *row = &tree->rows[i];

	row->node = i;
	row->calls = n->calls;
	row->suspensions = n->suspensions;
	row->run = n->run_ns;
	row->await = n->await_ns;
	row->hosted = n->hosted_ns;
	row->cpu = n->cpu_ns;
	if (n->parent == CG_NONE) {
		row->edge = "";
		row->function = &tree->titles[n->thread].function;
		return;
	}
	row->edge = cg_edge_kind_name((enum cg_edge_kind)n->edge);
	row->function = &graph->functions[n->function];
	row->depth = tree->rows[n->parent].depth + 1;
}

/* Add a finished row to its parent; a task is no part of the thread it runs on. */
static void
add_to_parent(struct tree *tree, uint32_t i)
{
	const struct cg_node *n = &tree->graph->nodes[i];
	struct row *row = &tree->rows[i], *parent;

	row->wall = row->run + row->await + row->hosted;
	if (row->weight < row->wall)
		row->weight = row->wall;
	if (n->parent == CG_NONE)
		return;
	parent = &tree->rows[n->parent];
	if (parent->weight < row->weight)
		parent->weight = row->weight;
	if (n->edge == CG_EDGE_SPAWN)
		return;
	parent->run += row->run;
	parent->hosted += row->hosted;
	parent->cpu += row->cpu;
	if (n->edge == CG_EDGE_AWAIT)
		parent->await += row->await;
}

static void
fill_titles(struct tree *tree)
{
	for (uint32_t i = 0; i < tree->graph->thread_count; i++) {
		const struct cg_thread_row *t = &tree->graph->threads[i];
		struct title *title = &tree->titles[i];

		snprintf(title->text, sizeof(title->text), "<thread %" PRIu32 "%s%s>", t->id,
		         *t->name ? " " : "", t->name);
		title->function.name = title->text;
		title->function.file = "";
		title->function.module = "";
	}
}

static int
by_weight(const void *pa, const void *pb)
{
	const struct row *a = *(const struct row *const *)pa;
	const struct row *b = *(const struct row *const *)pb;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return (a->node > b->node) - (a->node < b->node);
}

/* Hang the heaviest `count` rows under their parents, siblings from the heaviest. */
static void
choose(struct tree *tree, size_t count)
{
	qsort(tree->order, tree->graph->node_count, sizeof(*tree->order), by_weight);
	for (size_t i = count; i-- > 0;) {
		struct row *row = &tree->rows[((const struct row *)tree->order[i])->node];
		uint32_t parent = tree->graph->nodes[row->node].parent;
		struct row **place = parent == CG_NONE ? &tree->first : &tree->rows[parent].child;

		row->next = *place;
		*place = row;
	}
}

/* Put the rows that were chosen into tree->order as they are to be shown. */
static void
walk(struct tree *tree)
{
	const struct cg_node *nodes = tree->graph->nodes;
	const struct row *row = tree->first;
	size_t count = 0;

	while (row) {
		tree->order[count++] = row;
		if (row->child) {
			row = row->child;
			continue;
		}
		while (!row->next && nodes[row->node].parent != CG_NONE)
			row = &tree->rows[nodes[row->node].parent];
		row = row->next;
	}
}

static int
show(struct tree *tree, const struct cg_report_settings *settings)
{
	size_t limit = cg_report_limit(settings), nodes = tree->graph->node_count;
	struct cg_table table = {.columns = columns, .rows = tree->order, .indent = AT(depth)};
	struct cg_report_settings all = *settings;
	int code;

	fill_titles(tree);
	for (uint32_t i = 0; i < nodes; i++) {
		fill_row(tree, i);
		tree->order[i] = &tree->rows[i];
	}
	for (uint32_t i = tree->graph->node_count; i-- > 0;)
		add_to_parent(tree, i);
	table.count = limit && limit < nodes ? limit : nodes;
	choose(tree, table.count);
	walk(tree);
	all.limit = 0;
	code = cg_report_table(tree->graph, &table, NULL, NULL, &all);
	if (code == CG_EXIT_OK && settings->format == CG_REPORT_TABLE && table.count < nodes)
		printf("... and %zu lighter places; --limit 0 shows all\n", nodes - table.count);
	return code;
}

int
cg_report_tree(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	struct tree tree = {.graph = graph,
	                    .rows = calloc(graph->node_count + 1u, sizeof(*tree.rows)),
	                    .titles = calloc(graph->thread_count + 1u, sizeof(*tree.titles)),
	                    .order = calloc(graph->node_count + 1u, sizeof(*tree.order))};
	int code;

	if (settings->sort)
		code =
			cg_cli_usage("report", "--sort is not for the tree, whose order is by wall");
	else if (!tree.rows || !tree.titles || !tree.order)
		code = cg_cli_fail("out of memory");
	else
		code = show(&tree, settings);
	free(tree.rows);
	free(tree.titles);
	free(tree.order);
	return code;
}
