/*
 * The collector: turns events into the numbers of the image.
 *
 * It takes events with their clock reading as arguments, so its rules are tested from
 * tables of events and a made-up clock. What it must ask of the interpreter it asks
 * through cg_ops, on slow paths only. The calls for every event are in hot.h.
 *
 * Threads: one cg_thread belongs to one thread of the program, and only that thread gives
 * it events. What threads share is guarded by the caller (the GIL), or, with `shared` set,
 * by the collector: a lock on slow paths and a sharded map of suspended activations.
 */
#ifndef CG_COLLECTOR_COLLECTOR_H
#define CG_COLLECTOR_COLLECTOR_H
#include "collector/frames.h"
#include "collector/map.h"
#include "corograph.h"
#include "image/map.h"

#include <stdbool.h>

/*
 * Keys. A function is named by the address of its code object or method definition, which
 * is a multiple of 8; a node's key has the kind of edge in the low two bits.
 */
enum {
	CG_KEY_EDGE = 3,    /* mask: enum cg_edge_kind, in the keys of nodes only */
	CG_KEY_BUILTIN = 4, /* the key is a method definition's */
	CG_KEY_BITS = 7
};

/* Borrowed text, any bytes. */
struct cg_text {
	const char *bytes;
	size_t length;
};

/* What a function is. Text is borrowed until the thread's next call of a callback. */
struct cg_function_info {
	struct cg_text name; /* qualified name; a builtin's as cProfile writes it */
	struct cg_text file; /* empty for builtins */
	struct cg_text module;
	uint32_t line;
	enum cg_kind kind;
	uint32_t flags; /* CG_FN_* */
};

/* The interpreter's side. None of these may run the program's code. */
struct cg_ops {
	/* Describe the function of a key (no edge bits). false: not possible. */
	bool (*describe)(void *arg, uint64_t key, struct cg_function_info *info);
	/* Is this frame the coroutine of the task that runs now on this thread? NULL: no. */
	bool (*is_task)(void *arg, uint64_t frame);
	/* Name of the task whose coroutine has this frame. false, or NULL: none known. */
	bool (*task_name)(void *arg, uint64_t frame, struct cg_text *name);
	/* CPU time of the calling thread, nanoseconds. */
	uint64_t (*cpu)(void *arg);
	void *arg;
};

/* How many ended tasks are kept by name. */
enum { CG_SLOWEST = 100 };

struct cg_collector {
	struct cg_image image;
	struct cg_ops ops;
	struct cg_map strings;   /* hash of text -> cg_ref */
	struct cg_map functions; /* hash of identity -> cg_ref */
	struct cg_map keys;      /* key -> cg_ref of the function */
	struct cg_frames frames;
	struct cg_slab_cursor string_slabs, function_slabs, thread_slabs, act_slabs,
		spawn_slabs, hold_slabs, task_slabs, stack_slabs;
	pthread_mutex_t lock;          /* guards all of this, when shared */
	bool shared;                   /* threads run at once */
	_Atomic uint32_t deaths;       /* keys forgotten so far */
	cg_ref free_acts;              /* list by next_free */
	cg_ref free_tasks;             /* list by next_free */
	_Atomic uint32_t task_records; /* records of single tasks in use */
	cg_ref slowest[CG_SLOWEST];    /* ended tasks, in no order */
	size_t slowest_count;
	_Atomic uint64_t slowest_span; /* the least of theirs, ticks; 0 while there is room */
	struct cg_thread **threads;    /* all that ever were, by id - 1 */
	size_t thread_count, thread_cap;
	uint64_t gap_limit; /* ticks */
	uint64_t ms;        /* ticks in a millisecond; 0: long segments are not noted */
	_Atomic uint64_t node_count;
	uint64_t node_budget;
};

/* What the thread's last event was, for the rules of chains. */
enum cg_last_event { CG_LAST_OTHER, CG_LAST_SUSPEND, CG_LAST_RESUME, CG_LAST_LEAVE };

/* How many activations a thread finds without asking the table. */
enum { CG_RECENT_ACTS = 16 };

/* A recording thread's private state. Hot: the first cache line. */
struct cg_thread {
	uint8_t *base; /* the image */
	struct cg_img_thread *img;
	struct cg_img_node *current;   /* img->current */
	struct cg_img_activation *top; /* img->activation, or NULL */
	uint64_t gap_limit;
	uint64_t long_segment; /* ticks; longer ones are noted */
	uint32_t last_event;   /* enum cg_last_event */
	cg_ref last_act;       /* SUSPEND: of which; LEAVE: the awaiter of what left, or 0 */
	uint64_t last_value;   /* SUSPEND: identity of the value handed up; RESUME: frame of
	                        what it delegated to when it was suspended, or 0 */
	struct cg_img_node *root;
	cg_ref self;       /* img */
	cg_ref last_inner; /* RESUME: of which frame last_value is, or 0 */

	struct cg_collector *collector;
	struct cg_map by_key;      /* (parent, key) -> node */
	struct cg_map by_function; /* (parent, function, edge) -> node */
	struct cg_map spawns;      /* (function, creator) -> cg_img_spawn */
	struct cg_map pairs;       /* (callee and edge, caller) -> the first such node */
	struct cg_slab_cursor node_slabs;
	uint32_t hidden; /* plain calls below the root whose ends are still to come */
	cg_ref recent[CG_RECENT_ACTS]; /* activations found last, by their frames; not shared */
	cg_ref ended[CG_RECENT_ACTS]; /* ended ones that the table still has; not shared */
	cg_ref free_acts;             /* list by next_free, at most CG_FREE_ACTS long */
	uint32_t free_act_count;
	uint32_t deaths;    /* the collector's, when by_key was right last */
	uint64_t first_key; /* key of the first Python function: threads alike share a tree */

	struct cg_map stacks; /* greenlet -> cg_img_stack, of those switched out */
	cg_ref first_stack;   /* list of these, by next */
	cg_ref free_stacks;   /* list by next */
	cg_ref greenlet;      /* activation of the call that this greenlet began with, or 0 */
	cg_ref maker; /* of a greenlet that has called nothing yet: its creator's node */
	bool is_new;  /* the greenlet has called nothing yet */
};

struct cg_settings {
	const char *path; /* of the image file, which must not exist; NULL: memory only */
	struct cg_ops ops;
	enum cg_clock_kind clock;
	struct cg_clock_pair start; /* when the recording begins */
	uint64_t gap_limit;         /* ticks */
	uint64_t ms; /* ticks in a millisecond, about; 0: no notes of long segments */
	bool builtins;
	bool shared;          /* threads of the program run at once: no GIL */
	uint64_t node_budget; /* past it new contexts fold into old ones; 0: the default */
};

/* Nodes of a recording unless it says otherwise: an image of 128 MiB. */
#define CG_NODE_BUDGET (UINT64_C(1) << 20)

/*
 * Start a collector with a new image. On success *collector is the caller's:
 * cg_collector_free. CG_NOMEM, CG_IO (errno).
 */
enum cg_status cg_collector_new(struct cg_collector **collector,
                                const struct cg_settings *settings);

/* Free it and unmap its image; an image file stays. NULL is allowed. */
void cg_collector_free(struct cg_collector *collector);

/*
 * Mark the image as stopped at the given instant. Nothing may be recorded afterwards.
 * Open activations stay open: they are the trace's unfinished ones.
 */
void cg_collector_stop(struct cg_collector *collector, const struct cg_clock_pair *now);

/* Guard what threads share; nothing without `shared`. Not recursive. */
static inline void
cg_collector_lock(struct cg_collector *collector)
{
	if (collector->shared)
		pthread_mutex_lock(&collector->lock);
}

static inline void
cg_collector_unlock(struct cg_collector *collector)
{
	if (collector->shared)
		pthread_mutex_unlock(&collector->lock);
}

/* Set a text of the image's meta table. Cut at CG_IMG_STRING_MAX. */
enum cg_status cg_collector_set_meta(struct cg_collector *collector,
                                     enum cg_img_meta which, struct cg_text text);

/* Count an event that could not be recorded. */
void cg_collector_lose(struct cg_collector *collector);

/*
 * The code object or method definition behind a key dies: forget the key, so that another
 * one at the same address is not taken for it. Its nodes and numbers stay.
 */
void cg_collector_forget(struct cg_collector *collector, uint64_t key);

/* The interned text, or 0 when there is no room. Takes the lock. */
cg_ref cg_collector_intern(struct cg_collector *collector, struct cg_text text);

/* The function of a key that has been described before, or 0. Takes the lock. */
cg_ref cg_collector_find_function(struct cg_collector *collector, uint64_t key);

/*
 * The function of a key (no edge bits), described and interned at first sight; 0: no room.
 * Takes the lock, but not while it asks for the description.
 */
cg_ref cg_collector_function(struct cg_collector *collector, uint64_t key);

#endif
