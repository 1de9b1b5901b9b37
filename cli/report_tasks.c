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

const struct cg_column cg_report_task_columns[] = {
	{"count", "tasks", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(task.count), 0, 0},
	{"span", "span", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(task.span_ns), 0, 0},
	{"longest", "longest", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(task.longest_ns), 0, 22},
	{"run", "run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(task.run_ns), 0, 41},
	{"await", "await", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(task.await_ns), 0, 0},
	{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(task.cpu_ns), 0, 42},
	{"task", "task", CG_COLUMN_TEXT, CG_COLUMN_BOTH, AT(label), 0, 23},
	{"creator", "created by", CG_COLUMN_TEXT, CG_COLUMN_BOTH, AT(by), 0, 24},
	{"root", "function", CG_COLUMN_FUNCTION, CG_COLUMN_BOTH, AT(root), 0, 0},
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
	{"span", "span", CG_COLUMN_TIME, CG_COLUMN_PEOPLE, AT(task.span_ns), 0, 0},
	{"parked", "suspended", CG_COLUMN_TIME, CG_COLUMN_PEOPLE, AT(task.parked_ns), 0, 0},
	{"start", "started at", CG_COLUMN_TIME, CG_COLUMN_PEOPLE, AT(task.start_ns), 0, 42},
	{"end", "end", CG_COLUMN_TEXT, CG_COLUMN_PEOPLE, AT(end), 0, 22},
	{"task", "task", CG_COLUMN_TEXT, CG_COLUMN_PEOPLE, AT(task.name), 0, 23},
	{"creator", "created by", CG_COLUMN_TEXT, CG_COLUMN_PEOPLE, AT(by), 0, 24},
	{"root", "function", CG_COLUMN_FUNCTION, CG_COLUMN_PEOPLE, AT(root), 0, 0},
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
show_groups(const struct cg_graph *graph, const struct cg_report_settings *settings,
            const struct cg_report_filter *filter)
{
	struct cg_table table = {.columns = cg_report_task_columns, .indent = SIZE_MAX};
	struct group *rows = calloc(graph->task_count + 1u, sizeof(*rows));
	int code;

	table.rows = calloc(graph->task_count + 1u, sizeof(*table.rows));
	if (!rows || !table.rows) {
		code = cg_cli_fail("out of memory");
		goto out;
	}
	for (uint32_t i = 0; i < graph->task_count; i++) {
		fill_group(&rows[i], graph, i);
		if (cg_report_filter_passes(filter, rows[i].task.root, rows[i].task.span_ns))
			table.rows[table.count++] = &rows[i];
	}
	if (!table.count && graph->task_count)
		code = cg_report_nothing(settings, "task");
	else
		code = cg_report_table(graph, &table, "span", "rows", settings);
out:
	free(rows);
	free(table.rows);
	return code;
}

/* Single tasks follow the groups' order where they have such a column, else their spans. */
static const char *
single_order(const struct cg_table *table, const char *sort)
{
	if (sort && strcmp(sort, "await") == 0)
		return "parked";
	return sort && cg_table_column(table, sort) ? sort : NULL;
}

static int
show_singles(const struct cg_graph *graph, const struct cg_report_settings *settings,
             const struct cg_report_filter *filter)
{
	struct cg_report_settings own = *settings;
	struct cg_table table = {.columns = single_columns, .indent = SIZE_MAX};
	struct single *rows = calloc(graph->single_count + 1u, sizeof(*rows));
	int code = CG_EXIT_OK;

	table.rows = calloc(graph->single_count + 1u, sizeof(*table.rows));
	if (!rows || !table.rows) {
		code = cg_cli_fail("out of memory");
		goto out;
	}
	for (uint32_t i = 0; i < graph->single_count; i++) {
		fill_single(&rows[i], graph, i);
		if (cg_report_filter_passes(filter, rows[i].task.root, rows[i].task.span_ns))
			table.rows[table.count++] = &rows[i];
	}
	if (!table.count)
		goto out;
	own.sort = single_order(&table, settings->sort);
	printf("\nSingle tasks: the slowest, and those not ended\n");
	code = cg_report_table(NULL, &table, "span", "tasks", &own);
out:
	free(rows);
	free(table.rows);
	return code;
}

int
cg_report_tasks(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	struct cg_report_filter filter;
	int code = cg_report_filter_init(&filter, graph, settings, 0);

	if (code != CG_EXIT_OK)
		return code;
	code = show_groups(graph, settings, &filter);
	if (code == CG_EXIT_OK && settings->format == CG_REPORT_TABLE)
		code = show_singles(graph, settings, &filter);
	cg_report_filter_release(&filter);
	return code;
}
