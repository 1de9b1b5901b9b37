/* The buffer, and gzip behind it: a stream of fixed windows, with no date in its head. */
#include "stream.h"
#include "memory.h"

#include <errno.h>
#include <zlib.h>

enum { GZIP_BYTES = 64 * 1024, GZIP_WINDOW = 15 + 16, GZIP_LEVEL = 4 };

struct cg_gzip {
	z_stream stream;
	unsigned char out[GZIP_BYTES];
};

static void *
gzip_alloc(void *opaque, unsigned items, unsigned size)
{
	(void)opaque;
	return cg_memory_array(items, size);
}

static void
gzip_free(void *opaque, void *p)
{
	(void)opaque;
	cg_memory_free(p);
}

static enum cg_status
gzip_start(struct cg_stream *stream)
{
	struct cg_gzip *gzip = cg_memory_array(1, sizeof(*gzip));

	if (!gzip)
		return CG_NOMEM;
	gzip->stream.zalloc = gzip_alloc;
	gzip->stream.zfree = gzip_free;
	if (deflateInit2(&gzip->stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
	                 Z_DEFAULT_STRATEGY) != Z_OK) {
		cg_memory_free(gzip);
		return CG_NOMEM;
	}
	stream->gzip = gzip;
	return CG_OK;
}

static void
pass_on(struct cg_stream *stream, const char *bytes, size_t n)
{
	if (n && !stream->status && !stream->write(stream->arg, bytes, n)) {
		stream->error = errno;
		stream->status = CG_IO;
	}
}

static void
gzip_put(struct cg_stream *stream, char *bytes, size_t n, int flush)
{
	z_stream *z = &stream->gzip->stream;

	z->next_in = (unsigned char *)bytes;
	z->avail_in = (unsigned)n;
	do {
		z->next_out = stream->gzip->out;
		z->avail_out = GZIP_BYTES;
		deflate(z, flush);
		pass_on(stream, (char *)stream->gzip->out, GZIP_BYTES - z->avail_out);
	} while (z->avail_out == 0 && !stream->status);
}

/* What the thread behind does with a full buffer. */
static void
buffer_pass(void *arg, char *bytes, size_t n)
{
	struct cg_stream *stream = arg;

	if (stream->gzip && !stream->status)
		gzip_put(stream, bytes, n, Z_NO_FLUSH);
	else
		pass_on(stream, bytes, n);
}

enum cg_status
cg_stream_init(struct cg_stream *stream, cg_write_fn write, void *arg, bool gzip)
{
	struct cg_stream made = {.write = write, .arg = arg};
	enum cg_status status = CG_OK;

	made.buffer = cg_memory_array(CG_STREAM_BYTES, 1);
	made.other = cg_memory_array(CG_STREAM_BYTES, 1);
	if (!made.buffer || !made.other)
		status = CG_NOMEM;
	if (!status && gzip)
		status = gzip_start(&made);
	if (status) {
		cg_memory_free(made.buffer);
		cg_memory_free(made.other);
		return status;
	}
	*stream = made;
	cg_behind_init(&stream->behind, buffer_pass, stream);
	return CG_OK;
}

void
cg_stream_flush(struct cg_stream *stream)
{
	char *full = stream->buffer;

	if (!stream->len)
		return;
	cg_behind_put(&stream->behind, full, stream->len);
	stream->bytes += stream->len;
	stream->buffer = stream->other;
	stream->other = full;
	stream->len = 0;
}

enum cg_status
cg_stream_finish(struct cg_stream *stream)
{
	cg_behind_wait(&stream->behind);
	buffer_pass(stream, stream->buffer, stream->len);
	stream->bytes += stream->len;
	stream->len = 0;
	if (stream->gzip && !stream->status)
		gzip_put(stream, stream->buffer, 0, Z_FINISH);
	if (stream->status)
		errno = stream->error;
	return stream->status;
}

void
cg_stream_release(struct cg_stream *stream)
{
	cg_behind_release(&stream->behind);
	if (stream->gzip)
		deflateEnd(&stream->gzip->stream);
	cg_memory_free(stream->gzip);
	cg_memory_free(stream->buffer);
	cg_memory_free(stream->other);
	*stream = (struct cg_stream){0};
}

void
cg_stream_put(struct cg_stream *stream, const void *bytes, size_t n)
{
	const char *from = bytes;

	while (n) {
		size_t part = CG_STREAM_BYTES - stream->len;

		if (part > n)
			part = n;
		memcpy(stream->buffer + stream->len, from, part);
		stream->len += part;
		from += part;
		n -= part;
		if (stream->len == CG_STREAM_BYTES)
			cg_stream_flush(stream);
	}
}

/* How many digits v has. */
static unsigned
digits_of(uint64_t v)
{
	static const uint64_t powers[] = {
		0,
		10,
		100,
		1000,
		10000,
		100000,
		1000000,
		10000000,
		100000000,
		1000000000,
		10000000000,
		100000000000,
		1000000000000,
		10000000000000,
		100000000000000,
		1000000000000000,
		10000000000000000,
		100000000000000000,
		1000000000000000000,
		10000000000000000000u,
	};
	/* From the bits, by log10(2): the number of digits, or one too few. */
	unsigned less = (64 - (unsigned)__builtin_clzll(v | 1)) * 1233 >> 12;

	return less + (v >= powers[less]);
}

/* Two digits at a time, from the last. */
char *
cg_decimal(char *p, uint64_t v)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
								"25262728293031323334353637383940414243444546474849"
								"50515253545556575859606162636465666768697071727374"
								"75767778798081828384858687888990919293949596979899";
	char *end, *at;

	if (v < 10) {
		*p = (char)('0' + v);
		return p + 1;
	}
	at = end = p + digits_of(v);
	for (; v >= 100; v /= 100)
		memcpy(at -= 2, pairs + 2 * (v % 100), 2);
	if (v >= 10)
		memcpy(at - 2, pairs + 2 * v, 2);
	else
		at[-1] = (char)('0' + v);
	return end;
}
