/*
 * The image: all live state that the numbers need, as plain structs and offsets.
 *
 * One contiguous range of memory, mapped from the file OUT.live where it can be, so that
 * whatever ends the program leaves it whole. It is made of slabs of CG_IMG_SLAB bytes;
 * slab 0 begins with the header, every other slab with a cg_img_slab head. A thing in the
 * image is named by a cg_ref: its offset in units of CG_IMG_UNIT bytes, so 32 bits reach
 * 256 GiB and 0, the header, stands for "none".
 *
 * Writers: the collector in one process. A counter has one writer at a time. A record is
 * filled first and published after: its slab's `used` grows by a release store.
 * Readers: image/view, in this process or another, checks every reference.
 */
#ifndef CG_IMAGE_IMAGE_H
#define CG_IMAGE_IMAGE_H
#include "base/costs.h"
#include "base/ticks.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t cg_ref;

#define CG_IMG_MAGIC "CGIMAGE\n"
enum {
	CG_IMG_VERSION = 7,
	CG_IMG_UNIT = 64,
	CG_IMG_SLAB = 65536,
	CG_IMG_SLAB_UNITS = CG_IMG_SLAB / CG_IMG_UNIT,
	CG_IMG_STRING_MAX = 8000 /* bytes; longer text is cut at a character */
};

/* What a slab holds. Records begin at unit 2 of their slab, one after another. */
enum cg_img_type {
	CG_IMG_FREE,
	CG_IMG_STRINGS,     /* struct cg_img_string, as many units as it needs */
	CG_IMG_FUNCTIONS,   /* struct cg_img_function, 1 unit */
	CG_IMG_NODES,       /* struct cg_img_node, 2 units; one owner thread a slab */
	CG_IMG_ACTIVATIONS, /* struct cg_img_activation, 2 units */
	CG_IMG_THREADS,     /* struct cg_img_thread, 4 units */
	CG_IMG_SPAWNS,      /* struct cg_img_spawn, 1 unit */
	CG_IMG_HOLDS,       /* struct cg_img_hold, 1 unit */
	CG_IMG_TASKS,       /* struct cg_img_task, 2 units */
	CG_IMG_STACKS,      /* struct cg_img_stack, 1 unit */
	CG_IMG_TYPES
};

struct cg_img_slab {
	uint32_t type;         /* enum cg_img_type; set once */
	cg_ref owner;          /* NODES: the thread whose tree they are in, else 0 */
	_Atomic uint32_t used; /* units in use from the start of the slab, head included */
	uint32_t reserved[13];
};
static_assert(sizeof(struct cg_img_slab) == CG_IMG_UNIT, "slab head is one unit");

enum cg_img_state {
	CG_IMG_RECORDING = 1,
	CG_IMG_STOPPED /* stop() was called or the interpreter ended; `stop` is set */
};

/* Text about the recording, each a string reference or 0. */
enum cg_img_meta {
	CG_META_PYTHON,     /* "3.11.7" */
	CG_META_EXECUTABLE, /* path of the interpreter */
	CG_META_PLATFORM,   /* "Linux x86_64" */
	CG_META_COMMAND,    /* argv, each argument followed by a NUL */
	CG_META_PARENT,     /* file name of the trace of the process that started this one */
	CG_META_INCLUDE,    /* globs of what was recorded alone, as in struct cg_trace_info */
	CG_META_EXCLUDE,    /* and of what was left out */
	CG_META_COUNT
};

/* Start of the image. Everything but the atomics is written once, at the start or stop. */
struct cg_img_header {
	char magic[8];
	uint32_t version;
	uint32_t header_size;
	uint32_t pid;
	uint32_t clock_kind;         /* enum cg_clock_kind */
	_Atomic uint32_t slab_count; /* slabs handed out, this one included */
	_Atomic uint32_t state;      /* enum cg_img_state */
	uint32_t builtins;           /* 1: C functions are recorded */
	uint32_t parent_pid;         /* of the process that CG_META_PARENT is of, or 0 */
	uint64_t gap_limit;          /* ticks; longer gaps ask the CPU clock */
	_Atomic uint64_t forks;
	cg_ref none;     /* 0: `after` of what is no node (see below) */
	uint32_t status; /* enum cg_status that stopped the recording, or 0 */
	struct cg_clock_pair start;
	struct cg_clock_pair latest;   /* refreshed now and then, and at the stop */
	struct cg_clock_pair stop;     /* when state is STOPPED */
	_Atomic uint64_t lost_events;  /* no memory for them */
	_Atomic uint64_t folds;        /* contexts that found no node of their own */
	_Atomic uint32_t thread_count; /* thread records made: their ids are 1.. */
	cg_ref meta[CG_META_COUNT];
	char boot_id[40]; /* the system's boot, so that a reader knows if its ticks compare */
	_Atomic uint64_t takeovers; /* times that another profiler took a thread's events */
	struct cg_tick_costs costs; /* what recording costs, measured at the start */
	/* bit N: some code matched the glob that was given Nth, those to include first */
	_Atomic uint64_t globs_met;
};
static_assert(sizeof(struct cg_img_header) <= 1024, "header fits into slab 0");

/* Text, not NUL-terminated, any bytes. */
struct cg_img_string {
	uint32_t length;
	char bytes[];
};

enum {
	CG_FN_LOOP = 1,    /* code of an event loop's own package: never a task's creator */
	CG_FN_EXCLUDED = 2 /* not recorded */
};

/* A function: interned by (file, qualified name, line, kind). */
struct cg_img_function {
	cg_ref name;   /* qualified name */
	cg_ref file;   /* "" for builtins */
	cg_ref module; /* dotted, or 0 */
	uint32_t line;
	uint32_t kind;        /* enum cg_kind */
	uint32_t flags;       /* CG_FN_* */
	_Atomic cg_ref nodes; /* its latest node; older ones by next_of_function */
	uint32_t reserved[9];
};
static_assert(sizeof(struct cg_img_function) == CG_IMG_UNIT, "function is one unit");

/*
 * A place in the calling-context tree. Two cache lines: what a call or an await touches,
 * and the rest. Children are found by a private hash, but first it is asked whether it is
 * `last_child` again, or what came `after` that one the last time. Reference 0 may be
 * looked at as a node: the header there has no key's first bytes, and nothing after it.
 */
struct cg_img_node {
	uint64_t key;      /* code object or method definition, edge kind in the low bits;
	                         0 for a thread's root and when the code object is gone */
	cg_ref parent;     /* 0 for a thread's root */
	cg_ref last_child; /* the child entered last, 0 when none was and for a root */
	uint64_t calls;    /* activations started here */
	uint64_t run;      /* ticks at the top of the stack, up to the thread's last event */
	uint64_t hosted; /* ticks of ended segments that ran on top but are placed elsewhere */
	uint64_t await;  /* ticks of ended waits as the leaf of a chain */
	uint64_t suspensions; /* of activations that started here */
	cg_ref after;         /* the next other sibling entered, the last time, or 0 */
	uint8_t edge;         /* enum cg_edge_kind */
	uint8_t folded;       /* 1: contexts were folded into this node, whose key is 0:
	                         calls of it keep their way back in an activation */
	uint8_t skewed;       /* 1: by folding, what belongs below it counts elsewhere, or the
	                         other way round */
	uint8_t reserved;

	cg_ref function;         /* 0 for a thread's root */
	cg_ref origin;           /* SPAWN: the creator's node on any thread, or 0 */
	cg_ref next_of_function; /* the list that begins at the function */
	cg_ref hold;             /* its long segments, or 0 while it had none */
	uint64_t raised;         /* activations that started here and ended by an exception */
	uint64_t begun_before;   /* activations here that were open when recording began */
	uint64_t gap;            /* ticks of the long gaps in `run` */
	uint64_t gap_before;     /* ticks from each long gap's last CPU answer to its start */
	uint64_t gap_cpu_ns;     /* CPU time answered for gap + gap_before together */
	uint32_t hidden; /* open plain calls of it with an activation; its key is 0 as long */
	uint32_t reserved1;
};
static_assert(sizeof(struct cg_img_node) == 128, "node is two cache lines");
static_assert(offsetof(struct cg_img_node, function) == CG_IMG_UNIT,
              "what a call or an await touches is one of them");
static_assert(offsetof(struct cg_img_node, after) == offsetof(struct cg_img_header, none),
              "nothing comes after what is no node");

enum cg_act_state {
	CG_ACT_FREE,
	CG_ACT_CREATED, /* the coroutine of a task that has not run yet */
	CG_ACT_RUNNING, /* on a thread's stack */
	CG_ACT_SUSPENDED
};

enum {
	CG_ACT_ROOT = 1,     /* a task root */
	CG_ACT_BEFORE = 2,   /* begun before the recording: its end counts nowhere */
	CG_ACT_HOSTED = 4,   /* its segment runs on a node of another place: charge `ret` */
	CG_ACT_IDLE = 8,     /* suspended at a yield: that time is nobody's */
	CG_ACT_WAITING = 16, /* suspended as the leaf of a chain */
	CG_ACT_LISTED = 32,  /* a task root that has its cg_img_task */
	CG_ACT_ASKED = 64    /* the CPU clock was asked while its segment ran */
};

/*
 * A live activation that can suspend, or a plain call whose node is not its way back. Two
 * cache lines: what every step touches, and the rest, which only task roots fill.
 */
struct cg_img_activation {
	uint64_t frame;    /* address of the interpreter's frame: its identity while it lives,
	                   kept for the next one there when it is FREE; 0: a plain call that
	                   keeps its way back here (open before the recording, or in a folded
	                   node) */
	uint64_t key;      /* of its function */
	uint64_t since;    /* tick: RUNNING: its segment began; SUSPENDED: it was suspended */
	uint64_t parked;   /* task root: ticks suspended, up to the running segment */
	cg_ref node;       /* where its segment is, or was last, placed */
	cg_ref start_node; /* where its call counts; 0 while CREATED */
	cg_ref ret;        /* RUNNING: the node below it on the stack */
	union {
		cg_ref below;     /* RUNNING: the next activation below it on its stack */
		cg_ref next_free; /* FREE */
	};
	cg_ref awaiter;    /* the activation that delegates to it, or 0 */
	cg_ref inner;      /* the activation it delegates to while suspended, or 0 */
	uint32_t segments; /* task root: how often it was put on a stack */
	union {
		struct {
			uint8_t state; /* enum cg_act_state */
			uint8_t kind;  /* enum cg_kind */
			uint8_t edge;  /* enum cg_edge_kind of `node` */
			uint8_t flags; /* CG_ACT_* */
		};
		uint32_t word; /* all four at once */
	};

	uint64_t asked;    /* ASKED: the thread's gap + gap_before when the segment began */
	uint64_t answered; /* ASKED: the thread's gap_cpu_ns then */
	uint64_t start;    /* task root: tick */
	cg_ref spawn;      /* task root: its cg_img_spawn */
	cg_ref origin;     /* CREATED task root: its creator's node, or 0 */
	cg_ref task;       /* LISTED: its cg_img_task */
	uint32_t reserved[7];
};
static_assert(offsetof(struct cg_img_activation, asked) == CG_IMG_UNIT,
              "what a step touches is one cache line");
static_assert(sizeof(struct cg_img_activation) == 128, "activation is two cache lines");

/* A thread that records, or several in turn: an ended one's tree passes on. */
struct cg_img_thread {
	uint32_t id;       /* from 1 */
	uint32_t live;     /* 1 while the thread runs */
	cg_ref name;       /* string, or 0 while not known */
	cg_ref root;       /* its root node: self run there is time with an empty stack */
	cg_ref current;    /* top of its stack */
	cg_ref activation; /* topmost running activation that can suspend, or 0 */
	uint64_t native_id;
	uint64_t count;      /* threads that used this record */
	uint64_t first;      /* tick of the first event */
	uint64_t last;       /* tick of the latest event */
	uint64_t busy;       /* ticks with a stack that was not empty, ended stretches */
	uint64_t busy_since; /* tick; counts while current is not root */
	uint64_t cpu_ns;     /* latest answer of the CPU clock */
	uint64_t cpu_tick;   /* when that was */
	uint64_t gap;        /* sums over the thread of the fields of nodes */
	uint64_t gap_before;
	uint64_t gap_cpu_ns;
	uint64_t dropped;  /* ends that named nothing on the stack */
	uint64_t unwound;  /* activations taken off without an end of their own */
	uint64_t vanished; /* activations whose frame was reused without an end */
	cg_ref origin;     /* node on any thread where it was started, or 0 */
	uint32_t reserved[29];
};
static_assert(sizeof(struct cg_img_thread) == 256, "thread is four units");

/* Tasks of one root made by one creator, all that were ever started. */
struct cg_img_spawn {
	cg_ref creator; /* node, or 0 when not known */
	cg_ref root;    /* node with edge SPAWN */
	uint64_t count;
	uint64_t longest; /* ticks, of ended tasks */
	uint64_t span;    /* ticks, of ended tasks, summed */
	cg_ref name;      /* the first task's own name, or 0 */
	uint32_t reserved[7];
};
static_assert(sizeof(struct cg_img_spawn) == CG_IMG_UNIT, "spawn is one unit");

/*
 * Long segments of one node's activations: while they ran, their event loop stood still.
 * `held` ticks in segments of 10 ms and more; of these, `asked` ticks were in gaps and
 * before, for which the CPU clock answered cpu_ns; the rest was computing.
 */
struct cg_img_hold {
	cg_ref node;
	uint32_t over_10ms, over_50ms, over_100ms; /* counts, each includes the next */
	uint64_t longest;                          /* ticks, of the longest single segment */
	uint64_t held;
	uint64_t asked;
	uint64_t cpu_ns;
	uint32_t reserved[4];
};
static_assert(sizeof(struct cg_img_hold) == CG_IMG_UNIT, "hold is one unit");

enum { CG_IMG_TASK_NAME = 64 };

/* A task worth a line of its own: alive for a while, or one of the slowest that ended. */
struct cg_img_task {
	cg_ref spawn;  /* which root, which creator; 0: the record is free */
	cg_ref thread; /* that ran it */
	uint64_t start;
	uint64_t end;    /* tick, 0 while it lives */
	uint64_t parked; /* ticks suspended, of an ended one */
	uint64_t reserved;
	uint32_t segments;
	uint32_t raised; /* 1: ended by an exception */
	cg_ref next_free;
	uint32_t reserved1;
	char name[CG_IMG_TASK_NAME]; /* NUL-terminated, cut */
	uint64_t reserved2;
};
static_assert(sizeof(struct cg_img_task) == 128, "task is two units");

/* The stack of a greenlet that is switched out: what its thread's record says else. */
struct cg_img_stack {
	uint64_t greenlet; /* its address; 0: the record is free */
	uint64_t left;     /* tick at which it was switched out */
	cg_ref thread;
	cg_ref current;        /* top of the stack */
	cg_ref activation;     /* topmost running activation of it, or 0 */
	cg_ref root;           /* activation of the call that the greenlet began with, or 0 */
	uint32_t hidden;       /* plain calls below its root whose ends are still to come */
	cg_ref previous, next; /* in the thread's list; free ones are linked by `next` */
	uint32_t reserved[5];
};
static_assert(sizeof(struct cg_img_stack) == CG_IMG_UNIT, "stack is one unit");

#endif
