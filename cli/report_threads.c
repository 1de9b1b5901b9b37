/* The threads: what each ran, and when. */
#include "report.h"

#include "command.h"
#include "message.h"

#include <stdlib.h>

#define AT(field) offsetof(struct cg_thread_row, field)

const struct cg_column cg_report_thread_columns[] = {
	{"id", "id", CG_COLUMN_NUMBER, CG_COLUMN_BOTH, AT(id), 0, 0},
	{"native_id", "native id", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(native_id), 0, 24},
	{"count", "threads", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(count), 0, 0},
	{"run", "run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(run_ns), 0, 0},
	{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(cpu_ns), 0, 0},
	{"first", "first event", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(first_ns), 0, 22},
	{"last", "last event", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(last_ns), 0, 22},
	{"name", "name", CG_COLUMN_TEXT, CG_COLUMN_BOTH, AT(name), 0, 0},
	{0},
};

int
cg_report_threads(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	struct cg_table table = {.columns = cg_report_thread_columns,
	                         .count = graph->thread_count,
	                         .indent = SIZE_MAX};
	int code;

	table.rows = calloc(table.count + 1, sizeof(*table.rows));
	if (!table.rows)
		return cg_cli_fail("out of memory");
	for (size_t i = 0; i < table.count; i++)
		table.rows[i] = &graph->threads[i];
	code = cg_report_table(graph, &table, NULL, "threads", settings);
	free(table.rows);
	return code;
}
