/* Events as data. */
#include "event.h"

#include "collector/hot.h"
#include "collector/thread.h"

#include <inttypes.h>
#include <stdio.h>

static void
apply_flow(struct cg_thread *th, const struct event *e, uint64_t frame, uint64_t below)
{
	const struct world_function *f = e->function;

	switch (e->kind) {
	case EVENT_START:
		cg_start(th, f->key, f->kind, frame, below, e->tick);
		break;
	case EVENT_SUSPEND:
		cg_suspend(th, frame, e->value, e->idle, e->tick);
		break;
	case EVENT_RESUME:
		cg_resume(th, f->key, f->kind, frame, below, e->tick);
		break;
	case EVENT_THROW:
		cg_throw(th, f->key, f->kind, frame, below, e->fresh, e->tick);
		break;
	case EVENT_FINISH:
		cg_finish(th, frame, e->raised, e->tick);
		break;
	case EVENT_TASK:
		cg_task_created(th, frame);
		break;
	default:
		cg_before_suspendable(th, f->key, f->kind, frame, below);
	}
}

static void
apply_rest(struct world *w, struct cg_thread *th, const struct event *e)
{
	switch (e->kind) {
	case EVENT_ENTER:
		cg_enter(th, e->function->key, e->tick);
		break;
	case EVENT_LEAVE:
		cg_leave(th, e->function->key, e->raised, e->tick);
		break;
	case EVENT_BEFORE:
		cg_before_plain(th, e->function->key);
		break;
	case EVENT_CURRENT:
		w->thread->task = e->frame;
		break;
	case EVENT_HIDDEN:
		cg_before_hidden(th, (uint32_t)e->value);
		break;
	case EVENT_SWITCH:
		(void)cg_switch(th, e->from, e->value, e->fresh, e->tick);
		break;
	case EVENT_FORGET:
		cg_collector_forget(w->collector, e->function->key);
		break;
	default:
		cg_thread_end(th, e->tick);
		w->thread->th = NULL;
	}
}

void
event_apply(struct world *w, const struct event *e)
{
	uint64_t frame = e->frame ? world_frame_address(w, e->frame) : 0;
	uint64_t below = e->below ? world_frame_address(w, e->below) : 0;
	struct cg_thread *th;

	w->thread = world_thread(w, e->thread);
	th = world_thread_at(w, e->tick);
	if (!th)
		return;
	if (e->frame && e->kind != EVENT_CURRENT)
		apply_flow(th, e, frame, below);
	else
		apply_rest(w, th, e);
}

static const char *
name(const struct world_frame *frame)
{
	return frame ? frame->name : "-";
}

static void
print_words(const struct event *e)
{
	const char *f = e->function ? e->function->name : "";

	switch (e->kind) {
	case EVENT_ENTER:
		printf("enter %s", f);
		break;
	case EVENT_LEAVE:
		printf("leave %s", f);
		break;
	case EVENT_START:
		printf("start %s %s", f, e->frame->name);
		break;
	case EVENT_SUSPEND:
		printf("suspend %s v%" PRIu64, e->frame->name, e->value);
		break;
	case EVENT_RESUME:
		printf("resume %s of %s", e->frame->name, f);
		break;
	case EVENT_THROW:
		printf("throw %s of %s", e->frame->name, f);
		break;
	case EVENT_FINISH:
		printf("finish %s", e->frame->name);
		break;
	case EVENT_TASK:
		printf("task %s", e->frame->name);
		break;
	case EVENT_CURRENT:
		printf("current %s", name(e->frame));
		break;
	case EVENT_BEFORE:
		printf("before %s %s", f, e->frame ? e->frame->name : "");
		break;
	case EVENT_HIDDEN:
		printf("hidden %" PRIu64, e->value);
		break;
	case EVENT_SWITCH:
		printf("switch %" PRIu64 " %" PRIu64, e->from, e->value);
		break;
	case EVENT_END:
		printf("end");
		break;
	case EVENT_FORGET:
		printf("forget %s", f);
		break;
	}
}

void
event_print(const struct event *e)
{
	printf("thread %u\n%" PRIu64 " ", e->thread, e->tick - WORLD_EPOCH);
	print_words(e);
	if (e->below)
		printf(" below %s", e->below->name);
	printf("%s%s%s\n", e->raised ? " raise" : "", e->idle ? " idle" : "",
	       e->fresh ? " fresh" : "");
}
