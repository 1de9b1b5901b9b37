/* `corograph dump`: a trace as text, record by record. */
#include "command.h"
#include "message.h"
#include "options.h"

#include <stdio.h>

struct settings {
	bool salvage;
};

static const struct cg_option options[] = {
	{0, "salvage", NULL, CG_OPTION_SET, offsetof(struct settings, salvage),
     "print what can be read of a damaged trace", NULL, false},
	{0},
};

static const struct cg_usage usage = {
	.command = "dump",
	.synopsis = "[--salvage] TRACE",
	.about =
		"Prints every record of a trace, a line each, in the words of the description of\n"
		"the format. Times are ticks of the trace's clock; what is zero is left out.",
	.options = options,
	.examples = "corograph dump app.4711.coro | grep ^thread",
	.files = "coro",
};

static bool
print(void *arg, const char *text, size_t n)
{
	return fwrite(text, 1, n, arg) == n;
}

static int
dump_run(int argc, char **argv)
{
	struct settings s = {0};
	struct cg_operands operands;
	struct cg_error error;
	int code = cg_options_parse(&usage, argc, argv, &s, &operands);

	if (code != CG_OPTIONS_GO_ON)
		return code;
	if (operands.count != 1)
		return cg_cli_usage("dump", "give one trace");
	if (cg_trace_dump(operands.items[0], s.salvage ? CG_OPEN_SALVAGE : 0, print, stdout,
	                  &error))
		return cg_cli_damage(operands.items[0], &error, s.salvage);
	return CG_EXIT_OK;
}

const struct cg_command cg_cmd_dump = {
	.name = "dump",
	.summary = "print every record of a trace",
	.usage = &usage,
	.run = dump_run,
};
