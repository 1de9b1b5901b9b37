/* One piece at a time changes hands, under a lock: what there is to wait for is hundreds of
 * times as long. */
#include "behind.h"

#include <unistd.h>

static void *
behind_run(void *arg)
{
	struct cg_behind *b = arg;

	pthread_mutex_lock(&b->lock);
	for (;;) {
		while (!b->bytes && !b->ends)
			pthread_cond_wait(&b->changed, &b->lock);
		if (!b->bytes)
			break;
		pthread_mutex_unlock(&b->lock);
		b->pass(b->arg, b->bytes, b->n);
		pthread_mutex_lock(&b->lock);
		b->bytes = NULL;
		pthread_cond_signal(&b->changed);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

void
cg_behind_init(struct cg_behind *behind, void (*pass)(void *arg, char *bytes, size_t n),
               void *arg)
{
	*behind = (struct cg_behind){.pass = pass, .arg = arg};
	pthread_mutex_init(&behind->lock, NULL);
	pthread_cond_init(&behind->changed, NULL);
}

/* Wait, and then leave `bytes` to the thread, or its end. */
static void
behind_change(struct cg_behind *b, char *bytes, size_t n, bool ends)
{
	pthread_mutex_lock(&b->lock);
	while (b->bytes)
		pthread_cond_wait(&b->changed, &b->lock);
	b->bytes = bytes;
	b->n = n;
	b->ends = ends;
	pthread_cond_signal(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

void
cg_behind_put(struct cg_behind *behind, char *bytes, size_t n)
{
	if (!behind->started && sysconf(_SC_NPROCESSORS_ONLN) > 1)
		behind->running = pthread_create(&behind->thread, NULL, behind_run, behind) == 0;
	behind->started = true;
	if (behind->running)
		behind_change(behind, bytes, n, false);
	else
		behind->pass(behind->arg, bytes, n);
}

void
cg_behind_wait(struct cg_behind *behind)
{
	if (behind->running)
		behind_change(behind, NULL, 0, false);
}

void
cg_behind_release(struct cg_behind *behind)
{
	if (behind->running) {
		behind_change(behind, NULL, 0, true);
		pthread_join(behind->thread, NULL);
	}
	pthread_cond_destroy(&behind->changed);
	pthread_mutex_destroy(&behind->lock);
}
