/* Any event may come at any time: what it names may be running, suspended, gone or new. */
#include "noise.h"

#include <stdio.h>

enum { FUNCTIONS = 12, FRAMES = 10, THREADS = 3, VALUES = 3, GREENLETS = 5 };

uint64_t
noise_below(struct noise *noise, uint64_t n)
{
	uint64_t x = noise->state;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	noise->state = x;
	return (x * UINT64_C(0x2545F4914F6CDD1D) >> 32) % n;
}

void
noise_init(struct noise *noise, struct world *w, uint64_t seed)
{
	static const uint64_t budgets[] = {0, 0, 1, 5, 40};
	static const uint64_t gaps[] = {UINT64_MAX / 2, 5, 50, 1};

	noise->state = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
	noise->tick = WORLD_EPOCH;
	world_init(w);
	w->node_budget = budgets[noise_below(noise, sizeof budgets / sizeof *budgets)];
	w->gap_limit = gaps[noise_below(noise, sizeof gaps / sizeof *gaps)];
	w->ms = noise_below(noise, 2) * 4;
	w->shared = noise_below(noise, 2);
	for (unsigned i = 0; i < FUNCTIONS; i++) {
		char name[WORLD_NAME_MAX];
		struct world_function *f;

		snprintf(name, sizeof name, "f%u", i);
		f = world_function_add(w, name);
		f->kind = (enum cg_kind)(i % 5);
		f->flags = i % 7 == 3 ? CG_FN_LOOP : 0;
		f->key |= f->kind == CG_KIND_BUILTIN ? CG_KEY_BUILTIN : 0;
	}
}

/* One that can suspend, or one that cannot: nobody takes the one for the other. */
static const struct world_function *
any_function(struct noise *noise, const struct world *w, bool suspends)
{
	const struct world_function *f;

	do {
		f = &w->functions[noise_below(noise, w->function_count)];
	} while ((f->kind != CG_KIND_FUNCTION && f->kind != CG_KIND_BUILTIN) != suspends);
	return f;
}

static const struct world_frame *
any_frame(struct noise *noise, struct world *w)
{
	char name[WORLD_NAME_MAX];

	snprintf(name, sizeof name, "F%u", (unsigned)noise_below(noise, FRAMES));
	return world_frame(w, name);
}

/* The frame on top more often than not, since most events are about that one. */
static const struct world_frame *
likely_frame(struct noise *noise, struct world *w)
{
	const struct cg_thread *th = w->thread->th;

	for (size_t i = 0; th && th->top && i < w->frame_count; i++)
		if (world_frame_address(w, &w->frames[i]) == th->top->frame &&
		    noise_below(noise, 4))
			return &w->frames[i];
	return any_frame(noise, w);
}

/* What kinds of events there are, each as often as it stands here. */
static const enum event_kind flow[] = {
	EVENT_START,  EVENT_START, EVENT_SUSPEND, EVENT_SUSPEND, EVENT_RESUME,
	EVENT_RESUME, EVENT_THROW, EVENT_FINISH,  EVENT_TASK,
};
static const enum event_kind rare[] = {
	EVENT_FORGET, EVENT_END,     EVENT_BEFORE,  EVENT_BEFORE,  EVENT_SWITCH,
	EVENT_SWITCH, EVENT_CURRENT, EVENT_CURRENT, EVENT_CURRENT, EVENT_HIDDEN,
};

static enum event_kind
any_kind(struct noise *noise)
{
	if (noise_below(noise, 40) == 0)
		return rare[noise_below(noise, sizeof rare / sizeof *rare)];
	if (noise_below(noise, 2))
		return flow[noise_below(noise, sizeof flow / sizeof *flow)];
	return noise_below(noise, 2) ? EVENT_ENTER : EVENT_LEAVE;
}

static void
draw_frames(struct noise *noise, struct world *w, struct event *e)
{
	switch (e->kind) {
	case EVENT_SUSPEND:
	case EVENT_FINISH:
		e->frame = likely_frame(noise, w);
		break;
	case EVENT_START:
	case EVENT_RESUME:
	case EVENT_THROW:
		e->frame = any_frame(noise, w);
		e->below = noise_below(noise, 3) ? likely_frame(noise, w) : NULL;
		break;
	case EVENT_TASK:
	case EVENT_CURRENT:
		e->frame = any_frame(noise, w);
		break;
	case EVENT_BEFORE:
		e->frame = noise_below(noise, 2) ? any_frame(noise, w) : NULL;
		break;
	default:
		break;
	}
}

struct event
noise_event(struct noise *noise, struct world *w)
{
	struct event e = {.kind = any_kind(noise), .thread = w->thread->number};

	if (noise_below(noise, 10) == 0)
		e.thread = (uint32_t)noise_below(noise, THREADS) + 1;
	w->thread = world_thread(w, e.thread);
	noise->tick += noise_below(noise, 6);
	noise->tick -= noise_below(noise, 50) == 0 ? 3 : 0;
	noise->tick += noise_below(noise, 50) == 0 ? 100 : 0;
	w->cpu += noise_below(noise, 8);
	e.tick = noise->tick;
	draw_frames(noise, w, &e);
	e.function = any_function(noise, w, e.frame != NULL);
	e.value = noise_below(noise, VALUES);
	if (e.kind == EVENT_SWITCH) {
		e.from = 1 + noise_below(noise, GREENLETS);
		e.value = 1 + noise_below(noise, GREENLETS);
		e.fresh = noise_below(noise, 2);
	}
	e.idle = e.kind == EVENT_SUSPEND && noise_below(noise, 4) == 0;
	e.fresh |= e.kind == EVENT_THROW && noise_below(noise, 4) == 0;
	e.raised =
		(e.kind == EVENT_LEAVE || e.kind == EVENT_FINISH) && noise_below(noise, 3) == 0;
	return e;
}
