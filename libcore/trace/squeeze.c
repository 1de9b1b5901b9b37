/*
 * Squeezing a table.
 *
 * The idea to know: the bytes of one column, and of one plane of it, are of one kind. A
 * block of deflate has one code, so a block should end where the kind changes. The planes of
 * times are noise: what deflate finds twice in them is chance, and telling it costs more
 * than the bytes do, so they get a code and no more. Of an archive several ways are tried and
 * the shortest is kept; each gives what any inflate reads.
 */
#include "trace/squeeze.h"

#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/varint.h"
#include "trace/coding.h"
#include "trace/group.h"
#include "trace/table.h"

enum {
	LEVEL = 9,
	WINDOW_BITS = 15,
	LEAST_BLOCK = 200 /* bytes: a shorter one is not worth a code of its own */
};

/* Bytes of one kind: one block, or more. */
struct part {
	size_t begin, end;
	bool noise; /* nothing in it repeats */
};

/* All bytes, in parts. */
struct cut {
	struct part *parts; /* owned */
	size_t count, cap;
};

struct way {
	int memory; /* zlib's memLevel: how long a block may grow */
	int strategy;
	bool cut;   /* end blocks where the kind of bytes changes */
	bool noise; /* look for nothing in noise; with cut alone */
};

static const struct way ways[] = {
	{7, Z_DEFAULT_STRATEGY, false, false}, {9, Z_DEFAULT_STRATEGY, false, false},
	{8, Z_FILTERED, false, false},         {7, Z_DEFAULT_STRATEGY, true, false},
	{9, Z_DEFAULT_STRATEGY, true, false},  {7, Z_FILTERED, true, false},
	{9, Z_FILTERED, true, false},          {8, Z_DEFAULT_STRATEGY, true, true},
	{8, Z_FILTERED, true, true},
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

/* Take all of `raw`, part by part. What the last call returned. */
static int
deflate_parts(z_stream *zlib, const struct cg_buffer *raw, const struct cut *cut,
              int level, const struct way *way)
{
	int got = Z_OK;

	zlib->next_in = raw->data;
	for (size_t i = 0; i < cut->count; i++) {
		const struct part *part = &cut->parts[i];
		bool noise = part->noise && way->noise, last = i + 1 == cut->count;

		/* Between two blocks: there is nothing that this would have to write. */
		deflateParams(zlib, level, noise ? Z_HUFFMAN_ONLY : way->strategy);
		zlib->avail_in = (uInt)(part->end - part->begin);
		got = deflate(zlib, last ? Z_FINISH : Z_BLOCK);
		if (zlib->avail_in)
			return Z_BUF_ERROR; /* no room left */
	}
	return got;
}

/* Deflate in one of the ways; the buffer is cleared first. */
static enum cg_status
deflate_way(const struct way *way, const struct cg_buffer *raw, const struct cut *cut,
            struct cg_buffer *out)
{
	z_stream zlib = {.zalloc = zlib_alloc, .zfree = zlib_free};
	struct part all = {0, raw->len, false};
	const struct cut whole = {.parts = &all, .count = 1};
	size_t room;
	int got = Z_OK;

	cg_buffer_clear(out);
	if (deflateInit2(&zlib, LEVEL, Z_DEFLATED, WINDOW_BITS, way->memory, way->strategy))
		return CG_NOMEM;
	room = deflateBound(&zlib, (uLong)raw->len) + 16 * (cut->count + 1);
	zlib.next_out = cg_buffer_extend(out, room);
	zlib.avail_out = (uInt)room;
	if (zlib.next_out)
		got = deflate_parts(&zlib, raw, way->cut ? cut : &whole, LEVEL, way);
	if (!out->status)
		out->len = room - zlib.avail_out;
	deflateEnd(&zlib);
	return got == Z_STREAM_END ? CG_OK : CG_NOMEM;
}

/* All up to `end` that is in no part yet; what is short goes with its neighbour. */
static enum cg_status
cut_at(struct cut *cut, size_t end, bool noise)
{
	struct part *last = cut->count ? &cut->parts[cut->count - 1] : NULL;
	size_t begin = last ? last->end : 0, size = end - begin;
	enum cg_status status;

	if (size == 0)
		return CG_OK;
	noise = noise && size >= LEAST_BLOCK;
	if (last && noise == last->noise &&
	    (size < LEAST_BLOCK || last->end - last->begin < LEAST_BLOCK)) {
		last->end = end;
		return CG_OK;
	}
	status = cg_grow(&cut->parts, &cut->cap, cut->count + 1, sizeof *cut->parts);
	if (!status)
		cut->parts[cut->count++] = (struct part){begin, end, noise};
	return status;
}

/* Cut after the lengths of planes, and after each plane. */
static enum cg_status
cut_planes(struct cut *cut, size_t at, const uint8_t *lengths, uint32_t count)
{
	enum cg_status status = cut_at(cut, at += count, false);

	for (unsigned plane = 0; plane < 8 && !status; plane++) {
		for (uint32_t i = 0; i < count; i++)
			at += lengths[i] > plane;
		status = cut_at(cut, at, true);
	}
	return status;
}

/* Where the rows of a sparse column end, and how many they are. */
static size_t
sparse_rows(const struct cg_table_column *column, uint32_t *count)
{
	uint64_t some = 0, skipped;
	size_t at = cg_varint_get(column->bytes, column->size, &some);

	for (uint64_t i = 0; i < some; i++)
		at += cg_varint_get(column->bytes + at, column->size - at, &skipped);
	*count = (uint32_t)some;
	return at;
}

static enum cg_status
cut_column(struct cut *cut, size_t at, const struct cg_table_column *column,
           uint32_t count)
{
	enum cg_status status = cut_at(cut, at, false);
	struct cg_where where = {0};
	size_t rows = 0;

	if (!status && column->coding == CG_TRACE_SPARSE) {
		rows = sparse_rows(column, &count);
		status = cut_at(cut, at + rows, false);
	}
	if (column->coding == CG_TRACE_WHERE) {
		rows = cg_where_head(&where, column->bytes, column->size);
		count = where.used;
	}
	if (!status && column->coding != CG_TRACE_DENSE && column->coding != CG_TRACE_BYTES)
		status = cut_planes(cut, at + rows, column->bytes + rows, count);
	return status ? status : cut_at(cut, at + column->size, false);
}

/* Cut the table of n bytes that begins at raw->data[at]. */
static enum cg_status
cut_table(struct cut *cut, const struct cg_buffer *raw, size_t at, size_t n)
{
	struct cg_table *table = cg_zalloc(1, sizeof *table);
	enum cg_status status = table ? cg_table_open(table, raw->data + at, n) : CG_NOMEM;

	for (int id = 0; id < CG_TRACE_COLUMNS_MAX && !status; id++)
		if (table->columns[id].bytes)
			status = cut_column(cut, (size_t)(table->columns[id].bytes - raw->data),
			                    &table->columns[id], table->count);
	cg_free(table);
	return status ? status : cut_at(cut, at + n, false);
}

static enum cg_status
cut_group(struct cut *cut, const struct cg_buffer *raw)
{
	const uint8_t *at = raw->data, *end = at + raw->len;
	struct cg_member member;
	enum cg_status status = CG_OK;

	while (at < end && !status) {
		status = cg_group_next(&at, end, &member);
		if (!status)
			status =
				cut_table(cut, raw, (size_t)(member.payload - raw->data), member.size);
	}
	return status;
}

/* In every way; the shortest is in `stored`. */
static enum cg_status
deflate_best(const struct cg_buffer *raw, const struct cut *cut, struct cg_buffer *stored)
{
	struct cg_buffer tried;
	enum cg_status status = CG_OK;

	cg_buffer_init(&tried);
	cg_buffer_clear(stored);
	for (size_t i = 0; i < sizeof ways / sizeof *ways && !status; i++) {
		status = deflate_way(&ways[i], raw, cut, &tried);
		if (!status && (stored->len == 0 || tried.len < stored->len)) {
			struct cg_buffer best = tried;

			tried = *stored;
			*stored = best;
		}
	}
	cg_buffer_release(&tried);
	return status;
}

bool
cg_squeeze_once(z_stream *zlib, int level, const struct cg_buffer *raw,
                struct cg_buffer *stored)
{
	static const struct way way = {0, Z_DEFAULT_STRATEGY, true, true};
	struct cut cut = {0};
	enum cg_status status = cut_table(&cut, raw, 0, raw->len);
	int got = Z_MEM_ERROR;

	cg_buffer_clear(stored);
	/* One byte less than raw: what does not fit is not worth it. */
	zlib->next_out = status ? NULL : cg_buffer_extend(stored, raw->len - 1);
	zlib->avail_out = (uInt)stored->len;
	if (zlib->next_out && deflateReset(zlib) == Z_OK)
		got = deflate_parts(zlib, raw, &cut, level, &way);
	cg_free(cut.parts);
	if (status && !stored->status)
		stored->status = status;
	if (got == Z_STREAM_END)
		stored->len -= zlib->avail_out;
	return got == Z_STREAM_END;
}

enum cg_status
cg_squeeze_deflate(const struct cg_buffer *raw, struct cg_buffer *stored)
{
	struct cut cut = {0};
	enum cg_status status = cut_table(&cut, raw, 0, raw->len);

	if (!status)
		status = deflate_best(raw, &cut, stored);
	cg_free(cut.parts);
	return status;
}

enum cg_status
cg_squeeze_group(const struct cg_buffer *raw, struct cg_buffer *stored)
{
	struct cut cut = {0};
	enum cg_status status = cut_group(&cut, raw);

	if (!status)
		status = deflate_best(raw, &cut, stored);
	cg_free(cut.parts);
	return status;
}

/* Write a column in each coding and keep the one that deflates best. */
static enum cg_status
recode(struct cg_buffer *out, uint8_t id, const uint64_t *values, uint32_t count,
       bool first)
{
	static const enum cg_trace_coding codings[] = {CG_TRACE_PLANES, CG_TRACE_DENSE,
	                                               CG_TRACE_SPARSE};
	static const struct way way = {8, Z_DEFAULT_STRATEGY, false, false};
	enum cg_trace_coding best = CG_TRACE_DENSE;
	const struct cut none = {0};
	struct cg_buffer bytes, small;
	enum cg_status status = CG_OK;
	size_t least = SIZE_MAX;

	cg_buffer_init(&bytes);
	cg_buffer_init(&small);
	/* The first column shows that every row costs a byte, so it is not sparse. */
	for (size_t i = 0; i < (first ? 2 : 3) && !status; i++) {
		cg_buffer_clear(&bytes);
		cg_table_put_coded(&bytes, id, codings[i], values, count);
		status = bytes.status ? bytes.status : deflate_way(&way, &bytes, &none, &small);
		if (!status && small.len < least) {
			least = small.len;
			best = codings[i];
		}
	}
	cg_table_put_coded(out, id, best, values, count);
	cg_buffer_release(&bytes);
	cg_buffer_release(&small);
	return status;
}

static enum cg_status
recode_columns(struct cg_buffer *out, const struct cg_table *table, uint64_t *values)
{
	enum cg_status status = CG_OK;
	bool first = true;

	cg_table_begin(out, table->first, table->count);
	for (int id = 0; id < CG_TRACE_COLUMNS_MAX && !status; id++) {
		const struct cg_table_column *column = &table->columns[id];
		bool dense =
			column->coding == CG_TRACE_DENSE || column->coding == CG_TRACE_PLANES;

		if (!column->bytes)
			continue;
		if (column->coding == CG_TRACE_BYTES || column->coding == CG_TRACE_WHERE) {
			cg_table_copy_column(out, (uint8_t)id, column);
			continue;
		}
		status = cg_table_get_column(table, (uint8_t)id, values, table->count);
		if (!status)
			status = recode(out, (uint8_t)id, values, table->count, first && dense);
		first = first && !dense;
	}
	return status ? status : out->status;
}

/* Bytes that the table takes when it is squeezed. */
static enum cg_status
measure(const struct cg_buffer *raw, size_t *size)
{
	struct cg_buffer stored;
	enum cg_status status;

	cg_buffer_init(&stored);
	status = cg_squeeze_deflate(raw, &stored);
	*size = stored.len;
	cg_buffer_release(&stored);
	return status;
}

/* Each column was judged alone; together they may be no better than what was there. */
static enum cg_status
take_shorter(struct cg_buffer *raw, struct cg_buffer *anew)
{
	size_t before = 0, after = 0;
	enum cg_status status = measure(raw, &before);

	if (!status)
		status = measure(anew, &after);
	if (!status && after < before) {
		struct cg_buffer old = *raw;

		*raw = *anew;
		*anew = old;
	}
	return status;
}

enum cg_status
cg_squeeze_table(struct cg_buffer *raw)
{
	struct cg_table *table = cg_zalloc(1, sizeof *table);
	enum cg_status status = table ? cg_table_open(table, raw->data, raw->len) : CG_NOMEM;
	uint64_t *values = status ? NULL : cg_zalloc(table->count, sizeof *values);
	struct cg_buffer anew;

	cg_buffer_init(&anew);
	if (!status)
		status = values ? recode_columns(&anew, table, values) : CG_NOMEM;
	if (!status)
		status = take_shorter(raw, &anew);
	cg_buffer_release(&anew);
	cg_free(values);
	cg_free(table);
	return status;
}
