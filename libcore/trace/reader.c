/*
 * Reading a trace: its header, then chunk after chunk in order, each checked before any of
 * it is believed. What is in a payload is decode.c's.
 *
 * The idea to know: memory is taken for bytes that have arrived, never for bytes that were
 * announced; and an announced size is held against the limits of trace/format.h first.
 */
#include "trace/reader.h"

#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/error.h"
#include "trace/decode.h"
#include "trace/input.h"
#include "trace/layout.h"

enum { INFLATE_STEP = 65536 };

struct reader {
	struct cg_input in;
	struct cg_decoder decoder;
	struct cg_trace_facts facts;
	size_t chunk_cap;
	struct cg_buffer stored, raw;
	uint32_t sequence; /* of the chunk that comes next */
	uint64_t passed;   /* in salvage: bytes since the last chunk that belong to none */
	unsigned flags;
	struct cg_error *error;
};

static void *
zlib_alloc(void *arg, uInt count, uInt size)
{
	(void)arg;
	return cg_zalloc(count, size);
}

static void
zlib_free(void *arg, void *p)
{
	(void)arg;
	cg_free(p);
}

static uint32_t
get_le(const uint8_t *at, unsigned bytes)
{
	uint32_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | at[bytes];
	return value;
}

static enum cg_status
fail(struct reader *r, enum cg_status status, uint64_t offset, const char *why)
{
	if (status == CG_IO)
		return cg_error_set(r->error, status, offset, "%s", strerror(errno));
	return cg_error_set(r->error, status, offset, "%s", why);
}

/* Not a trace, but why? A transfer in text mode is worth a word of its own. */
static enum cg_status
refuse_magic(struct reader *r, const uint8_t *bytes, size_t got)
{
	if (got == 0)
		return fail(r, CG_FORMAT, 0, "the file is empty");
	if (got >= 4 && memcmp(bytes + 1, &CG_TRACE_MAGIC[1], 3) == 0)
		return fail(r, CG_FORMAT, 0,
		            "a trace whose first bytes were changed, as a transfer in text mode "
		            "does: copy it again in binary mode");
	return fail(r, CG_FORMAT, 0, "not a Corograph trace");
}

static enum cg_status
read_header(struct reader *r)
{
	const uint8_t *at;
	size_t got;
	enum cg_status status = cg_input_peek(&r->in, CG_TRACE_HEADER_SIZE, &at, &got);

	if (status)
		return fail(r, status, 0, "");
	if (got < CG_TRACE_MAGIC_SIZE || memcmp(at, CG_TRACE_MAGIC, CG_TRACE_MAGIC_SIZE) != 0)
		return refuse_magic(r, at, got);
	if (got < CG_TRACE_HEADER_SIZE)
		return fail(r, CG_TRUNCATED, got, "the file ends within its header");
	if (get_le(at + 28, 4) != (uint32_t)crc32(0, at, 28))
		return fail(r, CG_CORRUPT, 8, "the header is damaged");
	r->facts.major = (uint16_t)get_le(at + 8, 2);
	r->facts.minor = (uint16_t)get_le(at + 10, 2);
	if (r->facts.major != CG_TRACE_MAJOR)
		return cg_error_set(r->error, CG_UNSUPPORTED, 8,
		                    "a trace of format %u.%u; this version reads %d: use a newer "
		                    "corograph",
		                    r->facts.major, r->facts.minor, CG_TRACE_MAJOR);
	if (get_le(at + 12, 4) != 0)
		return cg_error_set(r->error, CG_UNSUPPORTED, 12,
		                    "a trace that needs features (0x%x) this version does not "
		                    "know: use a newer corograph",
		                    (unsigned)get_le(at + 12, 4));
	cg_input_skip(&r->in, CG_TRACE_HEADER_SIZE);
	return CG_OK;
}

static enum cg_status
parse_head(struct reader *r, struct cg_chunk *chunk, const uint8_t *at, uint32_t *crc)
{
	*chunk = (struct cg_chunk){
		.type = get_le(at, 4),
		.flags = (uint16_t)get_le(at + 4, 2),
		.sequence = get_le(at + 8, 4),
		.raw = get_le(at + 12, 4),
		.stored = get_le(at + 16, 4),
		.offset = r->in.offset,
	};
	*crc = get_le(at + 20, 4);
	if (get_le(at + 24, 4) != (uint32_t)crc32(0, at, 24))
		return fail(r, CG_CORRUPT, chunk->offset, "the head of a chunk is damaged");
	if (chunk->raw > CG_TRACE_RAW_MAX || chunk->stored > CG_TRACE_STORED_MAX)
		return fail(r, CG_LIMIT, chunk->offset, "a chunk larger than the format allows");
	if (chunk->raw / CG_TRACE_DEFLATE_MOST > chunk->stored)
		return fail(r, CG_CORRUPT, chunk->offset,
		            "a chunk too small for what it announces");
	return CG_OK;
}

static enum cg_status
inflate_raw(struct reader *r, const struct cg_chunk *chunk)
{
	z_stream zlib = {.zalloc = zlib_alloc, .zfree = zlib_free};
	enum cg_status status = CG_OK;
	int got = Z_OK;

	if (inflateInit(&zlib) != Z_OK)
		return CG_NOMEM;
	zlib.next_in = r->stored.data;
	zlib.avail_in = (uInt)r->stored.len;
	while (got == Z_OK && r->raw.len <= chunk->raw) {
		size_t before = r->raw.len;

		zlib.next_out = cg_buffer_extend(&r->raw, INFLATE_STEP);
		if (!zlib.next_out)
			break;
		zlib.avail_out = INFLATE_STEP;
		got = inflate(&zlib, Z_NO_FLUSH);
		r->raw.len = before + INFLATE_STEP - zlib.avail_out;
	}
	if (r->raw.status || got == Z_MEM_ERROR)
		status = CG_NOMEM;
	else if (got != Z_STREAM_END || r->raw.len != chunk->raw || zlib.avail_in != 0)
		status = CG_CORRUPT;
	inflateEnd(&zlib);
	return status;
}

/* Read the payload of a chunk whose head was taken, and leave it inflated in r->raw. */
static enum cg_status
read_payload(struct reader *r, const struct cg_chunk *chunk, uint32_t crc)
{
	enum cg_status status;

	cg_buffer_clear(&r->stored);
	cg_buffer_clear(&r->raw);
	status = cg_input_take(&r->in, chunk->stored, &r->stored);
	if (status)
		return fail(r, status, r->in.offset,
		            status == CG_TRUNCATED ? "the file ends within a chunk"
		                                   : "out of memory");
	if (crc != (uint32_t)crc32(0, r->stored.data, (uInt)r->stored.len))
		return fail(r, CG_CORRUPT, chunk->offset, "a chunk is damaged");
	if (chunk->flags & ~CG_TRACE_FLAGS)
		return CG_OK; /* nobody knows what is in it */
	if (chunk->flags & CG_TRACE_DEFLATED)
		status = inflate_raw(r, chunk);
	else if (chunk->raw != chunk->stored)
		status = CG_CORRUPT;
	else
		cg_buffer_put(&r->raw, r->stored.data, r->stored.len);
	if (!status)
		status = r->raw.status;
	return status ? fail(r, status, chunk->offset,
	                     status == CG_NOMEM ? "out of memory"
	                                        : "a chunk that does not inflate")
	              : CG_OK;
}

static enum cg_status
use_chunk(struct reader *r, struct cg_chunk *chunk)
{
	bool known = cg_decoder_knows(chunk->type) && !(chunk->flags & ~CG_TRACE_FLAGS);
	enum cg_status status;

	if (!known && (chunk->flags & CG_TRACE_REQUIRED))
		return fail(r, CG_UNSUPPORTED, chunk->offset,
		            "a chunk that this version does not know: use a newer corograph");
	chunk->skipped = !known;
	if (!known)
		return CG_OK;
	status = cg_decoder_chunk(&r->decoder, chunk->type, r->raw.data, r->raw.len);
	return status ? fail(r, status, chunk->offset, r->decoder.why) : CG_OK;
}

static enum cg_status
note_chunk(struct reader *r, const struct cg_chunk *chunk)
{
	enum cg_status status =
		cg_grow(&r->facts.chunks, &r->chunk_cap, (size_t)r->facts.chunk_count + 1,
	            sizeof *r->facts.chunks);

	if (status)
		return fail(r, status, chunk->offset, "out of memory");
	r->facts.chunks[r->facts.chunk_count++] = *chunk;
	return CG_OK;
}

/* In salvage: chunks are missing, this many. */
static void
lose(struct reader *r, uint32_t chunks)
{
	uint64_t rows = r->decoder.lost_rows + (uint64_t)chunks * CG_TRACE_ROWS_MAX;

	r->decoder.damaged = true;
	r->decoder.lost_rows =
		rows < CG_TRACE_NODES_MAX ? (uint32_t)rows : CG_TRACE_NODES_MAX;
	r->facts.lost_chunks += chunks;
}

/* A chunk's place in the row. Nobody loses more chunks than there were bytes for. */
static enum cg_status
check_sequence(struct reader *r, const struct cg_chunk *chunk)
{
	uint32_t missing = chunk->sequence - r->sequence;

	if (missing == 0)
		return CG_OK;
	if (!(r->flags & CG_OPEN_SALVAGE) || chunk->sequence < r->sequence ||
	    missing > r->passed / CG_TRACE_CHUNK_SIZE)
		return fail(r, CG_CORRUPT, chunk->offset, "a chunk is missing or out of place");
	lose(r, missing);
	r->sequence = chunk->sequence;
	return CG_OK;
}

/* Read the head of the next chunk and take it off the input. */
static enum cg_status
read_head(struct reader *r, struct cg_chunk *chunk, uint32_t *crc)
{
	const uint8_t *at;
	size_t got;
	enum cg_status status = cg_input_peek(&r->in, CG_TRACE_CHUNK_SIZE, &at, &got);

	if (status)
		return fail(r, status, r->in.offset, "");
	if (got < CG_TRACE_CHUNK_SIZE)
		return fail(r, CG_TRUNCATED, r->in.offset + got,
		            "the end of the trace is missing: its writer did not finish, or it "
		            "was cut");
	status = parse_head(r, chunk, at, crc);
	if (!status)
		status = check_sequence(r, chunk);
	if (status)
		return status;
	cg_input_skip(&r->in, CG_TRACE_CHUNK_SIZE);
	r->sequence++;
	r->passed = 0;
	return CG_OK;
}

/* *head: the chunk's head was in order, so the next chunk is where it says. */
static enum cg_status
read_chunk(struct reader *r, bool *head)
{
	struct cg_chunk chunk;
	uint32_t crc = 0;
	enum cg_status status = read_head(r, &chunk, &crc);

	*head = status == CG_OK;
	if (!status)
		status = read_payload(r, &chunk, crc);
	if (!status)
		status = use_chunk(r, &chunk);
	return status ? status : note_chunk(r, &chunk);
}

/* Is this something that salvage can pass over? */
static bool
is_damage(enum cg_status status)
{
	return status == CG_CORRUPT || status == CG_TRUNCATED || status == CG_LIMIT;
}

/* After the END chunk: it must agree with the file, and nothing may follow. */
static enum cg_status
check_end(struct reader *r)
{
	const uint8_t *at;
	size_t got;
	enum cg_status status = cg_input_peek(&r->in, 1, &at, &got);

	if (status)
		return fail(r, status, r->in.offset, "");
	if (got)
		return fail(r, CG_CORRUPT, r->in.offset, "bytes after the end of the trace");
	if (r->decoder.size != r->in.offset || r->decoder.chunks != r->sequence - 1)
		return fail(r, CG_CORRUPT, r->in.offset, "the end speaks of another file");
	return CG_OK;
}

static enum cg_status
read_chunks(struct reader *r)
{
	enum cg_status status = CG_OK;
	bool head;

	while (!status && !r->decoder.ended)
		status = read_chunk(r, &head);
	return status ? status : check_end(r);
}

/*
 * Read all that can be read. A damaged chunk costs itself; after a damaged head the next
 * one is looked for, byte by byte.
 */
static enum cg_status
salvage_chunks(struct reader *r)
{
	enum cg_status status = CG_OK;

	while (!r->decoder.ended && status != CG_TRUNCATED) {
		bool head;

		status = read_chunk(r, &head);
		if (status && !is_damage(status))
			return status;
		if (status && head)
			lose(r, 1);
		if (status && !head && status != CG_TRUNCATED) {
			r->decoder.damaged = true;
			cg_input_skip(&r->in, 1);
			r->passed++;
		}
	}
	if (!status)
		status = check_end(r);
	if (status)
		r->decoder.damaged = true;
	return is_damage(status) ? CG_OK : status;
}

static bool
index_agrees(const struct reader *r)
{
	const struct cg_decoder *d = &r->decoder;
	const struct cg_chunk *chunks = r->facts.chunks;

	if (d->index_offset == 0)
		return d->index == NULL;
	if (!d->index || d->index_count + 2 != r->facts.chunk_count ||
	    chunks[d->index_count].offset != d->index_offset)
		return false;
	for (uint32_t i = 0; i < d->index_count; i++)
		if (d->index[i].type != chunks[i].type ||
		    d->index[i].offset != chunks[i].offset ||
		    d->index[i].stored != chunks[i].stored)
			return false;
	return true;
}

static enum cg_status
read_all(struct reader *r, struct cg_records *records)
{
	enum cg_status status = cg_decoder_init(&r->decoder);

	if (!status)
		status = cg_input_init(&r->in, r->in.source);
	if (status)
		return fail(r, status, CG_NO_OFFSET, "out of memory");
	status = read_header(r);
	if (!status)
		status = r->flags & CG_OPEN_SALVAGE ? salvage_chunks(r) : read_chunks(r);
	if (status)
		return status;
	r->facts.bytes = r->in.offset;
	r->facts.index_agrees = index_agrees(r);
	r->decoder.out.complete = !r->decoder.damaged;
	status = cg_decoder_finish(&r->decoder, records);
	if (is_damage(status) && r->flags & CG_OPEN_SALVAGE && !r->decoder.damaged) {
		r->decoder.damaged = true;
		r->decoder.out.complete = false;
		status = cg_decoder_finish(&r->decoder, records);
	}
	/* An archive of what was salvaged has the same holes. */
	if (!status && records->pack_count && records->packs->salvaged)
		records->complete = false;
	return status ? fail(r, status, r->in.offset, r->decoder.why) : CG_OK;
}

void
cg_trace_facts_release(struct cg_trace_facts *facts)
{
	cg_free(facts->chunks);
	*facts = (struct cg_trace_facts){0};
}

enum cg_status
cg_trace_read(struct cg_records *records, const struct cg_source *source, unsigned flags,
              struct cg_trace_facts *facts, struct cg_error *error)
{
	struct reader r = {.flags = flags, .error = error, .in.source = source};
	enum cg_status status;

	cg_buffer_init(&r.stored);
	cg_buffer_init(&r.raw);
	status = read_all(&r, records);
	if (!status && facts) {
		*facts = r.facts;
		r.facts.chunks = NULL;
	}
	cg_trace_facts_release(&r.facts);
	cg_input_release(&r.in);
	cg_decoder_release(&r.decoder);
	cg_buffer_release(&r.stored);
	cg_buffer_release(&r.raw);
	return status;
}
