/* One event as data: drawn by a generator, given to the collector, printed for a script. */
#ifndef CG_TESTS_EVENT_H
#define CG_TESTS_EVENT_H
#include "world.h"

enum event_kind {
	EVENT_ENTER,
	EVENT_LEAVE,
	EVENT_START,
	EVENT_SUSPEND,
	EVENT_RESUME,
	EVENT_THROW,
	EVENT_FINISH,
	EVENT_TASK,    /* a task object is made for `frame` */
	EVENT_CURRENT, /* its loop runs `frame`'s task; NULL: none */
	EVENT_BEFORE,  /* open when the recording began; `frame` NULL: a plain call */
	EVENT_HIDDEN,  /* `value` plain calls are */
	EVENT_SWITCH, /* from greenlet `from` to greenlet `value`, which is new when `fresh` */
	EVENT_END,    /* the thread ends */
	EVENT_FORGET  /* the function's code dies; the same comes to lie there again */
};

struct event {
	enum event_kind kind;
	uint32_t thread;
	uint64_t tick;
	const struct world_function *function;
	const struct world_frame *frame, *below; /* NULL: none */
	uint64_t value, from;
	bool raised, idle, fresh;
};

/* Give it to the collector; nothing happens when its thread cannot begin. */
void event_apply(struct world *w, const struct event *event);

/* Print it as a line of a script. */
void event_print(const struct event *event);

#endif
