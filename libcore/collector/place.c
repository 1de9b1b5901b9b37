/*
 * Places: finding and making nodes, and the rare ways of entering and leaving them.
 *
 * The idea to know: a node is looked for four times, each slower and rarer: the child
 * entered last and what came after it (inline), the key, the function. Only then is it made.
 */
#include "collector/place.h"

#include "collector/activation.h"
#include "collector/hot.h"
#include "collector/stack.h"

static uint64_t
callee_id(cg_ref function, enum cg_edge_kind edge)
{
	return (uint64_t)function << 2 | edge;
}

static cg_ref
caller_of(const struct cg_thread *th, cg_ref parent)
{
	return ((const struct cg_img_node *)cg_image_at(th->base, parent))->function;
}

static void
remember_pair(struct cg_thread *th, const struct cg_img_node *node, cg_ref ref)
{
	uint64_t callee = callee_id(node->function, node->edge);
	cg_ref caller = caller_of(th, node->parent);

	if (!cg_map_get(&th->pairs, callee, caller))
		(void)cg_map_put(&th->pairs, callee, caller, ref); /* else folds go elsewhere */
}

struct cg_img_node *
cg_node_new(struct cg_thread *th, cg_ref parent, cg_ref function, enum cg_edge_kind edge,
            cg_ref origin)
{
	struct cg_collector *c = th->collector;
	cg_ref owner = cg_image_ref(th->base, th->img);
	cg_ref ref = cg_image_take(&c->image, &th->node_slabs, CG_IMG_NODES, owner, 2);
	struct cg_img_function *f = cg_image_at(th->base, function);
	struct cg_img_node *node;

	if (!ref)
		return NULL;
	node = cg_image_at(th->base, ref);
	node->parent = parent;
	node->function = function;
	node->edge = edge;
	node->origin = origin;
	cg_image_publish(th->base, ref, 2);
	atomic_fetch_add_explicit(&c->node_count, 1, memory_order_relaxed);
	remember_pair(th, node, ref);
	cg_collector_lock(c);
	node->next_of_function = f->nodes;
	atomic_store_explicit(&f->nodes, ref, memory_order_release);
	cg_collector_unlock(c);
	return node;
}

static uint32_t
depth_of(const struct cg_thread *th, const struct cg_img_node *node)
{
	uint32_t depth = 0;

	for (; node != th->root; node = cg_image_at(th->base, node->parent))
		depth++;
	return depth;
}

/* One step up from a node whose inclusive time is not exact any more. */
static struct cg_img_node *
climb(struct cg_thread *th, struct cg_img_node *node, bool *awaited)
{
	node->skewed = 1;
	*awaited &= node->edge == CG_EDGE_AWAIT;
	return cg_image_at(th->base, node->parent);
}

/*
 * What is called at `from` counts at `to`: whoever is above one of the two alone has too
 * little or too much. Above both waits differ, too, where they go up from one only.
 */
static void
mark_skewed(struct cg_thread *th, struct cg_img_node *from, enum cg_edge_kind edge,
            struct cg_img_node *to)
{
	uint32_t from_depth = depth_of(th, from), to_depth = depth_of(th, to);
	bool from_waits = edge == CG_EDGE_AWAIT, to_waits = true, go_on = true;

	while (from != to)
		if (from_depth >= to_depth) {
			from = climb(th, from, &from_waits);
			from_depth--;
		} else {
			to = climb(th, to, &to_waits);
			to_depth--;
		}
	if (from_waits == to_waits)
		return;
	while (go_on && from != th->root)
		from = climb(th, from, &go_on);
}

struct cg_img_node *
cg_node_fold(struct cg_thread *th, struct cg_img_node *parent, cg_ref function,
             enum cg_edge_kind edge)
{
	struct cg_img_node *node = parent;
	cg_ref ref;

	while (node != th->root && node->function != function)
		node = cg_image_at(th->base, node->parent);
	if (node == th->root) {
		ref = cg_map_get(&th->pairs, callee_id(function, edge), parent->function);
		if (!ref)
			return NULL;
		node = cg_image_at(th->base, ref);
	}
	atomic_fetch_add_explicit(&cg_image_header(&th->collector->image)->folds, 1,
	                          memory_order_relaxed);
	node->folded = 1;
	node->key = 0;
	mark_skewed(th, parent, edge, node);
	return node;
}

static struct cg_img_node *
find_by_function(struct cg_thread *th, cg_ref parent, cg_ref function,
                 enum cg_edge_kind edge)
{
	uint64_t id = callee_id(function, edge);
	cg_ref ref = cg_map_get(&th->by_function, id, parent);
	struct cg_img_node *node;

	if (ref)
		return cg_image_at(th->base, ref);
	if (cg_node_budget_is_spent(th)) {
		node = cg_node_fold(th, cg_image_at(th->base, parent), function, edge);
		if (node)
			return node;
	}
	node = cg_node_new(th, parent, function, edge, 0);
	if (!node)
		return NULL;
	if (cg_map_put(&th->by_function, id, parent, cg_image_ref(th->base, node)))
		return NULL;
	return node;
}

/* Without the GIL a thread drops its own index by keys when some key has died. */
static void
forget_dead_keys(struct cg_thread *th)
{
	struct cg_collector *c = th->collector;
	uint32_t deaths;

	if (!c->shared)
		return;
	deaths = atomic_load_explicit(&c->deaths, memory_order_acquire);
	if (th->deaths != deaths)
		cg_map_release(&th->by_key);
	th->deaths = deaths;
}

struct cg_img_node *
cg_child(struct cg_thread *th, struct cg_img_node *parent, uint64_t key,
         enum cg_edge_kind edge)
{
	cg_ref parent_ref = cg_image_ref(th->base, parent);
	cg_ref ref = cg_likely_child(th, parent, key | edge), function;
	struct cg_img_node *node;

	if (ref) {
		parent->last_child = ref;
		return cg_image_at(th->base, ref);
	}
	forget_dead_keys(th);
	ref = cg_map_get(&th->by_key, key | edge, parent_ref);
	if (!ref) {
		function = cg_collector_function(th->collector, key);
		if (!function)
			return NULL;
		node = find_by_function(th, parent_ref, function, edge);
		if (!node)
			return NULL;
		ref = cg_image_ref(th->base, node);
		if (cg_map_put(&th->by_key, key | edge, parent_ref, ref))
			return NULL;
		if (!node->folded && !node->hidden)
			node->key = key | edge;
	}
	if (parent != th->root)
		cg_follow(th, parent, ref);
	return cg_image_at(th->base, ref);
}

bool
cg_plain_push(struct cg_thread *th, struct cg_img_node *node, uint64_t key, uint8_t flags)
{
	struct cg_img_activation *act = cg_act_new(th, 0);

	if (!act)
		return false;
	act->key = key;
	act->flags = flags;
	node->hidden++;
	node->key = 0;
	cg_act_push(th, act, node);
	act->start_node = act->node;
	return true;
}

/* Into a child that is not known by this key, or not as a simple one. */
static CG_NOINLINE void
enter_unknown(struct cg_thread *th, uint64_t key)
{
	struct cg_img_node *node;

	if (th->is_new && th->current == th->root) {
		cg_stack_begin(th, key);
		return;
	}
	node = cg_child(th, th->current, key, CG_EDGE_CALL);
	if (!node) {
		cg_collector_lose(th->collector);
		return;
	}
	if (node->folded || node->hidden) {
		if (cg_plain_push(th, node, key, 0))
			node->calls++;
		else
			cg_collector_lose(th->collector);
		return;
	}
	node->calls++;
	if (th->current == th->root)
		cg_leave_root(th);
	/* code made anew under its old name, or two living code objects of one function */
	if (CG_UNLIKELY(node->key != key))
		node->key = key;
	cg_set_current(th, node);
}

void
cg_enter_slow(struct cg_thread *th, uint64_t key, uint64_t tick)
{
	struct cg_img_node *from = th->current, *node;
	cg_ref ref;

	cg_advance(th, tick);
	th->last_event = CG_LAST_OTHER;
	ref = cg_map_get(&th->by_key, key, th->img->current);
	node = cg_image_at(th->base, ref);
	/* a key that has died is no node's: this is right without the GIL, too */
	if (CG_UNLIKELY(!ref || node->key != key || from == th->root)) {
		enter_unknown(th, key);
		return;
	}
	cg_follow(th, from, ref);
	node->calls++;
	th->current = node;
	th->img->current = ref;
}

static bool
is_builtin(const struct cg_thread *th, const struct cg_img_node *node)
{
	const struct cg_img_function *f = cg_image_at(th->base, node->function);

	return node != th->root && f->kind == CG_KIND_BUILTIN;
}

/*
 * Is it a node of that function? One that was folded into while open has lost its key, and
 * so has one that another greenlet came to by a call with an activation, or by other code.
 */
static bool
is_of(const struct cg_thread *th, const struct cg_img_node *node, uint64_t key)
{
	return node->key == key ||
	       (node != th->root &&
	        cg_collector_find_function(th->collector, key) == node->function);
}

/* How many C functions stand above the plain call that is left; -1: it is not below them. */
static int
count_above(const struct cg_thread *th, uint64_t key)
{
	const struct cg_img_activation *act = th->top;
	const struct cg_img_node *node = th->current;

	for (int n = 0;; n++) {
		bool own = act && act->node == cg_image_ref(th->base, node);

		if (own ? act->frame == 0 && act->key == key : is_of(th, node, key))
			return n;
		/* nothing below what can suspend is on top, nor below a Python function */
		if ((own && act->frame) || !is_builtin(th, node))
			return -1;
		node = cg_image_at(th->base, own ? act->ret : node->parent);
		act = own ? cg_act_at(th, act->below) : act;
	}
}

void
cg_plain_pop(struct cg_thread *th, bool raised)
{
	struct cg_img_node *node = th->current;

	node->raised += raised;
	cg_set_current(th, cg_image_at(th->base, node->parent));
	if (th->current == th->root)
		cg_reach_root(th);
}

/* Is it the end of a call that was hidden below the root? */
static bool
is_hidden_end(struct cg_thread *th, uint64_t key)
{
	if (th->current != th->root || th->hidden == 0)
		return false;
	if (!(key & CG_KEY_BUILTIN))
		th->hidden--;
	return true;
}

void
cg_before_hidden(struct cg_thread *th, uint32_t calls)
{
	th->hidden = calls;
}

void
cg_leave_slow(struct cg_thread *th, uint64_t key, bool raised, uint64_t tick)
{
	int above;

	cg_advance(th, tick);
	th->last_event = CG_LAST_OTHER;
	above = count_above(th, key);
	if (above < 0) {
		if (!is_hidden_end(th, key))
			th->img->dropped++;
		return;
	}
	while (above-- > 0)
		cg_act_unwind_one(th);
	if (th->top && cg_act_is_on_top(th, th->top))
		cg_act_end(th, th->top, raised);
	else
		cg_plain_pop(th, raised);
}
