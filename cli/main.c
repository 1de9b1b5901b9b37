/*
 * `corograph`: finds the subcommand and runs it. The table below is all that this file
 * knows of them.
 */
#include "command.h"
#include "complete.h"
#include "corograph.h"
#include "describe.h"
#include "message.h"
#include "options.h"
#include "suggest.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct cg_command *const commands[] = {
	&cg_cmd_record, &cg_cmd_report, &cg_cmd_export, &cg_cmd_info,
	&cg_cmd_verify, &cg_cmd_dump,   &cg_cmd_pack,   NULL,
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) - 1 };

static const struct cg_command *
command_find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int
command_unknown(const char *name)
{
	const char *best = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < COMMANDS; i++) {
		size_t distance = cg_suggest_distance(name, commands[i]->name);

		if (distance < least) {
			least = distance;
			best = commands[i]->name;
		}
	}
	if (best && cg_suggest_near(name, least))
		return cg_cli_usage(NULL, "there is no command '%s' (did you mean '%s'?)", name,
		                    best);
	if (access(name, F_OK) == 0)
		return cg_cli_usage(NULL, "there is no command '%s' (did you mean 'record %s'?)",
		                    name, name);
	return cg_cli_usage(NULL, "there is no command '%s'", name);
}

static const char first_steps[] = "corograph record app.py\n"
								  "corograph report app.4711.coro\n"
								  "corograph export speedscope app.4711.coro";

static void
overview(FILE *out)
{
	fprintf(out, "usage: corograph COMMAND [ARG...]\n"
	             "   or: corograph help [COMMAND]\n"
	             "   or: corograph --version\n\n"
	             "A deterministic profiler for Python that understands coroutines.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-10s%s\n", commands[i]->name, commands[i]->summary);
}

static int
help(const char *name)
{
	const struct cg_command *command;
	char word[] = "help", option[] = "--help";
	char *argv[] = {word, option, NULL};

	if (!name) {
		overview(stdout);
		cg_help_examples(first_steps);
		return CG_EXIT_OK;
	}
	command = command_find(name);
	return command ? command->run(2, argv) : command_unknown(name);
}

static int
dispatch(int argc, char **argv)
{
	const struct cg_command *command;

	if (argc < 2) {
		overview(stderr);
		return CG_EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("corograph %s\n", cg_version());
		return CG_EXIT_OK;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(argv[2]);
	if (strcmp(argv[1], "__complete") == 0) {
		cg_complete(commands, argc - 2, argv + 2);
		return CG_EXIT_OK;
	}
	if (strcmp(argv[1], "__describe") == 0)
		return cg_describe(commands, argv[2], first_steps);
	if (argv[1][0] == '-')
		return cg_cli_usage(NULL, "there is no option %s", argv[1]);
	command = command_find(argv[1]);
	/* Too long a file is an error to tell. A program to record must not inherit that. */
	if (command != &cg_cmd_record)
		signal(SIGXFSZ, SIG_IGN);
	return command ? command->run(argc - 1, argv + 1) : command_unknown(argv[1]);
}

/*
 * A standard file that is closed must not become the first file that we open; programs
 * that we start see it closed all the same.
 */
static void
standard_files_fill(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	int code;

	standard_files_fill();
	code = dispatch(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout))
		return cg_cli_fail("standard output: %s", strerror(errno));
	return code;
}
