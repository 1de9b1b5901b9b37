/*
 * Groups: small chunks of an archive travel in one, so that they share a head, checksums
 * and deflate's memory (doc/trace-format.md, "GRUP").
 */
#ifndef CG_TRACE_GROUP_H
#define CG_TRACE_GROUP_H
#include "base/buffer.h"

/* A chunk in a group. */
struct cg_member {
	uint32_t type;
	uint8_t flags; /* CG_TRACE_REQUIRED or 0 */
	const uint8_t *payload;
	size_t size; /* bytes of the payload */
};

/* Append a member; trouble is in out->status. */
void cg_group_put(struct cg_buffer *out, const struct cg_member *member);

/*
 * Read the member at *at, which moves behind it. Its payload is borrowed. CG_CORRUPT when
 * it is cut.
 */
enum cg_status cg_group_next(const uint8_t **at, const uint8_t *end,
                             struct cg_member *member);
#endif
