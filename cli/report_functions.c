/* The function table. */
#include "report.h"

#include "command.h"
#include "message.h"

#include <stdlib.h>

#define AT(field) offsetof(struct cg_function, field)

static const struct cg_column columns[] = {
	{"calls", "calls", CG_COLUMN_CALLS, CG_COLUMN_BOTH, AT(calls), AT(primitive_calls)},
	{"primitive_calls", NULL, CG_COLUMN_COUNT, CG_COLUMN_CSV, AT(primitive_calls), 0},
	{"finished", NULL, CG_COLUMN_COUNT, CG_COLUMN_CSV, AT(finished), 0},
	{"raised", NULL, CG_COLUMN_COUNT, CG_COLUMN_CSV, AT(raised), 0},
	{"unfinished", NULL, CG_COLUMN_COUNT, CG_COLUMN_CSV, AT(unfinished), 0},
	{"begun_before", NULL, CG_COLUMN_COUNT, CG_COLUMN_CSV, AT(begun_before), 0},
	{"suspensions", "susp.", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(suspensions), 0},
	{"wall", "wall", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(wall_ns), 0},
	{"run", "run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(run_ns), 0},
	{"await", "await", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(await_ns), 0},
	{"hosted", NULL, CG_COLUMN_TIME, CG_COLUMN_CSV, AT(hosted_ns), 0},
	{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(cpu_ns), 0},
	{"work", NULL, CG_COLUMN_TIME, CG_COLUMN_CSV, AT(work_ns), 0},
	{"self_run", "self run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(self_run_ns), 0},
	{"self_await", "self await", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(self_await_ns), 0},
	{"self_cpu", "self cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(self_cpu_ns), 0},
	{"kind", NULL, CG_COLUMN_KIND, CG_COLUMN_CSV, AT(kind), 0},
	{"module", NULL, CG_COLUMN_TEXT, CG_COLUMN_CSV, AT(module), 0},
	{"file", NULL, CG_COLUMN_TEXT, CG_COLUMN_CSV, AT(file), 0},
	{"line", NULL, CG_COLUMN_NUMBER, CG_COLUMN_CSV, AT(line), 0},
	{"name", "function", CG_COLUMN_ITSELF, CG_COLUMN_BOTH, 0, 0},
	{0},
};

int
cg_report_functions(const struct cg_graph *graph,
                    const struct cg_report_settings *settings)
{
	struct cg_table table = {
		.columns = columns, .count = graph->function_count, .indent = SIZE_MAX};
	int code;

	table.rows = calloc(table.count + 1, sizeof(*table.rows));
	if (!table.rows)
		return cg_cli_fail("out of memory");
	for (size_t i = 0; i < table.count; i++)
		table.rows[i] = &graph->functions[i];
	code = cg_report_table(graph, &table, "wall", "functions", settings);
	free(table.rows);
	return code;
}
