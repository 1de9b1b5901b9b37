/*
 * Public interface of libcorograph: opens a trace and gives its numbers.
 *
 * This is the only header that exporters and the command line include. All times are
 * nanoseconds, all text is NUL-terminated UTF-8, all indices are zero-based; CG_NONE
 * stands for "no such thing". Nothing here prints, exits or keeps global state, and
 * separate objects may be used by separate threads.
 */
#ifndef COROGRAPH_H
#define COROGRAPH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CG_API __attribute__((visibility("default")))
#define CG_NONE UINT32_MAX

/* What a call came to. On failure the results named in a declaration are unchanged. */
enum cg_status {
	CG_OK = 0,
	CG_NOMEM,       /* out of memory */
	CG_IO,          /* the system refused to read or write; errno says why */
	CG_FORMAT,      /* not a Corograph trace at all */
	CG_CORRUPT,     /* a trace, but damaged */
	CG_UNSUPPORTED, /* a trace of a newer version */
	CG_TRUNCATED,   /* a trace whose end is missing */
	CG_LIMIT,       /* larger than a limit of the format */
	CG_USE          /* the call itself was wrong */
};

/* One short phrase for a status, without a full stop. Static storage. */
CG_API const char *cg_status_text(enum cg_status status);

/* Version of the library, as in VERSION. Static storage. */
CG_API const char *cg_version(void);

/* Where and why reading failed. */
struct cg_error {
	enum cg_status status;
	uint64_t offset; /* byte in the file, or UINT64_MAX when it has no place there */
	char text[240];  /* what is wrong and what to do, one line, printable */
};

/*
 * Put "?" for what a terminal should not get: control characters and what is no UTF-8.
 * Returns `text`, changed in place.
 */
CG_API char *cg_text_tame(char *text);

/* What an activation is an activation of. */
enum cg_kind {
	CG_KIND_FUNCTION,
	CG_KIND_COROUTINE,
	CG_KIND_GENERATOR,
	CG_KIND_ASYNC_GENERATOR,
	CG_KIND_BUILTIN
};

/* Name of a kind as the JSON report writes it ("function", ...). Static storage. */
CG_API const char *cg_kind_name(enum cg_kind kind);

/* How a node was reached from its parent; see doc/semantics.md. */
enum cg_edge_kind {
	CG_EDGE_CALL,
	CG_EDGE_AWAIT,
	CG_EDGE_SPAWN /* a task root: its parent is a thread's root, its creator `origin` */
};

/* Name of an edge kind as the JSON report writes it ("call", ...). Static storage. */
CG_API const char *cg_edge_kind_name(enum cg_edge_kind kind);

/* A place in the calling-context tree. Self numbers only; add up children for more. */
struct cg_node {
	uint32_t parent;   /* always a smaller index; CG_NONE for a thread's root */
	uint32_t function; /* index into functions; CG_NONE for a thread's root */
	uint32_t thread;   /* index into threads */
	uint32_t origin;   /* SPAWN: the first creator's node, or CG_NONE when not known */
	uint32_t edge;     /* enum cg_edge_kind */
	uint32_t end;      /* one past the last node below this one: children follow it */
	uint64_t calls;
	uint64_t raised;
	uint64_t unfinished;
	uint64_t begun_before;
	uint64_t suspensions;
	uint64_t run_ns;    /* self run: at the top of the stack */
	uint64_t await_ns;  /* self await: suspended as the leaf of a chain */
	uint64_t hosted_ns; /* a segment placed elsewhere ran directly on top of this */
	uint64_t cpu_ns;    /* the part of run_ns on a processor */
};

/* A function, summed over all its nodes; equal (name, file, line, kind) are one row. */
struct cg_function {
	const char *name;   /* qualified name; a builtin's as cProfile writes it */
	const char *file;   /* "" for a builtin */
	const char *module; /* dotted module name, or "" when not known */
	uint32_t line;      /* first line, 0 for a builtin */
	uint32_t kind;      /* enum cg_kind */
	uint64_t calls;
	uint64_t primitive_calls; /* calls made while no other activation of it was above */
	uint64_t finished;        /* calls - raised - unfinished */
	uint64_t raised;
	uint64_t unfinished;
	uint64_t begun_before;
	uint64_t suspensions;
	/* inclusive, outermost activations only */
	uint64_t wall_ns; /* run + await + hosted */
	uint64_t run_ns;
	uint64_t await_ns;
	uint64_t hosted_ns;
	uint64_t cpu_ns;
	uint64_t work_ns; /* run over CALL, AWAIT and SPAWN edges */
	uint64_t self_run_ns;
	uint64_t self_await_ns;
	uint64_t self_cpu_ns;
	uint32_t inexact; /* 1: contexts were folded, its inclusive numbers are approximate */
};

/* Sums of what one function did on behalf of another. */
struct cg_edge {
	uint32_t caller; /* index into functions */
	uint32_t callee;
	uint32_t kind;  /* enum cg_edge_kind, the kind at the callee */
	uint64_t calls; /* SPAWN: tasks started */
	/* outermost occurrences of this edge */
	uint64_t wall_ns;
	uint64_t run_ns;
	uint64_t await_ns;
	uint64_t cpu_ns;
};

/* A thread, or several that ran one after another on one tree. */
struct cg_thread_row {
	const char *name;   /* "MainThread", ...; "" when not known */
	uint32_t id;        /* small ordinal from 1, in the order of their first event */
	uint32_t root;      /* its root node */
	uint32_t creator;   /* function that started it, or CG_NONE when not known */
	uint64_t native_id; /* the system's thread id */
	uint64_t count;     /* how many threads share this row */
	uint64_t run_ns;    /* sum of self run over its nodes */
	uint64_t cpu_ns;
	uint64_t busy_ns;  /* time its stack was not empty, measured on its own */
	uint64_t first_ns; /* from the start of the recording */
	uint64_t last_ns;
};

/* Tasks of one root function made by one creator function. */
struct cg_task_row {
	const char *name; /* the task's own when count is 1, else the root's */
	uint32_t root;    /* function, or CG_NONE */
	uint32_t creator; /* function, or CG_NONE */
	uint64_t count;
	uint64_t span_ns; /* from start to end, summed */
	uint64_t run_ns;
	uint64_t await_ns;
	uint64_t cpu_ns;
	uint64_t longest_ns; /* the longest single span */
};

/*
 * Long segments, of 10 ms and more, of a coroutine or async generator: from a resume to the
 * next suspension, in which its event loop stood still.
 */
struct cg_hold_row {
	uint32_t function;  /* index into functions */
	uint64_t over_10ms; /* how many; each count includes the next */
	uint64_t over_50ms;
	uint64_t over_100ms;
	uint64_t longest_ns; /* the longest single one */
	uint64_t held_ns;    /* all of them */
	uint64_t cpu_ns;     /* the part of held_ns on a processor */
};

/* A task that is worth a line of its own: it still lived, or was among the slowest. */
struct cg_single_task {
	const char *name;   /* its own, or its root's */
	uint32_t root;      /* function */
	uint32_t creator;   /* function, or CG_NONE */
	uint32_t thread;    /* index into threads */
	uint64_t start_ns;  /* from the start of the recording */
	uint64_t span_ns;   /* from its start to its end */
	uint64_t parked_ns; /* the part of span_ns in which it was suspended */
	bool raised;        /* ended by an exception */
	bool unfinished;    /* had not ended */
};

/* What became of a source file since the trace was packed. */
enum cg_source_state {
	CG_SOURCE_SAME,    /* as it was */
	CG_SOURCE_MISSING, /* not there now; or was not there when the trace was packed */
	CG_SOURCE_UNREAD,  /* no regular file, too large, or not to be read */
	CG_SOURCE_CHANGED
};

enum { CG_SOURCE_HASH = 16 }; /* bytes of a SHA-256 that an archive keeps: the first */

/* A source file that functions of a packed trace name. */
struct cg_source_file {
	const char *file;
	enum cg_source_state packed; /* SAME: hashed; MISSING or UNREAD then: no hash */
	uint8_t sha256[CG_SOURCE_HASH];
};

/*
 * Compare a source file with what it was when the trace was packed. A file that was not
 * hashed then gives its state of then.
 */
CG_API enum cg_source_state cg_source_check(const struct cg_source_file *source);

/*
 * What it costs to record one thing of a kind: the activation itself, and what runs below it
 * on the stack. Nanoseconds, as measured at the start of the recording.
 */
struct cg_own_cost {
	double inner_ns, outer_ns;
};

struct cg_own_costs {
	struct cg_own_cost call;   /* a call of a Python function, start to end */
	struct cg_own_cost c_call; /* a call of a C function */
	struct cg_own_cost start;  /* start and end of a coroutine or generator */
	struct cg_own_cost step;   /* a suspension with the resumption after it */
	struct cg_own_cost link;   /* the same, of each further one in a chain of awaits */
};

/* What a trace says about itself. */
struct cg_trace_info {
	bool complete;              /* closed by its writer and read to its end */
	bool live;                  /* read from an image whose program still runs */
	bool killed;                /* the program ended without a word */
	const char *python;         /* "3.11.7" */
	const char *executable;     /* path of the interpreter */
	const char *platform;       /* system and machine */
	const char *clock_wall;     /* "tsc", "cntvct", "clock_monotonic[_coarse]" */
	const char *clock_cpu;      /* "thread_cputime_gap" */
	bool coarse;                /* the wall clock is coarse: times are statistical */
	const char *const *command; /* the program's argv */
	uint32_t command_count;
	uint32_t pid;
	uint32_t parent_pid;      /* of the recorded process that started this one, or 0 */
	const char *parent_trace; /* file name of that one's trace, "" when there is none */
	int64_t start_unix_ns;
	uint64_t elapsed_ns;
	uint64_t lost_events;       /* events that could not be recorded */
	uint64_t takeovers;         /* times that another profiler took a thread's events */
	enum cg_status stop_status; /* why the recording ended early, or CG_OK */
	uint64_t dropped;           /* ends that named nothing on the stack */
	uint64_t unwound; /* activations taken off the stack without an end of their own */
	uint64_t folds;   /* contexts that found no place of their own */
	uint64_t forks;   /* forks seen; the children are not in here */
	bool builtins;    /* C functions were recorded */
	/* Globs of what was recorded alone and of what was left out, ':' between them, one of
	 * their own is "\:"; "": none. */
	const char *include, *exclude;
	uint32_t version_major, version_minor; /* of the file format */
	struct cg_own_costs costs;             /* all 0 unless known */
	bool costs_known;
	bool compensated;  /* the cost of recording is taken off all run and CPU times */
	uint64_t taken_ns; /* compensated: how much of run */
	uint64_t short_ns; /* and how much of the cost found no run that it could be taken off */
	const char *packed_host; /* where it was packed; NULL: it is no archive */
	const char *packed_by;   /* version of corograph that did, or NULL */
	const struct cg_source_file *sources; /* of an archive: by first function */
	uint32_t source_count;
};

/*
 * The numbers of one trace. All pointers are owned by the graph and valid until
 * cg_graph_free. Arrays are in a fixed order: the same trace gives the same order.
 */
struct cg_graph {
	const struct cg_trace_info *info;
	const struct cg_node *nodes;          /* depth first, parents before children */
	const struct cg_function *functions;  /* by file, line, name, kind */
	const struct cg_edge *edges;          /* by caller, callee, kind */
	const struct cg_thread_row *threads;  /* by id */
	const struct cg_task_row *tasks;      /* by root, creator */
	const struct cg_hold_row *holds;      /* by function */
	const struct cg_single_task *singles; /* by start */
	uint32_t node_count;
	uint32_t function_count;
	uint32_t edge_count;
	uint32_t thread_count;
	uint32_t task_count;
	uint32_t hold_count;
	uint32_t single_count;
};

enum {
	CG_OPEN_SALVAGE = 1, /* take what can be read of a damaged trace */
	CG_OPEN_COMPENSATE =
		2,           /* take off what recording cost, when that is known: see info */
	CG_OPEN_TREE = 4 /* nodes, threads and info alone, in less time and memory: functions
	                    have their identity and `inexact`; what sums up the tree is 0 */
};

/*
 * Read the trace at `path` ("-": standard input), or the live image `path`.live when
 * that is what there is, and compute its numbers. On success *graph is owned by the
 * caller: cg_graph_free. `error` may be NULL; it is filled on failure.
 */
CG_API enum cg_status cg_graph_open(struct cg_graph **graph, const char *path,
                                    unsigned flags, struct cg_error *error);

/* Says in `keep`, all false, which of the threads are meant. */
typedef void (*cg_threads_fn)(void *arg, const struct cg_thread_row *threads,
                              uint32_t count, bool *keep);

/*
 * The same, as if those threads alone had been recorded that `choose` says (NULL: all): what
 * others called, awaited or created is not in the graph. CG_USE when there is none.
 */
CG_API enum cg_status cg_graph_open_threads(struct cg_graph **graph, const char *path,
                                            unsigned flags, cg_threads_fn choose,
                                            void *arg, struct cg_error *error);

CG_API void cg_graph_free(struct cg_graph *graph);

/* Take n bytes of text, not ended by NUL; false stops the writing. */
typedef bool (*cg_write_fn)(void *arg, const char *text, size_t n);

/*
 * Write the JSON report ("corograph-report/1", see doc/report.schema.json) in pieces of
 * bounded size. CG_IO when `write` returned false.
 */
CG_API enum cg_status cg_graph_write_json(const struct cg_graph *graph, cg_write_fn write,
                                          void *arg);

/*
 * Print the trace at `path` record by record, a line each, as doc/trace-format.md names
 * them: what is zero is left out, times are raw ticks. CG_IO when `write` returned false.
 */
CG_API enum cg_status cg_trace_dump(const char *path, unsigned flags, cg_write_fn write,
                                    void *arg, struct cg_error *error);

/* What cg_trace_verify found. */
struct cg_verify {
	uint64_t bytes;
	uint64_t chunks;
	uint64_t nodes;
	uint64_t functions;
	uint64_t threads;
	bool conserved; /* per thread: sum of self run = time with a stack, within 0.1 % */
	double worst_imbalance; /* the largest relative difference of the two, 0.0 to 1.0 */
};

/* Check everything in the trace at `path` that can be checked. `out` may be NULL. */
CG_API enum cg_status cg_trace_verify(const char *path, struct cg_verify *out,
                                      struct cg_error *error);

/* What cg_trace_pack wrote. */
struct cg_pack {
	uint64_t before;  /* bytes read */
	uint64_t after;   /* bytes written */
	uint64_t sources; /* source files that functions name */
	uint64_t hashed;  /* of these, with a hash */
	bool complete;    /* nothing is missing */
};

/* Told now and then: what is done and how much of it; units differ by `what`. */
typedef void (*cg_progress_fn)(void *arg, const char *what, uint64_t done, uint64_t all);

/*
 * Write the trace at `path` as an archive to `out` ("-": standard output): as small as it
 * gets, with the name of this host and hashes of the source files. An archive keeps those it
 * has. What is written is read back and compared before it gets its name. `flags` as for
 * cg_graph_open; `progress`, `result` and `error` may be NULL. CG_IO with errno.
 */
CG_API enum cg_status cg_trace_pack(const char *path, const char *out, unsigned flags,
                                    cg_progress_fn progress, void *arg,
                                    struct cg_pack *result, struct cg_error *error);

/* What cg_trace_finish wrote. */
struct cg_finish {
	uint64_t bytes;     /* size of the trace */
	uint64_t calls;     /* over all functions */
	uint64_t functions; /* that were called or begun before */
	uint64_t threads;
	uint64_t elapsed_ns; /* from the start of the recording to its end */
	uint64_t lost_events;
	uint64_t forks;
	uint64_t takeovers; /* times that another profiler took a thread's events from us */
	uint64_t globs_met; /* bit N: code matched the glob given Nth, those to include first */
	enum cg_status status; /* why the recording ended before the program, or CG_OK */
	uint32_t pid;
	bool stopped; /* the program stopped the recording or ended in an orderly way */
};

/*
 * Make the trace `out` of the image file `live` that a program left, and remove `live`
 * once `out` is whole; on failure `live` stays and *error says so. `reaped`: the program
 * is known to have ended just now, so what was still open ends now; else it ends at the
 * image's latest tick. CG_IO with EBUSY when the program still runs. `result` and `error`
 * may be NULL.
 */
CG_API enum cg_status cg_trace_finish(const char *live, const char *out, bool reaped,
                                      struct cg_finish *result, struct cg_error *error);

#ifdef __cplusplus
}
#endif
#endif
