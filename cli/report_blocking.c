/* What held an event loop: coroutines that ran for long without a suspension. */
#include "report.h"

#include "command.h"
#include "message.h"

#include <stdlib.h>

/* A row of the graph with its function at hand. */
struct row {
	struct cg_hold_row hold;
	const struct cg_function *function;
	uint64_t blocked; /* the part of held_ns not even spent computing */
};

#define AT(field) offsetof(struct row, field)

const struct cg_column cg_report_blocking_columns[] = {
	{"over_10ms", ">= 10 ms", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(hold.over_10ms), 0, 0},
	{"over_50ms", ">= 50 ms", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(hold.over_50ms), 0, 41},
	{"over_100ms", ">= 100 ms", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(hold.over_100ms), 0,
     24},
	{"longest", "longest", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(hold.longest_ns), 0, 0},
	{"held", "held", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(hold.held_ns), 0, 0},
	{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(hold.cpu_ns), 0, 23},
	{"blocked", "blocked", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(blocked), 0, 22},
	{"name", "coroutine", CG_COLUMN_FUNCTION, CG_COLUMN_BOTH, AT(function), 0, 0},
	{0},
};

int
cg_report_blocking(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	struct cg_table table = {.columns = cg_report_blocking_columns, .indent = SIZE_MAX};
	struct cg_report_filter filter;
	struct row *rows = NULL;
	int code = cg_report_filter_init(&filter, graph, settings, 0);

	if (code != CG_EXIT_OK)
		return code;
	rows = calloc(graph->hold_count + 1u, sizeof(*rows));
	table.rows = calloc(graph->hold_count + 1u, sizeof(*table.rows));
	if (!rows || !table.rows) {
		code = cg_cli_fail("out of memory");
		goto out;
	}
	for (uint32_t i = 0; i < graph->hold_count; i++) {
		const struct cg_hold_row *hold = &graph->holds[i];

		rows[i].hold = *hold;
		rows[i].function = &graph->functions[hold->function];
		rows[i].blocked = hold->held_ns > hold->cpu_ns ? hold->held_ns - hold->cpu_ns : 0;
		if (cg_report_filter_passes(&filter, hold->function, hold->held_ns))
			table.rows[table.count++] = &rows[i];
	}
	if (!table.count && graph->hold_count)
		code = cg_report_nothing(settings, "coroutine that held its loop");
	else
		code = cg_report_table(graph, &table, "held", "coroutines", settings);
out:
	cg_report_filter_release(&filter);
	free(rows);
	free(table.rows);
	return code;
}
