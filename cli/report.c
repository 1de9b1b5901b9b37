/* What the views of `corograph report` share: the head, sorting, printing. */
#include "report.h"

#include "cell.h"
#include "command.h"
#include "message.h"
#include "suggest.h"

#include <inttypes.h>
#include <string.h>

size_t
cg_report_limit(const struct cg_report_settings *settings)
{
	if (settings->limit == UINT64_MAX)
		return settings->format == CG_REPORT_CSV ? 0 : CG_REPORT_ROWS;
	return settings->limit < SIZE_MAX ? (size_t)settings->limit : SIZE_MAX;
}

/* The key that is most like a wrong one, or NULL. */
static const char *
column_like(const struct cg_table *table, const char *key)
{
	const char *best = NULL;
	size_t least = SIZE_MAX;

	for (const struct cg_column *c = table->columns; c->key; c++) {
		size_t distance = cg_suggest_distance(key, c->key);

		if (distance < least) {
			least = distance;
			best = c->key;
		}
	}
	return best && cg_suggest_near(key, least) ? best : NULL;
}

static int
no_column(const struct cg_table *table, const char *key)
{
	const char *like = column_like(table, key);
	char keys[400] = "";
	size_t n = 0;

	if (like)
		return cg_cli_usage(
			"report", "--sort: there is no column '%s' (did you mean '%s'?)", key, like);
	for (const struct cg_column *c = table->columns; c->key; c++)
		if (n < sizeof(keys))
			n += (size_t)snprintf(keys + n, sizeof(keys) - n, "%s%s", n ? ", " : "",
			                      c->key);
	return cg_cli_usage("report", "--sort: there is no column '%s'; there are %s", key,
	                    keys);
}

static void
head_note(const struct cg_style *style, const char *text)
{
	printf("%s%s%s\n", style->colours ? "\x1b[33m" : "", text,
	       style->colours ? "\x1b[0m" : "");
}

static void
head_count(const struct cg_style *style, uint64_t count, const char *one, const char *many)
{
	char line[160];

	if (!count)
		return;
	snprintf(line, sizeof(line), "%" PRIu64 " %s", count, count == 1 ? one : many);
	head_note(style, line);
}

/* A word of the command, the first as a plain name where the whole has no room. */
static const char *
command_word(const struct cg_trace_info *info, uint32_t i, bool whole)
{
	const char *slash = strrchr(info->command[i], '/');

	return i || whole || !slash || !slash[1] ? info->command[i] : slash + 1;
}

static size_t
command_width(const struct cg_trace_info *info, bool whole)
{
	size_t width = 0;

	for (uint32_t i = 0; i < info->command_count; i++)
		width += cg_cell_width(command_word(info, i, whole)) + (i > 0);
	return width;
}

/* As much of the command as there is room for, from its beginning. */
static void
print_command(const struct cg_trace_info *info, size_t room)
{
	bool whole = command_width(info, true) <= room;
	bool cut = command_width(info, whole) > room;
	size_t left = cut ? room - 1 : room;

	for (uint32_t i = 0; i < info->command_count && left; i++) {
		const char *word = command_word(info, i, whole);
		size_t width = cg_cell_width(word);

		if (i) {
			putchar(' ');
			left--;
		}
		fwrite(word, 1, cg_cell_bytes(word, left), stdout);
		left -= width < left ? width : left;
	}
	if (cut)
		fputs("\xe2\x80\xa6", stdout);
}

/* What was recorded: its command, the Python, the process and how long. */
static void
print_program(const struct cg_trace_info *info, size_t width)
{
	enum { COMMAND_LEAST = 8 };
	char elapsed[CG_CELL_MAX], rest[200];
	size_t n = 0;

	if (*info->python)
		n += (size_t)snprintf(rest, sizeof(rest), ", Python %.40s", info->python);
	if (info->pid)
		n +=
			(size_t)snprintf(rest + n, sizeof(rest) - n, ", process %" PRIu32, info->pid);
	cg_cell_time(elapsed, info->elapsed_ns);
	snprintf(rest + n, sizeof(rest) - n, ", %.*s", (int)cg_cell_trimmed(elapsed), elapsed);
	n = cg_cell_width(rest);
	if (!info->command_count)
		printf("(no command known)");
	print_command(info, width > n + COMMAND_LEAST ? width - n : COMMAND_LEAST);
	printf("%s\n", rest);
}

static uint64_t
count_inexact(const struct cg_graph *graph)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < graph->function_count; i++)
		count += graph->functions[i].inexact;
	return count;
}

/* That the recording is of a part of the program. */
static void
head_filtered(const struct cg_style *style, const struct cg_trace_info *info)
{
	char line[512];

	if (!*info->include && !*info->exclude)
		return;
	snprintf(line, sizeof(line), "filtered: %s%s%s%s%s", *info->include ? "only " : "",
	         info->include, *info->include && *info->exclude ? ", " : "",
	         *info->exclude ? "without " : "", info->exclude);
	line[cg_cell_bytes(line, style->width)] = '\0';
	head_note(style, line);
}

/* What was taken off, and what could not be. */
static void
head_compensated(const struct cg_style *style, const struct cg_trace_info *info)
{
	char taken[CG_CELL_MAX], missing[CG_CELL_MAX], line[160];
	size_t n;

	if (!info->compensated)
		return;
	cg_cell_time(taken, info->taken_ns);
	n = (size_t)snprintf(line, sizeof(line), "compensated: %.*s of recording taken off",
	                     (int)cg_cell_trimmed(taken), taken);
	cg_cell_time(missing, info->short_ns);
	if (info->short_ns)
		snprintf(line + n, sizeof(line) - n, ", %.*s more found nothing to be taken off",
		         (int)cg_cell_trimmed(missing), missing);
	head_note(style, line);
}

void
cg_report_head(const struct cg_graph *graph, struct cg_style style)
{
	const struct cg_trace_info *info = graph->info;
	char line[160];

	print_program(info, style.width);
	if (!info->complete)
		head_note(&style, "incomplete: a part of the trace is missing");
	if (info->live)
		head_note(&style, "live: the program still runs, these are its numbers so far");
	if (info->killed)
		head_note(&style, "killed: the program ended without notice, "
		                  "these are its numbers up to then");
	if (info->stop_status) {
		snprintf(line, sizeof(line), "the recording stopped early: %s",
		         info->stop_status == CG_IO ? "no room on the disk"
		                                    : cg_status_text(info->stop_status));
		head_note(&style, line);
	}
	if (info->coarse)
		head_note(&style, "coarse clock: counts are exact, times are statistical");
	head_filtered(&style, info);
	head_compensated(&style, info);
	head_count(&style, info->lost_events, "event was lost", "events were lost");
	head_count(&style, info->takeovers,
	           "time another profiler took a thread's events, which are not in here",
	           "times another profiler took a thread's events, which are not in here");
	head_count(&style, info->forks, "fork, whose child is not in here",
	           "forks, whose children are not in here");
	head_count(&style, count_inexact(graph),
	           "function has inexact inclusive times: no room for more places",
	           "functions have inexact inclusive times: no room for more places");
	printf("\n");
}

int
cg_report_table(const struct cg_graph *graph, struct cg_table *table, const char *key,
                const char *more, const struct cg_report_settings *settings)
{
	const char *wanted = settings->sort ? settings->sort : key;
	const struct cg_column *by = wanted ? cg_table_column(table, wanted) : NULL;
	size_t limit = cg_report_limit(settings);

	if (wanted && !by)
		return no_column(table, wanted);
	if (by && !cg_table_sort(table, by))
		return cg_cli_fail("out of memory");
	if (settings->format == CG_REPORT_CSV) {
		cg_table_print_csv(table, limit, settings->compensate ? "compensated" : NULL,
		                   stdout);
		return CG_EXIT_OK;
	}
	if (graph)
		cg_report_head(graph, cg_style_of(stdout));
	cg_table_print(table, limit, cg_style_of(stdout), stdout);
	if (more && limit && limit < table->count)
		printf("... and %zu more %s; --limit 0 shows all\n", table->count - limit, more);
	return CG_EXIT_OK;
}
