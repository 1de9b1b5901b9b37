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
#define CG_NOINLINE __attribute__((noinline))
#define CG_ALWAYS_INLINE inline __attribute__((always_inline))

/* A long gap, or a clock that went back: the ticks to charge. For cg_advance only. */
uint64_t cg_thread_gap(struct cg_thread *th, uint64_t gap, uint64_t tick);

/* The child of the current node for that key and edge, made when need be; NULL: no room. */
struct cg_img_node *cg_child(struct cg_thread *th, struct cg_img_node *parent,
                             uint64_t key, enum cg_edge_kind edge);

/* The same events when they are not the common case. */
void cg_enter_slow(struct cg_thread *th, uint64_t key, uint64_t tick);
void cg_leave_slow(struct cg_thread *th, uint64_t key, bool raised, uint64_t tick);

/* Ticks since a reading that another thread may have made: never negative. */
static inline uint64_t
cg_since(const struct cg_thread *th, uint64_t tick)
{
	return th->img->last > tick ? th->img->last - tick : 0;
}

static inline struct cg_img_activation *
cg_act_at(const struct cg_thread *th, cg_ref ref)
{
	return ref ? cg_image_at(th->base, ref) : NULL;
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

/*
 * The common case of an event, in as few instructions as there can be: cg_try_EVENT does
 * all of it, or nothing and says false; then cg_EVENT_slow is to be told. Callers without
 * reason to part the two take cg_EVENT.
 */

/* Ticks since the last event, when nothing is to be asked about them: no long gap. */
static inline bool
cg_is_short(const struct cg_thread *th, uint64_t tick, uint64_t *gap)
{
	*gap = tick - th->img->last;
	return CG_LIKELY(*gap <= th->gap_limit);
}

static inline void
cg_charge(struct cg_thread *th, struct cg_img_node *node, uint64_t tick, uint64_t gap)
{
	th->img->last = tick;
	node->run += gap;
}

/*
 * Remember that `from`, which is no root, is left for that node, and after which sibling. One
 * that contexts were folded into may be some other node's child, and is not found by these.
 */
static inline void
cg_follow(const struct cg_thread *th, struct cg_img_node *from, cg_ref ref)
{
	const struct cg_img_node *node = cg_image_at(th->base, ref);
	struct cg_img_node *last = cg_image_at(th->base, from->last_child);

	if (CG_UNLIKELY(node->folded) || ref == from->last_child)
		return;
	if (from->last_child)
		last->after = ref;
	from->last_child = ref;
}

/* The child of that key, edge included, where it is one of the two likely ones, else 0. */
static inline cg_ref
cg_likely_child(const struct cg_thread *th, const struct cg_img_node *from, uint64_t key)
{
	const struct cg_img_node *last = cg_image_at(th->base, from->last_child);
	const struct cg_img_node *next = cg_image_at(th->base, last->after);

	if (last->key == key)
		return from->last_child;
	return next->key == key ? last->after : 0;
}

/*
 * Into the child entered last, or what came after that one the last time. A root has none:
 * there a busy stretch begins, too.
 */
static inline bool
cg_try_enter(struct cg_thread *th, uint64_t key, uint64_t tick)
{
	struct cg_img_node *from = th->current;
	cg_ref ref = from->last_child;
	struct cg_img_node *node = cg_image_at(th->base, ref);
	uint64_t gap;

	if (node->key != key) {
		ref = node->after;
		node = cg_image_at(th->base, ref);
		if (CG_UNLIKELY(node->key != key))
			return false;
	}
	if (!cg_is_short(th, tick, &gap))
		return false;
	cg_charge(th, from, tick, gap);
	from->last_child = ref;
	th->last_event = CG_LAST_OTHER;
	node->calls++;
	/* likely the next one, which what ran since may have driven out of the nearest cache */
	__builtin_prefetch(cg_image_at(th->base, node->last_child));
	th->current = node;
	th->img->current = ref;
	return true;
}

/* To the parent, if that is no root. */
static inline bool
cg_try_leave(struct cg_thread *th, uint64_t key, bool raised, uint64_t tick)
{
	struct cg_img_node *node = th->current;
	cg_ref ref = node->parent;
	struct cg_img_node *under = cg_image_at(th->base, ref);
	uint64_t gap;

	if (CG_UNLIKELY(node->key != key) || CG_UNLIKELY(under == th->root) ||
	    !cg_is_short(th, tick, &gap))
		return false;
	cg_charge(th, node, tick, gap);
	th->last_event = CG_LAST_OTHER;
	if (raised)
		node->raised++;
	th->current = under;
	th->img->current = ref;
	return true;
}

/* A plain call begins: a function that cannot suspend, or a C function. */
static inline void
cg_enter(struct cg_thread *th, uint64_t key, uint64_t tick)
{
	if (!cg_try_enter(th, key, tick))
		cg_enter_slow(th, key, tick);
}

/* A plain call ends, by an exception when `raised`. */
static inline void
cg_leave(struct cg_thread *th, uint64_t key, bool raised, uint64_t tick)
{
	if (!cg_try_leave(th, key, raised, tick))
		cg_leave_slow(th, key, raised, tick);
}

/* A coroutine, generator or async generator starts. */
void cg_start_slow(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
                   uint64_t below, uint64_t tick);

/*
 * It hands `value` up and is off the stack. `idle`: at a yield of its own (an async
 * generator's real yield), not waiting. Generators are judged by how they were entered.
 */
void cg_suspend_slow(struct cg_thread *th, uint64_t frame, uint64_t value, bool idle,
                     uint64_t tick);

/* It goes on; one that is not known was begun before the recording. */
void cg_resume_slow(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
                    uint64_t below, uint64_t tick);

/* An exception is thrown into it. `fresh`: it had never run, so this is its start too. */
void cg_throw(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
              uint64_t below, bool fresh, uint64_t tick);

/* It ends, by an exception when `raised`. */
void cg_finish_slow(struct cg_thread *th, uint64_t frame, bool raised, uint64_t tick);

/*
 * A task is made here and now for the coroutine with that frame, which has not started, or
 * starts right here (an eager task). Later calls for the same coroutine before it starts
 * change nothing; what was known of the frame's last activation has ended without a word.
 */
void cg_task_created(struct cg_thread *th, uint64_t frame);

/*
 * The thread goes on with another greenlet, and with that one's own stack. Greenlets are
 * named by their addresses, never 0; `from` is the one whose stack it was. `fresh`: no
 * Python code runs in `to` yet. The result: is its stack known? If not, and it is not
 * fresh, what is open in it is to be told by cg_before_* now.
 */
bool cg_switch(struct cg_thread *th, uint64_t from, uint64_t to, bool fresh,
               uint64_t tick);

/*
 * That many plain calls of Python code are open below where recording begins, and are not
 * recorded: their ends, and those of C functions among them, are nothing.
 */
void cg_before_hidden(struct cg_thread *th, uint32_t calls);

/* Activations that are open when recording begins, outermost first. */
void cg_before_plain(struct cg_thread *th, uint64_t key);
void cg_before_suspendable(struct cg_thread *th, uint64_t key, enum cg_kind kind,
                           uint64_t frame, uint64_t below);

/* The activation on top of the stack, if that is no plain call, else NULL. */
static inline struct cg_img_activation *
cg_act_on_top(const struct cg_thread *th)
{
	return th->top && th->top->node == th->img->current ? th->top : NULL;
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

/*
 * The common case of a generator's step: one that nothing delegates to and that delegates
 * to nothing yields, and goes on under the node that it ran under before. Its state, kind,
 * edge and flags are then known, and compared and set as one number.
 */
static inline uint32_t
cg_step_word(enum cg_act_state state, uint8_t flags)
{
	struct cg_img_activation act = {
		.state = (uint8_t)state,
		.kind = CG_KIND_GENERATOR,
		.edge = CG_EDGE_CALL,
		.flags = flags,
	};

	return act.word;
}

static inline bool
cg_act_steps_alone(const struct cg_img_activation *act, uint32_t word)
{
	/* the kind first: a word whose bytes were just written is slow to read */
	return act->kind == CG_KIND_GENERATOR && act->word == word &&
	       !(act->awaiter | act->inner);
}

/*
 * Where its call, end and suspensions count on this thread: where it started, or where it
 * is placed now if that was in another thread's tree.
 */
static inline cg_ref
cg_act_home_ref(const struct cg_thread *th, const struct cg_img_activation *act)
{
	if (CG_LIKELY(act->node == act->start_node) ||
	    cg_image_slab_of(th->base, act->start_node)->owner != th->self)
		return act->node;
	return act->start_node;
}

static inline bool
cg_try_suspend(struct cg_thread *th, uint64_t frame, uint64_t value, uint64_t tick)
{
	struct cg_img_activation *act = cg_act_on_top(th);
	struct cg_img_node *under, *home;
	uint64_t gap;

	if (!act || act->frame != frame ||
	    !cg_act_steps_alone(act, cg_step_word(CG_ACT_RUNNING, 0)) || th->last_inner ||
	    !cg_is_short(th, tick, &gap))
		return false;
	under = cg_image_at(th->base, act->ret);
	if (CG_UNLIKELY(under == th->root))
		return false;
	cg_charge(th, th->current, tick, gap);
	home = cg_image_at(th->base, cg_act_home_ref(th, act));
	home->suspensions++;
	act->word = cg_step_word(CG_ACT_SUSPENDED, CG_ACT_IDLE);
	act->since = tick;
	th->last_event = CG_LAST_SUSPEND;
	th->last_act = th->img->activation;
	th->last_value = value;
	th->top = cg_act_at(th, act->below);
	th->img->activation = act->below;
	th->current = under;
	th->img->current = act->ret;
	return true;
}

/* Where `recent` of a thread has that frame, if anywhere. */
static inline unsigned
cg_recent_place(uint64_t frame)
{
	return (frame >> 6) % CG_RECENT_ACTS;
}

/* `below` is known to be of no interest: a plain call is on top of the stack. */
static inline bool
cg_try_resume(struct cg_thread *th, uint64_t key, uint64_t frame, uint64_t tick)
{
	cg_ref ref = th->recent[cg_recent_place(frame)];
	struct cg_img_activation *act = cg_image_at(th->base, ref);
	struct cg_img_node *node;
	uint64_t gap;

	if (!ref || act->frame != frame ||
	    !cg_act_steps_alone(act, cg_step_word(CG_ACT_SUSPENDED, CG_ACT_IDLE)) ||
	    !cg_is_short(th, tick, &gap))
		return false;
	node = cg_image_at(th->base, act->node);
	if (node->key != key || node->parent != th->img->current || th->current == th->root)
		return false;
	cg_charge(th, th->current, tick, gap);
	act->word = cg_step_word(CG_ACT_RUNNING, 0);
	act->ret = th->img->current;
	act->below = th->img->activation;
	act->since = tick;
	th->last_event = CG_LAST_RESUME;
	th->last_value = 0;
	th->top = act;
	th->img->activation = ref;
	th->current = node;
	th->img->current = act->node;
	return true;
}

/*
 * The common cases of coroutines, told in step.c: one starts that a coroutine awaits, it ends;
 * it suspends when what it awaits, if anything, has done so; it goes on when its awaiter, which
 * is on top of the stack, has. In a chain only the first that suspends takes `tick`, and the
 * first that goes on has another way.
 */
bool cg_try_start(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
                  uint64_t below, uint64_t tick);
bool cg_try_finish(struct cg_thread *th, uint64_t frame, bool raised, uint64_t tick);
bool cg_try_wait(struct cg_thread *th, uint64_t frame, uint64_t value, uint64_t tick);
bool cg_try_go_on(struct cg_thread *th, uint64_t frame, uint64_t below);

static inline void
cg_start(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
         uint64_t below, uint64_t tick)
{
	if (!below || !cg_try_start(th, key, kind, frame, below, tick))
		cg_start_slow(th, key, kind, frame, below, tick);
}

static inline void
cg_finish(struct cg_thread *th, uint64_t frame, bool raised, uint64_t tick)
{
	if (!cg_try_finish(th, frame, raised, tick))
		cg_finish_slow(th, frame, raised, tick);
}

static inline void
cg_suspend(struct cg_thread *th, uint64_t frame, uint64_t value, bool idle, uint64_t tick)
{
	if (!cg_try_suspend(th, frame, value, tick) &&
	    (idle || !cg_try_wait(th, frame, value, tick)))
		cg_suspend_slow(th, frame, value, idle, tick);
}

static inline void
cg_resume(struct cg_thread *th, uint64_t key, enum cg_kind kind, uint64_t frame,
          uint64_t below, uint64_t tick)
{
	/* a generator that a plain call asks for, or a part of a chain */
	if (cg_act_on_top(th) ? !cg_try_go_on(th, frame, below)
	                      : !cg_try_resume(th, key, frame, tick))
		cg_resume_slow(th, key, kind, frame, below, tick);
}
#endif
