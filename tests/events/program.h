/*
 * Made-up programs: a random walk through what programs can do, which gives the events that
 * CPython would give, and keeps its own, much simpler account of the times.
 *
 * No function ever calls one of its own rank or above, so there is no recursion and each
 * function's wall time is the sum of its activations' spans.
 */
#ifndef CG_TESTS_PROGRAM_H
#define CG_TESTS_PROGRAM_H
#include "event.h"
#include "noise.h"

enum { PROGRAM_RANKS = 8, PROGRAM_ACTS = 40, PROGRAM_THREADS = 2, PROGRAM_DEPTH = 40 };

/* What is true of a function, whatever the collector says. */
struct truth {
	uint64_t calls, raised, unfinished, susp;
	uint64_t run, await; /* at the top of the stack; suspended as the leaf of a chain */
	uint64_t wall;       /* spans of its activations, less the time parked */
};

enum program_state { ACT_NONE, ACT_PENDING, ACT_RUNNING, ACT_SUSPENDED };

/* A coroutine, generator or async generator. PENDING: of a task that has not run. */
struct program_act {
	enum program_state state;
	const struct world_frame *frame;
	const struct world_function *function;
	struct program_act *inner; /* SUSPENDED: what it delegates to, or NULL */
	struct program_act *outer; /* what delegates to it, or NULL */
	bool task;
	bool waits; /* entered by delegation in a chain that waits: a generator's edge */
	bool parked_now;
	bool before; /* it began before the recording */
	bool seen;   /* and has turned up since */
	uint64_t start, parked, parked_since;
	uint64_t waits_since; /* as the leaf; 0: it does not */
};

struct program_call {
	const struct world_function *function;
	struct program_act *act; /* NULL: a plain call */
	bool delegated;          /* the call below stands at SEND on it */
	bool before;             /* a plain call that began before the recording */
	uint64_t start;
};

struct program_thread {
	struct program_call stack[PROGRAM_DEPTH];
	size_t depth;
	uint64_t last; /* tick of its last event */
};

struct program {
	struct world *w;
	struct noise noise;
	uint64_t now;
	struct program_act acts[PROGRAM_ACTS];
	struct program_thread threads[PROGRAM_THREADS];
	struct program_thread *thread;
	struct truth truth[WORLD_FUNCTIONS]; /* by the index of a function in the world */
	bool print;                          /* the events, as a script */
	bool deaf;                           /* nothing is recorded yet */
	bool attached;                       /* it was recorded late */
};

/* A program in a world of its own. */
void program_init(struct program *p, struct world *w, uint64_t seed, bool print);

/*
 * The recording begins only now: what went before did not happen, what is open is begun
 * before, and its ends, suspensions and waits up to now count nowhere.
 */
void program_attach(struct program *p);

/* It does something: one event or a few that belong together. */
void program_step(struct program *p);

/* The truth about a function up to now, what is open included. */
struct truth program_truth(const struct program *p, size_t function);

#endif
