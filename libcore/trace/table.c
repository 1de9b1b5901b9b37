/*
 * Tables by column.
 *
 * The idea to know: values of one kind stand together, so that deflate finds them alike,
 * and a column of zeros is not written at all. A field costs nothing until it is used.
 */
#include "trace/table.h"

#include <string.h>

#include "base/alloc.h"
#include "base/varint.h"

enum { PLANES = 8, SPARSE_WHEN = 8 /* fewer than one in so many is not zero */ };

void
cg_table_begin(struct cg_buffer *out, uint32_t first, uint32_t count)
{
	cg_buffer_put_varint(out, first);
	cg_buffer_put_varint(out, count);
}

static void
put_dense(struct cg_buffer *out, const uint64_t *values, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		cg_buffer_put_varint(out, values[i]);
}

static uint8_t
byte_length(uint64_t value)
{
	uint8_t n = 0;

	for (; value; value >>= 8)
		n++;
	return n;
}

static void
put_planes(struct cg_buffer *out, const uint64_t *values, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		cg_buffer_put_u8(out, byte_length(values[i]));
	for (unsigned plane = 0; plane < PLANES; plane++)
		for (uint32_t i = 0; i < count; i++)
			if (values[i] >> (8 * plane))
				cg_buffer_put_u8(out, (uint8_t)(values[i] >> (8 * plane)));
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

/* A column's head with no size yet; its end is where its bytes will begin. */
static void
put_head(struct cg_buffer *out, uint8_t id, enum cg_trace_coding coding, size_t size)
{
	cg_buffer_put_u8(out, id);
	cg_buffer_put_u8(out, (uint8_t)coding);
	cg_buffer_put_varint(out, size);
}

void
cg_table_put_bytes(struct cg_buffer *out, uint8_t id, const void *bytes, size_t n)
{
	if (n == 0)
		return;
	put_head(out, id, CG_TRACE_BYTES, n);
	cg_buffer_put(out, bytes, n);
}

void
cg_table_put_coded(struct cg_buffer *out, uint8_t id, enum cg_trace_coding coding,
                   const uint64_t *values, uint32_t count)
{
	struct cg_buffer bytes;

	cg_buffer_init(&bytes);
	put_coding[coding](&bytes, values, count);
	put_head(out, id, coding, bytes.len);
	cg_buffer_put(out, bytes.data, bytes.len);
	if (bytes.status && !out->status)
		out->status = bytes.status;
	cg_buffer_release(&bytes);
}

void
cg_table_put_column(struct cg_buffer *out, uint8_t id, enum cg_trace_coding coding,
                    const uint64_t *values, uint32_t count)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < count; i++)
		used += values[i] != 0;
	if (used == 0)
		return;
	cg_table_put_coded(out, id, used < count / SPARSE_WHEN ? CG_TRACE_SPARSE : coding,
	                   values, count);
}

void
cg_table_put_first(struct cg_buffer *out, uint8_t id, const uint64_t *values,
                   uint32_t count)
{
	cg_table_put_coded(out, id, CG_TRACE_DENSE, values, count);
}

uint64_t
cg_column_load(const struct cg_column *column, const void *row)
{
	const uint8_t *at = (const uint8_t *)row + column->offset;
	uint64_t value;
	uint32_t word;

	if (column->size == 1)
		return *at;
	if (column->size == sizeof word) {
		memcpy(&word, at, sizeof word);
		return word;
	}
	memcpy(&value, at, sizeof value);
	return value;
}

static uint64_t
column_value(const struct cg_column *column, const void *row, uint64_t start)
{
	uint64_t value = cg_column_load(column, row);

	switch ((enum cg_column_form)column->form) {
	case CG_FORM_INDEX:
		return value == CG_NONE ? 0 : value + 1;
	case CG_FORM_SIGNED:
		return cg_zigzag((int64_t)value);
	case CG_FORM_TICK:
		return cg_zigzag((int64_t)(value - start));
	case CG_FORM_PLAIN:
		break;
	}
	return value;
}

void
cg_table_put(struct cg_buffer *out, const struct cg_rows *rows, const void *base)
{
	uint64_t *values = cg_zalloc(rows->count, sizeof *values);
	const uint8_t *at = base;

	if (!values) {
		out->status = CG_NOMEM;
		return;
	}
	at += (size_t)rows->first * rows->stride;
	for (uint32_t c = 0; c < rows->column_count; c++) {
		const struct cg_column *column = &rows->columns[c];

		for (uint32_t i = 0; i < rows->count; i++)
			values[i] = column_value(column, at + i * rows->stride, rows->start);
		if (c == 0)
			cg_table_put_first(out, column->id, values, rows->count);
		else
			cg_table_put_column(out, column->id, column->coding, values, rows->count);
	}
	cg_free(values);
}

/* One varint of the payload, at most `most`; *at moves on. */
static bool
take(const uint8_t **at, const uint8_t *end, uint64_t most, uint64_t *value)
{
	size_t used = cg_varint_get(*at, (size_t)(end - *at), value);

	*at += used;
	return used && *value <= most;
}

static enum cg_status
open_column(struct cg_table *table, const uint8_t **at, const uint8_t *end, int *last)
{
	struct cg_table_column *column;
	uint64_t size = 0;
	int id;

	if (end - *at < 2)
		return CG_CORRUPT;
	id = (*at)[0];
	column = &table->columns[id];
	column->coding = (*at)[1];
	*at += 2;
	if (id <= *last || !take(at, end, (uint64_t)(end - *at), &size) ||
	    size > (uint64_t)(end - *at))
		return CG_CORRUPT;
	column->bytes = *at;
	column->size = (size_t)size;
	*at += size;
	*last = id;
	return CG_OK;
}

enum cg_status
cg_table_open(struct cg_table *table, const uint8_t *payload, size_t n)
{
	const uint8_t *at = payload, *end = payload + n;
	enum cg_status status = CG_OK;
	uint64_t first = 0, count = 0;
	int last = -1;

	memset(table, 0, sizeof *table);
	if (!take(&at, end, CG_NONE, &first) || !take(&at, end, CG_NONE, &count))
		return CG_CORRUPT;
	if (count > CG_TRACE_ROWS_MAX)
		return CG_LIMIT;
	/* A row that costs no byte would make memory out of nothing. */
	if (count > n || first + count >= CG_NONE)
		return CG_CORRUPT;
	while (at < end && !status)
		status = open_column(table, &at, end, &last);
	table->first = (uint32_t)first;
	table->count = (uint32_t)count;
	return status;
}

static bool
get_dense(const struct cg_table_column *column, uint64_t *values, uint32_t count)
{
	const uint8_t *at = column->bytes, *end = at + column->size;

	for (uint32_t i = 0; i < count; i++)
		if (!take(&at, end, UINT64_MAX, &values[i]))
			return false;
	return at == end;
}

static bool
get_planes_at(const uint8_t *lengths, const uint8_t *end, uint64_t *values, uint32_t count)
{
	const uint8_t *at = lengths + count;

	if ((size_t)(end - lengths) < count)
		return false;
	memset(values, 0, count * sizeof *values);
	for (unsigned plane = 0; plane < PLANES; plane++)
		for (uint32_t i = 0; i < count; i++) {
			if (lengths[i] > PLANES)
				return false;
			if (lengths[i] <= plane)
				continue;
			if (at == end || (lengths[i] == plane + 1 && *at == 0))
				return false;
			values[i] |= (uint64_t)*at++ << (8 * plane);
		}
	return at == end;
}

static bool
get_planes(const struct cg_table_column *column, uint64_t *values, uint32_t count)
{
	return get_planes_at(column->bytes, column->bytes + column->size, values, count);
}

/*
 * The values stand at the end of the array at first. Each moves forward, or stays: as many
 * are skipped before it as there is room.
 */
static bool
get_sparse(const struct cg_table_column *column, uint64_t *values, uint32_t count)
{
	const uint8_t *at = column->bytes, *end = at + column->size, *skips;
	uint64_t used, skipped;
	uint32_t row = 0;

	if (!take(&at, end, count, &used))
		return false;
	skips = at;
	for (uint64_t i = 0; i < used; i++)
		if (!take(&at, end, count, &skipped))
			return false;
	if (!get_planes_at(at, end, values + (count - used), (uint32_t)used))
		return false;
	for (uint32_t i = count - (uint32_t)used; i < count; i++) {
		uint64_t value = values[i];

		take(&skips, end, count, &skipped);
		if (skipped > i - row || value == 0)
			return false;
		memset(values + row, 0, skipped * sizeof *values);
		row += (uint32_t)skipped;
		values[row++] = value;
	}
	memset(values + row, 0, (count - row) * sizeof *values);
	return true;
}

static bool (*const get_coding[])(const struct cg_table_column *, uint64_t *, uint32_t) = {
	[CG_TRACE_DENSE] = get_dense,
	[CG_TRACE_SPARSE] = get_sparse,
	[CG_TRACE_PLANES] = get_planes,
};

enum cg_status
cg_table_get_column(const struct cg_table *table, uint8_t id, uint64_t *values,
                    uint32_t count)
{
	const struct cg_table_column *column = &table->columns[id];

	if (!column->bytes) {
		memset(values, 0, count * sizeof *values);
		return CG_OK;
	}
	if (column->coding >= CG_TRACE_CODINGS)
		return CG_UNSUPPORTED;
	if (column->coding == CG_TRACE_BYTES)
		return CG_CORRUPT;
	return get_coding[column->coding](column, values, count) ? CG_OK : CG_CORRUPT;
}

static bool
store_field(const struct cg_column *column, uint8_t *record, uint64_t start,
            uint64_t value)
{
	uint8_t *at = record + column->offset;
	uint32_t word;

	switch ((enum cg_column_form)column->form) {
	case CG_FORM_INDEX:
		value = value ? value - 1 : CG_NONE;
		break;
	case CG_FORM_SIGNED:
		value = (uint64_t)cg_unzigzag(value);
		break;
	case CG_FORM_TICK:
		value = (uint64_t)cg_unzigzag(value) + start;
		break;
	case CG_FORM_PLAIN:
		break;
	}
	if (column->size == sizeof value) {
		memcpy(at, &value, sizeof value);
		return true;
	}
	if (column->size == 1) {
		*at = value & 1;
		return value <= 1;
	}
	word = (uint32_t)value;
	memcpy(at, &word, sizeof word);
	return value <= UINT32_MAX;
}

enum cg_status
cg_table_get(const struct cg_table *table, const struct cg_rows *rows, void *base)
{
	uint64_t *values = cg_zalloc(rows->count, sizeof *values);
	enum cg_status status = values ? CG_OK : CG_NOMEM;
	uint8_t *at = base;

	if (values)
		at += (size_t)rows->first * rows->stride;
	for (uint32_t c = 0; c < rows->column_count && !status; c++) {
		const struct cg_column *column = &rows->columns[c];

		status = cg_table_get_column(table, column->id, values, rows->count);
		for (uint32_t i = 0; i < rows->count && !status; i++)
			if (!store_field(column, at + i * rows->stride, rows->start, values[i]))
				status = CG_CORRUPT;
	}
	cg_free(values);
	return status;
}
