/* The function table. */
#include "report.h"

#include "command.h"
#include "message.h"

#include <stdlib.h>

#define AT(field) offsetof(struct cg_function, field)
#define ABOUT AT(inexact)

const struct cg_column cg_report_function_columns[] = {
	{"calls", "calls", CG_COLUMN_CALLS, CG_COLUMN_BOTH, AT(calls), AT(primitive_calls), 0},
	{"primitive_calls", NULL, CG_COLUMN_COUNT, CG_COLUMN_CSV, AT(primitive_calls), 0, 0},
	{"finished", NULL, CG_COLUMN_COUNT, CG_COLUMN_CSV, AT(finished), 0, 0},
	{"raised", NULL, CG_COLUMN_COUNT, CG_COLUMN_CSV, AT(raised), 0, 0},
	{"unfinished", NULL, CG_COLUMN_COUNT, CG_COLUMN_CSV, AT(unfinished), 0, 0},
	{"begun_before", NULL, CG_COLUMN_COUNT, CG_COLUMN_CSV, AT(begun_before), 0, 0},
	{"suspensions", "susp.", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(suspensions), 0, 41},
	{"wall", "wall", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(wall_ns), ABOUT, 0},
	{"run", "run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(run_ns), ABOUT, 22},
	{"await", "await", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(await_ns), ABOUT, 23},
	{"hosted", NULL, CG_COLUMN_TIME, CG_COLUMN_CSV, AT(hosted_ns), 0, 0},
	{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(cpu_ns), ABOUT, 24},
	{"work", NULL, CG_COLUMN_TIME, CG_COLUMN_CSV, AT(work_ns), 0, 0},
	{"self_run", "self run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(self_run_ns), 0, 42},
	{"self_await", "self await", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(self_await_ns), 0, 43},
	{"self_cpu", "self cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(self_cpu_ns), 0, 44},
	{"inexact", NULL, CG_COLUMN_NUMBER, CG_COLUMN_CSV, AT(inexact), 0, 0},
	{"kind", NULL, CG_COLUMN_KIND, CG_COLUMN_CSV, AT(kind), 0, 0},
	{"module", NULL, CG_COLUMN_TEXT, CG_COLUMN_CSV, AT(module), 0, 0},
	{"file", NULL, CG_COLUMN_TEXT, CG_COLUMN_CSV, AT(file), 0, 0},
	{"line", NULL, CG_COLUMN_NUMBER, CG_COLUMN_CSV, AT(line), 0, 0},
	{"name", "function", CG_COLUMN_ITSELF, CG_COLUMN_BOTH, 0, 0, 0},
	{0},
};

int
cg_report_functions(const struct cg_graph *graph,
                    const struct cg_report_settings *settings)
{
	struct cg_table table = {.columns = cg_report_function_columns, .indent = SIZE_MAX};
	struct cg_report_filter filter;
	int code = cg_report_filter_init(&filter, graph, settings, 0);

	if (code != CG_EXIT_OK)
		return code;
	table.rows = calloc(graph->function_count + 1u, sizeof(*table.rows));
	if (!table.rows) {
		code = cg_cli_fail("out of memory");
		goto out;
	}
	for (uint32_t i = 0; i < graph->function_count; i++)
		if (cg_report_filter_passes(&filter, i, graph->functions[i].wall_ns))
			table.rows[table.count++] = &graph->functions[i];
	if (!table.count && graph->function_count)
		code = cg_report_nothing(settings, "function");
	else
		code = cg_report_table(graph, &table, "wall", "functions", settings);
out:
	cg_report_filter_release(&filter);
	free(table.rows);
	return code;
}
