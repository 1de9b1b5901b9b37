/* What held an event loop: coroutines that ran for long without a suspension. */
#include "report.h"

#include "command.h"
#include "message.h"

#include <stdlib.h>

/* A row of the graph with its function at hand. */
struct row {
	struct cg_hold_row hold;
	const struct cg_function *function;
};

#define AT(field) offsetof(struct row, field)

static const struct cg_column columns[] = {
	{"over_10ms", ">= 10 ms", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(hold.over_10ms), 0},
	{"over_50ms", ">= 50 ms", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(hold.over_50ms), 0},
	{"over_100ms", ">= 100 ms", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(hold.over_100ms), 0},
	{"longest", "longest", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(hold.longest_ns), 0},
	{"held", "held", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(hold.held_ns), 0},
	{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(hold.cpu_ns), 0},
	{"name", "coroutine", CG_COLUMN_FUNCTION, CG_COLUMN_BOTH, AT(function), 0},
	{0},
};

int
cg_report_blocking(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	struct cg_table table = {
		.columns = columns, .count = graph->hold_count, .indent = SIZE_MAX};
	struct row *rows = calloc(table.count + 1, sizeof(*rows));
	int code;

	table.rows = calloc(table.count + 1, sizeof(*table.rows));
	if (!rows || !table.rows) {
		code = cg_cli_fail("out of memory");
		goto out;
	}
	for (uint32_t i = 0; i < table.count; i++) {
		rows[i].hold = graph->holds[i];
		rows[i].function = &graph->functions[graph->holds[i].function];
		table.rows[i] = &rows[i];
	}
	code = cg_report_table(graph, &table, "held", "coroutines", settings);
out:
	free(rows);
	free(table.rows);
	return code;
}
