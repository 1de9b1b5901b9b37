/* The made-up interpreter: names to addresses, and the answers that the collector asks for. */
#include "world.h"

#include "collector/thread.h"

#include <stdio.h>
#include <string.h>

#define FRAMES_AT UINT64_C(0x7f0000001000)
#define FRAME_SIZE 96

/* Whose events happen on this thread of the test. */
static _Thread_local struct world *here;

static struct cg_text
text_of(const char *s)
{
	return (struct cg_text){.bytes = s, .length = strlen(s)};
}

static bool
describe(void *arg, uint64_t key, struct cg_function_info *info)
{
	const struct world *w = arg;

	for (size_t i = 0; i < w->function_count; i++) {
		const struct world_function *f = &w->functions[i];

		if (f->key != key || f->dead)
			continue;
		info->name = text_of(f->shown);
		info->file = text_of(f->kind == CG_KIND_BUILTIN ? "" : "made/up.py");
		info->module = text_of(f->flags & CG_FN_LOOP ? "asyncio" : "made.up");
		info->line = f->kind == CG_KIND_BUILTIN ? 0 : f->line;
		info->kind = f->kind;
		info->flags = f->flags;
		return true;
	}
	return false;
}

static struct world_frame *
frame_at(struct world *w, uint64_t address)
{
	size_t i = (size_t)((address - w->frames_at) / FRAME_SIZE);

	return address >= w->frames_at && i < w->frame_count ? &w->frames[i] : NULL;
}

static bool
is_task(void *arg, uint64_t frame)
{
	const struct world *w = here;

	(void)arg;
	return w->thread->task && w->thread->task == frame_at(here, frame);
}

static bool
task_name(void *arg, uint64_t frame, struct cg_text *name)
{
	const struct world_frame *f = frame_at(here, frame);

	(void)arg;
	if (!f || !f->task[0])
		return false;
	*name = text_of(f->task);
	return true;
}

static uint64_t
cpu(void *arg)
{
	struct world *w = here;

	(void)arg;
	w->asked++;
	return w->cpu;
}

void
world_init(struct world *w)
{
	memset(w, 0, sizeof *w);
	w->gap_limit = UINT64_MAX / 2;
	w->frames_at = FRAMES_AT;
	w->thread = world_thread(w, 1);
}

void
world_release(struct world *w)
{
	cg_collector_free(w->collector);
	w->collector = NULL;
}

struct cg_collector *
world_collector(struct world *w)
{
	struct cg_settings settings = {
		.path = w->path,
		.ops = {describe, is_task, task_name, cpu, w},
		.clock = CG_CLOCK_MADE_UP,
		.gap_limit = w->gap_limit,
		.builtins = true,
		.shared = w->shared,
		.ms = w->ms,
		.node_budget = w->node_budget,
	};

	if (!w->collector && cg_collector_new(&w->collector, &settings) != CG_OK)
		return NULL;
	return w->collector;
}

struct cg_thread *
world_thread_at(struct world *w, uint64_t tick)
{
	struct world_thread *t = w->thread;

	here = w;
	if (!t->th && world_collector(w)) {
		struct cg_thread_facts facts = {t->first_key, t->number, t->origin};

		(void)cg_thread_begin(&t->th, w->collector, &facts, tick);
	}
	return t->th;
}

struct world_function *
world_function(struct world *w, const char *name)
{
	for (size_t i = 0; i < w->function_count; i++)
		if (strcmp(w->functions[i].name, name) == 0)
			return &w->functions[i];
	return NULL;
}

struct world_function *
world_function_add(struct world *w, const char *name)
{
	struct world_function *f = &w->functions[w->function_count];

	if (w->function_count == WORLD_FUNCTIONS || world_function(w, name))
		return NULL;
	memset(f, 0, sizeof *f);
	w->function_count++;
	f->line = (uint32_t)w->function_count;
	f->key = UINT64_C(0x560000000000) + f->line * 192;
	snprintf(f->name, sizeof f->name, "%s", name);
	snprintf(f->shown, sizeof f->shown, "%s", name);
	return f;
}

struct world_frame *
world_frame(struct world *w, const char *name)
{
	struct world_frame *f;

	for (size_t i = 0; i < w->frame_count; i++)
		if (strcmp(w->frames[i].name, name) == 0)
			return &w->frames[i];
	if (w->frame_count == WORLD_FRAMES)
		return NULL;
	f = &w->frames[w->frame_count++];
	memset(f, 0, sizeof *f);
	snprintf(f->name, sizeof f->name, "%s", name);
	return f;
}

struct world_thread *
world_thread(struct world *w, uint32_t number)
{
	struct world_thread *t;

	for (size_t i = 0; i < w->thread_count; i++)
		if (w->threads[i].number == number)
			return &w->threads[i];
	if (w->thread_count == WORLD_THREADS)
		return NULL;
	t = &w->threads[w->thread_count++];
	*t = (struct world_thread){.number = number, .first_key = number};
	return t;
}

uint64_t
world_frame_address(const struct world *w, const struct world_frame *frame)
{
	return w->frames_at + (uint64_t)(frame - w->frames) * FRAME_SIZE;
}
