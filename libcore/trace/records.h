/*
 * The records of a trace in memory: what a writer writes and a reader reads.
 *
 * Dense indices instead of references, raw ticks instead of nanoseconds. Everything is
 * owned by the cg_records and freed with it; CG_NONE stands for "none".
 */
#ifndef CG_TRACE_RECORDS_H
#define CG_TRACE_RECORDS_H
#include "base/costs.h"
#include "base/ticks.h"
#include "corograph.h"

struct cg_rec_function {
	uint32_t name, file, module; /* indices into strings; module 0 ("") when not known */
	uint32_t line;
	uint32_t kind;  /* enum cg_kind */
	uint32_t flags; /* CG_FN_* */
};

/* Nodes are numbered depth first, so a parent is always a smaller index. */
struct cg_rec_node {
	uint32_t parent;   /* CG_NONE for a thread's root */
	uint32_t function; /* CG_NONE for a thread's root */
	uint32_t origin;   /* any node, or CG_NONE */
	uint32_t edge;     /* enum cg_edge_kind */
	uint32_t folded;   /* 1: its inclusive numbers are not exact */
	uint32_t thread;   /* index into threads */
	uint64_t calls, raised, unfinished, begun_before, suspensions;
	uint64_t run, await, hosted; /* ticks, open activations' time so far included */
	uint64_t gap, gap_before;    /* ticks */
	uint64_t gap_cpu_ns;
};

struct cg_rec_thread {
	uint32_t id;
	uint32_t name; /* string index, 0 when not known */
	uint32_t root; /* node index: the first of its nodes, all of which follow in one run */
	uint32_t node_count;
	uint32_t origin; /* where it was started: any node, or CG_NONE */
	uint64_t native_id, count;
	uint64_t first, last, busy; /* ticks */
	uint64_t dropped, unwound, vanished;
};

struct cg_rec_spawn {
	uint32_t creator; /* node or CG_NONE */
	uint32_t root;    /* node */
	uint32_t name;    /* string index, 0 when not known */
	uint64_t count;
	uint64_t longest, span; /* ticks, live tasks' time so far included */
};

/*
 * Long segments (10 ms and more) of coroutines at one node: while they ran, their event
 * loop stood still. Of `held` ticks, `asked` were in gaps and before them, for which the
 * CPU clock answered cpu_ns; the rest was computing.
 */
struct cg_rec_hold {
	uint32_t node;
	uint32_t over_10ms, over_50ms, over_100ms; /* counts, each includes the next */
	uint64_t longest, held, asked;             /* ticks */
	uint64_t cpu_ns;
};

/* A single task: one that lived for a while, or one of the slowest that ended. */
struct cg_rec_task {
	uint32_t spawn;  /* index into spawns */
	uint32_t thread; /* index into threads: who ran it */
	uint32_t name;   /* string */
	uint32_t segments;
	uint32_t raised;     /* 1: ended by an exception */
	uint32_t unfinished; /* 1: had not ended; `end` is then the end of the trace */
	uint64_t start, end; /* tick */
	uint64_t parked;     /* ticks suspended */
};

/* What packing added to a trace; strings. */
struct cg_rec_pack {
	uint32_t host;      /* where it was packed */
	uint32_t corograph; /* version that packed it */
	uint32_t salvaged;  /* 1: of a damaged trace, parts are missing */
};

/* A source file as it was when the trace was packed. */
struct cg_rec_source {
	uint32_t file;  /* string */
	uint32_t state; /* enum cg_source_state: hashed (CG_SOURCE_SAME), missing, unread */
	uint64_t sha256_0, sha256_1; /* its first 16 bytes, big-endian; 0: no hash */
};

struct cg_rec_string {
	const char *bytes; /* NUL-terminated, valid UTF-8, no control characters */
	uint32_t length;
};

struct cg_records {
	struct cg_rec_string *strings; /* strings[0] is "" */
	struct cg_rec_function *functions;
	struct cg_rec_node *nodes;
	struct cg_rec_thread *threads;
	struct cg_rec_spawn *spawns;
	struct cg_rec_hold *holds; /* by node */
	struct cg_rec_task *tasks; /* by start */
	uint32_t string_count, function_count, node_count, thread_count, spawn_count;
	uint32_t hold_count, task_count;

	uint32_t pid;
	uint32_t parent_pid;   /* of the process that started this one, when recorded, or 0 */
	uint32_t parent_trace; /* string: file name of that one's trace */
	uint32_t include;      /* string: globs of what was recorded alone */
	uint32_t exclude;      /* string: and of what was left out */
	uint32_t clock_kind;   /* enum cg_clock_kind */
	struct cg_clock_pair start, end;
	uint64_t gap_limit;   /* ticks */
	uint32_t builtins;    /* 0 or 1 */
	uint32_t stop_status; /* enum cg_status that stopped the recording early, or 0 */
	uint64_t lost_events, forks;
	uint64_t takeovers;         /* times that another profiler took a thread's events */
	uint64_t folds;             /* contexts that found no node of their own */
	struct cg_tick_costs costs; /* what recording costs, or all 0 */
	uint32_t python, executable, platform; /* strings */
	struct cg_rec_pack *packs;             /* at most one: of an archive */
	struct cg_rec_source *sources;
	uint32_t pack_count, source_count;
	uint32_t *command; /* strings */
	uint32_t command_count;

	bool complete; /* written by a writer that finished; false for a cut file */
	bool live;     /* taken from an image whose program still runs */
	bool killed;   /* the recording was not stopped by the program */

	void *arena; /* private to the implementation: what the strings' bytes lie in */
};

/* All zero and empty. */
void cg_records_init(struct cg_records *records);
void cg_records_release(struct cg_records *records);

/* Are they equal in every string, row and fact? */
bool cg_records_equal(const struct cg_records *a, const struct cg_records *b);

/* Ticks of this trace as nanoseconds; differences, rounded to the nearest. */
uint64_t cg_records_ns(const struct cg_records *records, uint64_t ticks);
#endif
