/* Frames to records, with and without shards, and from several threads at once. */
#include "base/alloc.h"
#include "collector/frames.h"
#include "tap.h"

#include <pthread.h>

enum { FRAMES = 500, THREADS = 4, ROUNDS = 3000 };

static uint64_t
frame_of(unsigned thread, unsigned i)
{
	return UINT64_C(0x7f0000000000) + ((uint64_t)thread << 30) + i * 96u;
}

static bool
round_trip(struct cg_frames *frames, unsigned thread)
{
	bool good = true;

	for (unsigned i = 0; i < FRAMES; i++)
		good &= cg_frames_put(frames, frame_of(thread, i), i + 1) == CG_OK;
	for (unsigned i = 0; i < FRAMES; i++)
		good &= cg_frames_get(frames, frame_of(thread, i)) == i + 1;
	for (unsigned i = 0; i < FRAMES; i += 2)
		cg_frames_remove(frames, frame_of(thread, i));
	for (unsigned i = 0; i < FRAMES; i++)
		good &= cg_frames_get(frames, frame_of(thread, i)) == (i % 2 ? i + 1 : 0);
	return good;
}

static void
alone(bool shared)
{
	struct cg_frames frames;

	cg_frames_init(&frames, shared);
	eq(cg_frames_get(&frames, frame_of(0, 0)), 0, "an empty one has nothing");
	ok(round_trip(&frames, 0), "frames come and go");
	(void)cg_frames_put(&frames, frame_of(0, 1), 77);
	eq(cg_frames_get(&frames, frame_of(0, 1)), 77, "a frame that is used again");
	cg_alloc_fail_at(0);
	for (unsigned i = 0; i < 100000; i++)
		if (cg_frames_put(&frames, frame_of(1, i), 1) == CG_NOMEM)
			break;
	ok(cg_frames_get(&frames, frame_of(0, 1)) == 77, "a failed put leaves the others");
	cg_alloc_fail_at(-1);
	cg_frames_release(&frames);
}

static struct cg_frames shared_frames;

static void *
run(void *arg)
{
	unsigned thread = *(const unsigned *)arg;
	bool good = true;

	for (int i = 0; i < ROUNDS / FRAMES; i++)
		good &= round_trip(&shared_frames, thread);
	return good ? arg : NULL;
}

static void
together(void)
{
	pthread_t threads[THREADS];
	unsigned numbers[THREADS];
	bool good = true;

	cg_frames_init(&shared_frames, true);
	for (unsigned i = 0; i < THREADS; i++) {
		numbers[i] = i;
		good &= pthread_create(&threads[i], NULL, run, &numbers[i]) == 0;
	}
	for (unsigned i = 0; good && i < THREADS; i++) {
		void *result = NULL;

		good &= pthread_join(threads[i], &result) == 0 && result;
	}
	ok(good, "each thread finds its own");
	cg_frames_release(&shared_frames);
}

int
main(void)
{
	alone(false);
	alone(true);
	together();
	return done();
}
