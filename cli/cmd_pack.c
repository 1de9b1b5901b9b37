/* `corograph pack`: a trace as an archive, small and with hashes of its source files. */
#include "command.h"
#include "human.h"
#include "message.h"
#include "options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct settings {
	const char *out;
	bool quiet;
	bool salvage;
};

static const struct cg_option options[] = {
	{'o', "output", "OUT", CG_OPTION_TEXT, offsetof(struct settings, out),
     "the archive to write; - is standard output", NULL, false},
	{'q', "quiet", NULL, CG_OPTION_SET, offsetof(struct settings, quiet),
     "say nothing when all went well", NULL, false},
	{0, "salvage", NULL, CG_OPTION_SET, offsetof(struct settings, salvage),
     "pack what can be read of a damaged trace", NULL, false},
	{0},
};

static const struct cg_usage usage = {
	.command = "pack",
	.synopsis = "[-q] [--salvage] TRACE -o OUT",
	.about =
		"Writes a trace as an archive: as small as it gets, with the name of this host and\n"
		"hashes of the source files, which `corograph info --files` compares. Every\n"
		"command reads it as it is. What is written is read back and compared first.",
	.options = options,
	.examples = "corograph pack app.4711.coro -o app.coro\n"
				"corograph pack - -o - <app.4711.coro >app.coro",
	.files = "coro",
};

static void
show(void *arg, const char *what, uint64_t done, uint64_t all)
{
	bool *shown = arg;

	if (all)
		fprintf(stderr, "\r\033[Kcorograph: %s %" PRIu64 "/%" PRIu64, what, done, all);
	else
		fprintf(stderr, "\r\033[Kcorograph: %s", what);
	*shown = true;
}

static void
summary(const char *out, const struct cg_pack *done)
{
	char before[CG_HUMAN_MAX], after[CG_HUMAN_MAX];

	cg_cli_note("%s: %s, was %s (%.1f %%); %" PRIu64 " of %" PRIu64
	            " source files hashed%s",
	            strcmp(out, "-") ? out : "standard output",
	            cg_human_size(after, done->after), cg_human_size(before, done->before),
	            done->before ? 100.0 * (double)done->after / (double)done->before : 0.0,
	            done->hashed, done->sources,
	            done->complete ? "" : "; parts of the trace are missing");
}

static int
pack_run(int argc, char **argv)
{
	struct settings s = {0};
	struct cg_operands operands;
	struct cg_pack done;
	struct cg_error error;
	bool shown = false;
	int code = cg_options_parse(&usage, argc, argv, &s, &operands);
	enum cg_status status;

	if (code != CG_OPTIONS_GO_ON)
		return code;
	if (operands.count != 1)
		return cg_cli_usage("pack", "give one trace");
	if (!s.out)
		return cg_cli_usage("pack", "where to? give -o OUT");
	status = cg_trace_pack(operands.items[0], s.out, s.salvage ? CG_OPEN_SALVAGE : 0,
	                       !s.quiet && isatty(STDERR_FILENO) ? show : NULL, &shown, &done,
	                       &error);
	if (shown)
		fputs("\r\033[K", stderr);
	if (status)
		return cg_cli_damage(operands.items[0], &error, s.salvage);
	if (!s.quiet)
		summary(s.out, &done);
	return CG_EXIT_OK;
}

const struct cg_command cg_cmd_pack = {
	.name = "pack",
	.summary = "make a small archive of a trace, with hashes of its source files",
	.usage = &usage,
	.run = pack_run,
};
