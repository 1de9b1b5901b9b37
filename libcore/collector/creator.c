/*
 * Who makes tasks and starts threads.
 *
 * The idea to know: what a user calls the creator is the function that says create_task,
 * submit or start, not what the standard library does below that. Packages of event loops
 * are marked as functions are described; here threads' own modules are told by their names.
 */
#include "collector/creator.h"

#include <string.h>

/* Modules that start threads on behalf of who calls them. */
static const char *const of_threads[] = {
	"threading",
	"concurrent.futures._base",
	"concurrent.futures.thread",
	"concurrent.futures.process",
	"multiprocessing.context",
	"multiprocessing.dummy",
	"multiprocessing.pool",
	"multiprocessing.queues",
	NULL,
};

static bool
is_root(const struct cg_img_node *node)
{
	return node->parent == 0;
}

static bool
is_of_threads(const struct cg_thread *th, const struct cg_img_function *f)
{
	const struct cg_img_string *module;

	if (!f->module)
		return false;
	module = cg_image_at(th->base, f->module);
	for (const char *const *name = of_threads; *name; name++)
		if (module->length == strlen(*name) &&
		    memcmp(module->bytes, *name, module->length) == 0)
			return true;
	return false;
}

/* From the top of the stack up to what is no machinery, or to a thread's root. 0: none. */
static cg_ref
find(const struct cg_thread *th, bool thread)
{
	cg_ref ref = th->img->current;

	while (ref) {
		const struct cg_img_node *node = cg_image_at(th->base, ref);
		const struct cg_img_function *f = cg_image_at(th->base, node->function);

		if (is_root(node))
			return ref;
		if (f->kind != CG_KIND_BUILTIN && !(f->flags & CG_FN_LOOP) &&
		    !(thread && is_of_threads(th, f)))
			return ref;
		ref = cg_creator_up(node);
	}
	return 0;
}

cg_ref
cg_task_creator(const struct cg_thread *th)
{
	cg_ref ref = find(th, false);

	return ref && is_root(cg_image_at(th->base, ref)) ? 0 : ref;
}

cg_ref
cg_thread_starter(const struct cg_thread *th)
{
	cg_ref ref = find(th, true);
	const struct cg_img_thread *owner;

	if (!ref || !is_root(cg_image_at(th->base, ref)))
		return ref;
	owner = cg_image_at(th->base, cg_creator_owner(th, ref));
	return owner->origin;
}
