/*
 * Which activation a frame belongs to: a map from frames to records, in shards with a lock
 * each where threads run at once, one without where they do not.
 */
#ifndef CG_COLLECTOR_FRAMES_H
#define CG_COLLECTOR_FRAMES_H
#include "collector/map.h"

#include <stdatomic.h>
#include <stdbool.h>

enum { CG_FRAME_SHARDS = 64 };

struct cg_frame_shard {
	_Alignas(64) struct cg_map map;
	atomic_flag busy;
};

struct cg_frames {
	struct cg_frame_shard shards[CG_FRAME_SHARDS];
	bool shared; /* by threads that run at once; else shard 0 holds everything */
};

void cg_frames_init(struct cg_frames *frames, bool shared);
void cg_frames_release(struct cg_frames *frames);

/* The calls below, where threads run at once. */
cg_ref cg_frames_get_shared(struct cg_frames *frames, uint64_t frame);
enum cg_status cg_frames_put_shared(struct cg_frames *frames, uint64_t frame, cg_ref act);
void cg_frames_remove_shared(struct cg_frames *frames, uint64_t frame);

/* The record of a frame, or 0. */
static inline cg_ref
cg_frames_get(struct cg_frames *frames, uint64_t frame)
{
	if (frames->shared)
		return cg_frames_get_shared(frames, frame);
	return cg_map_get(&frames->shards[0].map, frame, 0);
}

/* Add or replace. CG_NOMEM: unchanged. */
static inline enum cg_status
cg_frames_put(struct cg_frames *frames, uint64_t frame, cg_ref act)
{
	if (frames->shared)
		return cg_frames_put_shared(frames, frame, act);
	return cg_map_put(&frames->shards[0].map, frame, 0, act);
}

static inline void
cg_frames_remove(struct cg_frames *frames, uint64_t frame)
{
	if (frames->shared)
		cg_frames_remove_shared(frames, frame);
	else
		cg_map_remove(&frames->shards[0].map, frame, 0);
}
#endif
