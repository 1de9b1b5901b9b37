/* The threads: what each ran, and when. */
#include "report.h"

#include "command.h"
#include "message.h"

#include <stdlib.h>

struct row {
	struct cg_thread_row thread;
	const char *by; /* who started it */
};

#define AT(field) offsetof(struct row, thread.field)

const struct cg_column cg_report_thread_columns[] = {
	{"id", "id", CG_COLUMN_NUMBER, CG_COLUMN_BOTH, AT(id), 0, 0},
	{"native_id", "native id", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(native_id), 0, 24},
	{"count", "threads", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(count), 0, 0},
	{"run", "run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(run_ns), 0, 0},
	{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(cpu_ns), 0, 0},
	{"first", "first event", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(first_ns), 0, 22},
	{"last", "last event", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(last_ns), 0, 22},
	{"name", "name", CG_COLUMN_TEXT, CG_COLUMN_BOTH, AT(name), 0, 0},
	{"creator", "started by", CG_COLUMN_TEXT, CG_COLUMN_BOTH, offsetof(struct row, by), 0,
     24},
	{0},
};

static const struct row *
fill(struct row *row, const struct cg_graph *graph, size_t i)
{
	row->thread = graph->threads[i];
	row->by =
		row->thread.creator == CG_NONE ? "" : graph->functions[row->thread.creator].name;
	return row;
}

int
cg_report_threads(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	struct cg_table table = {.columns = cg_report_thread_columns,
	                         .count = graph->thread_count,
	                         .indent = SIZE_MAX};
	struct row *rows = calloc(table.count + 1, sizeof(*rows));
	int code;

	table.rows = calloc(table.count + 1, sizeof(*table.rows));
	if (rows && table.rows) {
		for (size_t i = 0; i < table.count; i++)
			table.rows[i] = fill(&rows[i], graph, i);
		code = cg_report_table(graph, &table, NULL, "threads", settings);
	} else {
		code = cg_cli_fail("out of memory");
	}
	free(table.rows);
	free(rows);
	return code;
}
