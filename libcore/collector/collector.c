/* A recording's frame: beginning and ending it, its texts, its losses. */
#include "collector/collector.h"

#include "base/alloc.h"
#include "collector/thread.h"

#include <errno.h>
#include <string.h>

static void
fill_header(struct cg_collector *c, const struct cg_settings *settings)
{
	struct cg_img_header *header = cg_image_header(&c->image);

	header->clock_kind = settings->clock;
	header->builtins = settings->builtins;
	header->gap_limit = settings->gap_limit;
	header->start = settings->start;
	header->latest = settings->start;
	atomic_store(&header->state, CG_IMG_RECORDING);
}

static bool
no_task(void *arg, uint64_t frame)
{
	(void)arg;
	(void)frame;
	return false;
}

static bool
no_name(void *arg, uint64_t frame, struct cg_text *name)
{
	(void)arg;
	(void)frame;
	(void)name;
	return false;
}

enum cg_status
cg_collector_new(struct cg_collector **collector, const struct cg_settings *settings)
{
	struct cg_collector *c = cg_zalloc(1, sizeof *c);
	enum cg_status status;

	if (!c)
		return CG_NOMEM;
	status = cg_image_create(&c->image, settings->path);
	if (status) {
		int saved = errno;

		cg_free(c);
		errno = saved;
		return status;
	}
	pthread_mutex_init(&c->lock, NULL);
	c->shared = settings->shared;
	cg_frames_init(&c->frames, c->shared);
	c->ops = settings->ops;
	if (!c->ops.is_task)
		c->ops.is_task = no_task;
	if (!c->ops.task_name)
		c->ops.task_name = no_name;
	c->gap_limit = settings->gap_limit;
	c->ms = settings->ms;
	c->node_budget = settings->node_budget ? settings->node_budget : CG_NODE_BUDGET;
	fill_header(c, settings);
	*collector = c;
	return CG_OK;
}

void
cg_collector_free(struct cg_collector *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->thread_count; i++)
		cg_thread_free(c->threads[i]);
	cg_free(c->threads);
	cg_map_release(&c->strings);
	cg_map_release(&c->functions);
	cg_map_release(&c->keys);
	cg_frames_release(&c->frames);
	pthread_mutex_destroy(&c->lock);
	cg_image_release(&c->image);
	cg_free(c);
}

void
cg_collector_stop(struct cg_collector *c, const struct cg_clock_pair *now)
{
	struct cg_img_header *header = cg_image_header(&c->image);

	header->stop = *now;
	header->latest = *now;
	atomic_store_explicit(&header->state, CG_IMG_STOPPED, memory_order_release);
}

enum cg_status
cg_collector_set_meta(struct cg_collector *c, enum cg_img_meta which, struct cg_text text)
{
	cg_ref ref = cg_collector_intern(c, text);

	if (!ref)
		return c->image.status ? c->image.status : CG_NOMEM;
	cg_image_header(&c->image)->meta[which] = ref;
	return CG_OK;
}

void
cg_collector_lose(struct cg_collector *c)
{
	atomic_fetch_add_explicit(&cg_image_header(&c->image)->lost_events, 1,
	                          memory_order_relaxed);
}
