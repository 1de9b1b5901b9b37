/*
 * Task roots.
 *
 * The idea to know: a thread writes only its own tree, so a task's root is a child of the
 * root of the thread that runs it, and names its creator's node, wherever that is, as its
 * origin. Tasks that make themselves anew share one root, so that the tree stays flat.
 */
#include "collector/task.h"

#include "collector/activation.h"
#include "collector/creator.h"
#include "collector/hot.h"
#include "collector/place.h"

/* A root of that function in this thread's tree on the way up from the creator, or 0. */
static cg_ref
shared_root(const struct cg_thread *th, cg_ref creator, cg_ref function)
{
	cg_ref mine = cg_image_ref(th->base, th->img);

	for (cg_ref ref = creator; ref;) {
		const struct cg_img_node *node = cg_image_at(th->base, ref);

		if (node->edge == CG_EDGE_SPAWN && node->function == function &&
		    cg_creator_owner(th, ref) == mine)
			return ref;
		ref = cg_creator_up(node);
	}
	return 0;
}

/* Past the node budget: whatever root of that function there is. */
static cg_ref
any_root(struct cg_thread *th, cg_ref function)
{
	struct cg_img_node *node = cg_node_fold(th, th->root, function, CG_EDGE_SPAWN);

	return node ? cg_image_ref(th->base, node) : 0;
}

static cg_ref
make_spawn(struct cg_thread *th, cg_ref function, cg_ref creator)
{
	struct cg_collector *c = th->collector;
	cg_ref root = shared_root(th, creator, function);
	struct cg_img_spawn *spawn;
	struct cg_img_node *node;
	cg_ref ref;

	if (!root && cg_node_budget_is_spent(th))
		root = any_root(th, function);
	if (!root) {
		node = cg_node_new(th, th->img->root, function, CG_EDGE_SPAWN, creator);
		if (!node)
			return 0;
		root = cg_image_ref(th->base, node);
	}
	cg_collector_lock(c);
	ref = cg_image_take(&c->image, &c->spawn_slabs, CG_IMG_SPAWNS, 0, 1);
	if (ref) {
		spawn = cg_image_at(th->base, ref);
		spawn->creator = creator;
		spawn->root = root;
		cg_image_publish(th->base, ref, 1);
	}
	cg_collector_unlock(c);
	if (!ref || cg_map_put(&th->spawns, function, creator, ref))
		return 0;
	return ref;
}

struct cg_img_node *
cg_task_place(struct cg_thread *th, struct cg_img_activation *act)
{
	cg_ref function = cg_collector_function(th->collector, act->key);
	cg_ref ref;

	if (!function)
		return NULL;
	ref = cg_map_get(&th->spawns, function, act->origin);
	if (!ref)
		ref = make_spawn(th, function, act->origin);
	if (!ref)
		return NULL;
	act->spawn = ref;
	return cg_image_at(th->base,
	                   ((struct cg_img_spawn *)cg_image_at(th->base, ref))->root);
}

struct cg_img_node *
cg_task_node(struct cg_thread *th, struct cg_img_activation *act)
{
	if (cg_creator_owner(th, act->node) == cg_image_ref(th->base, th->img))
		return cg_image_at(th->base, act->node);
	return cg_task_place(th, act);
}

void
cg_task_count(struct cg_thread *th, struct cg_img_activation *act)
{
	struct cg_img_spawn *spawn = cg_image_at(th->base, act->spawn);
	const struct cg_ops *ops = &th->collector->ops;
	struct cg_text name;

	if (spawn->count++ == 0 && ops->task_name(ops->arg, act->frame, &name))
		spawn->name = cg_collector_intern(th->collector, name);
}

void
cg_task_created(struct cg_thread *th, uint64_t frame)
{
	struct cg_img_activation *act = cg_act_find(th, frame);

	if (act && act->state == CG_ACT_RUNNING)
		return; /* an eager task */
	if (act && act->state != CG_ACT_CREATED) {
		cg_act_vanish(th, act);
		act = NULL;
	}
	if (act)
		return; /* a nested return of the same task */
	act = cg_act_new(th, frame);
	if (!act) {
		cg_collector_lose(th->collector);
		return;
	}
	act->state = CG_ACT_CREATED;
	act->kind = CG_KIND_COROUTINE;
	cg_act_make_root(act);
	act->origin = cg_task_creator(th);
}
