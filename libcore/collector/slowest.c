/*
 * Records of single tasks.
 *
 * The idea to know: most tasks are short and many, and get no record. One that is still
 * there after OLD milliseconds does, and so does one that ends among the slowest so far. A
 * task may sleep for ever after its first step, so while there are few it gets one at once.
 */
#include "collector/slowest.h"

#include "collector/hot.h"

#include <string.h>

enum { OLD = 100, FEW = 1000 };

static cg_ref
take_record(struct cg_collector *c)
{
	cg_ref ref = c->free_tasks;
	struct cg_img_task *task;

	c->task_records++;
	if (!ref) {
		ref = cg_image_take(&c->image, &c->task_slabs, CG_IMG_TASKS, 0, 2);
		if (ref)
			cg_image_publish(c->image.base, ref, 2);
		return ref;
	}
	task = cg_image_at(c->image.base, ref);
	c->free_tasks = task->next_free;
	memset(task, 0, sizeof *task);
	return ref;
}

static void
give_back(struct cg_collector *c, cg_ref ref)
{
	struct cg_img_task *task = cg_image_at(c->image.base, ref);

	c->task_records--;
	task->spawn = 0;
	task->next_free = c->free_tasks;
	c->free_tasks = ref;
}

static void
copy_name(struct cg_thread *th, struct cg_img_task *task, uint64_t frame)
{
	const struct cg_ops *ops = &th->collector->ops;
	struct cg_text name;
	size_t n;

	if (!ops->task_name(ops->arg, frame, &name))
		return;
	n = name.length < CG_IMG_TASK_NAME ? name.length : CG_IMG_TASK_NAME - 1;
	while (n < name.length && n > 0 && (name.bytes[n] & 0xc0) == 0x80)
		n--; /* not inside a character */
	memcpy(task->name, name.bytes, n);
}

static struct cg_img_task *
record_of(struct cg_thread *th, struct cg_img_activation *act)
{
	struct cg_img_task *task;

	if (!act->task) {
		cg_collector_lock(th->collector);
		act->task = take_record(th->collector);
		cg_collector_unlock(th->collector);
		if (!act->task)
			return NULL;
		act->flags |= CG_ACT_LISTED;
		task = cg_image_at(th->base, act->task);
		copy_name(th, task, act->frame);
		task->thread = cg_image_ref(th->base, th->img);
		task->start = act->start;
		task->spawn = act->spawn;
	}
	return cg_image_at(th->base, act->task);
}

void
cg_slowest_note(struct cg_thread *th, struct cg_img_activation *act)
{
	uint64_t ms = th->collector->ms;

	if (ms && !(act->flags & CG_ACT_LISTED) && cg_since(th, act->start) > OLD * ms)
		(void)record_of(th, act); /* without room it goes unlisted */
}

void
cg_slowest_park(struct cg_thread *th, struct cg_img_activation *act)
{
	/* a stale look costs a record too many or too few */
	if (th->collector->ms && !(act->flags & CG_ACT_LISTED) &&
	    th->collector->task_records < FEW)
		(void)record_of(th, act);
}

static uint64_t
span_of(const struct cg_collector *c, cg_ref ref)
{
	const struct cg_img_task *task = cg_image_at(c->image.base, ref);

	return task->end - task->start;
}

/* The place in the list of the slowest for a task of that span, or NULL: too short. */
static cg_ref *
find_place(struct cg_collector *c, uint64_t span)
{
	cg_ref *least = &c->slowest[0];

	if (c->slowest_count < CG_SLOWEST)
		return &c->slowest[c->slowest_count++];
	if (span <= atomic_load_explicit(&c->slowest_span, memory_order_relaxed))
		return NULL;
	for (size_t i = 1; i < CG_SLOWEST; i++)
		if (span_of(c, c->slowest[i]) < span_of(c, *least))
			least = &c->slowest[i];
	give_back(c, *least);
	return least;
}

static void
set_least(struct cg_collector *c)
{
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < c->slowest_count; i++)
		if (span_of(c, c->slowest[i]) < least)
			least = span_of(c, c->slowest[i]);
	/* others look at it without the lock: only ever at a whole answer */
	if (c->slowest_count == CG_SLOWEST)
		atomic_store_explicit(&c->slowest_span, least, memory_order_relaxed);
}

/* Keep an ended task's record among the slowest, or give it back. */
static void
file(struct cg_collector *c, cg_ref ref)
{
	cg_ref *place = find_place(c, span_of(c, ref));

	if (!place) {
		give_back(c, ref);
		return;
	}
	*place = ref;
	set_least(c);
}

void
cg_slowest_end(struct cg_thread *th, struct cg_img_activation *act, bool raised)
{
	struct cg_collector *c = th->collector;
	uint64_t span = cg_since(th, act->start);
	struct cg_img_task *task;

	/* a stale look at slowest_span costs a record or a lock, never a wrong list */
	if (!act->task && span <= atomic_load_explicit(&c->slowest_span, memory_order_relaxed))
		return;
	task = record_of(th, act);
	if (!task)
		return;
	task->end = act->start + span;
	task->parked = act->parked;
	task->segments = act->segments;
	task->raised = raised;
	cg_collector_lock(c);
	file(c, act->task);
	cg_collector_unlock(c);
}
