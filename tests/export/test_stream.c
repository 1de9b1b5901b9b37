/*
 * The bounded buffer: whole output, pieces of bounded size, failures that stick, gzip; with
 * a thread behind, and where none can be had.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "exporters/memory.h"
#include "exporters/stream.h"
#include "../unit/tap.h"

static bool threads_run_out;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *arg);

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                      void *(*run)(void *), void *arg)
{
	return threads_run_out ? EAGAIN : __real_pthread_create(thread, attributes, run, arg);
}

/* What takes the bytes: keeps them, and refuses when `left` pieces came. */
struct store {
	char *bytes;
	size_t n, largest;
	int left;
};

static bool
store_write(void *arg, const char *bytes, size_t n)
{
	struct store *s = arg;

	if (s->left-- <= 0) {
		errno = ENOSPC;
		return false;
	}
	s->bytes = realloc(s->bytes, s->n + n + 1);
	memcpy(s->bytes + s->n, bytes, n);
	s->n += n;
	if (n > s->largest)
		s->largest = n;
	return true;
}

/* 20 MB of numbers; returns what finishing came to. */
static enum cg_status
fill(struct cg_stream *stream)
{
	for (uint64_t i = 0; i < 1000000; i++) {
		cg_stream_number(stream, 10000000000000000000u + i);
		cg_stream_byte(stream, '\n');
	}
	return cg_stream_finish(stream);
}

static bool
is_filled(const char *p)
{
	for (uint64_t i = 0; i < 1000000; i++) {
		char line[32];
		int n = snprintf(line, sizeof(line), "%llu\n",
		                 (unsigned long long)(10000000000000000000u + i));

		if (memcmp(p, line, (size_t)n) != 0)
			return false;
		p += n;
	}
	return true;
}

static void
plain(void)
{
	struct store s = {.left = 1000};
	struct cg_stream stream;
	char *large = calloc(1, 3 * CG_STREAM_BYTES);

	eq(cg_stream_init(&stream, store_write, &s, false), CG_OK, "begins");
	eq(fill(&stream), CG_OK, "20 MB go through");
	ok(s.n == 21000000 && stream.bytes == s.n && is_filled(s.bytes),
	   "all of them, in order");
	ok(s.largest <= CG_STREAM_BYTES, "in pieces of bounded size");
	cg_stream_put(&stream, large, 3 * CG_STREAM_BYTES);
	cg_stream_le(&stream, 0x0102030405060708u, 8);
	cg_stream_le(&stream, 0xa0b0c0d0, 2);
	eq(cg_stream_finish(&stream), CG_OK, "and more than the buffer at once");
	ok(s.n == 21000000 + 3 * CG_STREAM_BYTES + 10 && s.largest <= CG_STREAM_BYTES &&
	       memcmp(s.bytes + s.n - 10, "\x08\x07\x06\x05\x04\x03\x02\x01\xd0\xc0", 10) == 0,
	   "integers have their lowest byte first");
	cg_stream_release(&stream);
	free(large);
	free(s.bytes);
}

static void
numbers(void)
{
	static const uint64_t all[] = {0, 9, 10, 99, 1234567890, UINT64_MAX - 1, UINT64_MAX};
	bool good = true;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char got[21], want[24];

		*cg_decimal(got, all[i]) = '\0';
		snprintf(want, sizeof(want), "%llu", (unsigned long long)all[i]);
		good = good && strcmp(got, want) == 0;
	}
	ok(good, "decimal digits");
}

static void
failing(bool gzip, int pieces, const char *name)
{
	struct store s = {.left = pieces};
	struct cg_stream stream;
	enum cg_status status;
	int error;

	if (cg_stream_init(&stream, store_write, &s, gzip))
		return;
	status = fill(&stream);
	error = errno;
	ok(status == CG_IO && s.left == -1, name);
	eq(error, ENOSPC, "and what it was");
	cg_stream_release(&stream);
	free(s.bytes);
}

static void
compressed(void)
{
	struct store s = {.left = 1000};
	struct cg_stream stream;
	unsigned char *back = malloc(22000000);
	z_stream z = {.next_out = back, .avail_out = 22000000};

	eq(cg_stream_init(&stream, store_write, &s, true), CG_OK, "begins with gzip");
	eq(fill(&stream), CG_OK, "20 MB are compressed");
	ok(s.n < 21000000 / 2 && s.largest <= CG_STREAM_BYTES, "to less, in bounded pieces");
	z.next_in = (unsigned char *)s.bytes;
	z.avail_in = (unsigned)s.n;
	inflateInit2(&z, 31);
	ok(inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out == 21000000 &&
	       is_filled((char *)back),
	   "and come back as they were");
	inflateEnd(&z);
	cg_stream_release(&stream);
	free(back);
	free(s.bytes);
}

static void
no_memory(void)
{
	struct store s = {.left = 1000};
	struct cg_stream stream;
	long n = 0;

	for (;; n++) {
		enum cg_status status;

		cg_memory_fail_at(n);
		status = cg_stream_init(&stream, store_write, &s, true);
		cg_memory_fail_at(-1);
		if (!status)
			break;
		if (status != CG_NOMEM || n > 100)
			break;
	}
	ok(n > 2 && n < 100, "each allocation that fails is told");
	cg_stream_release(&stream);
}

/* Bytes on their way when the stream goes without having been finished. */
static void
abandoned(void)
{
	struct store s = {.left = 1000};
	struct cg_stream stream;

	if (cg_stream_init(&stream, store_write, &s, false))
		return;
	for (int i = 0; i < 10 * CG_STREAM_BYTES; i++)
		cg_stream_byte(&stream, 'x');
	cg_stream_release(&stream);
	ok(s.n % CG_STREAM_BYTES == 0, "whole pieces, and none after it");
	free(s.bytes);
}

static void
check_all(void)
{
	plain();
	failing(false, 0, "a failure at once");
	failing(false, 3, "a failure later is kept, nothing is written after it");
	failing(true, 0, "the same with gzip");
	failing(true, 5, "the same with gzip, later");
	compressed();
	abandoned();
}

int
main(void)
{
	numbers();
	check_all();
	threads_run_out = true;
	check_all();
	no_memory();
	return done();
}
