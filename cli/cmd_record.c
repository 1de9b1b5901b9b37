/*
 * `corograph record`: runs a program and keeps a trace of it. All that can go wrong is
 * looked at before the program starts; then this process only waits, and makes the trace
 * of the image that the program left, whatever its end was.
 */
#include "command.h"
#include "human.h"
#include "message.h"
#include "options.h"
#include "paths.h"
#include "record_boot.h"
#include "record_command.h"
#include "record_family.h"
#include "record_modules.h"
#include "record_output.h"
#include "record_run.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct settings {
	const char *output;
	const char *python;
	const char *module;
	const char *code;
	struct cg_words include;
	struct cg_words exclude;
	unsigned clock;
	bool subprocesses;
	uint64_t max_nodes;
	bool builtins;
	bool quiet;
};

enum { CLOCK_EXACT, CLOCK_COARSE };
enum { REMARKS_MAX = PATH_MAX + 640, DEFAULT_NODES = 1 << 20 };

static const char *const clocks[] = {"exact", "coarse", NULL};

#define FIELD(name) offsetof(struct settings, name)

static const struct cg_option options[] = {
	{'o', "output", "FILE", CG_OPTION_TEXT, FIELD(output),
     "the trace to write (default: NAME.PID.coro)", NULL, false},
	{0, "python", "EXE", CG_OPTION_TEXT, FIELD(python),
     "the interpreter (default: the active environment's or python3)", NULL, false},
	{0, "no-builtins", NULL, CG_OPTION_CLEAR, FIELD(builtins),
     "leave C functions out: their time is their caller's", NULL, false},
	{'m', NULL, "MODULE", CG_OPTION_TEXT, FIELD(module),
     "run a module, as python -m does", NULL, true},
	{'c', NULL, "CODE", CG_OPTION_TEXT, FIELD(code), "run code, as python -c does", NULL,
     true},
	{0, "subprocesses", NULL, CG_OPTION_SET, FIELD(subprocesses),
     "record every Python that the program starts or forks, a trace each", NULL, false},
	{'q', "quiet", NULL, CG_OPTION_SET, FIELD(quiet),
     "no summary line when all went well", NULL, false},
	{0, "clock", "KIND", CG_OPTION_CHOICE, FIELD(clock),
     "coarse: exact counts, statistical times, for less (exact)", clocks, false},
	{0, "include", "GLOB", CG_OPTION_TEXTS, FIELD(include),
     "record only code whose file or folder matches; may be repeated", NULL, false},
	{0, "exclude", "GLOB", CG_OPTION_TEXTS, FIELD(exclude),
     "leave such code out: its time is its caller's; may be repeated", NULL, false},
	{0, "max-nodes", "N", CG_OPTION_NUMBER, FIELD(max_nodes),
     "past N places of the call tree, fold new ones (1048576)", NULL, false},
	{0},
};

static const struct cg_usage usage = {
	.command = "record",
	.synopsis = "[OPTION...] SCRIPT [ARG...]\n"
				"[OPTION...] -m MODULE [ARG...]\n"
				"[OPTION...] -c CODE [ARG...]\n"
				"[OPTION...] -- COMMAND [ARG...]",
	.about =
		"Runs a Python program as it always runs, records every call it makes, and\n"
		"writes a trace when it ends, however that is. Its arguments, output and exit\n"
		"status are its own. COMMAND is anything that starts a Python.",
	.options = options,
	.examples = "corograph record app.py --port 8000\n"
				"corograph record -o tests.coro -m unittest\n"
				"corograph record -- uvicorn app:app\n"
				"corograph record --exclude asyncio --exclude '*/vendor' app.py\n"
				"corograph record --subprocesses -o pool.coro pool.py",
	.files = "py",
	.stop_at_operand = true,
};

/* One recording, from the command line to the trace. */
struct record {
	struct settings settings;
	struct cg_python python;
	struct cg_modules modules;
	struct cg_output output;
	struct cg_boot boot;
	struct cg_run run;
	struct cg_family family; /* with --subprocesses */
	/* Of the trace of the program's first process: */
	struct cg_finish result;
	struct cg_error error;
	enum cg_status status;
	int why;          /* errno */
	bool missing;     /* there was no image */
	char name[256];   /* NAME of the default output */
	const char *path; /* the program's file */
	char **argv;      /* its arguments; the array is ours, the texts are not */
	char command[PATH_MAX];
};

static int
settings_check(const struct settings *s, const struct cg_operands *operands)
{
	if (s->max_nodes == 0)
		return cg_cli_usage("record", "--max-nodes: there is at least one");
	if (!s->module && !s->code && operands->count == 0)
		return cg_cli_usage("record", "what is to be recorded?");
	if (operands->dashes && s->python)
		return cg_cli_usage("record", "with -- the command names its own Python");
	return CG_EXIT_OK;
}

/* argv of the program: up to three words of ours, then the operands from `first` on. */
static bool
argv_make(struct record *r, const char *const *words, const struct cg_operands *operands)
{
	size_t n = 0, count = (size_t)operands->count + 4;

	r->argv = calloc(count, sizeof(*r->argv));
	if (!r->argv)
		return false;
	for (; words[n]; n++)
		r->argv[n] = (char *)(uintptr_t)words[n];
	for (int i = 0; i < operands->count; i++)
		r->argv[n++] = operands->items[i];
	return true;
}

/* The stem of a script's or a command's file name, slashes at the end aside. */
static void
name_from_path(struct record *r, const char *path)
{
	size_t n = strlen(path);
	const char *base, *dot;

	while (n > 1 && path[n - 1] == '/')
		n--;
	for (base = path + n; base > path && base[-1] != '/'; base--)
		;
	snprintf(r->name, sizeof(r->name), "%.*s", (int)(path + n - base), base);
	dot = strrchr(r->name, '.');
	if (dot && dot != r->name && strncmp(dot, ".py", 3) == 0)
		r->name[dot - r->name] = '\0';
	if (strcmp(r->name, "-") == 0 || strspn(r->name, ".") == strlen(r->name))
		snprintf(r->name, sizeof(r->name), "python");
}

/* No script of that name; a program in PATH may have been meant. */
static int
script_missing(const char *script)
{
	int why = errno;
	char path[PATH_MAX];

	if (why == ENOENT && !strchr(script, '/') && cg_path_program(path, script))
		return cg_cli_fail("%s: no such script here; for the program of that name, '--' "
		                   "stands before it: corograph record -- %s",
		                   script, script);
	return cg_cli_fail("%s: %s", script, strerror(why));
}

/* SCRIPT, -m or -c: an interpreter of our choice runs it. */
static int
program_from_python(struct record *r, const struct cg_operands *operands)
{
	const struct settings *s = &r->settings;
	const char *words[] = {r->python.name, NULL, NULL, NULL};
	const char *script = operands->items[0];
	int code = cg_python_find(&r->python, s->python);

	if (code)
		return code;
	if (s->module || s->code) {
		words[1] = s->module ? "-m" : "-c";
		words[2] = s->module ? s->module : s->code;
		snprintf(r->name, sizeof(r->name), "%s", s->module ? s->module : "python");
	} else {
		if (strcmp(script, "-") != 0 && access(script, R_OK) != 0)
			return script_missing(script);
		name_from_path(r, script);
	}
	if (!argv_make(r, words, operands))
		return cg_cli_fail("out of memory");
	r->path = r->python.path;
	code = cg_python_ask(&r->python);
	return code ? code : cg_modules_check(&r->modules, &r->python);
}

/* -- COMMAND: it finds its own Python; what can be told of that is checked. */
static int
program_from_command(struct record *r, const struct cg_operands *operands)
{
	const char *none[] = {NULL};
	const char *command = operands->items[0];
	struct cg_command_look look;
	int code;

	if (!cg_command_look(&look, operands->count, operands->items))
		return cg_cli_fail("%s: %s", command, strerror(errno));
	if (look.deaf[0])
		return cg_cli_fail("%s: its Python is started with %s and would not let the "
		                   "recorder in; start it without",
		                   command, look.deaf);
	name_from_path(r, command);
	if (!argv_make(r, none, operands))
		return cg_cli_fail("out of memory");
	cg_path_print(r->command, "%s", look.path);
	r->path = r->command;
	if (!look.interpreter[0])
		return cg_modules_check_any(&r->modules);
	cg_path_print(r->python.path, "%s", look.interpreter);
	code = cg_python_ask(&r->python);
	return code ? code : cg_modules_check(&r->modules, &r->python);
}

/* Everything up to the start of the program. */
static int
record_prepare(struct record *r, const struct cg_operands *operands)
{
	int code;

	if (!cg_modules_find(&r->modules))
		return cg_cli_fail("out of memory");
	code = operands->dashes ? program_from_command(r, operands)
	                        : program_from_python(r, operands);
	if (code)
		return code;
	/* Once without the process's id, so that nothing needs to be undone. */
	if (!cg_output_name(&r->output, r->settings.output, r->name, 0))
		return cg_cli_fail("%s: %s", r->settings.output, strerror(errno));
	code = cg_output_check(&r->output);
	return code ? code : cg_boot_make(&r->boot, &r->modules.files);
}

static int
boot_write(const struct record *r)
{
	char stem[PATH_MAX] = "";
	const struct cg_boot_word word = {.live = r->output.live,
	                                  .trace = cg_path_base(r->output.path),
	                                  .stem = stem,
	                                  .builtins = r->settings.builtins,
	                                  .coarse = r->settings.clock == CLOCK_COARSE,
	                                  .max_nodes = r->settings.max_nodes,
	                                  .include = &r->settings.include,
	                                  .exclude = &r->settings.exclude};

	if (r->settings.subprocesses && !cg_family_stem(&r->output, stem))
		return cg_cli_fail("%s: the name is too long", r->output.path);
	return cg_boot_write(&r->boot, &word);
}

static int
record_start(struct record *r)
{
	int code = CG_EXIT_OK;

	if (r->settings.subprocesses)
		cg_run_adopt();
	if (!cg_run_hold(&r->run, r->path, r->argv, &r->boot))
		return cg_cli_fail("%s: %s", r->path, strerror(errno));
	cg_output_name(&r->output, r->settings.output, r->name, r->run.pid);
	code = cg_output_check(&r->output);
	if (!code)
		code = boot_write(r);
	if (code) {
		cg_run_cancel(&r->run);
		return code;
	}
	if (!cg_run_go(&r->run))
		return cg_cli_fail("%s: %s", r->path, strerror(errno));
	return CG_EXIT_OK;
}

/* A remark for the summary: `text` in printf's words, behind what is there. */
static void remark_add(char *out, const char *text, ...) CG_PRINTF(2, 3);

static void
remark_add(char *out, const char *text, ...)
{
	size_t used = strlen(out);
	va_list arguments;

	va_start(arguments, text);
	vsnprintf(out + used, REMARKS_MAX - used, text, arguments);
	va_end(arguments);
}

/* Globs of one option that no code matched; their bits in `met` begin at the `first`. */
static void
globs_remark(char *out, const char *option, const struct cg_words *globs, uint64_t met,
             size_t first)
{
	for (size_t i = 0; i < globs->count && first + i < 64; i++)
		if (!(met >> (first + i) & 1))
			remark_add(out, "; no code that ran matches %s %.64s", option,
			           globs->items[i]);
}

/* "; forked 2 times" and the like: what the reader of the trace should know. */
static void
remarks_print(const struct record *r, const struct cg_finish *f, char out[REMARKS_MAX])
{
	char text[CG_HUMAN_MAX];
	int number = WIFSIGNALED(r->run.status) ? WTERMSIG(r->run.status) : 0;

	out[0] = '\0';
	if (number)
		remark_add(out, "; ended by signal %d (%s)", number, strsignal(number));
	if (f->forks && !r->settings.subprocesses)
		remark_add(out, "; forked %s times, the children are not in it",
		           cg_human_count(text, f->forks));
	if (r->family.traces)
		remark_add(out, "; %s more %s in %s", cg_human_count(text, r->family.traces),
		           r->family.traces == 1 ? "process" : "processes",
		           r->family.traces_name);
	if (r->family.running)
		remark_add(out, "; %s still %s", cg_human_count(text, r->family.running),
		           r->family.running == 1 ? "runs" : "run");
	if (f->status)
		remark_add(out,
		           "; stopped before the program did: %s.live could not grow, no room",
		           r->output.path);
	if (f->takeovers)
		remark_add(
			out, "; another profiler took a thread's events %s %s, those are not in it",
			cg_human_count(text, f->takeovers), f->takeovers == 1 ? "time" : "times");
	if (f->lost_events)
		remark_add(out, "; %s events were lost", cg_human_count(text, f->lost_events));
	if (!r->settings.subprocesses) { /* another process may have run such code */
		globs_remark(out, "--include", &r->settings.include, f->globs_met, 0);
		globs_remark(out, "--exclude", &r->settings.exclude, f->globs_met,
		             r->settings.include.count);
	}
	if (r->output.moved)
		remark_add(out,
		           "; kept in memory while it ran, as that file system maps files badly");
}

static void
summary_print(const struct record *r, const struct cg_finish *f)
{
	char calls[CG_HUMAN_MAX], functions[CG_HUMAN_MAX];
	char time[CG_HUMAN_MAX], size[CG_HUMAN_MAX], remarks[REMARKS_MAX];
	char word[PATH_MAX];

	remarks_print(r, f, remarks);
	cg_cli_note("%s: %s calls of %s functions in %s, %s%s; next: corograph report %s",
	            r->output.path, cg_human_count(calls, f->calls),
	            cg_human_count(functions, f->functions),
	            cg_human_time(time, f->elapsed_ns), cg_human_size(size, f->bytes),
	            remarks, cg_path_quoted(word, r->output.path));
}

/* There is no image: say why. */
static int
record_missing(const struct record *r)
{
	char reason[512], folder[PATH_MAX];

	cg_boot_reason(&r->boot, reason, sizeof(reason));
	cg_path_folder(folder, r->output.live);
	if (!reason[0] && access(folder, F_OK) != 0)
		return cg_cli_fail("%s: the folder was removed while the program ran, and the "
		                   "recording with it",
		                   r->output.path);
	if (!reason[0])
		snprintf(reason, sizeof(reason), "%s",
		         r->path == r->command
		             ? "no Python that reads PYTHONPATH reported in; was one "
		               "started, and without -I, -E and -S?"
		             : "the interpreter ended before it started the program");
	return cg_cli_fail("nothing was recorded: %s", reason);
}

/* Make the trace of what the program's first process left. */
static void
first_finish(struct record *r, bool reaped)
{
	signal(SIGXFSZ, SIG_IGN); /* no room is to be told */
	r->status = CG_OK;
	r->missing = access(r->output.live, F_OK) != 0;
	if (!r->missing)
		r->status = cg_trace_finish(r->output.live, r->output.path, reaped, &r->result,
		                            &r->error);
	r->why = errno;
}

/* What became of it. */
static int
first_tell(const struct record *r)
{
	char word[PATH_MAX];

	if (r->missing)
		return record_missing(r);
	if (r->status == CG_IO && r->why == EBUSY) {
		cg_cli_note(
			"%s: a Python that was started still runs, its recording goes on in "
			"%s; next: corograph report %s",
			r->output.path, r->output.live,
			cg_path_quoted(word, r->output.moved ? r->output.live : r->output.path));
		return CG_EXIT_OK;
	}
	if (r->status)
		return cg_cli_error(r->output.path, &r->error);
	if (!r->settings.quiet || r->result.status)
		summary_print(r, &r->result);
	return CG_EXIT_OK;
}

static void
tell_waiting(void)
{
	if (isatty(STDERR_FILENO))
		cg_cli_note("the program has ended, processes that it started still run: waiting "
		            "for them (Ctrl-C leaves them alone)");
}

/* Make the traces of all processes, when the last of them has ended. */
static int
family_finish(struct record *r)
{
	char reason[512];
	bool first;
	int code;

	if (!cg_family_read(&r->family, &r->boot))
		return cg_cli_fail("out of memory");
	/* What is open in the program ends now, and not when the last process does. */
	first = cg_family_is_first(&r->family, r->run.pid);
	if (first)
		first_finish(r, true);
	cg_run_wait_rest(&r->run, r->settings.quiet ? NULL : tell_waiting);
	if (!cg_family_read(&r->family, &r->boot))
		return cg_cli_fail("out of memory");
	code = cg_family_finish(&r->family, &r->output);
	if (!first)
		first_finish(r, false);
	cg_boot_reason(&r->boot, reason, sizeof(reason));
	if (reason[0] && !r->missing)
		cg_cli_note("a Python that was started is not recorded: %s", reason);
	return code;
}

static int
record_finish(struct record *r)
{
	int code = CG_EXIT_OK, told;

	if (r->settings.subprocesses)
		code = family_finish(r);
	else
		first_finish(r, true);
	told = first_tell(r);
	return code ? code : told;
}

static int
record_run(int argc, char **argv)
{
	struct record *r = calloc(1, sizeof(*r));
	struct cg_operands operands;
	int code, ours;

	if (!r)
		return cg_cli_fail("out of memory");
	r->settings.builtins = true;
	r->settings.max_nodes = DEFAULT_NODES;
	cg_run_init(&r->run);
	code = cg_options_parse(&usage, argc, argv, &r->settings, &operands);
	if (code != CG_OPTIONS_GO_ON)
		goto out;
	code = settings_check(&r->settings, &operands);
	if (code)
		goto out;
	code = record_prepare(r, &operands);
	if (!code)
		code = record_start(r);
	if (code)
		goto out;
	cg_run_wait(&r->run);
	ours = record_finish(r);
	cg_boot_remove(&r->boot);
	code = cg_run_pass_on(&r->run);
	code = code ? code : ours;
out:
	cg_boot_remove(&r->boot);
	cg_words_release(&r->settings.include);
	cg_words_release(&r->settings.exclude);
	cg_family_release(&r->family);
	cg_modules_release(&r->modules);
	free(r->argv);
	free(r);
	return code;
}

const struct cg_command cg_cmd_record = {
	.name = "record",
	.summary = "run a program and keep a trace of it",
	.usage = &usage,
	.run = record_run,
};
