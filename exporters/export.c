/*
 * The program around a format: command line, trace, tree, output, in this order, so that
 * no output is touched before the trace is known to be good.
 */
#include "exporter.h"
#include "memory.h"
#include "message.h"
#include "output.h"
#include "progress.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct settings {
	const char *output;
	unsigned tasks; /* enum cg_tasks_view */
	bool salvage;
	bool compensate;
	bool gzip;
	bool quiet;
};

static const char *const tasks_words[] = {"beside", "creator", NULL};

static const struct cg_option options[] = {
	{'o', "output", "FILE", CG_OPTION_TEXT, offsetof(struct settings, output),
     "the file to write, - for standard output\n"
     "(default: a name made of the trace's, in this folder)",
     NULL},
	{0, "tasks", "WHERE", CG_OPTION_CHOICE, offsetof(struct settings, tasks),
     "beside: tasks beside the threads (default);\n"
     "creator: under the function that created them",
     tasks_words},
	{0, "compensate", NULL, CG_OPTION_SET, offsetof(struct settings, compensate),
     "take off the times what recording cost", NULL},
	{0, "gzip", NULL, CG_OPTION_SET, offsetof(struct settings, gzip),
     "compress; implied when FILE ends in .gz", NULL},
	{0, "salvage", NULL, CG_OPTION_SET, offsetof(struct settings, salvage),
     "take what can be read of a damaged trace", NULL},
	{'q', "quiet", NULL, CG_OPTION_SET, offsetof(struct settings, quiet),
     "say nothing but errors", NULL},
	{.name = NULL},
};

/* One run of a program. */
struct run {
	const struct cg_exporter *exporter;
	const char *trace; /* "-": standard input */
	struct settings settings;
	union {
		char bytes[CG_SETTINGS_MAX];
		max_align_t align;
	} own; /* the format's settings */
	char output[4096];
};

/* For notes from a writer: there is one run in a process. */
static const char *note_format;

static void
note(const char *text)
{
	cg_say(note_format, "%s", text);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

/*
 * The default name: that of the trace without folder and `.coro`, between prefix and
 * suffix. Where the format wants NAME-PID, the process id is there even if the trace's
 * name lacks it: a profile's name must not begin another's.
 */
static bool
output_name(struct run *r, const struct cg_graph *graph)
{
	const char *slash = strrchr(r->trace, '/');
	const char *base = slash ? slash + 1 : r->trace;
	int n = (int)strlen(base) - (ends_with(base, ".coro") ? 5 : 0);
	const struct cg_exporter *e = r->exporter;
	char pid[24] = "";
	int length;

	if (e->dash_pid && graph->info->pid) {
		int digits = snprintf(pid, sizeof(pid), ".%u", graph->info->pid);

		if (n > digits && memcmp(base + n - digits, pid, (size_t)digits) == 0)
			n -= digits;
		pid[0] = '-';
	}
	length = snprintf(r->output, sizeof(r->output), "%s%.*s%s%s%s", e->prefix, n, base,
	                  pid, e->suffix, r->settings.gzip ? ".gz" : "");
	return length > 0 && (size_t)length < sizeof(r->output);
}

/* Settle where the output goes; an exit code when that cannot be. */
static int
output_settle(struct run *r, const struct cg_graph *graph)
{
	const char *given = r->settings.output;

	if (!given && strcmp(r->trace, "-") == 0)
		given = "-";
	if (!given)
		return output_name(r, graph)
		           ? CG_OPTIONS_GO_ON
		           : cg_say_usage(r->exporter->format, "name the output with -o");
	if (!*given || strlen(given) >= sizeof(r->output))
		return cg_say_usage(r->exporter->format, "-o: '%s' is no name for a file",
		                    *given ? "..." : "");
	strcpy(r->output, given);
	r->settings.gzip |= ends_with(given, ".gz");
	return CG_OPTIONS_GO_ON;
}

static int
fail(const struct run *r, enum cg_status status)
{
	bool standard = strcmp(r->output, "-") == 0;

	if (status == CG_IO)
		cg_say(r->exporter->format, "%s: cannot write: %s",
		       standard ? "standard output" : r->output, strerror(errno));
	else if (status == CG_NOMEM)
		cg_say(r->exporter->format, "out of memory; free some or export less");
	else
		cg_say(r->exporter->format, "%s: %s", r->trace, cg_status_text(status));
	return CG_EXIT_FAILED;
}

static enum cg_status
write_to(struct run *r, const struct cg_placed *placed, struct cg_output *output)
{
	struct cg_stream stream;
	struct cg_progress progress;
	struct cg_export x = {.placed = placed,
	                      .settings = r->own.bytes,
	                      .stream = &stream,
	                      .note = r->settings.quiet ? NULL : note};
	enum cg_status status =
		cg_stream_init(&stream, cg_progress_write, &progress, r->settings.gzip);
	int error;

	if (status)
		return status;
	cg_progress_init(&progress, r->exporter->format, output, r->settings.quiet);
	status = r->exporter->write(&x);
	if (!status)
		status = cg_stream_finish(&stream);
	error = errno;
	cg_stream_release(&stream); /* it may be writing, and showing progress */
	errno = error;
	cg_progress_end(&progress);
	return status;
}

static int
write_export(struct run *r, const struct cg_placed *placed)
{
	struct cg_output output;
	enum cg_status status = cg_output_open(&output, r->output);

	if (status)
		return fail(r, status);
	status = write_to(r, placed, &output);
	if (status)
		cg_output_abort(&output);
	else
		status = cg_output_commit(&output);
	return status ? fail(r, status) : CG_EXIT_OK;
}

/* What the reader of the export should know about the trace. */
static void
tell_trace(const struct run *r, const struct cg_graph *graph)
{
	const struct cg_trace_info *info = graph->info;
	const char *format = r->exporter->format;
	uint32_t inexact = 0;

	for (uint32_t i = 0; i < graph->function_count; i++)
		inexact += graph->functions[i].inexact;
	if (info->live)
		cg_say(format, "%s: the program still runs, the numbers are those so far",
		       r->trace);
	else if (!info->complete)
		cg_say(format, "%s: the trace is incomplete, the numbers are those up to its end",
		       r->trace);
	if (info->lost_events)
		cg_say(format, "%s: %llu events could not be recorded", r->trace,
		       (unsigned long long)info->lost_events);
	if (info->short_ns)
		cg_say(format, "%s: %.3g s of what recording cost found no time to be taken off",
		       r->trace, (double)info->short_ns / 1e9);
	if (inexact)
		cg_say(format,
		       "%s: inclusive numbers of %u functions are approximate, "
		       "their contexts were folded",
		       r->trace, inexact);
}

static void
tell_result(const struct run *r)
{
	if (strcmp(r->output, "-") == 0 || r->settings.output)
		return;
	cg_say(r->exporter->format, "wrote %s; open it with: %s %s", r->output,
	       r->exporter->open, r->output);
}

static int
export_graph(struct run *r, const struct cg_graph *graph)
{
	struct cg_placed placed;
	int code = output_settle(r, graph);
	enum cg_status status;

	if (r->settings.compensate && !graph->info->compensated) {
		cg_say(r->exporter->format,
		       "%s does not say what recording cost: leave --compensate out", r->trace);
		return CG_EXIT_FAILED;
	}
	if (code != CG_OPTIONS_GO_ON)
		return code;
	status = cg_placed_init(&placed, graph, r->settings.tasks);
	if (status)
		return fail(r, status);
	if (!r->settings.quiet)
		tell_trace(r, graph);
	code = write_export(r, &placed);
	cg_placed_release(&placed);
	if (code == CG_EXIT_OK && !r->settings.quiet)
		tell_result(r);
	return code;
}

static int
parse(struct run *r, int argc, char **argv)
{
	const struct cg_exporter *e = r->exporter;
	struct cg_options all = {.format = e->format,
	                         .about = e->about,
	                         .tables = {options, e->options},
	                         .settings = {&r->settings, r->own.bytes}};
	int code;

	if (e->settings_size)
		memcpy(r->own.bytes, e->defaults, e->settings_size);
	code = cg_options_parse(&all, argc, argv, &r->trace);
	if (code == CG_OPTIONS_GO_ON && !r->trace)
		code = cg_say_usage(e->format, "which trace?");
	return code;
}

int
cg_export_main(const struct cg_exporter *exporter, cg_open_fn open_graph,
               void (*free_graph)(struct cg_graph *), int argc, char **argv)
{
	struct run r = {.exporter = exporter};
	struct cg_error error = {.offset = UINT64_MAX};
	struct cg_graph *graph;
	unsigned flags = CG_OPEN_TREE;
	int code;

	cg_memory_keep();
	/* Writes that cannot succeed are to fail, so that nothing is left behind. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	note_format = exporter->format;
	code = parse(&r, argc, argv);
	if (code != CG_OPTIONS_GO_ON) {
		if (code == CG_EXIT_OK && (fflush(stdout) != 0 || ferror(stdout))) {
			strcpy(r.output, "-");
			return fail(&r, CG_IO);
		}
		return code;
	}
	flags |= r.settings.salvage ? CG_OPEN_SALVAGE : 0;
	flags |= r.settings.compensate ? CG_OPEN_COMPENSATE : 0;
	error.status = open_graph(&graph, r.trace, flags, &error);
	if (error.status)
		return cg_say_error(exporter->format, r.trace, &error,
		                    r.settings.salvage ? NULL
		                                       : "--salvage takes what can be read");
	code = export_graph(&r, graph);
	free_graph(graph);
	return code;
}
