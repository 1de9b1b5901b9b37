/*
 * Forks.
 *
 * The idea to know: the child's handler only puts private memory over the image and turns
 * the epoch, so that its events find no recording; the first of them disarms the hooks.
 */
#include "fork.h"

#include "recorder.h"
#include "world.h"

#include <pthread.h>

static struct cg_collector *left; /* the parent's, in a child */

static void
before(void)
{
	cg_recorder_lock();
}

static void
in_parent(void)
{
	struct cg_collector *collector = cg_recorder.collector;

	if (collector)
		atomic_fetch_add(&cg_image_header(&collector->image)->forks, 1);
	cg_recorder_unlock();
}

static void
in_child(void)
{
	left = cg_recorder.collector;
	cg_recorder_leave();
	cg_world_forked();
	cg_recorder_unlock();
}

int
cg_fork_watch(void)
{
	static bool watching;
	int error = watching ? 0 : pthread_atfork(before, in_parent, in_child);

	watching = error == 0;
	return error;
}

bool
cg_fork_forget(void)
{
	struct cg_collector *collector = left;

	left = NULL;
	if (!collector)
		return false;
	/* Only the address space, which runs out after some generations of children: what
	 * other threads were changing at the fork cannot be walked. */
	cg_image_release(&collector->image);
	return true;
}
