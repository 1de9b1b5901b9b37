/* A window on a source: look ahead, then move on, always knowing where one is. */
#ifndef CG_TRACE_INPUT_H
#define CG_TRACE_INPUT_H
#include "base/buffer.h"
#include "trace/sink.h"

enum { CG_INPUT_WINDOW = 65536 };

struct cg_input {
	const struct cg_source *source;
	uint8_t *window; /* owned, CG_INPUT_WINDOW bytes */
	size_t at, len;  /* what is read and not yet taken: window[at..len) */
	uint64_t offset; /* of window[at] in the file */
	bool ended;      /* the source has no more */
};

/* CG_NOMEM. Owned: cg_input_release. */
enum cg_status cg_input_init(struct cg_input *in, const struct cg_source *source);
void cg_input_release(struct cg_input *in);

/*
 * The next n bytes (at most CG_INPUT_WINDOW) without taking them, borrowed until the next
 * call. *got is less than n at the end of the source only. What the source gave.
 */
enum cg_status cg_input_peek(struct cg_input *in, size_t n, const uint8_t **bytes,
                             size_t *got);

/* Take n bytes that were peeked at. */
void cg_input_skip(struct cg_input *in, size_t n);

/*
 * Append the next n bytes to a buffer, which grows with what is there and not with what was
 * asked for. CG_TRUNCATED when the source ends before; CG_NOMEM; what the source gave.
 */
enum cg_status cg_input_take(struct cg_input *in, size_t n, struct cg_buffer *out);
#endif
