/* `corograph record`: runs a program and keeps a trace of it. */
#include "command.h"
#include "message.h"
#include "options.h"

struct settings {
	const char *output;
	const char *python;
	const char *module;
	const char *code;
	bool builtins;
	bool quiet;
};

static const struct cg_option options[] = {
	{'o', "output", "FILE", CG_OPTION_TEXT, offsetof(struct settings, output),
	 "the trace to write (default: NAME.PID.coro)", NULL, false},
	{0, "python", "EXE", CG_OPTION_TEXT, offsetof(struct settings, python),
	 "the interpreter to run (default: the active environment's, else python3)", NULL,
	 false},
	{0, "no-builtins", NULL, CG_OPTION_CLEAR, offsetof(struct settings, builtins),
	 "leave C functions out: their time is their caller's", NULL, false},
	{'m', NULL, "MODULE", CG_OPTION_TEXT, offsetof(struct settings, module),
	 "run a module, as python -m does", NULL, true},
	{'c', NULL, "CODE", CG_OPTION_TEXT, offsetof(struct settings, code),
	 "run code, as python -c does", NULL, true},
	{'q', "quiet", NULL, CG_OPTION_SET, offsetof(struct settings, quiet),
	 "no summary line at the end", NULL, false},
	{0},
};

static const struct cg_usage usage = {
	.command = "record",
	.synopsis = "[OPTION...] SCRIPT [ARG...]\n"
	            "[OPTION...] -m MODULE [ARG...]\n"
	            "[OPTION...] -c CODE [ARG...]\n"
	            "[OPTION...] -- COMMAND [ARG...]",
	.about = "Runs a Python program as it always runs and records every call it makes.",
	.options = options,
	.stop_at_operand = true,
};

static int
record_run(int argc, char **argv)
{
	struct settings s = {.builtins = true};
	struct cg_operands operands;
	int code = cg_options_parse(&usage, argc, argv, &s, &operands);

	if (code != CG_OPTIONS_GO_ON)
		return code;
	return cg_cli_fail("record is not part of this build");
}

const struct cg_command cg_cmd_record = {
	.name = "record",
	.summary = "run a program and keep a trace of it",
	.run = record_run,
};
