/*
 * Small questions about a random program's state: what is on top, what ranks where. Only
 * for program.c, which says what a program may do.
 */
#ifndef CG_TESTS_PROGRAM_STATE_H
#define CG_TESTS_PROGRAM_STATE_H
#include "program.h"

static inline uint64_t
draw(struct program *p, uint64_t n)
{
	return noise_below(&p->noise, n);
}

static inline size_t
index_of(const struct program *p, const struct world_function *f)
{
	return (size_t)(f - p->w->functions);
}

static inline int
rank_of(const struct program *p, const struct world_function *f)
{
	return (int)(index_of(p, f) / 5);
}

static inline struct truth *
truth_of(struct program *p, const struct world_function *f)
{
	return &p->truth[index_of(p, f)];
}

static inline struct program_call *
top(const struct program *p)
{
	struct program_thread *t = p->thread;

	return t->depth ? &t->stack[t->depth - 1] : NULL;
}

static inline int
top_rank(const struct program *p)
{
	const struct program_call *call = top(p);

	return call ? rank_of(p, call->function) : -1;
}

/* Charge what passed on this thread up to `tick`, its last event, and give it the event. */
static inline void
emit(struct program *p, struct event e, uint64_t tick)
{
	struct program_call *call = top(p);

	if (call)
		truth_of(p, call->function)->run += tick - p->thread->last;
	p->thread->last = tick;
	e.thread = (uint32_t)(p->thread - p->threads) + 1;
	if (p->deaf)
		return;
	if (p->print)
		event_print(&e);
	event_apply(p->w, &e);
}

/* An event with a clock reading of its own. */
static inline void
emit_now(struct program *p, struct event e)
{
	p->now += draw(p, 20);
	e.tick = p->now;
	emit(p, e, p->now);
}

/* An event of a chain: whatever reading it comes with, it is at the instant of the last. */
static inline void
emit_chained(struct program *p, struct event e)
{
	e.tick = p->thread->last + draw(p, 5);
	if (p->attached)
		e.tick =
			p->thread->last; /* a chain that is new to the collector has no such rule */
	emit(p, e, p->thread->last);
}
#endif
