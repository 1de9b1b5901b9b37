/*
 * Running a script.
 *
 * The idea to know: nothing is compiled. Every line is cut into words when it is reached,
 * and the first word that is not a number picks its row in the table of verbs.
 */
#include "script.h"

#include "base/buffer.h"
#include "collector/hot.h"
#include "collector/thread.h"
#include "expect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line, cut up. */
struct line {
	char text[SCRIPT_LINE];
	char *words[SCRIPT_WORDS];
	size_t count;
	bool has_tick;
	uint64_t tick;
	struct world *w;
	struct report *report;
};

bool
script_read(struct script *script, const char *path)
{
	char line[SCRIPT_LINE];
	FILE *in = fopen(path, "re");
	size_t room = 0;

	*script = (struct script){.file = path};
	if (!in)
		return false;
	while (fgets(line, sizeof line, in)) {
		if (script->count == room) {
			room = room ? room * 2 : 64;
			script->lines = realloc(script->lines, room * sizeof *script->lines);
		}
		line[strcspn(line, "\n")] = '\0';
		script->lines[script->count++] = strdup(line);
	}
	fclose(in);
	return true;
}

void
script_release(struct script *script)
{
	for (size_t i = 0; i < script->count; i++)
		free(script->lines[i]);
	free(script->lines);
	*script = (struct script){0};
}

const char *
script_case(const struct script *script, size_t line)
{
	const char *text = script->lines[line];

	return strncmp(text, "case ", 5) == 0 ? text + 5 : NULL;
}

/* The word after the one that says `name`, or NULL. */
static const char *
option(const struct line *l, const char *name)
{
	for (size_t i = 1; i + 1 < l->count; i++)
		if (strcmp(l->words[i], name) == 0)
			return l->words[i + 1];
	return NULL;
}

static bool
flag(const struct line *l, const char *name)
{
	for (size_t i = 1; i < l->count; i++)
		if (strcmp(l->words[i], name) == 0)
			return true;
	return false;
}

static const char *
word(const struct line *l, size_t i)
{
	if (i < l->count)
		return l->words[i];
	report_bad(l->report, "%s: too few words", l->words[0]);
	return "";
}

static struct world_function *
function(const struct line *l, const char *name)
{
	struct world_function *f = world_function(l->w, name);

	if (!f)
		report_bad(l->report, "no function %s", name);
	return f ? f : &l->w->functions[0];
}

static uint64_t
frame(const struct line *l, const char *name)
{
	const struct world_frame *f = name ? world_frame(l->w, name) : NULL;

	if (name && !f)
		report_bad(l->report, "too many frames");
	return f ? world_frame_address(l->w, f) : 0;
}

/* The function of a frame: the one that is named, else what ran in it last. */
static struct world_function *
function_of(const struct line *l, const char *name, const char *named)
{
	struct world_frame *f = world_frame(l->w, name);

	if (f && named)
		f->function = function(l, named);
	if (!f || !f->function) {
		report_bad(l->report, "what runs in frame %s?", name);
		return &l->w->functions[0];
	}
	return f->function;
}

static void
do_enter(const struct line *l, struct cg_thread *th)
{
	cg_enter(th, function(l, word(l, 1))->key, l->tick);
}

static void
do_leave(const struct line *l, struct cg_thread *th)
{
	cg_leave(th, function(l, word(l, 1))->key, flag(l, "raise"), l->tick);
}

static void
do_start(const struct line *l, struct cg_thread *th)
{
	const struct world_function *f = function_of(l, word(l, 2), word(l, 1));

	cg_start(th, f->key, f->kind, frame(l, l->words[2]), frame(l, option(l, "below")),
	         l->tick);
}

static void
do_suspend(const struct line *l, struct cg_thread *th)
{
	uint64_t value = UINT64_C(0xCBF29CE484222325);

	for (const char *p = word(l, 2); *p; p++)
		value = (value ^ (uint8_t)*p) * UINT64_C(0x100000001B3);
	cg_suspend(th, frame(l, word(l, 1)), value, flag(l, "idle"), l->tick);
}

static void
do_resume(const struct line *l, struct cg_thread *th)
{
	const struct world_function *f = function_of(l, word(l, 1), option(l, "of"));

	cg_resume(th, f->key, f->kind, frame(l, l->words[1]), frame(l, option(l, "below")),
	          l->tick);
}

static void
do_throw(const struct line *l, struct cg_thread *th)
{
	const struct world_function *f = function_of(l, word(l, 1), option(l, "of"));

	cg_throw(th, f->key, f->kind, frame(l, l->words[1]), frame(l, option(l, "below")),
	         flag(l, "fresh"), l->tick);
}

static void
do_finish(const struct line *l, struct cg_thread *th)
{
	cg_finish(th, frame(l, word(l, 1)), flag(l, "raise"), l->tick);
}

static void
do_task(const struct line *l, struct cg_thread *th)
{
	cg_task_created(th, frame(l, word(l, 1)));
}

static void
do_before(const struct line *l, struct cg_thread *th)
{
	const struct world_function *f = function(l, word(l, 1));

	if (l->count == 2) {
		cg_before_plain(th, f->key);
		return;
	}
	f = function_of(l, l->words[2], l->words[1]);
	cg_before_suspendable(th, f->key, f->kind, frame(l, l->words[2]),
	                      frame(l, option(l, "below")));
}

static void
do_hidden(const struct line *l, struct cg_thread *th)
{
	cg_before_hidden(th, (uint32_t)strtoul(word(l, 1), NULL, 10));
}

/* The address of a greenlet with that number. */
static uint64_t
greenlet(const struct line *l, size_t i)
{
	return UINT64_C(0x7e0000000000) + 160 * strtoull(word(l, i), NULL, 10);
}

static void
do_switch(const struct line *l, struct cg_thread *th)
{
	bool known = cg_switch(th, greenlet(l, 1), greenlet(l, 2), flag(l, "fresh"), l->tick);

	if (known == (flag(l, "fresh") || flag(l, "unknown")))
		report_bad(l->report, "the stack of %s is %sknown", l->words[2],
		           known ? "" : "not ");
}

static void
do_end(const struct line *l, struct cg_thread *th)
{
	cg_thread_end(th, l->tick);
	l->w->thread->th = NULL;
	l->w->thread->task = NULL;
}

static void
do_begin(const struct line *l, struct cg_thread *th)
{
	(void)l;
	(void)th; /* it has begun by now */
}

static void
do_def(const struct line *l, struct cg_thread *th)
{
	static const char *const kinds[] = {"function", "coroutine", "generator",
	                                    "async_generator", "builtin"};
	struct world_function *f = world_function_add(l->w, word(l, 1));
	const struct world_function *like;

	(void)th;
	if (!f) {
		report_bad(l->report, "%s: defined before, or no room", l->words[1]);
		return;
	}
	if (option(l, "like")) {
		like = function(l, option(l, "like"));
		f->kind = like->kind;
		f->line = like->line;
		f->flags = like->flags;
		memcpy(f->shown, like->shown, sizeof f->shown);
	}
	if (option(l, "at"))
		f->key = function(l, option(l, "at"))->key;
	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (flag(l, kinds[i]))
			f->kind = (enum cg_kind)i;
	if (f->kind == CG_KIND_BUILTIN)
		f->key |= CG_KEY_BUILTIN;
	if (flag(l, "loop"))
		f->flags |= CG_FN_LOOP;
}

static void
do_forget(const struct line *l, struct cg_thread *th)
{
	struct world_function *f = function(l, word(l, 1));

	(void)th;
	f->dead = true;
	if (world_collector(l->w))
		cg_collector_forget(l->w->collector, f->key);
}

static void
do_thread(const struct line *l, struct cg_thread *th)
{
	struct world_thread *t = world_thread(l->w, (uint32_t)strtoul(word(l, 1), NULL, 10));

	(void)th;
	if (!t) {
		report_bad(l->report, "too many threads");
		return;
	}
	if (option(l, "as"))
		t->first_key = function(l, option(l, "as"))->key;
	l->w->thread = t;
}

static void
do_current(const struct line *l, struct cg_thread *th)
{
	bool none = strcmp(word(l, 1), "-") == 0;

	(void)th;
	l->w->thread->task = none ? NULL : world_frame(l->w, l->words[1]);
}

static void
do_name(const struct line *l, struct cg_thread *th)
{
	struct world_frame *f = world_frame(l->w, word(l, 1));

	(void)th;
	if (f)
		snprintf(f->task, sizeof f->task, "%s", word(l, 2));
}

static void
do_cpu(const struct line *l, struct cg_thread *th)
{
	(void)th;
	l->w->cpu = strtoull(word(l, 1), NULL, 10);
}

/* Settings of the collector that is still to be made. */
static void
do_setting(const struct line *l, struct cg_thread *th)
{
	uint64_t *what = &l->w->ms;

	(void)th;
	if (l->w->collector)
		report_bad(l->report, "%s comes before the first event", l->words[0]);
	if (strcmp(l->words[0], "gap") == 0)
		what = &l->w->gap_limit;
	if (strcmp(l->words[0], "budget") == 0)
		what = &l->w->node_budget;
	*what = strtoull(word(l, 1), NULL, 10);
}

static void
do_expect(const struct line *l, struct cg_thread *th)
{
	(void)th;
	if (world_collector(l->w))
		expect(l->w, l->words + 1, l->count - 1, l->report);
}

static const struct verb {
	const char *name;
	void (*run)(const struct line *l, struct cg_thread *th);
	bool event; /* happens on a thread, at an instant */
} verbs[] = {
	{"enter", do_enter, true},      {"leave", do_leave, true},
	{"start", do_start, true},      {"suspend", do_suspend, true},
	{"resume", do_resume, true},    {"throw", do_throw, true},
	{"finish", do_finish, true},    {"task", do_task, true},
	{"switch", do_switch, true},    {"before", do_before, true},
	{"hidden", do_hidden, true},    {"end", do_end, true},
	{"begin", do_begin, true},      {"def", do_def, false},
	{"forget", do_forget, false},   {"thread", do_thread, false},
	{"current", do_current, false}, {"name", do_name, false},
	{"cpu", do_cpu, false},         {"gap", do_setting, false},
	{"budget", do_setting, false},  {"ms", do_setting, false},
	{"=", do_expect, false},
};

static void
cut(struct line *l, const char *text)
{
	char *rest = NULL;

	snprintf(l->text, sizeof l->text, "%s", text);
	for (char *at = strtok_r(l->text, " \t", &rest); at;
	     at = strtok_r(NULL, " \t", &rest)) {
		if (*at == '#')
			break;
		if (l->count == 0 && !l->has_tick && *at >= '0' && *at <= '9') {
			l->has_tick = true;
			l->tick = strtoull(at, NULL, 10);
		} else if (l->count < SCRIPT_WORDS) {
			l->words[l->count++] = at;
		}
	}
}

static void
run_line(struct line *l)
{
	struct cg_thread *th = NULL;

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (strcmp(l->words[0], verbs[i].name) != 0)
			continue;
		if (verbs[i].event)
			th = world_thread_at(l->w, l->tick);
		if (th || !verbs[i].event)
			verbs[i].run(l, th);
		return;
	}
	report_bad(l->report, "what is %s?", l->words[0]);
}

/* Where the block that begins at `from` ends. */
static size_t
end_of_block(const struct script *script, size_t from, size_t to)
{
	while (from < to && strcmp(script->lines[from], "again") != 0)
		from++;
	return from;
}

static void
run_lines(const struct script *script, size_t from, size_t to, uint64_t later,
          struct world *w, struct report *report)
{
	for (size_t i = from; i < to; i++) {
		struct line l = {.w = w, .report = report};
		unsigned long times, step;

		report->line = i + 1;
		cut(&l, script->lines[i]);
		if (l.has_tick)
			l.tick += later + WORLD_EPOCH;
		else if (w->thread->th)
			l.tick = w->thread->th->img->last; /* an event at the same instant */
		if (l.count == 0)
			continue;
		if (sscanf(script->lines[i], "repeat %lu every %lu", &times, &step) == 2) {
			size_t end = end_of_block(script, i + 1, to);

			for (unsigned long n = 0; n < times; n++)
				run_lines(script, i + 1, end, later + n * step, w, report);
			i = end;
			continue;
		}
		run_line(&l);
	}
}

void
script_run(const struct script *script, size_t from, size_t to, struct world *w,
           struct report *report)
{
	report->file = script->file;
	run_lines(script, from, to, 0, w, report);
}
