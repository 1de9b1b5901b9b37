/*
 * The subcommands of `corograph`.
 *
 * To add one: write cmd_NAME.c with `const struct cg_command cg_cmd_NAME`, declare it
 * below, put it into the table of main.c (the order there is the order of the help),
 * list the file in local.mk, and write doc/man/corograph-NAME.1.in. A command describes its
 * options by a table (options.h), reports failures through message.h and returns an
 * exit code.
 */
#ifndef CG_CLI_COMMAND_H
#define CG_CLI_COMMAND_H

/* What every command exits with, unless it passes a program's own status on. */
enum cg_exit {
	CG_EXIT_OK = 0,
	CG_EXIT_FAILED = 1,
	CG_EXIT_USAGE = 2,
	CG_EXIT_DAMAGED = 3 /* the trace is damaged, cut or not a trace */
};

struct cg_usage;

struct cg_command {
	const char *name;
	const char *summary;          /* a line for the overview, no full stop */
	const struct cg_usage *usage; /* its help, and what it takes */
	/* argv[0] is the command's name. Returns the exit code of the process. */
	int (*run)(int argc, char **argv);
};

extern const struct cg_command cg_cmd_record;
extern const struct cg_command cg_cmd_report;
extern const struct cg_command cg_cmd_export;
extern const struct cg_command cg_cmd_info;
extern const struct cg_command cg_cmd_verify;
extern const struct cg_command cg_cmd_dump;
extern const struct cg_command cg_cmd_pack;

#endif
