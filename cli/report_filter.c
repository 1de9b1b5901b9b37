/*
 * --function, --module, --min-share: which rows of a view are to be shown; --thread: whose
 * numbers a graph has at all.
 */
#include "report.h"

#include "command.h"
#include "message.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int
cg_report_match(const struct cg_function *f, const char *word)
{
	char full[1024];

	snprintf(full, sizeof(full), "%s.%s", f->module, f->name);
	if (strcmp(f->name, word) == 0 || (*f->module && strcmp(full, word) == 0))
		return 2;
	return strstr(f->name, word) || (*f->module && strstr(full, word));
}

/* A program is known by its file's name, though its module is __main__. */
static bool
is_in_program(const struct cg_function *f, const char *name)
{
	const char *base = strrchr(f->file, '/');
	size_t n = strlen(name);

	base = base ? base + 1 : f->file;
	return strcmp(f->module, "__main__") == 0 && strncmp(base, name, n) == 0 &&
	       (!base[n] || strcmp(base + n, ".py") == 0);
}

/* A module, what is in the package of that name, or the program. */
static bool
is_in_module(const struct cg_function *f, const char *module)
{
	size_t n = strlen(module);

	if (strncmp(f->module, module, n) == 0 && (!f->module[n] || f->module[n] == '.'))
		return true;
	return is_in_program(f, module);
}

/* How well a word names a thread: 2 its number or whole name, 1 a part of it, 0 not at all. */
static int
thread_match(const struct cg_thread_row *thread, const char *word)
{
	char number[16];

	snprintf(number, sizeof(number), "%" PRIu32, thread->id);
	if (strcmp(number, word) == 0 || strcmp(thread->name, word) == 0)
		return 2;
	return strstr(thread->name, word) != NULL;
}

void
cg_report_threads_named(void *word, const struct cg_thread_row *threads, uint32_t count,
                        bool *keep)
{
	int best = 1;

	for (uint32_t i = 0; i < count; i++)
		if (thread_match(&threads[i], word) > best)
			best = 2;
	for (uint32_t i = 0; i < count; i++)
		keep[i] = thread_match(&threads[i], word) >= best;
}

/* How well the best function matches: 2, 1, or 0 for none. */
static int
best_match(const struct cg_graph *graph, const char *word)
{
	int best = 0;

	for (uint32_t i = 0; i < graph->function_count && best < 2; i++) {
		int match = cg_report_match(&graph->functions[i], word);

		best = match > best ? match : best;
	}
	return best;
}

static bool
share_parse(double *share, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || (*end && strcmp(end, "%") != 0) || !(value >= 0 && value <= 100))
		return false;
	*share = value;
	return true;
}

static int
init_functions(struct cg_report_filter *filter, const struct cg_graph *graph,
               const struct cg_report_settings *settings)
{
	const char *word = settings->function, *module = settings->module;
	int best = word ? best_match(graph, word) : 0;
	bool found = false;

	filter->functions = calloc(graph->function_count + 1u, sizeof(*filter->functions));
	if (!filter->functions)
		return cg_cli_fail("out of memory");
	for (uint32_t i = 0; i < graph->function_count; i++) {
		const struct cg_function *f = &graph->functions[i];

		if (word && (!best || cg_report_match(f, word) < best))
			continue;
		filter->functions[i] = !module || is_in_module(f, module);
		found = found || filter->functions[i];
	}
	if (word && !best)
		return cg_cli_fail("no function has '%s' in its name", word);
	if (module && !found && word)
		return cg_cli_fail("no function '%s' is in module '%s'", word, module);
	if (module && !found)
		return cg_cli_fail("no function is in module '%s'", module);
	return CG_EXIT_OK;
}

int
cg_report_filter_init(struct cg_report_filter *filter, const struct cg_graph *graph,
                      const struct cg_report_settings *settings, double share)
{
	int code;

	*filter = (struct cg_report_filter){.chosen = settings->function || settings->module};
	if (settings->min_share && !share_parse(&share, settings->min_share))
		return cg_cli_usage("report", "--min-share: '%s' is not a share of 0 to 100 %%",
		                    settings->min_share);
	filter->least_ns = (uint64_t)(share / 100 * (double)graph->info->elapsed_ns);
	code = init_functions(filter, graph, settings);
	if (code != CG_EXIT_OK)
		cg_report_filter_release(filter);
	return code;
}

void
cg_report_filter_release(struct cg_report_filter *filter)
{
	free(filter->functions);
	*filter = (struct cg_report_filter){0};
}

bool
cg_report_filter_passes(const struct cg_report_filter *filter, uint32_t function,
                        uint64_t ns)
{
	if (ns < filter->least_ns)
		return false;
	return function == CG_NONE ? !filter->chosen : filter->functions[function];
}

int
cg_report_nothing(const struct cg_report_settings *settings, const char *what)
{
	if (settings->min_share)
		return cg_cli_fail("no %s takes so much; a smaller --min-share shows more", what);
	return cg_cli_fail("no %s matches", what);
}
