/*
 * Hashing source files: so that an archive tells, years later, whether the code that is
 * there is the code that ran.
 */
#include "trace/sources.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/sha256.h"
#include "trace/format.h"
#include "trace/sink.h"

enum { SIZE_MOST = 64 << 20 /* bytes of a file that is hashed */ };

static enum cg_source_state
hash_fd(int fd, uint8_t digest[CG_SHA256_SIZE])
{
	struct cg_source from = cg_source_fd(&fd);
	struct cg_sha256 sha;
	uint8_t bytes[4096];
	size_t got = 1;

	cg_sha256_init(&sha);
	while (got > 0) {
		if (from.read(from.arg, bytes, sizeof bytes, &got) || sha.bytes > SIZE_MOST)
			return CG_SOURCE_UNREAD;
		cg_sha256_put(&sha, bytes, got);
	}
	cg_sha256_end(&sha, digest);
	return CG_SOURCE_SAME;
}

/* What is no regular file is not opened: a pipe would wait, a device would act. */
static enum cg_source_state
hash_file(const char *path, uint8_t digest[CG_SHA256_SIZE])
{
	enum cg_source_state state;
	struct stat st;
	int fd;

	if (stat(path, &st))
		return CG_SOURCE_MISSING;
	if (!S_ISREG(st.st_mode) || st.st_size > SIZE_MOST)
		return CG_SOURCE_UNREAD;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return CG_SOURCE_UNREAD;
	state = hash_fd(fd, digest);
	close(fd);
	return state;
}

static uint64_t
word(const uint8_t *at)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | at[i];
	return value;
}

void
cg_sources_digest(const struct cg_rec_source *source, uint8_t digest[CG_SOURCE_HASH])
{
	const uint64_t words[] = {source->sha256_0, source->sha256_1};

	for (int i = 0; i < CG_SOURCE_HASH; i++)
		digest[i] = (uint8_t)(words[i / 8] >> (56 - 8 * (i % 8)));
}

static void
fill(struct cg_rec_source *source, const char *path)
{
	uint8_t digest[CG_SHA256_SIZE] = {0};

	source->state = hash_file(path, digest);
	if (source->state != CG_SOURCE_SAME)
		return;
	source->sha256_0 = word(digest);
	source->sha256_1 = word(digest + 8);
}

/* A row for each file, in the order of functions; equal strings are one string. */
static enum cg_status
list(struct cg_records *r, bool *seen)
{
	enum cg_status status = CG_OK;
	size_t cap = 0;

	for (uint32_t i = 0; i < r->function_count && !status; i++) {
		uint32_t file = r->functions[i].file;

		if (seen[file] || r->strings[file].length == 0 || r->strings[file].bytes[0] == '<')
			continue;
		seen[file] = true;
		if (r->source_count == CG_TRACE_SOURCES_MAX)
			return CG_LIMIT;
		status =
			cg_grow(&r->sources, &cap, (size_t)r->source_count + 1, sizeof *r->sources);
		if (!status)
			r->sources[r->source_count++] = (struct cg_rec_source){.file = file};
	}
	return status;
}

enum cg_status
cg_sources_add(struct cg_records *records, cg_progress_fn progress, void *arg)
{
	bool *seen = cg_zalloc(records->string_count, sizeof *seen);
	enum cg_status status = seen ? list(records, seen) : CG_NOMEM;

	cg_free(seen);
	for (uint32_t i = 0; i < records->source_count && !status; i++) {
		struct cg_rec_source *source = &records->sources[i];

		fill(source, records->strings[source->file].bytes);
		if (progress)
			progress(arg, "source files", i + 1, records->source_count);
	}
	return status;
}

enum cg_source_state
cg_source_check(const struct cg_source_file *source)
{
	uint8_t digest[CG_SHA256_SIZE];
	enum cg_source_state now;

	if (source->packed != CG_SOURCE_SAME)
		return source->packed;
	now = hash_file(source->file, digest);
	if (now == CG_SOURCE_SAME && memcmp(digest, source->sha256, CG_SOURCE_HASH))
		now = CG_SOURCE_CHANGED;
	return now;
}
