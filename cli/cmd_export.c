/*
 * `corograph export`: becomes corograph-FORMAT, the program of that format, found beside
 * this one, else in PATH. So formats are added without a change here.
 */
#include "command.h"
#include "message.h"
#include "options.h"
#include "paths.h"
#include "suggest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct cg_option options[] = {{0}};

static const char *const formats[] = {"callgrind", "pstats", "speedscope", NULL};

static bool words(const struct cg_option *option, int argc, char **argv, cg_word_fn give,
                  void *arg);

static const struct cg_usage usage = {
	.command = "export",
	.synopsis = "FORMAT TRACE [-o OUT] [OPTION...]\n"
				"FORMAT --help",
	.about =
		"Turns a trace into what other people's viewers read. Formats:\n\n"
		"  callgrind    KCachegrind, QCachegrind, callgrind_annotate\n"
		"  pstats       Python's pstats module, snakeviz, tuna, gprof2dot\n"
		"  speedscope   https://www.speedscope.app\n\n"
		"Runs the program corograph-FORMAT; one of your own in PATH is a format as well.\n"
		"Each has options of its own and tells them with --help.",
	.options = options,
	.examples = "corograph export callgrind app.4711.coro\n"
				"corograph export speedscope app.4711.coro -o app.json.gz\n"
				"corograph export pstats app.4711.coro --metric cpu",
	.files = "coro",
	.words = words,
	.stop_at_operand = true,
};

/* A format is a word, so that nothing else than corograph-FORMAT can be run. */
static bool
is_word(const char *text)
{
	return *text &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text);
}

/* Become the program `name` beside this one. Returns when there is none, with errno. */
static void
become_neighbour(const char *name, char **argv)
{
	char folder[PATH_MAX], path[PATH_MAX];

	if (cg_path_own_folder(folder) && cg_path_print(path, "%s/%s", folder, name))
		execv(path, argv);
}

/* An option of a line of an exporter's help, with its meaning. */
static void
give_option(char *line, cg_word_fn give, void *arg)
{
	char *name = strstr(line, "--");
	size_t n;

	if (!name || name > line + strlen("  -o, ") || line[0] != ' ')
		return;
	line[strcspn(line, "\n")] = '\0';
	n = strspn(name, "abcdefghijklmnopqrstuvwxyz-");
	if (name[n])
		name[n++] = '\0';
	/* what follows is the argument, then the meaning behind two spaces or more */
	for (line = name + n; strncmp(line, "  ", 2) != 0 && *line; line++)
		;
	give(arg, name, line + strspn(line, " "));
}

/* The options of a format are known to its own program alone. */
static void
give_options_of(const char *format, cg_word_fn give, void *arg)
{
	char folder[PATH_MAX], path[PATH_MAX], word[PATH_MAX], command[PATH_MAX], line[256];
	FILE *help;

	if (!is_word(format) || !cg_path_own_folder(folder) ||
	    !cg_path_print(path, "%s/corograph-%s", folder, format) ||
	    !cg_path_print(command, "%s --help 2>/dev/null", cg_path_quoted(word, path)))
		return;
	help = popen(command, "r");
	if (!help)
		return;
	while (fgets(line, sizeof(line), help))
		give_option(line, give, arg);
	pclose(help);
}

static bool
words(const struct cg_option *option, int argc, char **argv, cg_word_fn give, void *arg)
{
	(void)option;
	for (size_t i = 0; argc == 0 && formats[i]; i++)
		give(arg, formats[i], "");
	if (argc > 0)
		give_options_of(argv[0], give, arg);
	return argc == 0;
}

static int
format_unknown(const char *program)
{
	const char *format = program + strlen("corograph-");

	for (size_t i = 0; formats[i]; i++)
		if (cg_suggest_near(format, cg_suggest_distance(format, formats[i])))
			return cg_cli_usage("export", "there is no program %s (did you mean '%s'?)",
			                    program, formats[i]);
	return cg_cli_usage("export",
	                    "there is no program %s, neither beside corograph nor in PATH",
	                    program);
}

static int
export_run(int argc, char **argv)
{
	struct cg_operands operands;
	int code = cg_options_parse(&usage, argc, argv, NULL, &operands);
	char name[80];

	if (code != CG_OPTIONS_GO_ON)
		return code;
	if (operands.count == 0)
		return cg_cli_usage("export", "to which format?");
	if (!is_word(operands.items[0]) || strlen(operands.items[0]) > 60)
		return cg_cli_usage("export", "'%.60s' is no format", operands.items[0]);
	snprintf(name, sizeof(name), "corograph-%s", operands.items[0]);
	operands.items[0] = name;
	operands.items[operands.count] = NULL; /* what was dropped before left a gap here */
	become_neighbour(name, operands.items);
	if (errno == ENOENT)
		execvp(name, operands.items);
	if (errno == ENOENT)
		return format_unknown(name);
	return cg_cli_fail("%s: %s", name, strerror(errno));
}

const struct cg_command cg_cmd_export = {
	.name = "export",
	.summary = "turn a trace into what a viewer reads",
	.usage = &usage,
	.run = export_run,
};
