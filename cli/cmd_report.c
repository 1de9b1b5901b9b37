/* `corograph report`: the numbers of a trace, as tables, CSV or JSON. */
#include "command.h"
#include "message.h"
#include "options.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

enum { FUNCTION = 1, MODULE = 2, MIN_SHARE = 4, NO_FOLD = 8 };

/* The views and the filters that they take, in the order of their names below. */
static const struct {
	cg_report_view show;
	const struct cg_column *columns;
	unsigned filters;
} views[] = {
	{cg_report_functions, cg_report_function_columns, FUNCTION | MODULE | MIN_SHARE},
	{cg_report_tree, cg_report_tree_columns, FUNCTION | MODULE | MIN_SHARE | NO_FOLD},
	{cg_report_tasks, cg_report_task_columns, FUNCTION | MODULE | MIN_SHARE},
	{cg_report_threads, cg_report_thread_columns, 0},
	{cg_report_blocking, cg_report_blocking_columns, FUNCTION | MODULE | MIN_SHARE},
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
	{0, "function", "F", CG_OPTION_TEXT, AT(function), "only functions named F", NULL,
     false},
	{0, "module", "M", CG_OPTION_TEXT, AT(module),
     "only functions of module or package M; of the program, when it is M.py", NULL,
     false},
	{0, "thread", "T", CG_OPTION_TEXT, AT(thread),
     "only what ran in thread T, its number or name", NULL, false},
	{0, "min-share", "P", CG_OPTION_TEXT, AT(min_share),
     "only what took P % of the recording (default: 0, of the tree 1)", NULL, false},
	{0, "no-fold", NULL, CG_OPTION_SET, AT(no_fold),
     "show the tree's import machinery, not a line per module", NULL, false},
	{0, "compensate", NULL, CG_OPTION_SET, AT(compensate),
     "take off the times what recording cost", NULL, false},
	{0, "format", "FORMAT", CG_OPTION_CHOICE, AT(format), "how to write it", format_names,
     false},
	{0, "salvage", NULL, CG_OPTION_SET, AT(salvage),
     "take what can be read of a damaged trace", NULL, false},
	{0},
};

/* The columns of the view that the line asks for so far. */
static const struct cg_column *
columns_of_line(int argc, char **argv)
{
	const struct cg_column *columns = views[0].columns;

	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "--calle", 7) == 0)
			return cg_report_edge_columns;
		for (size_t v = 0; view_names[v]; v++) {
			const char *word = strncmp(argv[i], "--view=", 7) ? argv[i] : argv[i] + 7;

			if (strcmp(word, view_names[v]) == 0)
				columns = views[v].columns;
		}
	}
	return columns;
}

static bool
words(const struct cg_option *option, int argc, char **argv, cg_word_fn give, void *arg)
{
	if (!option || option->offset != AT(sort))
		return false;
	for (const struct cg_column *c = columns_of_line(argc, argv); c->key; c++)
		give(arg, c->key, c->title ? c->title : "");
	return true;
}

static const struct cg_usage usage = {
	.command = "report",
	.synopsis = "[OPTION...] TRACE",
	.about =
		"Shows the numbers of a trace. TRACE is what `corograph record` wrote, `-` for\n"
		"standard input. Times are wall time from start to end, run on a thread's stack,\n"
		"await while suspended, and cpu on a processor; `self` is without what was\n"
		"called. JSON is the whole report, whatever the view, of all threads or one.",
	.options = options,
	.examples = "corograph report app.coro\n"
				"corograph report app.coro --sort self_cpu --limit 10\n"
				"corograph report app.coro --callers fetch\n"
				"corograph report app.coro --view tree --module app\n"
				"corograph report app.coro --view tasks --sort await\n"
				"corograph report app.coro --format json | python3 -m json.tool",
	.files = "coro",
	.words = words,
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
	cg_report_view view = views[settings->view].show;

	if (settings->format == CG_REPORT_JSON) {
		/* what cannot be written is an error of stdout, which main tells */
		cg_graph_write_json(graph, write_stdout, NULL);
		return CG_EXIT_OK;
	}
	if (settings->callers || settings->callees)
		view = cg_report_edges;
	return view(graph, settings);
}

/* CG_OPTIONS_GO_ON, or the exit code when a filter is not for the view. */
static int
check_filters(const struct cg_report_settings *settings)
{
	const struct {
		unsigned filter;
		bool given;
		const char *name;
	} given[] = {
		{FUNCTION, settings->function, "function"},
		{MODULE, settings->module, "module"},
		{MIN_SHARE, settings->min_share, "min-share"},
		{NO_FOLD, settings->no_fold, "no-fold"},
	};
	bool edges = settings->callers || settings->callees;
	bool json = settings->format == CG_REPORT_JSON;

	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++) {
		if (!given[i].given)
			continue;
		if (json)
			return cg_cli_usage("report",
			                    "JSON is the whole report: --%s is for tables "
			                    "and CSV",
			                    given[i].name);
		if (edges || !(views[settings->view].filters & given[i].filter))
			return cg_cli_usage("report", "--%s is not for %s", given[i].name,
			                    edges ? "callers and callees"
			                          : view_names[settings->view]);
	}
	return CG_OPTIONS_GO_ON;
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
	return check_filters(settings);
}

static int
report_run(int argc, char **argv)
{
	struct cg_report_settings settings = {.limit = UINT64_MAX};
	struct cg_operands operands;
	struct cg_graph *graph;
	struct cg_error error;
	enum cg_status status;
	unsigned flags;
	int code = cg_options_parse(&usage, argc, argv, &settings, &operands);

	if (code == CG_OPTIONS_GO_ON)
		code = check(&settings, &operands);
	if (code != CG_OPTIONS_GO_ON)
		return code;
	flags = settings.salvage ? CG_OPEN_SALVAGE : 0;
	flags |= settings.compensate ? CG_OPEN_COMPENSATE : 0;
	cg_report_progress_begin();
	status = cg_graph_open_threads(&graph, operands.items[0], flags,
	                               settings.thread ? cg_report_threads_named : NULL,
	                               (void *)(uintptr_t)settings.thread, &error);
	cg_report_progress_end();
	if (status == CG_USE && settings.thread)
		return cg_cli_fail("no thread has the number or name '%s'; --view threads shows "
		                   "which there are",
		                   settings.thread);
	if (status)
		return cg_cli_damage(operands.items[0], &error, settings.salvage);
	if (settings.compensate && !graph->info->compensated)
		code = cg_cli_fail("%s does not say what recording cost: leave --compensate out",
		                   operands.items[0]);
	else
		code = show(graph, &settings);
	cg_graph_free(graph);
	return code;
}

const struct cg_command cg_cmd_report = {
	.name = "report",
	.summary = "show the numbers of a trace",
	.usage = &usage,
	.run = report_run,
};
