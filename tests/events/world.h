/*
 * A made-up interpreter around a collector: its functions, frames, threads and tasks have
 * short names, its clocks say what a script tells them to.
 *
 * Everything has a fixed size and nothing is allocated, so that a test which makes
 * allocations fail hits the collector alone. Worlds in several threads may share a
 * collector when they have the same functions, and frames in different places.
 */
#ifndef CG_TESTS_WORLD_H
#define CG_TESTS_WORLD_H
#include "collector/collector.h"

/* The made-up clock at a script's tick 0; a real one is never at 0 itself. */
#define WORLD_EPOCH UINT64_C(1000000000)

enum {
	WORLD_NAME_MAX = 48,
	WORLD_FUNCTIONS = 64,
	WORLD_FRAMES = 256,
	WORLD_THREADS = 16
};

struct world_function {
	char name[WORLD_NAME_MAX];
	uint64_t key;
	uint32_t line; /* from 1, what tells functions apart */
	enum cg_kind kind;
	uint32_t flags;             /* CG_FN_* */
	bool dead;                  /* its code object is gone */
	char shown[WORLD_NAME_MAX]; /* the qualified name: `name` but for a second code object */
};

struct world_frame {
	char name[WORLD_NAME_MAX];
	char task[WORLD_NAME_MAX];       /* name of its task, or empty */
	struct world_function *function; /* of what ran in it last, or NULL */
};

struct world_thread {
	uint32_t number; /* its name in the script */
	uint64_t first_key;
	cg_ref origin;                  /* where it was started, or 0 */
	const struct world_frame *task; /* whose task runs on it, or NULL */
	struct cg_thread *th;           /* NULL: has not begun, or has ended */
};

struct world {
	struct cg_collector *collector;
	struct world_function functions[WORLD_FUNCTIONS];
	struct world_frame frames[WORLD_FRAMES];
	struct world_thread threads[WORLD_THREADS];
	size_t function_count, frame_count, thread_count;
	uint64_t frames_at;                  /* where its frames lie */
	struct world_thread *thread;         /* on which events happen now */
	uint64_t cpu;                        /* what the CPU clock says */
	uint64_t asked;                      /* how often it was asked */
	uint64_t gap_limit, node_budget, ms; /* settings of the collector */
	bool shared;                         /* as where threads run at once */
	const char *path;                    /* of the image file, or NULL */
};

/* An empty world on thread 1; no collector yet. */
void world_init(struct world *w);
void world_release(struct world *w);

/* The collector, made when need be; NULL when it could not be. */
struct cg_collector *world_collector(struct world *w);

/* The current thread, begun at `tick` when it has not begun; NULL when it could not be. */
struct cg_thread *world_thread_at(struct world *w, uint64_t tick);

/* By name; NULL when there is none, or no room for one. */
struct world_function *world_function(struct world *w, const char *name);
struct world_function *world_function_add(struct world *w, const char *name);
struct world_frame *world_frame(struct world *w, const char *name);
struct world_thread *world_thread(struct world *w, uint32_t number);

/* Addresses as an interpreter would have them. */
uint64_t world_frame_address(const struct world *w, const struct world_frame *frame);

#endif
