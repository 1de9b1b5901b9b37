/* The shards of the map from frames to records. A lock is held for a few memory accesses. */
#include "collector/frames.h"

#include <sched.h>

enum { SPINS = 200 };

static struct cg_frame_shard *
enter(struct cg_frames *frames, uint64_t frame)
{
	struct cg_frame_shard *shard = &frames->shards[cg_map_mix(frame) % CG_FRAME_SHARDS];

	for (int n = 0; atomic_flag_test_and_set_explicit(&shard->busy, memory_order_acquire);
	     n++)
		if (n > SPINS)
			sched_yield();
	return shard;
}

static void
leave(struct cg_frame_shard *shard)
{
	atomic_flag_clear_explicit(&shard->busy, memory_order_release);
}

void
cg_frames_init(struct cg_frames *frames, bool shared)
{
	frames->shared = shared;
	for (int i = 0; i < CG_FRAME_SHARDS; i++) {
		frames->shards[i].map = (struct cg_map){.near = true};
		atomic_flag_clear(&frames->shards[i].busy);
	}
}

void
cg_frames_release(struct cg_frames *frames)
{
	for (int i = 0; i < CG_FRAME_SHARDS; i++)
		cg_map_release(&frames->shards[i].map);
}

cg_ref
cg_frames_get_shared(struct cg_frames *frames, uint64_t frame)
{
	struct cg_frame_shard *shard = enter(frames, frame);
	cg_ref ref = cg_map_get(&shard->map, frame, 0);

	leave(shard);
	return ref;
}

enum cg_status
cg_frames_put_shared(struct cg_frames *frames, uint64_t frame, cg_ref act)
{
	struct cg_frame_shard *shard = enter(frames, frame);
	enum cg_status status = cg_map_put(&shard->map, frame, 0, act);

	leave(shard);
	return status;
}

void
cg_frames_remove_shared(struct cg_frames *frames, uint64_t frame)
{
	struct cg_frame_shard *shard = enter(frames, frame);

	cg_map_remove(&shard->map, frame, 0);
	leave(shard);
}
