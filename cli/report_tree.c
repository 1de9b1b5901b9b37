/*
 * The tree: who called and awaited whom, each thread's tasks beside what it called.
 *
 * Of a tree that may have a million nodes the heaviest are shown. What a node weighs is the
 * largest wall in it, its own included, so whatever is shown has its parent shown too. For
 * people an import is one line: report_imports.c says which rows that hides.
 */
#include "report.h"

#include "command.h"
#include "message.h"

#include <inttypes.h>
#include <stdlib.h>

enum { TREE_SHARE = 1 }; /* percent: what is lighter is left out for people */

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
	bool shown;
	bool chosen, leads; /* by a filter, and to such a row */
};

/* A name for the root of a thread, or for an import. */
struct title {
	struct cg_function function;
	char text[200];
};

struct tree {
	const struct cg_graph *graph;
	struct row *rows;          /* per node */
	struct title *titles;      /* per thread, then per import */
	struct cg_import *imports; /* per node; NULL: nothing is folded */
	const void **order;        /* rows by weight, then those to be shown */
	size_t count;              /* of order */
	struct row *first;         /* the heaviest thread */
};

#define AT(field) offsetof(struct row, field)

const struct cg_column cg_report_tree_columns[] = {
	{"calls", "calls", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(calls), 0, 0},
	{"suspensions", "susp.", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(suspensions), 0, 44},
	{"wall", "wall", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(wall), 0, 0},
	{"run", "run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(run), 0, 22},
	{"await", "await", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(await), 0, 23},
	{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(cpu), 0, 36},
	{"edge", "edge", CG_COLUMN_TEXT, CG_COLUMN_BOTH, AT(edge), 0, 0},
	{"depth", NULL, CG_COLUMN_NUMBER, CG_COLUMN_CSV, AT(depth), 0, 0},
	{"name", "function", CG_COLUMN_FUNCTION, CG_COLUMN_BOTH, AT(function), 0, 0},
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

/* The row above one, on the page. */
static uint32_t
above(const struct tree *tree, uint32_t i)
{
	return tree->imports ? tree->imports[i].above : tree->graph->nodes[i].parent;
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

/* What the import machinery hides is not shown, and the imports get their names. */
static void
fold_imports(struct tree *tree)
{
	const struct cg_graph *graph = tree->graph;
	struct title *title = tree->titles + graph->thread_count;

	for (uint32_t i = 0; i < graph->node_count; i++) {
		const struct cg_import *import = &tree->imports[i];
		struct row *row = &tree->rows[i];

		row->shown = !import->hidden;
		row->depth = import->above == CG_NONE ? 0 : tree->rows[import->above].depth + 1;
		if (import->module == CG_NONE && !import->nameless)
			continue;
		title->function =
			graph->functions[import->nameless ? graph->nodes[i].function : import->module];
		snprintf(title->text, sizeof(title->text), "import%s%s",
		         import->nameless ? "" : " ",
		         import->nameless ? "" : title->function.module);
		title->function.name = title->text;
		title->function.file = "";
		row->function = &title->function;
		title++;
	}
}

/* Show places of the functions that were chosen, the way to them and what is below. */
static void
show_chosen(struct tree *tree, const struct cg_report_filter *filter)
{
	const struct cg_node *nodes = tree->graph->nodes;
	bool *chosen = filter->functions;

	for (uint32_t i = 0; i < tree->graph->node_count; i++) {
		bool below = nodes[i].parent != CG_NONE && tree->rows[nodes[i].parent].chosen;

		tree->rows[i].chosen =
			below || (nodes[i].parent != CG_NONE && chosen[nodes[i].function]);
	}
	/* parents stand before their children, so backwards one pass goes all the way up */
	for (uint32_t i = tree->graph->node_count; i-- > 0;) {
		const struct row *row = &tree->rows[i];
		bool heavy = row->chosen && row->weight >= filter->least_ns;

		if ((heavy || row->leads) && nodes[i].parent != CG_NONE)
			tree->rows[nodes[i].parent].leads = true;
	}
	for (uint32_t i = 0; i < tree->graph->node_count; i++)
		if (!tree->rows[i].chosen && !tree->rows[i].leads)
			tree->rows[i].shown = false;
}

static void
filter_rows(struct tree *tree, const struct cg_report_filter *filter)
{
	if (filter->chosen)
		show_chosen(tree, filter);
	for (uint32_t i = 0; i < tree->graph->node_count; i++) {
		struct row *row = &tree->rows[i];

		if (row->shown && row->weight >= filter->least_ns)
			tree->order[tree->count++] = row;
	}
}

/* Hang the heaviest `count` rows under their parents, siblings from the heaviest. */
static void
choose(struct tree *tree, size_t count)
{
	qsort(tree->order, tree->count, sizeof(*tree->order), by_weight);
	for (size_t i = count; i-- > 0;) {
		struct row *row = &tree->rows[((const struct row *)tree->order[i])->node];
		uint32_t parent = above(tree, row->node);
		struct row **place = parent == CG_NONE ? &tree->first : &tree->rows[parent].child;

		row->next = *place;
		*place = row;
	}
}

/* Put the rows that were chosen into tree->order as they are to be shown. */
static void
walk(struct tree *tree)
{
	const struct row *row = tree->first;
	size_t count = 0;

	while (row) {
		tree->order[count++] = row;
		if (row->child) {
			row = row->child;
			continue;
		}
		while (!row->next && above(tree, row->node) != CG_NONE)
			row = &tree->rows[above(tree, row->node)];
		row = row->next;
	}
}

static int
show(struct tree *tree, const struct cg_report_filter *filter,
     const struct cg_report_settings *settings)
{
	size_t limit = cg_report_limit(settings), more;
	struct cg_table table = {
		.columns = cg_report_tree_columns, .rows = tree->order, .indent = AT(depth)};
	struct cg_report_settings all = *settings;
	int code;

	fill_titles(tree);
	for (uint32_t i = 0; i < tree->graph->node_count; i++) {
		fill_row(tree, i);
		tree->rows[i].shown = true;
	}
	for (uint32_t i = tree->graph->node_count; i-- > 0;)
		add_to_parent(tree, i);
	if (tree->imports)
		fold_imports(tree);
	filter_rows(tree, filter);
	if (!tree->count && tree->graph->node_count)
		return cg_report_nothing(settings, "place in the tree");
	table.count = limit && limit < tree->count ? limit : tree->count;
	more = tree->count - table.count;
	choose(tree, table.count);
	walk(tree);
	all.limit = 0;
	code = cg_report_table(tree->graph, &table, NULL, NULL, &all);
	if (code == CG_EXIT_OK && settings->format == CG_REPORT_TABLE && more)
		printf("... and %zu lighter places; --limit 0 shows all\n", more);
	return code;
}

int
cg_report_tree(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	struct tree tree = {.graph = graph};
	struct cg_report_filter filter;
	bool people = settings->format == CG_REPORT_TABLE,
		 fold = people && !settings->no_fold;
	bool chosen = settings->function || settings->module;
	size_t imports = 0;
	int code;

	if (settings->sort)
		return cg_cli_usage("report",
		                    "--sort is not for the tree, whose order is by wall");
	code = cg_report_filter_init(&filter, graph, settings,
	                             people && !chosen ? TREE_SHARE : 0);
	if (code != CG_EXIT_OK)
		return code;
	tree.rows = calloc(graph->node_count + 1u, sizeof(*tree.rows));
	tree.order = calloc(graph->node_count + 1u, sizeof(*tree.order));
	if (fold)
		tree.imports = cg_report_imports(graph, &imports);
	tree.titles = calloc(graph->thread_count + imports + 1u, sizeof(*tree.titles));
	if (!tree.rows || !tree.titles || !tree.order || (fold && !tree.imports))
		code = cg_cli_fail("out of memory");
	else
		code = show(&tree, &filter, settings);
	cg_report_filter_release(&filter);
	free(tree.imports);
	free(tree.rows);
	free(tree.titles);
	free(tree.order);
	return code;
}
