/*
 * Greenlets: one stack each, of which one is the thread's current one.
 *
 * The idea to know: a stack is three references (its top, its topmost activation, the call
 * it began with), so a switch puts three aside and takes three up. All begin at the
 * thread's root. While it is switched out, its time is hosted by its top: from start to
 * end a call's wall time has no gap, whoever else ran meanwhile. A stack that is empty
 * needs no record, so what has ended is forgotten without a word.
 */
#include "collector/stack.h"

#include "collector/activation.h"
#include "collector/place.h"
#include "collector/slowest.h"
#include "collector/creator.h"
#include "collector/task.h"

#include <string.h>

static struct cg_img_stack *
stack_at(const struct cg_thread *th, cg_ref ref)
{
	return ref ? cg_image_at(th->base, ref) : NULL;
}

static cg_ref
take_record(struct cg_thread *th)
{
	struct cg_collector *c = th->collector;
	cg_ref ref = th->free_stacks;

	if (ref) {
		th->free_stacks = stack_at(th, ref)->next;
		return ref;
	}
	cg_collector_lock(c);
	ref = cg_image_take(&c->image, &c->stack_slabs, CG_IMG_STACKS, 0, 1);
	if (ref)
		cg_image_publish(th->base, ref, 1);
	cg_collector_unlock(c);
	return ref;
}

static void
link_first(struct cg_thread *th, cg_ref ref)
{
	struct cg_img_stack *stack = stack_at(th, ref);
	struct cg_img_stack *next = stack_at(th, th->first_stack);

	stack->previous = 0;
	stack->next = th->first_stack;
	if (next)
		next->previous = ref;
	th->first_stack = ref;
}

/* No switch leads to that stack any more. */
static void
forget(struct cg_thread *th, cg_ref ref)
{
	struct cg_img_stack *stack = stack_at(th, ref);

	if (stack->greenlet)
		cg_map_remove(&th->stacks, stack->greenlet, 0);
	stack->greenlet = 0;
}

/* Out of the list and the index, and free. */
static void
give_back(struct cg_thread *th, cg_ref ref)
{
	struct cg_img_stack *stack = stack_at(th, ref);
	struct cg_img_stack *previous = stack_at(th, stack->previous);
	struct cg_img_stack *next = stack_at(th, stack->next);

	forget(th, ref);
	if (previous)
		previous->next = stack->next;
	else
		th->first_stack = stack->next;
	if (next)
		next->previous = stack->previous;
	memset(stack, 0, sizeof *stack);
	stack->next = th->free_stacks;
	th->free_stacks = ref;
}

/* The thread's stack is that one from now on. */
static void
set_stack(struct cg_thread *th, const struct cg_img_stack *stack)
{
	th->img->activation = stack->activation;
	th->top = cg_act_at(th, stack->activation);
	th->greenlet = stack->root;
	th->hidden = stack->hidden;
	th->is_new = false;
	cg_set_current(th, cg_image_at(th->base, stack->current));
	if (th->current != th->root)
		cg_leave_root(th);
}

static void
set_empty(struct cg_thread *th)
{
	const struct cg_img_stack empty = {.current = th->img->root};

	set_stack(th, &empty);
}

/* What the greenlet began with is a task of a kind: it parks, and goes on. */
static void
park(struct cg_thread *th)
{
	struct cg_img_activation *act = cg_act_at(th, th->greenlet);

	cg_acts_note_asked(th);
	if (!act)
		return;
	if (act->segments == 1)
		cg_slowest_park(th, act);
}

static void
unpark(struct cg_thread *th, const struct cg_img_stack *stack)
{
	struct cg_img_activation *act = cg_act_at(th, th->greenlet);

	if (!act)
		return;
	act->parked += cg_since(th, stack->left);
	act->segments++;
	cg_slowest_note(th, act);
}

/* The stack goes on: its top has hosted what ran meanwhile. */
static void
take_up(struct cg_thread *th, cg_ref ref)
{
	const struct cg_img_stack *stack = stack_at(th, ref);

	set_stack(th, stack);
	if (th->current != th->root)
		th->current->hosted += cg_since(th, stack->left);
	unpark(th, stack);
	give_back(th, ref);
}

/* What is on a stack that nobody will go on with is unwound; the thread's is empty then. */
static void
drop(struct cg_thread *th, cg_ref ref)
{
	take_up(th, ref);
	cg_act_unwind_all(th);
	set_empty(th);
}

void
cg_stacks_unwind(struct cg_thread *th)
{
	while (th->first_stack)
		drop(th, th->first_stack);
	set_empty(th);
}

static bool
add(struct cg_thread *th, uint64_t greenlet)
{
	cg_ref ref = take_record(th);
	struct cg_img_stack *stack = stack_at(th, ref);

	if (!ref)
		return false;
	if (cg_map_put(&th->stacks, greenlet, 0, ref)) {
		stack->next = th->free_stacks;
		th->free_stacks = ref;
		return false;
	}
	stack->left = th->img->last;
	stack->thread = cg_image_ref(th->base, th->img);
	stack->current = th->img->current;
	stack->activation = th->img->activation;
	stack->root = th->greenlet;
	stack->hidden = th->hidden;
	link_first(th, ref);
	stack->greenlet = greenlet;
	return true;
}

static void
put_aside(struct cg_thread *th, uint64_t greenlet)
{
	if (th->current == th->root && !th->hidden)
		return;
	park(th);
	if (!add(th, greenlet)) {
		cg_act_unwind_all(th);
		cg_collector_lose(th->collector);
	}
	if (th->current != th->root)
		cg_reach_root(th);
}

/* The stack that was put aside for a greenlet, for nobody to find; 0: there is none. */
static cg_ref
find_stale(struct cg_thread *th, uint64_t greenlet)
{
	cg_ref ref = cg_map_get(&th->stacks, greenlet, 0);

	if (ref)
		forget(th, ref);
	return ref;
}

bool
cg_switch(struct cg_thread *th, uint64_t from, uint64_t to, bool fresh, uint64_t tick)
{
	cg_ref stale, known;

	cg_advance(th, tick);
	th->last_event = CG_LAST_OTHER;
	th->last_act = 0;
	if (from == to)
		return true;
	th->maker = fresh ? cg_task_creator(th) : 0;
	stale = find_stale(th, from); /* switches were missed */
	put_aside(th, from);
	set_empty(th);
	if (stale)
		drop(th, stale);
	stale = fresh ? find_stale(th, to) : 0; /* of an earlier one with that address */
	if (stale)
		drop(th, stale);
	known = cg_map_get(&th->stacks, to, 0);
	if (known)
		take_up(th, known);
	th->is_new = fresh;
	return known != 0;
}

static bool
push_first(struct cg_thread *th, struct cg_img_activation *act)
{
	struct cg_img_node *node = cg_task_place(th, act);

	if (!node)
		return false;
	node->hidden++;
	node->key = 0;
	node->calls++;
	cg_act_push(th, act, node);
	act->start_node = act->node;
	cg_task_count(th, act);
	th->greenlet = cg_image_ref(th->base, act);
	return true;
}

void
cg_stack_begin(struct cg_thread *th, uint64_t key)
{
	struct cg_img_activation *act = cg_act_new(th, 0);

	th->is_new = false;
	if (!act) {
		cg_collector_lose(th->collector);
		return;
	}
	cg_act_make_root(act);
	act->key = key;
	act->edge = CG_EDGE_SPAWN;
	act->origin = th->maker;
	act->start = th->img->last;
	if (push_first(th, act))
		return;
	cg_act_free(th, act);
	cg_collector_lose(th->collector);
}
