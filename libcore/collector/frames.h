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

/* The record of a frame, or 0. */
cg_ref cg_frames_get(struct cg_frames *frames, uint64_t frame);

/* Add or replace. CG_NOMEM: unchanged. */
enum cg_status cg_frames_put(struct cg_frames *frames, uint64_t frame, cg_ref act);

void cg_frames_remove(struct cg_frames *frames, uint64_t frame);
#endif
