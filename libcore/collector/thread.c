/* Threads: their records in the image, handed on from ended ones to their likes. */
#include "collector/thread.h"

#include "base/alloc.h"
#include "collector/activation.h"
#include "collector/hot.h"
#include "collector/stack.h"

#include <string.h>

static bool
add_root(struct cg_thread *th)
{
	struct cg_image *image = &th->collector->image;
	cg_ref owner = cg_image_ref(th->base, th->img);
	cg_ref ref = cg_image_take(image, &th->node_slabs, CG_IMG_NODES, owner, 2);

	if (!ref)
		return false;
	th->root = cg_image_at(th->base, ref);
	cg_image_publish(th->base, ref, 2);
	th->img->root = ref;
	cg_set_current(th, th->root);
	return true;
}

/* Everything that begins anew for each thread that uses the record. */
static void
begin(struct cg_thread *th, const struct cg_thread_facts *facts, uint64_t tick)
{
	th->last_event = CG_LAST_OTHER;
	th->img->last = tick;
	if (!th->img->count) {
		th->img->first = tick;
		th->img->native_id = facts->native_id;
		th->img->origin = facts->origin;
	}
	th->img->count++;
	th->img->cpu_ns = th->collector->ops.cpu(th->collector->ops.arg);
	th->img->cpu_tick = tick;
	th->img->live = 1;
}

/* The function of a node, or 0 for none. */
static cg_ref
function_at(const struct cg_collector *c, cg_ref node)
{
	return node ? ((struct cg_img_node *)cg_image_at(c->image.base, node))->function : 0;
}

/* By functions and not by nodes: a thread that starts its like has ever new nodes. */
static struct cg_thread *
find_ended(struct cg_collector *c, const struct cg_thread_facts *facts)
{
	cg_ref starter = function_at(c, facts->origin);

	for (size_t i = 0; i < c->thread_count; i++) {
		struct cg_thread *th = c->threads[i];

		if (!th->img->live && th->first_key == facts->first_key &&
		    function_at(c, th->img->origin) == starter)
			return th;
	}
	return NULL;
}

static enum cg_status
add_thread(struct cg_thread **out, struct cg_collector *c, uint64_t first_key)
{
	struct cg_thread *th;
	cg_ref ref = 0;

	if (cg_grow(&c->threads, &c->thread_cap, c->thread_count + 1, sizeof *c->threads))
		return CG_NOMEM;
	th = cg_zalloc(1, sizeof *th);
	if (!th)
		return CG_NOMEM;
	th->base = c->image.base;
	th->collector = c;
	th->gap_limit = c->gap_limit;
	th->long_segment = c->ms ? 10 * c->ms - 1 : UINT64_MAX;
	th->first_key = first_key;
	ref = cg_image_take(&c->image, &c->thread_slabs, CG_IMG_THREADS, 0, 4);
	if (ref) {
		th->img = cg_image_at(th->base, ref);
		th->img->id = (uint32_t)c->thread_count + 1;
		th->self = ref;
	}
	if (!ref || !add_root(th)) {
		cg_free(th);
		return c->image.status ? c->image.status : CG_NOMEM;
	}
	c->threads[c->thread_count++] = th;
	cg_image_publish(th->base, ref, 4);
	atomic_store(&cg_image_header(&c->image)->thread_count, (uint32_t)c->thread_count);
	*out = th;
	return CG_OK;
}

enum cg_status
cg_thread_begin(struct cg_thread **thread, struct cg_collector *c,
                const struct cg_thread_facts *facts, uint64_t tick)
{
	enum cg_status status = CG_OK;
	struct cg_thread *th;

	cg_collector_lock(c);
	th = find_ended(c, facts);
	if (!th)
		status = add_thread(&th, c, facts->first_key);
	if (!status)
		begin(th, facts, tick);
	cg_collector_unlock(c);
	if (!status)
		*thread = th;
	return status;
}

void
cg_thread_end(struct cg_thread *th, uint64_t tick)
{
	cg_advance(th, tick);
	cg_act_unwind_all(th);
	cg_stacks_unwind(th);
	cg_collector_lock(th->collector);
	th->img->live = 0; /* another thread may take the record over at once */
	cg_collector_unlock(th->collector);
}

void
cg_thread_name(struct cg_thread *th, struct cg_text name)
{
	if (!th->img->name)
		th->img->name = cg_collector_intern(th->collector, name);
}

void
cg_thread_free(struct cg_thread *th)
{
	cg_map_release(&th->by_key);
	cg_map_release(&th->by_function);
	cg_map_release(&th->spawns);
	cg_map_release(&th->pairs);
	cg_map_release(&th->stacks);
	cg_free(th);
}

/* Its thread may be giving the node another key at this moment. */
static void
forget_key(const struct cg_collector *c, struct cg_img_node *node, uint64_t key)
{
	uint64_t own = __atomic_load_n(&node->key, __ATOMIC_RELAXED);

	if ((own & ~(uint64_t)CG_KEY_EDGE) != key)
		return;
	if (!c->shared)
		node->key = 0;
	else
		(void)__atomic_compare_exchange_n(&node->key, &own, 0, false, __ATOMIC_RELAXED,
		                                  __ATOMIC_RELAXED);
}

void
cg_thread_forget(struct cg_collector *c, cg_ref ref, struct cg_img_node *node,
                 uint64_t key)
{
	const struct cg_img_slab *slab = cg_image_slab_of(c->image.base, ref);
	const struct cg_img_thread *img = cg_image_at(c->image.base, slab->owner);
	struct cg_thread *th = c->threads[img->id - 1];

	/* where threads run at once each does this itself, before it looks there again */
	if (!c->shared && node->folded)
		cg_map_release(&th->by_key); /* it is found from other parents, too */
	else if (!c->shared)
		cg_map_remove(&th->by_key, key | node->edge, node->parent);
	forget_key(c, node, key);
}

/* Keep the image's own idea of the time fresh, for a reader after a crash. */
static void
refresh_clock(struct cg_thread *th, uint64_t tick)
{
	struct cg_img_header *header = cg_image_header(&th->collector->image);

	if (header->clock_kind == CG_CLOCK_MADE_UP ||
	    tick - header->latest.tick <= th->gap_limit * 4096)
		return;
	cg_collector_lock(th->collector);
	header->latest = cg_clock_pair_now(header->clock_kind);
	cg_collector_unlock(th->collector);
}

uint64_t
cg_thread_gap(struct cg_thread *th, uint64_t gap, uint64_t tick)
{
	struct cg_img_thread *img = th->img;
	uint64_t before, cpu;

	if ((int64_t)gap < 0)
		return 0; /* counters of two processors may differ by a few ticks */
	cpu = th->collector->ops.cpu(th->collector->ops.arg);
	before = img->last - img->cpu_tick;
	cg_acts_note_asked(th);
	th->current->gap += gap;
	th->current->gap_before += before;
	th->current->gap_cpu_ns += cpu - img->cpu_ns;
	img->gap += gap;
	img->gap_before += before;
	img->gap_cpu_ns += cpu - img->cpu_ns;
	img->cpu_ns = cpu;
	img->cpu_tick = tick;
	refresh_clock(th, tick);
	return gap;
}
