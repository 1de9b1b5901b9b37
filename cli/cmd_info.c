/* `corograph info`: what a trace says about itself. */
#include "command.h"
#include "message.h"
#include "options.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

struct settings {
	bool salvage;
	bool files;
};

static const struct cg_option options[] = {
	{0, "files", NULL, CG_OPTION_SET, offsetof(struct settings, files),
     "list the source files of an archive: ok, changed, missing", NULL, false},
	{0, "salvage", NULL, CG_OPTION_SET, offsetof(struct settings, salvage),
     "tell what can be read of a damaged trace", NULL, false},
	{0},
};

static const struct cg_usage usage = {
	.command = "info",
	.synopsis = "[--files] [--salvage] TRACE",
	.about = "Tells what was recorded, when, by what, and how much of it there is.",
	.options = options,
	.examples = "corograph info app.4711.coro\n"
				"corograph info --files archive.coro",
	.files = "coro",
};

static void
line(const char *what, const char *text)
{
	if (text && *text)
		printf("%-12s%s\n", what, text);
}

static void
number(const char *what, uint64_t n, const char *text)
{
	printf("%-12s%" PRIu64 "%s\n", what, n, text);
}

/* Only what is out of the ordinary. */
static void
exception(const char *what, uint64_t n, const char *text)
{
	if (n)
		number(what, n, text);
}

static const char *
state(const struct cg_trace_info *info)
{
	if (info->live)
		return "still recording";
	if (!info->complete)
		return "incomplete: parts are missing or damaged";
	return info->killed ? "complete; the program ended without a word" : "complete";
}

static void
command(const struct cg_trace_info *info)
{
	if (info->command_count == 0)
		return;
	printf("%-12s", "command");
	for (uint32_t i = 0; i < info->command_count; i++)
		printf("%s%s", i ? " " : "", info->command[i]);
	putchar('\n');
}

/* Of a process that another recorded one started. */
static void
parent(const struct cg_trace_info *info)
{
	if (info->parent_pid)
		printf("%-12s%" PRIu32 " in %s\n", "parent", info->parent_pid, info->parent_trace);
}

static void
moment(const struct cg_trace_info *info)
{
	time_t seconds = (time_t)(info->start_unix_ns / 1000000000);
	char text[64];
	struct tm tm;

	if (info->start_unix_ns > 0 && localtime_r(&seconds, &tm) &&
	    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &tm))
		line("start", text);
	printf("%-12s%.6f s\n", "elapsed", (double)info->elapsed_ns / 1e9);
}

/* What one of a kind of events costs, where that was measured. */
static void
costs(const struct cg_trace_info *info)
{
	const struct {
		const char *what;
		const struct cg_own_cost *cost;
	} all[] = {
		{"call", &info->costs.call},   {"C call", &info->costs.c_call},
		{"start", &info->costs.start}, {"step", &info->costs.step},
		{"link", &info->costs.link},
	};

	if (!info->costs_known)
		return;
	printf("%-12s", "cost");
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		printf("%s%s %.0f+%.0f", i ? ", " : "", all[i].what, all[i].cost->inner_ns,
		       all[i].cost->outer_ns);
	puts(" ns");
}

static void
print_info(const struct cg_graph *graph)
{
	const struct cg_trace_info *info = graph->info;

	line("trace", state(info));
	command(info);
	line("python", info->python);
	line("executable", info->executable);
	line("platform", info->platform);
	number("pid", info->pid, "");
	parent(info);
	moment(info);
	line("wall clock", info->clock_wall);
	line("cpu clock", info->clock_cpu);
	line("C functions", info->builtins ? "recorded" : "not recorded");
	line("only", info->include);
	line("left out", info->exclude);
	costs(info);
	number("nodes", graph->node_count, "");
	number("functions", graph->function_count, "");
	number("threads", graph->thread_count, "");
	if (info->version_major)
		printf("%-12s%u.%u\n", "format", info->version_major, info->version_minor);
	exception("lost", info->lost_events, " events that could not be recorded");
	exception("taken", info->takeovers,
	          " times another profiler took a thread's events, which are not in here");
	exception("dropped", info->dropped, " ends that named nothing on the stack");
	exception("unwound", info->unwound, " calls taken off the stack without an end");
	exception("folded", info->folds, " contexts without a place of their own");
	exception("forks", info->forks, " children, which are not in here");
}

/* What became of the source files that an archive has hashes of. */
static void
print_sources(const struct cg_trace_info *info, bool list)
{
	static const char *const words[] = {"ok", "missing", "unread", "changed"};
	uint32_t counts[4] = {0}, hashed = 0;

	line("packed", info->packed_host && *info->packed_host ? info->packed_host : "yes");
	line("packed by", info->packed_by);
	for (uint32_t i = 0; i < info->source_count; i++) {
		const struct cg_source_file *source = &info->sources[i];
		enum cg_source_state now = cg_source_check(source);

		hashed += source->packed == CG_SOURCE_SAME;
		counts[now] += source->packed == CG_SOURCE_SAME;
		if (list)
			printf("%-12s%s%s\n", words[now], source->file,
			       source->packed == CG_SOURCE_SAME ? "" : " (no hash)");
	}
	if (info->packed_by)
		printf("%-12s%u of %u hashed; since then %u changed, %u missing, %u unread\n",
		       "sources", hashed, info->source_count, counts[CG_SOURCE_CHANGED],
		       counts[CG_SOURCE_MISSING], counts[CG_SOURCE_UNREAD]);
}

static int
info_run(int argc, char **argv)
{
	struct settings s = {0};
	struct cg_operands operands;
	struct cg_graph *graph;
	struct cg_error error;
	int code = cg_options_parse(&usage, argc, argv, &s, &operands);

	if (code != CG_OPTIONS_GO_ON)
		return code;
	if (operands.count != 1)
		return cg_cli_usage("info", "give one trace");
	if (cg_graph_open(&graph, operands.items[0], s.salvage ? CG_OPEN_SALVAGE : 0, &error))
		return cg_cli_damage(operands.items[0], &error, s.salvage);
	print_info(graph);
	if (graph->info->packed_by)
		print_sources(graph->info, s.files);
	else if (s.files)
		cg_cli_note("%s: no archive, so no hashes of its source files: corograph pack",
		            operands.items[0]);
	cg_graph_free(graph);
	return CG_EXIT_OK;
}

const struct cg_command cg_cmd_info = {
	.name = "info",
	.summary = "tell what was recorded, when and by what",
	.usage = &usage,
	.run = info_run,
};
