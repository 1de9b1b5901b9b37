/*
 * The events, and the inline half of those that happen most.
 *
 * Every call takes the thread it happened on and the clock reading `tick`; a reading
 * before the thread's last one counts as the same instant. `key` names a function
 * (collector.h), `frame` an activation that can suspend: the address of its frame.
 * `below` is the frame directly below on the interpreter's stack when that one stands at
 * SEND, that is when it delegates, else 0.
 *
 * A whole chain suspends, resumes and unwinds at one instant. Where cg_is_chained_* says
 * so, the collector takes the thread's last reading, and a caller need not read a clock.
 */
#ifndef CG_COLLECTOR_HOT_H
#define CG_COLLECTOR_HOT_H
#include "collector/collector.h"

#define CG_LIKELY(x) __builtin_expect(!!(x), 1)
#define CG_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* A long gap, or a clock that went back: the ticks to charge. For cg_advance only. */
uint64_t cg_thread_gap(struct cg_thread *th, uint64_t gap, uint64_t tick);

/* The child of the current node for that key and edge, made when need be; NULL: no room. */
struct cg_img_node *cg_child(struct cg_thread *th, struct cg_img_node *parent,
                             uint64_t key, enum cg_edge_kind edge);

/* The rare ways of entering and leaving plain calls. */
void cg_enter_slow(struct cg_thread *th, uint64_t key);
void cg_leave_slow(struct cg_thread *th, uint64_t key, bool raised);

/* Ticks since a reading that another thread may have made: never negative. */
static inline uint64_t
cg_since(const struct cg_thread *th, uint64_t tick)
{
	return th->img->last > tick ? th->img->last - tick : 0;
}

/* Charge the time since the last event to the current node. */
static inline void
cg_advance(struct cg_thread *th, uint64_t tick)
{
	uint64_t gap = tick - th->img->last;

	if (CG_UNLIKELY(gap > th->gap_limit))
		gap = cg_thread_gap(th, gap, tick);
	th->img->last += gap;
	th->current->run += gap;
}

/* Put a node on top of the stack, or go back to one. */
static inline void
cg_set_current(struct cg_thread *th, struct cg_img_node *node)
{
	th->current = node;
	th->img->current = cg_image_ref(th->base, node);
}

/* The stack leaves its root, or has come back to it. */
static inline void
cg_leave_root(struct cg_thread *th)
{
	th->img->busy_since = th->img->last;
}

static inline void
cg_reach_root(struct cg_thread *th)
{
	th->img->busy += th->img->last - th->img->busy_since;
}

/* A plain call begins: a function that cannot suspend, or a C function. */
static inline void
cg_enter(struct cg_thread *th, uint64_t key, uint64_t tick)
{
	struct cg_img_node *from = th->current;
	struct cg_img_node *node = cg_image_at(th->base, from->last_child);

	cg_advance(th, tick);
	th->last_event = CG_LAST_OTHER;
	if (CG_UNLIKELY(node->key != key || from == th->root)) {
		cg_enter_slow(th, key);
		return;
	}
	node->calls++;
	cg_set_current(th, node);
}

/* A plain call ends, by an exception when `raised`. */
static inline void
cg_leave(struct cg_thread *th, uint64_t key, bool raised, uint64_t tick)
{
	struct cg_img_node *node = th->current;

	cg_advance(th, tick);
	th->last_event = CG_LAST_OTHER;
	if (CG_UNLIKELY(node->key != key)) {
		cg_leave_slow(th, key, raised);
		return;
	}
	node->raised += raised;
	node = cg_image_at(th->base, node->parent);
	cg_set_current(th, node);
	if (CG_UNLIKELY(node == th->root))
		cg_reach_root(th);
}

/* A coroutine, generator or async generator starts. */
void cg_start(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
              uint64_t below, uint64_t tick);

/*
 * It hands `value` up and is off the stack. `idle`: at a yield of its own (an async
 * generator's real yield), not waiting. Generators are judged by how they were entered.
 */
void cg_suspend(struct cg_thread *th, uint64_t frame, uint64_t value, bool idle,
                uint64_t tick);

/* It goes on; one that is not known was begun before the recording. */
void cg_resume(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
               uint64_t below, uint64_t tick);

/* An exception is thrown into it. `fresh`: it had never run, so this is its start too. */
void cg_throw(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
              uint64_t below, bool fresh, uint64_t tick);

/* It ends, by an exception when `raised`. */
void cg_finish(struct cg_thread *th, uint64_t frame, bool raised, uint64_t tick);

/*
 * A task is made here and now for the coroutine with that frame. Later calls for the same
 * coroutine before it starts change nothing.
 */
void cg_task_created(struct cg_thread *th, uint64_t frame);

/*
 * That many plain calls of Python code are open below where recording begins, and are not
 * recorded: their ends, and those of C functions among them, are nothing.
 */
void cg_before_hidden(struct cg_thread *th, uint32_t calls);

/* Activations that are open when recording begins, outermost first. */
void cg_before_plain(struct cg_thread *th, uint64_t key);
void cg_before_suspendable(struct cg_thread *th, uint64_t key, enum cg_kind kind,
                           uint64_t frame, uint64_t below);

static inline struct cg_img_activation *
cg_act_at(const struct cg_thread *th, cg_ref ref)
{
	return ref ? cg_image_at(th->base, ref) : NULL;
}

/* Does this YIELD belong to the chain whose inner part was suspended by the last event? */
static inline bool
cg_is_chained_suspend(const struct cg_thread *th, uint64_t frame, uint64_t value)
{
	return th->last_event == CG_LAST_SUSPEND && th->last_value == value && th->top &&
	       th->top->frame == frame &&
	       cg_act_at(th, th->last_act)->awaiter == cg_image_ref(th->base, th->top);
}

/*
 * Does this RESUME follow that of the activation which delegates to it, and did both
 * suspend together? An async generator that was idle did not: its consumer ran before.
 */
static inline bool
cg_is_chained_resume(const struct cg_thread *th, uint64_t frame, uint64_t below)
{
	return th->last_event == CG_LAST_RESUME && th->last_value == frame && th->top &&
	       th->top->frame == below;
}

/* Does this THROW pass on what the inner part of the chain has just been left by? */
static inline bool
cg_is_chained_throw(const struct cg_thread *th, uint64_t frame)
{
	return th->last_event == CG_LAST_LEAVE && th->last_act &&
	       cg_act_at(th, th->last_act)->frame == frame;
}
#endif
