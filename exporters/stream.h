/*
 * A bounded buffer in front of whatever takes the bytes, and another for what it is taking:
 * an export of any size needs no more memory than this. The status is sticky: after a
 * failure every put is ignored, so that a writer checks once, at the end.
 */
#ifndef CG_EXPORTERS_STREAM_H
#define CG_EXPORTERS_STREAM_H
#include <string.h>
#include "behind.h"
#include "corograph.h"

struct cg_gzip;

struct cg_stream {
	char *buffer; /* owned, CG_STREAM_BYTES */
	char *other;  /* owned, as large; with the thread behind */
	size_t len;
	struct cg_behind behind;
	cg_write_fn write;
	void *arg;             /* of write; borrowed */
	struct cg_gzip *gzip;  /* owned; NULL: the bytes go out as they are */
	enum cg_status status; /* changed behind, and so is `error`: see cg_behind_wait */
	int error;             /* errno of a failure */
	uint64_t bytes;        /* put so far and passed on, before compression */
};

enum {
	CG_STREAM_BYTES = 256 * 1024,
	CG_STREAM_ROOM = 4096 /* the most that cg_stream_room gives at once */
};

/*
 * Begin; `write` is called with pieces of at most CG_STREAM_BYTES, by another thread while
 * more is put, and by none when cg_stream_finish or _release has returned. The stream stays
 * where it is. CG_NOMEM.
 */
enum cg_status cg_stream_init(struct cg_stream *stream, cg_write_fn write, void *arg,
                              bool gzip);

/*
 * Pass on what is left and the end of the compressed stream. The first failure of all, CG_IO
 * with errno.
 */
enum cg_status cg_stream_finish(struct cg_stream *stream);

void cg_stream_release(struct cg_stream *stream);

/* Have an empty buffer. */
void cg_stream_flush(struct cg_stream *stream);

/* n bytes of any number. */
void cg_stream_put(struct cg_stream *stream, const void *bytes, size_t n);

/* A string without its NUL. */
static inline void
cg_stream_text(struct cg_stream *stream, const char *text)
{
	cg_stream_put(stream, text, strlen(text));
}

/*
 * Where up to `n` (at most CG_STREAM_ROOM) bytes may be written; cg_stream_wrote tells how
 * far they went. Never NULL: after a failure the bytes go nowhere.
 */
static inline char *
cg_stream_room(struct cg_stream *stream, size_t n)
{
	if (stream->len + n > CG_STREAM_BYTES)
		cg_stream_flush(stream);
	return stream->buffer + stream->len;
}

static inline void
cg_stream_wrote(struct cg_stream *stream, const char *end)
{
	stream->len = (size_t)(end - stream->buffer);
}

static inline void
cg_stream_byte(struct cg_stream *stream, char byte)
{
	char *p = cg_stream_room(stream, 1);

	*p = byte;
	cg_stream_wrote(stream, p + 1);
}

/* Decimal digits of v at p, which has room for 20; returns their end. */
char *cg_decimal(char *p, uint64_t v);

static inline void
cg_stream_number(struct cg_stream *stream, uint64_t v)
{
	cg_stream_wrote(stream, cg_decimal(cg_stream_room(stream, 20), v));
}

/* The lowest `size` bytes of v, at most 8, the lowest first; all of p[0] to p[7] change. */
static inline char *
cg_little_endian(char *p, uint64_t v, unsigned size)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	memcpy(p, &v, sizeof(v));
	return p + size;
}

static inline void
cg_stream_le(struct cg_stream *stream, uint64_t v, unsigned size)
{
	cg_stream_wrote(stream, cg_little_endian(cg_stream_room(stream, 8), v, size));
}

/* A letter, and behind it v in `size` bytes, as above. */
static inline void
cg_stream_tagged(struct cg_stream *stream, char letter, uint64_t v, unsigned size)
{
	char *p = cg_stream_room(stream, 9);

	*p = letter;
	cg_stream_wrote(stream, cg_little_endian(p + 1, v, size));
}

#endif
