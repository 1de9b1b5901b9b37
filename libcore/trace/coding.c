/*
 * The codings of a column.
 *
 * The idea to know: nearly all the time of reading a trace goes by in here, so what is
 * asked of a value is gathered on the way and judged once, and lengths that differ from row
 * to row are no branches.
 */
#include "trace/coding.h"

#include <string.h>

#include "base/alloc.h"
#include "base/varint.h"

enum { PLANES = 8 };

static void
put_dense(struct cg_buffer *out, const uint64_t *values, uint32_t count)
{
	size_t before = out->len;
	uint8_t *at = cg_buffer_extend(out, (size_t)count * CG_VARINT_MAX);

	for (uint32_t i = 0; at && i < count; i++) {
		if (values[i] < 0x80)
			*at++ = (uint8_t)values[i];
		else
			at += cg_varint_put(at, values[i]);
	}
	if (at)
		out->len = (size_t)(at - out->data);
	else
		out->len = before;
}

static unsigned
byte_length(uint64_t value)
{
	return value ? (71 - (unsigned)__builtin_clzll(value)) / 8 : 0;
}

static void
put_planes(struct cg_buffer *out, const uint64_t *values, uint32_t count)
{
	uint64_t all = 0;
	uint8_t *at = cg_buffer_extend(out, count);

	for (uint32_t i = 0; at && i < count; i++) {
		at[i] = (uint8_t)byte_length(values[i]);
		all |= values[i];
	}
	for (unsigned shift = 0; shift < 8 * PLANES && all >> shift; shift += 8) {
		/* One byte more than can be needed: bytes of zeros are written and taken back. */
		at = cg_buffer_extend(out, (size_t)count + 1);
		for (uint32_t i = 0; at && i < count; i++) {
			*at = (uint8_t)(values[i] >> shift);
			at += values[i] >> shift != 0;
		}
		if (at)
			out->len = (size_t)(at - out->data);
	}
}

/* Which rows, then their values: columns that have the same rows begin alike. */
static void
put_sparse(struct cg_buffer *out, const uint64_t *values, uint32_t count)
{
	uint64_t *some = cg_zalloc(count, sizeof *some);
	uint32_t used = 0, skipped = 0;

	if (!some) {
		out->status = CG_NOMEM;
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		if (values[i])
			some[used++] = values[i];
	cg_buffer_put_varint(out, used);
	for (uint32_t i = 0; i < count; i++) {
		if (values[i])
			cg_buffer_put_varint(out, skipped);
		skipped = values[i] ? 0 : skipped + 1;
	}
	put_planes(out, some, used);
	cg_free(some);
}

static void (*const put_coding[])(struct cg_buffer *, const uint64_t *, uint32_t) = {
	[CG_TRACE_DENSE] = put_dense,
	[CG_TRACE_SPARSE] = put_sparse,
	[CG_TRACE_PLANES] = put_planes,
};

void
cg_coding_put(struct cg_buffer *out, enum cg_trace_coding coding, const uint64_t *values,
              uint32_t count)
{
	put_coding[coding](out, values, count);
}

static bool
get_dense(const uint8_t *at, const uint8_t *end, uint64_t *values, uint32_t count)
{
	uint32_t i = 0;

	/* Eight short ones at a time. */
	while (i < count) {
		size_t used;

		if (count - i >= 8 && end - at >= 8 && cg_varint_get_short(at, values + i)) {
			at += 8;
			i += 8;
			continue;
		}
		used = cg_varint_get(at, (size_t)(end - at), &values[i++]);
		at += used;
		if (!used)
			return false;
	}
	return at == end;
}

/*
 * One plane: the bytes of those values that are longer than `plane`, of which there are so
 * many that they end at `stop`. false: a highest byte is zero.
 */
static bool
get_plane(unsigned plane, const uint8_t *lengths, const uint8_t *at, const uint8_t *stop,
          uint64_t *values)
{
	unsigned bad = 0;

	for (; at < stop; lengths++, values++) {
		bool has = *lengths > plane;
		uint64_t byte = *at & (0u - (unsigned)has);

		*values |= byte << (8 * plane);
		bad |= (*lengths == plane + 1) & (byte == 0);
		at += has;
	}
	return !bad;
}

static bool
get_planes(const uint8_t *lengths, const uint8_t *end, uint64_t *values, uint32_t count)
{
	const uint8_t *at = lengths + count;
	unsigned longest = 0;

	if ((size_t)(end - lengths) < count)
		return false;
	memset(values, 0, count * sizeof *values);
	for (uint32_t i = 0; i < count; i++)
		longest = lengths[i] > longest ? lengths[i] : longest;
	if (longest > PLANES)
		return false;
	for (unsigned plane = 0; plane < longest; plane++) {
		size_t n = 0;

		for (uint32_t i = 0; i < count; i++)
			n += lengths[i] > plane;
		if ((size_t)(end - at) < n || !get_plane(plane, lengths, at, at + n, values))
			return false;
		at += n;
	}
	return at == end;
}

bool
cg_sparse_open(struct cg_sparse *sparse, const uint8_t *bytes, size_t n, uint64_t *values,
               uint32_t count)
{
	const uint8_t *at = bytes, *end = bytes + n;
	uint64_t used, skipped;
	size_t size = cg_varint_get(at, n, &used);

	if (!size || used > count)
		return false;
	at += size;
	*sparse = (struct cg_sparse){.skips = at, .used = (uint32_t)used};
	for (uint64_t i = 0; i < used; i++) {
		size = cg_varint_get(at, (size_t)(end - at), &skipped);
		if (!size || skipped > count)
			return false;
		at += size;
	}
	sparse->end = at;
	return get_planes(at, end, values, (uint32_t)used);
}

bool
cg_sparse_next(struct cg_sparse *sparse, uint32_t count, uint32_t *row)
{
	uint64_t skipped = 0;

	sparse->skips +=
		cg_varint_get(sparse->skips, (size_t)(sparse->end - sparse->skips), &skipped);
	if (skipped >= count - sparse->row)
		return false;
	*row = sparse->row + (uint32_t)skipped;
	sparse->row = *row + 1;
	return true;
}

/*
 * The values stand at the end of the array at first. Each moves forward, or stays: as many
 * are skipped before it as there is room.
 */
static bool
get_sparse(const uint8_t *bytes, size_t n, uint64_t *values, uint32_t count)
{
	struct cg_sparse sparse;
	uint32_t done = 0, row, from;

	if (!cg_sparse_open(&sparse, bytes, n, values, count))
		return false;
	from = count - sparse.used;
	memmove(values + from, values, sparse.used * sizeof *values);
	for (uint32_t i = from; i < count; i++) {
		uint64_t value = values[i];

		if (value == 0 || !cg_sparse_next(&sparse, count, &row) || row > i)
			return false;
		memset(values + done, 0, (row - done) * sizeof *values);
		values[row] = value;
		done = row + 1;
	}
	memset(values + done, 0, (count - done) * sizeof *values);
	return true;
}

void
cg_where_put(struct cg_buffer *out, const struct cg_where *where, const uint64_t *values)
{
	cg_buffer_put_u8(out, where->by);
	cg_buffer_put_varint(out, where->above);
	cg_buffer_put_varint(out, where->used);
	put_planes(out, values, where->used);
}

size_t
cg_where_head(struct cg_where *where, const uint8_t *bytes, size_t n)
{
	uint64_t used = 0;
	size_t at = 1, size;

	if (n == 0)
		return 0;
	where->by = bytes[0];
	size = cg_varint_get(bytes + at, n - at, &where->above);
	at += size;
	if (!size)
		return 0;
	size = cg_varint_get(bytes + at, n - at, &used);
	at += size;
	if (!size || used > n - at)
		return 0; /* each value has a length */
	where->used = (uint32_t)used;
	return at;
}

bool
cg_where_get(struct cg_where *where, const uint8_t *bytes, size_t n, uint64_t *values,
             uint32_t count)
{
	size_t head = cg_where_head(where, bytes, n);

	return head && where->used <= count &&
	       get_planes(bytes + head, bytes + n, values, where->used);
}

bool
cg_coding_get(enum cg_trace_coding coding, const uint8_t *bytes, size_t n,
              uint64_t *values, uint32_t count)
{
	switch (coding) {
	case CG_TRACE_DENSE:
		return get_dense(bytes, bytes + n, values, count);
	case CG_TRACE_SPARSE:
		return get_sparse(bytes, n, values, count);
	case CG_TRACE_PLANES:
		return get_planes(bytes, bytes + n, values, count);
	case CG_TRACE_BYTES:
	case CG_TRACE_WHERE: /* takes another column, too */
	case CG_TRACE_CODINGS:
		break;
	}
	return false;
}
