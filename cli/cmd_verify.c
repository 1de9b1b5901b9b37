/* `corograph verify`: checks everything in a trace that can be checked. */
#include "command.h"
#include "message.h"
#include "options.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

struct settings {
	bool quiet;
};

static const struct cg_option options[] = {
	{'q', "quiet", NULL, CG_OPTION_SET, offsetof(struct settings, quiet),
     "say nothing of traces that are in order", NULL, false},
	{0},
};

static const struct cg_usage usage = {
	.command = "verify",
	.synopsis = "[-q] TRACE...",
	.about =
		"Checks traces: that they are whole and undamaged, and that their numbers add up.\n"
		"The exit status is 0 when all are in order, 3 when one is damaged, 1 when one\n"
		"cannot be read.",
	.options = options,
	.examples = "corograph verify *.coro",
	.files = "coro",
};

static int
verify_one(const char *path, bool quiet)
{
	struct cg_verify found;
	struct cg_error error;
	char name[PATH_MAX];

	if (cg_trace_verify(path, &found, &error))
		return cg_cli_error(path, &error);
	if (!found.conserved) {
		cg_cli_fail("%s: the times of a thread and of its calls differ by %.2f %%", path,
		            found.worst_imbalance * 100);
		return CG_EXIT_DAMAGED;
	}
	snprintf(name, sizeof(name), "%s", path);
	if (!quiet)
		printf("%s: ok, %" PRIu64 " nodes, %" PRIu64 " functions, %" PRIu64
		       " threads, %" PRIu64 " bytes\n",
		       cg_text_tame(name), found.nodes, found.functions, found.threads,
		       found.bytes);
	return CG_EXIT_OK;
}

static int
verify_run(int argc, char **argv)
{
	struct settings s = {0};
	struct cg_operands operands;
	int code = cg_options_parse(&usage, argc, argv, &s, &operands), worst = CG_EXIT_OK;

	if (code != CG_OPTIONS_GO_ON)
		return code;
	if (operands.count == 0)
		return cg_cli_usage("verify", "no trace given");
	for (int i = 0; i < operands.count; i++) {
		code = verify_one(operands.items[i], s.quiet);
		worst = code > worst ? code : worst;
	}
	return worst;
}

const struct cg_command cg_cmd_verify = {
	.name = "verify",
	.summary = "check that a trace is whole and that its numbers add up",
	.usage = &usage,
	.run = verify_run,
};
