/* The tasks, by what they ran and who made them. */
#include "report.h"

#include "command.h"
#include "message.h"

#include <stdlib.h>
#include <string.h>

/* A row of the graph with its functions at hand. */
struct row {
	struct cg_task_row task;
	const struct cg_function *root;
	const struct cg_function *creator;
	const char *label; /* the task's name, where it is not the root's */
	const char *by;    /* the creator's name */
};

#define AT(field) offsetof(struct row, field)

static const struct cg_column columns[] = {
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

static void
fill_row(struct row *row, const struct cg_graph *graph, uint32_t i)
{
	row->task = graph->tasks[i];
	if (row->task.root != CG_NONE)
		row->root = &graph->functions[row->task.root];
	if (row->task.creator != CG_NONE)
		row->creator = &graph->functions[row->task.creator];
	row->label =
		row->root && strcmp(row->task.name, row->root->name) == 0 ? "" : row->task.name;
	row->by = row->creator ? row->creator->name : "";
}

int
cg_report_tasks(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	struct cg_table table = {
		.columns = columns, .count = graph->task_count, .indent = SIZE_MAX};
	struct row *rows = calloc(table.count + 1, sizeof(*rows));
	int code;

	table.rows = calloc(table.count + 1, sizeof(*table.rows));
	if (!rows || !table.rows) {
		code = cg_cli_fail("out of memory");
		goto out;
	}
	for (uint32_t i = 0; i < table.count; i++) {
		fill_row(&rows[i], graph, i);
		table.rows[i] = &rows[i];
	}
	code = cg_report_table(graph, &table, "span", "rows", settings);
out:
	free(rows);
	free(table.rows);
	return code;
}
