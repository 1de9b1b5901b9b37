/*
 * Records and segments of activations that can suspend.
 *
 * The idea to know: a running segment keeps its own way back (`ret`, `below`), since the
 * node it is placed at need not be a child of what it runs on.
 */
#include "collector/activation.h"

#include "collector/chain.h"
#include "collector/hold.h"
#include "collector/hot.h"
#include "collector/place.h"
#include "collector/slowest.h"

#include <string.h>

/* What the frame of a record is that runs while another activation has its own. */
#define NO_FRAME UINT64_MAX

/* A record never used before, or one that the collector has back. */
static cg_ref
take_shared(struct cg_collector *c)
{
	cg_ref ref = c->free_acts;

	if (ref) {
		c->free_acts =
			((struct cg_img_activation *)cg_image_at(c->image.base, ref))->next_free;
		return ref;
	}
	ref = cg_image_take(&c->image, &c->act_slabs, CG_IMG_ACTIVATIONS, 0, 2);
	if (ref)
		cg_image_publish(c->image.base, ref, 2);
	return ref;
}

/* The rest is filled when it is needed. */
static void
clear(struct cg_img_activation *act)
{
	memset(act, 0, CG_IMG_UNIT);
}

static struct cg_img_activation *
take_record(struct cg_thread *th)
{
	cg_ref ref = th->free_acts;
	struct cg_img_activation *act;

	if (!ref) {
		cg_collector_lock(th->collector);
		ref = take_shared(th->collector);
		cg_collector_unlock(th->collector);
		if (!ref)
			return NULL;
		act = cg_image_at(th->base, ref);
	} else {
		act = cg_image_at(th->base, ref);
		th->free_acts = act->next_free;
		th->free_act_count--;
	}
	clear(act);
	return act;
}

/* To the thread's own list, which may be another's than it came from; if full, to all. */
static void
give_back(struct cg_thread *th, struct cg_img_activation *act)
{
	struct cg_collector *c = th->collector;
	cg_ref ref = cg_image_ref(th->base, act);

	act->frame = 0;
	if (th->free_act_count < CG_FREE_ACTS) {
		act->next_free = th->free_acts;
		th->free_acts = ref;
		th->free_act_count++;
		return;
	}
	cg_collector_lock(c);
	act->next_free = c->free_acts;
	c->free_acts = ref;
	cg_collector_unlock(c);
}

/* Out of the table, if no other activation has begun at its frame. */
static void
forget_ended(struct cg_thread *th, cg_ref ref)
{
	struct cg_img_activation *act = cg_act_at(th, ref);

	if (!act || act->state != CG_ACT_FREE || !act->frame)
		return;
	cg_frames_remove(&th->collector->frames, act->frame);
	give_back(th, act);
}

/* Into the table, and among those found last. */
static bool
remember(struct cg_thread *th, uint64_t frame, cg_ref ref)
{
	if (cg_frames_put(&th->collector->frames, frame, ref))
		return false;
	if (!th->collector->shared)
		th->recent[cg_recent_place(frame)] = ref;
	return true;
}

struct cg_img_activation *
cg_act_new(struct cg_thread *th, uint64_t frame)
{
	struct cg_img_activation *act = frame ? cg_act_find_any(th, frame) : NULL;

	if (act && act->state == CG_ACT_FREE) {
		clear(act);
		act->frame = frame;
		return act;
	}
	act = take_record(th);
	if (!act)
		return NULL;
	act->frame = frame;
	if (frame && !remember(th, frame, cg_image_ref(th->base, act))) {
		give_back(th, act);
		return NULL;
	}
	return act;
}

void
cg_act_free(struct cg_thread *th, struct cg_img_activation *act)
{
	cg_ref *ended = &th->ended[cg_recent_place(act->frame)];
	cg_ref ref = cg_image_ref(th->base, act);

	act->state = CG_ACT_FREE;
	if (!act->frame || act->frame == NO_FRAME) {
		give_back(th, act);
	} else if (th->collector->shared) {
		cg_frames_remove(&th->collector->frames, act->frame);
		give_back(th, act);
	} else if (*ended != ref) {
		forget_ended(th, *ended);
		*ended = ref;
	}
}

void
cg_act_abandon(struct cg_thread *th, struct cg_img_activation *act)
{
	if (act->state != CG_ACT_RUNNING) {
		cg_act_free(th, act);
		return;
	}
	cg_frames_remove(&th->collector->frames, act->frame);
	act->frame = NO_FRAME;
}

void
cg_act_vanish(struct cg_thread *th, struct cg_img_activation *act)
{
	th->img->vanished++;
	cg_chain_break_off(th); /* what goes on may have passed it by, and it was freed */
	if (act->state == CG_ACT_RUNNING && cg_act_unwind_to(th, act))
		cg_act_pop(th, act);
	cg_act_abandon(th, act);
}

void
cg_acts_note_asked(struct cg_thread *th)
{
	struct cg_img_activation *act = th->top;

	/* below one that has been told all have */
	for (; act && !(act->flags & CG_ACT_ASKED); act = cg_act_at(th, act->below)) {
		act->flags |= CG_ACT_ASKED;
		act->asked = th->img->gap + th->img->gap_before;
		act->answered = th->img->gap_cpu_ns;
	}
}

void
cg_act_make_root(struct cg_img_activation *act)
{
	act->flags |= CG_ACT_ROOT;
	act->start = 0;
	act->spawn = act->origin = act->task = 0;
}

static void
count_task_end(struct cg_thread *th, const struct cg_img_activation *act)
{
	struct cg_img_spawn *spawn = cg_image_at(th->base, act->spawn);
	uint64_t span = cg_since(th, act->start);

	spawn->span += span;
	if (span > spawn->longest)
		spawn->longest = span;
}

void
cg_act_end(struct cg_thread *th, struct cg_img_activation *act, bool raised)
{
	if (act->inner)
		cg_chain_end(th, act);
	if (act->state == CG_ACT_RUNNING)
		cg_act_pop(th, act);
	if (!(act->flags & CG_ACT_BEFORE))
		cg_act_home(th, act)->raised += raised;
	if (act->frame == 0) {
		struct cg_img_node *node = cg_image_at(th->base, act->node);

		if (--node->hidden == 0 && !node->folded)
			node->key = act->key;
		if (th->greenlet == cg_image_ref(th->base, act))
			th->greenlet = 0;
	}
	if ((act->flags & CG_ACT_ROOT) && !(act->flags & CG_ACT_BEFORE)) {
		count_task_end(th, act);
		cg_slowest_end(th, act, raised);
	}
	cg_act_free(th, act);
}

/* Is it one of the segments on this thread's stack? */
static bool
is_on_stack(const struct cg_thread *th, const struct cg_img_activation *act)
{
	const struct cg_img_activation *a;

	if (act->state != CG_ACT_RUNNING)
		return false;
	for (a = th->top; a; a = cg_act_at(th, a->below))
		if (a == act)
			return true;
	return false;
}

void
cg_act_unwind_one(struct cg_thread *th)
{
	th->img->unwound++;
	if (th->top && cg_act_is_on_top(th, th->top))
		cg_act_end(th, th->top, true);
	else
		cg_plain_pop(th, true);
}

bool
cg_act_unwind_to(struct cg_thread *th, struct cg_img_activation *act)
{
	if (cg_act_is_on_top(th, act))
		return true;
	if (!is_on_stack(th, act))
		return false;
	while (!cg_act_is_on_top(th, act))
		cg_act_unwind_one(th);
	return true;
}

void
cg_act_unwind_all(struct cg_thread *th)
{
	while (th->current != th->root)
		cg_act_unwind_one(th);
}
