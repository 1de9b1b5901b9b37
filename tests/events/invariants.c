/* The invariants of an image, found out from its records alone. */
#include "invariants.h"

#include "image_walk.h"

#include <inttypes.h>
#include <stdio.h>

#define SANE (UINT64_C(1) << 62) /* more is a negative number */

static const struct cg_img_thread *
thread_at(const struct cg_image *image, cg_ref ref)
{
	return cg_image_at(image->base, ref);
}

static cg_ref
owner_of(const struct cg_image *image, cg_ref node)
{
	return cg_image_slab_of(image->base, node)->owner;
}

/* Self run adds up to the time with a stack, which was measured on its own. */
static void
check_thread(const struct cg_image *image, cg_ref ref, struct report *report)
{
	const struct cg_img_thread *th = thread_at(image, ref);
	struct walk walk = {image, CG_IMG_NODES, 2, 0, 0};
	uint64_t run = 0, idle = node_of(image, th->root)->run, busy = th->busy;
	cg_ref at;

	while ((at = walk_next(&walk)))
		if (at != th->root && owner_of(image, at) == ref)
			run += node_of(image, at)->run;
	if (th->current != th->root)
		busy += th->last - th->busy_since;
	if (run != busy)
		report_bad(report, "thread %u: self run %" PRIu64 ", busy %" PRIu64, th->id, run,
		           busy);
	if (th->count == 1 && run + idle != th->last - th->first)
		report_bad(report, "thread %u: run %" PRIu64 " + idle %" PRIu64 " of %" PRIu64,
		           th->id, run, idle, th->last - th->first);
	if (owner_of(image, th->current) != ref || owner_of(image, th->root) != ref)
		report_bad(report, "thread %u: its stack stands in another tree", th->id);
	if (!th->live && th->current != th->root)
		report_bad(report, "thread %u: has ended, but not its stack", th->id);
}

static void
check_node(const struct cg_image *image, cg_ref ref, struct report *report)
{
	const struct cg_img_node *n = node_of(image, ref);
	char path[240];

	node_path(image, ref, path, sizeof path);
	if (n->parent && owner_of(image, n->parent) != owner_of(image, ref))
		report_bad(report, "%s: its parent is in another thread's tree", path);
	if (n->run > SANE || n->await > SANE || n->hosted > SANE || n->calls > SANE ||
	    n->raised > SANE || n->suspensions > SANE)
		report_bad(
			report,
			"%s: a negative number: run %" PRIx64 " await %" PRIx64 " hosted %" PRIx64
			" calls %" PRIx64 " raised %" PRIx64 " susp %" PRIx64,
			path, n->run, n->await, n->hosted, n->calls, n->raised, n->suspensions);
	if (n->gap > n->run)
		report_bad(report, "%s: long gaps %" PRIu64 " of run %" PRIu64, path, n->gap,
		           n->run);
	if (n->edge == CG_EDGE_SPAWN && node_of(image, n->parent)->parent)
		report_bad(report, "%s: a task root not below its thread's root", path);
}

/* Each answer of the CPU clock is one node's, and together they cover all time but the last. */
static void
check_cpu(const struct cg_image *image, cg_ref ref, struct report *report)
{
	const struct cg_img_thread *th = thread_at(image, ref);
	struct walk walk = {image, CG_IMG_NODES, 2, 0, 0};
	uint64_t gap = 0, before = 0, cpu = 0;
	cg_ref at;

	while ((at = walk_next(&walk))) {
		const struct cg_img_node *n = node_of(image, at);

		gap += owner_of(image, at) == ref ? n->gap : 0;
		before += owner_of(image, at) == ref ? n->gap_before : 0;
		cpu += owner_of(image, at) == ref ? n->gap_cpu_ns : 0;
	}
	if (gap != th->gap || before != th->gap_before || cpu != th->gap_cpu_ns)
		report_bad(report, "thread %u: its long gaps are not those of its nodes", th->id);
	if (th->count == 1 && gap + before != th->cpu_tick - th->first)
		report_bad(report,
		           "thread %u: the CPU clock was asked about %" PRIu64 " of %" PRIu64,
		           th->id, gap + before, th->cpu_tick - th->first);
}

/* No place has two nodes. */
static void
check_doubles(const struct cg_image *image, cg_ref ref, struct report *report)
{
	const struct cg_img_node *n = node_of(image, ref);
	const struct cg_img_function *f = cg_image_at(image->base, n->function);
	cg_ref at = n->function ? atomic_load(&f->nodes) : 0;
	bool found = !n->function;

	for (; at; at = node_of(image, at)->next_of_function) {
		const struct cg_img_node *m = node_of(image, at);
		char path[240];

		found |= at == ref;
		if (at == ref || m->parent != n->parent || m->edge != n->edge ||
		    m->origin != n->origin)
			continue;
		node_path(image, ref, path, sizeof path);
		report_bad(report, "%s: there are two of it", path);
	}
	if (!found)
		report_bad(report, "a node is not in its function's list");
}

/* The way back from the top of a stack leads past all its activations to its root. */
static void
check_stack(const struct cg_image *image, cg_ref ref, cg_ref current, cg_ref act,
            struct report *report)
{
	const struct cg_img_thread *th = thread_at(image, ref);
	cg_ref node = current;

	for (long left = 1000000; node && node != th->root && left > 0; left--) {
		const struct cg_img_activation *a = cg_image_at(image->base, act);
		bool own = act && a->node == node;

		if (act && a->state != CG_ACT_RUNNING)
			break;
		node = own ? a->ret : node_of(image, node)->parent;
		act = own ? a->below : act;
	}
	if (node != th->root || act)
		report_bad(report, "thread %u: its stack does not lead to its root", th->id);
}

/* Calls on one of a thread's stacks that need no activation, of one function. */
static uint64_t
open_on_stack(const struct cg_image *image, cg_ref ref, cg_ref current, cg_ref act,
              cg_ref function)
{
	const struct cg_img_thread *th = thread_at(image, ref);
	cg_ref node = current;
	uint64_t n = 0;

	for (long left = 1000000; node != th->root && left > 0; left--) {
		const struct cg_img_activation *a = cg_image_at(image->base, act);

		if (act && a->node == node) {
			node = a->ret;
			act = a->below;
			continue;
		}
		n += node_of(image, node)->function == function;
		node = node_of(image, node)->parent;
	}
	return n;
}

static uint64_t
open_of(const struct cg_image *image, cg_ref function)
{
	struct walk threads = {image, CG_IMG_THREADS, 4, 0, 0};
	struct walk stacks = {image, CG_IMG_STACKS, 1, 0, 0};
	struct walk acts = {image, CG_IMG_ACTIVATIONS, 2, 0, 0};
	uint64_t n = 0;
	cg_ref ref;

	while ((ref = walk_next(&threads))) {
		const struct cg_img_thread *th = thread_at(image, ref);

		n += open_on_stack(image, ref, th->current, th->activation, function);
	}
	while ((ref = walk_next(&stacks))) {
		const struct cg_img_stack *stack = cg_image_at(image->base, ref);

		if (stack->greenlet)
			n += open_on_stack(image, stack->thread, stack->current, stack->activation,
			                   function);
	}
	while ((ref = walk_next(&acts))) {
		const struct cg_img_activation *a = cg_image_at(image->base, ref);

		if (a->state != CG_ACT_FREE && a->state != CG_ACT_CREATED &&
		    !(a->flags & CG_ACT_BEFORE) && a->start_node &&
		    node_of(image, a->start_node)->function == function)
			n++;
	}
	return n;
}

/* What has raised and what is open was called. */
static void
check_function(const struct cg_image *image, cg_ref ref, struct report *report)
{
	const struct cg_img_function *f = cg_image_at(image->base, ref);
	const struct cg_img_string *name = cg_image_at(image->base, f->name);
	uint64_t calls = 0, raised = 0, open = open_of(image, ref);

	for (cg_ref at = atomic_load(&f->nodes); at;
	     at = node_of(image, at)->next_of_function) {
		calls += node_of(image, at)->calls;
		raised += node_of(image, at)->raised;
	}
	if (raised + open > calls)
		report_bad(report,
		           "%.*s: raised %" PRIu64 " + open %" PRIu64 " of %" PRIu64 " calls",
		           (int)name->length, name->bytes, raised, open, calls);
}

/* A root's calls are the tasks that its creators started. */
static void
check_spawns(const struct cg_image *image, cg_ref root, struct report *report)
{
	struct walk walk = {image, CG_IMG_SPAWNS, 1, 0, 0};
	uint64_t n = 0;
	cg_ref ref;

	while ((ref = walk_next(&walk))) {
		const struct cg_img_spawn *spawn = cg_image_at(image->base, ref);

		n += spawn->root == root ? spawn->count : 0;
	}
	if (n != node_of(image, root)->calls)
		report_bad(report, "a task root: %" PRIu64 " tasks, %" PRIu64 " calls", n,
		           node_of(image, root)->calls);
}

void
invariants_check(const struct cg_image *image, bool whole, struct report *report)
{
	struct walk threads = {image, CG_IMG_THREADS, 4, 0, 0};
	struct walk nodes = {image, CG_IMG_NODES, 2, 0, 0};
	struct walk functions = {image, CG_IMG_FUNCTIONS, 1, 0, 0};
	struct walk stacks = {image, CG_IMG_STACKS, 1, 0, 0};
	cg_ref ref;

	while ((ref = walk_next(&threads))) {
		check_stack(image, ref, thread_at(image, ref)->current,
		            thread_at(image, ref)->activation, report);
		check_thread(image, ref, report);
		check_cpu(image, ref, report);
	}
	while ((ref = walk_next(&stacks))) {
		const struct cg_img_stack *stack = cg_image_at(image->base, ref);

		if (stack->greenlet)
			check_stack(image, stack->thread, stack->current, stack->activation, report);
	}
	if (report->bad)
		return; /* what follows walks the stacks */
	while ((ref = walk_next(&functions)))
		check_function(image, ref, report);
	while ((ref = walk_next(&nodes))) {
		check_node(image, ref, report);
		if (whole)
			check_doubles(image, ref, report);
		if (whole && node_of(image, ref)->edge == CG_EDGE_SPAWN &&
		    !node_of(image, ref)->folded)
			check_spawns(image, ref, report);
	}
}
