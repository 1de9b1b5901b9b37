/*
 * The tasks: by what they ran and who made them, and below that single ones, those that
 * still lived and the slowest. The second table is for people only.
 */
#include "report.h"

#include "command.h"
#include "message.h"

#include <stdlib.h>
#include <string.h>

/* A row of the graph with its functions at hand. */
struct group {
	struct cg_task_row task;
	const struct cg_function *root;
	const char *label; /* the task's name, where it is not the root's */
	const char *by;    /* the creator's name */
};

#define AT(field) offsetof(struct group, field)

static const struct cg_column group_columns[] = {
	{"count", "tasks", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(task.count), 0},
	{"span", "span", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(task.span_ns), 0},
	{"longest", "longest", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(task.longest_ns), 0},
	{"run", "run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(task.run_ns), 0},
	{"await", "await", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(task.await_ns), 0},
	{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(task.cpu_ns), 0},
	{"task", "task", CG_COLUMN_TEXT, CG_COLUMN_BOTH, AT(label), 0},
	{"creator", "created by", CG_COLUMN_TEXT, CG_COLUMN_BOTH, AT(by), 0},
	{"root", "function", CG_COLUMN_FUNCTION, CG_COLUMN_BOTH, AT(root), 0},
	{0},
};

#undef AT

struct single {
	struct cg_single_task task;
	const struct cg_function *root;
	const char *end; /* how it ended */
	const char *by;  /* the creator's name */
};

#define AT(field) offsetof(struct single, field)

static const struct cg_column single_columns[] = {
	{"span", "span", CG_COLUMN_TIME, CG_COLUMN_PEOPLE, AT(task.span_ns), 0},
	{"parked", "suspended", CG_COLUMN_TIME, CG_COLUMN_PEOPLE, AT(task.parked_ns), 0},
	{"start", "started at", CG_COLUMN_TIME, CG_COLUMN_PEOPLE, AT(task.start_ns), 0},
	{"end", "end", CG_COLUMN_TEXT, CG_COLUMN_PEOPLE, AT(end), 0},
	{"task", "task", CG_COLUMN_TEXT, CG_COLUMN_PEOPLE, AT(task.name), 0},
	{"creator", "created by", CG_COLUMN_TEXT, CG_COLUMN_PEOPLE, AT(by), 0},
	{"root", "function", CG_COLUMN_FUNCTION, CG_COLUMN_PEOPLE, AT(root), 0},
	{0},
};

static const struct cg_function *
function_of(const struct cg_graph *graph, uint32_t index)
{
	return index == CG_NONE ? NULL : &graph->functions[index];
}

static const char *
name_of(const struct cg_graph *graph, uint32_t index)
{
	return index == CG_NONE ? "" : graph->functions[index].name;
}

static void
fill_group(struct group *row, const struct cg_graph *graph, uint32_t i)
{
	row->task = graph->tasks[i];
	row->root = function_of(graph, row->task.root);
	row->by = name_of(graph, row->task.creator);
	row->label = row->task.name;
	if (strcmp(row->label, name_of(graph, row->task.root)) == 0)
		row->label = "";
}

static void
fill_single(struct single *row, const struct cg_graph *graph, uint32_t i)
{
	row->task = graph->singles[i];
	row->root = function_of(graph, row->task.root);
	row->by = name_of(graph, row->task.creator);
	row->end = row->task.unfinished ? "open" : (row->task.raised ? "raised" : "finished");
}

static int
show_groups(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	struct cg_table table = {
		.columns = group_columns, .count = graph->task_count, .indent = SIZE_MAX};
	struct group *rows = calloc(table.count + 1, sizeof(*rows));
	int code;

	table.rows = calloc(table.count + 1, sizeof(*table.rows));
	if (!rows || !table.rows) {
		code = cg_cli_fail("out of memory");
		goto out;
	}
	for (uint32_t i = 0; i < table.count; i++) {
		fill_group(&rows[i], graph, i);
		table.rows[i] = &rows[i];
	}
	code = cg_report_table(graph, &table, "span", "rows", settings);
out:
	free(rows);
	free(table.rows);
	return code;
}

/* Their order is that of their spans, whatever the groups' is. */
static int
show_singles(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	struct cg_report_settings own = *settings;
	struct cg_table table = {
		.columns = single_columns, .count = graph->single_count, .indent = SIZE_MAX};
	struct single *rows = calloc(table.count + 1, sizeof(*rows));
	int code;

	table.rows = calloc(table.count + 1, sizeof(*table.rows));
	if (!rows || !table.rows) {
		code = cg_cli_fail("out of memory");
		goto out;
	}
	for (uint32_t i = 0; i < table.count; i++) {
		fill_single(&rows[i], graph, i);
		table.rows[i] = &rows[i];
	}
	own.sort = NULL;
	printf("\nSingle tasks: those that still lived, and the slowest that ended\n");
	code = cg_report_table(NULL, &table, "span", "tasks", &own);
out:
	free(rows);
	free(table.rows);
	return code;
}

int
cg_report_tasks(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	int code = show_groups(graph, settings);

	if (code == CG_EXIT_OK && settings->format == CG_REPORT_TABLE && graph->single_count)
		code = show_singles(graph, settings);
	return code;
}
