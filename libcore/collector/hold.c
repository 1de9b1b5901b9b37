/*
 * Long segments.
 *
 * The idea to know: they are rare, so they have a record of their own that only nodes with
 * one get, and the price for all other segments is one comparison.
 */
#include "collector/hold.h"

#include "collector/hot.h"

static struct cg_img_hold *
hold_of(struct cg_thread *th, cg_ref node_ref)
{
	struct cg_img_node *node = cg_image_at(th->base, node_ref);
	struct cg_collector *c = th->collector;
	struct cg_img_hold *hold = NULL;
	cg_ref ref = node->hold;

	if (ref)
		return cg_image_at(th->base, ref);
	cg_collector_lock(c);
	ref = cg_image_take(&c->image, &c->hold_slabs, CG_IMG_HOLDS, 0, 1);
	if (ref) {
		hold = cg_image_at(th->base, ref);
		hold->node = node_ref;
		cg_image_publish(th->base, ref, 1);
	}
	cg_collector_unlock(c);
	node->hold = ref;
	return hold;
}

void
cg_hold_note(struct cg_thread *th, const struct cg_img_activation *act, uint64_t ticks)
{
	uint64_t ms = th->collector->ms;
	struct cg_img_hold *hold;

	if (act->kind != CG_KIND_COROUTINE && act->kind != CG_KIND_ASYNC_GENERATOR)
		return;
	hold = hold_of(th, act->node);
	if (!hold) {
		cg_collector_lose(th->collector);
		return;
	}
	hold->over_10ms++;
	hold->over_50ms += ticks >= 50 * ms;
	hold->over_100ms += ticks >= 100 * ms;
	if (ticks > hold->longest)
		hold->longest = ticks;
	hold->held += ticks;
	if (!(act->flags & CG_ACT_ASKED))
		return;
	hold->asked += th->img->gap + th->img->gap_before - act->asked;
	hold->cpu_ns += th->img->gap_cpu_ns - act->answered;
}
