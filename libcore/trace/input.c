/* The window: filled at its end, taken from its front, moved down when it is full. */
#include "trace/input.h"

#include <string.h>

#include "base/alloc.h"

enum cg_status
cg_input_init(struct cg_input *in, const struct cg_source *source)
{
	*in = (struct cg_input){.source = source, .window = cg_alloc(CG_INPUT_WINDOW)};
	return in->window ? CG_OK : CG_NOMEM;
}

void
cg_input_release(struct cg_input *in)
{
	cg_free(in->window);
	in->window = NULL;
}

/* Read until n bytes are there or the source ends. */
static enum cg_status
fill(struct cg_input *in, size_t n)
{
	if (in->at + n > CG_INPUT_WINDOW) {
		memmove(in->window, in->window + in->at, in->len - in->at);
		in->len -= in->at;
		in->at = 0;
	}
	while (in->len - in->at < n && !in->ended) {
		size_t got = 0;
		enum cg_status status = in->source->read(in->source->arg, in->window + in->len,
		                                         CG_INPUT_WINDOW - in->len, &got);

		if (status)
			return status;
		in->ended = got == 0;
		in->len += got;
	}
	return CG_OK;
}

enum cg_status
cg_input_peek(struct cg_input *in, size_t n, const uint8_t **bytes, size_t *got)
{
	enum cg_status status = fill(in, n);

	if (status)
		return status;
	*bytes = in->window + in->at;
	*got = in->len - in->at < n ? in->len - in->at : n;
	return CG_OK;
}

void
cg_input_skip(struct cg_input *in, size_t n)
{
	in->at += n;
	in->offset += n;
}

enum cg_status
cg_input_take(struct cg_input *in, size_t n, struct cg_buffer *out)
{
	while (n > 0) {
		size_t want = n < CG_INPUT_WINDOW ? n : CG_INPUT_WINDOW, got;
		const uint8_t *bytes;
		enum cg_status status = cg_input_peek(in, want, &bytes, &got);

		if (status)
			return status;
		cg_buffer_put(out, bytes, got);
		if (out->status)
			return out->status;
		cg_input_skip(in, got);
		if (got < want)
			return CG_TRUNCATED;
		n -= got;
	}
	return CG_OK;
}
