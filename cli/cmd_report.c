/* `corograph report`: the numbers of a trace, as tables, CSV or JSON. */
#include "command.h"
#include "message.h"
#include "options.h"
#include "report.h"

#include <stdio.h>

/* The views, in the order of their names below. */
static const cg_report_view views[] = {
	cg_report_functions, cg_report_tree,     cg_report_tasks,
	cg_report_threads,   cg_report_blocking,
};
static const char *const view_names[] = {"functions", "tree",     "tasks",
                                         "threads",   "blocking", NULL};

static const char *const format_names[] = {"table", "json", "csv", NULL};

#define AT(field) offsetof(struct cg_report_settings, field)

static const struct cg_option options[] = {
	{'s', "sort", "COLUMN", CG_OPTION_TEXT, AT(sort),
     "order by a column (default: wall), for instance self_run, calls or name", NULL,
     false},
	{'n', "limit", "N", CG_OPTION_NUMBER, AT(limit),
     "show N rows, 0 for all (default: 30)", NULL, false},
	{0, "view", "VIEW", CG_OPTION_CHOICE, AT(view), "what to show", view_names, false},
	{0, "callers", "F", CG_OPTION_TEXT, AT(callers),
     "who called, awaited or started functions named F", NULL, false},
	{0, "callees", "F", CG_OPTION_TEXT, AT(callees),
     "whom functions named F called, awaited or started", NULL, false},
	{0, "format", "FORMAT", CG_OPTION_CHOICE, AT(format), "how to write it", format_names,
     false},
	{0, "salvage", NULL, CG_OPTION_SET, AT(salvage),
     "take what can be read of a damaged trace", NULL, false},
	{0},
};

static const struct cg_usage usage = {
	.command = "report",
	.synopsis = "[OPTION...] TRACE",
	.about =
		"Shows the numbers of a trace. TRACE is what `corograph record` wrote, `-` for\n"
		"standard input. Times are wall time from start to end, run on a thread's stack,\n"
		"await while suspended, and cpu on a processor; `self` is without what was\n"
		"called. JSON is the whole report, whatever the view.",
	.options = options,
	.stop_at_operand = false,
};

static bool
write_stdout(void *arg, const char *text, size_t n)
{
	(void)arg;
	return fwrite(text, 1, n, stdout) == n;
}

static int
show(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	cg_report_view view = views[settings->view];

	if (settings->format == CG_REPORT_JSON) {
		/* what cannot be written is an error of stdout, which main tells */
		cg_graph_write_json(graph, write_stdout, NULL);
		return CG_EXIT_OK;
	}
	if (settings->callers || settings->callees)
		view = cg_report_edges;
	return view(graph, settings);
}

/* CG_OPTIONS_GO_ON, or the exit code when options contradict each other. */
static int
check(const struct cg_report_settings *settings, const struct cg_operands *operands)
{
	if (operands->count != 1)
		return cg_cli_usage("report",
		                    operands->count ? "one trace at a time" : "which trace?");
	if (settings->callers && settings->callees)
		return cg_cli_usage("report", "--callers and --callees exclude each other");
	if ((settings->callers || settings->callees) && settings->view)
		return cg_cli_usage("report", "--callers and --callees have a view of their own");
	if ((settings->callers || settings->callees) && settings->format == CG_REPORT_JSON)
		return cg_cli_usage("report", "JSON is the whole report: --callers and --callees "
		                              "are for tables and CSV");
	return CG_OPTIONS_GO_ON;
}

static int
report_run(int argc, char **argv)
{
	struct cg_report_settings settings = {.limit = UINT64_MAX};
	struct cg_operands operands;
	struct cg_graph *graph;
	struct cg_error error;
	int code = cg_options_parse(&usage, argc, argv, &settings, &operands);

	if (code == CG_OPTIONS_GO_ON)
		code = check(&settings, &operands);
	if (code != CG_OPTIONS_GO_ON)
		return code;
	if (cg_graph_open(&graph, operands.items[0], settings.salvage ? CG_OPEN_SALVAGE : 0,
	                  &error))
		return cg_cli_error(operands.items[0], &error);
	code = show(graph, &settings);
	cg_graph_free(graph);
	return code;
}

const struct cg_command cg_cmd_report = {
	.name = "report",
	.summary = "show the numbers of a trace",
	.run = report_run,
};
