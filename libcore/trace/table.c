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
#include "trace/coding.h"

enum { SPARSE_WHEN = 8 /* fewer than one in so many is not zero */ };

void
cg_table_begin(struct cg_buffer *out, uint32_t first, uint32_t count)
{
	cg_buffer_put_varint(out, first);
	cg_buffer_put_varint(out, count);
}

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
	cg_coding_put(&bytes, coding, values, count);
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
cg_table_put_where(struct cg_buffer *out, uint8_t id, const struct cg_rows_where *where,
                   const uint64_t *values, uint32_t count)
{
	struct cg_where head = {where->by, where->above, 0};
	uint64_t *some = cg_alloc((count ? count : 1) * sizeof *some), elsewhere = 0, all = 0;
	struct cg_buffer bytes;

	if (!some) {
		out->status = CG_NOMEM;
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		bool in = where->values[i] > where->above;

		some[head.used] = values[i];
		head.used += in;
		elsewhere |= in ? 0 : values[i];
		all |= values[i];
	}
	cg_buffer_init(&bytes);
	if (elsewhere)
		cg_table_put_column(out, id, CG_TRACE_PLANES, values, count);
	else if (all) {
		cg_where_put(&bytes, &head, some);
		put_head(out, id, CG_TRACE_WHERE, bytes.len);
		cg_buffer_put(out, bytes.data, bytes.len);
	}
	if (bytes.status && !out->status)
		out->status = bytes.status;
	cg_buffer_release(&bytes);
	cg_free(some);
}

void
cg_table_copy_column(struct cg_buffer *out, uint8_t id,
                     const struct cg_table_column *column)
{
	put_head(out, id, column->coding, column->size);
	cg_buffer_put(out, column->bytes, column->size);
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
	return cg_coding_get(column->coding, column->bytes, column->size, values, count)
	           ? CG_OK
	           : CG_CORRUPT;
}

/* Values to what the fields hold, in place. false: one is too large for its field. */
static bool
to_fields(const struct cg_column *column, uint64_t start, uint64_t *values, uint32_t count)
{
	uint64_t all = 0;

	if (column->form == CG_FORM_INDEX)
		for (uint32_t i = 0; i < count; i++) {
			all |= values[i] ? values[i] - 1 : 0;
			values[i]--; /* cut to 32 bits, 0 becomes CG_NONE */
		}
	else if (column->form == CG_FORM_SIGNED)
		for (uint32_t i = 0; i < count; i++)
			values[i] = (uint64_t)cg_unzigzag(values[i]);
	else if (column->form == CG_FORM_TICK)
		for (uint32_t i = 0; i < count; i++)
			values[i] = (uint64_t)cg_unzigzag(values[i]) + start;
	else
		for (uint32_t i = 0; i < count; i++)
			all |= values[i];
	return column->size == sizeof all || all >> (column->size == 1 ? 1 : 32) == 0;
}

static void
store_field(uint8_t *at, unsigned size, uint64_t value)
{
	uint32_t word = (uint32_t)value;

	if (size == sizeof value)
		memcpy(at, &value, sizeof value);
	else if (size == sizeof word)
		memcpy(at, &word, sizeof word);
	else
		*at = (uint8_t)value;
}

static void
store_fields(const struct cg_column *column, uint8_t *at, size_t stride,
             const uint64_t *values, uint32_t count)
{
	at += column->offset;
	if (column->size == sizeof *values)
		for (uint32_t i = 0; i < count; i++, at += stride)
			store_field(at, sizeof *values, values[i]);
	else if (column->size == sizeof(uint32_t))
		for (uint32_t i = 0; i < count; i++, at += stride)
			store_field(at, sizeof(uint32_t), values[i]);
	else
		for (uint32_t i = 0; i < count; i++, at += stride)
			store_field(at, 1, values[i]);
}

/* A sparse column of which 0 is stored as 0: only what is not zero is touched. */
static bool
store_sparse(const struct cg_column *column, const struct cg_table_column *from,
             const struct cg_rows *rows, uint8_t *at, uint64_t *values)
{
	struct cg_sparse sparse;
	uint32_t row;

	if (!cg_sparse_open(&sparse, from->bytes, from->size, values, rows->count))
		return false;
	for (uint32_t i = 0; i < sparse.used; i++)
		if (values[i] == 0)
			return false;
	if (!to_fields(column, rows->start, values, sparse.used))
		return false;
	for (uint32_t i = 0; i < sparse.used; i++) {
		if (!cg_sparse_next(&sparse, rows->count, &row))
			return false;
		store_field(at + row * rows->stride + column->offset, column->size, values[i]);
	}
	return true;
}

/* The column of plain numbers before `column` with this id, or NULL. */
static const struct cg_column *
earlier_column(const struct cg_rows *rows, const struct cg_column *column, uint8_t id)
{
	for (const struct cg_column *c = rows->columns; c < column; c++)
		if (c->id == id)
			return c->form == CG_FORM_PLAIN ? c : NULL;
	return NULL;
}

/* Reading the columns of some rows, one after another. */
struct getter {
	const struct cg_table *table;
	const struct cg_rows *rows;
	uint8_t *at;      /* the first row */
	uint64_t *values; /* owned; room for one a row */
	uint8_t held;     /* id of the column that they all are of now, or 0 */
	uint32_t *picked; /* owned; rows in which a column is above a limit, when one has been */
	uint32_t picked_count;
	uint8_t by; /* that column */
	uint64_t above;
	uint8_t within; /* what was stored in these rows alone */
};

/* Pick the rows in which `by`, which is stored already, is above a limit. */
static void
pick_rows(struct getter *get, const struct cg_column *by, uint64_t above)
{
	size_t stride = get->rows->stride;
	uint32_t used = 0;

	if (get->by == by->id && get->above == above)
		return; /* as the column before */
	if (get->held == by->id)
		for (uint32_t i = 0; i < get->rows->count; i++) {
			get->picked[used] = i;
			used += get->values[i] > above;
		}
	else if (get->within == by->id)
		for (uint32_t i = 0; i < get->picked_count; i++) {
			get->picked[used] = get->picked[i];
			used += cg_column_load(by, get->at + get->picked[i] * stride) > above;
		}
	else
		for (uint32_t i = 0; i < get->rows->count; i++) {
			get->picked[used] = i;
			used += cg_column_load(by, get->at + i * stride) > above;
		}
	get->picked_count = used;
	get->by = by->id;
	get->above = above;
}

/* A column that has values only where another one is above a limit. */
static enum cg_status
store_where(struct getter *get, const struct cg_column *column,
            const struct cg_table_column *from)
{
	const struct cg_column *by;
	struct cg_where where;

	if (!get->picked)
		get->picked = cg_alloc(get->rows->count * sizeof *get->picked);
	if (!get->picked)
		return CG_NOMEM;
	if (!cg_where_head(&where, from->bytes, from->size))
		return CG_CORRUPT;
	by = earlier_column(get->rows, column, where.by);
	if (!by)
		return CG_CORRUPT;
	pick_rows(get, by, where.above);
	get->held = 0;
	if (get->picked_count != where.used ||
	    !cg_where_get(&where, from->bytes, from->size, get->values, get->rows->count) ||
	    !to_fields(column, get->rows->start, get->values, where.used))
		return CG_CORRUPT;
	for (uint32_t i = 0; i < where.used; i++)
		store_field(get->at + get->picked[i] * get->rows->stride + column->offset,
		            column->size, get->values[i]);
	get->within = column->id;
	return CG_OK;
}

static enum cg_status
get_rows(struct getter *get, const struct cg_column *column)
{
	const struct cg_table_column *from = &get->table->columns[column->id];
	const struct cg_rows *rows = get->rows;
	bool zero_is_zero = column->form == CG_FORM_PLAIN || column->form == CG_FORM_SIGNED;
	enum cg_status status;

	if (zero_is_zero && !from->bytes)
		return CG_OK;
	if (zero_is_zero && from->coding == CG_TRACE_WHERE)
		return store_where(get, column, from);
	get->held = 0;
	if (zero_is_zero && from->coding == CG_TRACE_SPARSE)
		return store_sparse(column, from, rows, get->at, get->values) ? CG_OK
		                                                              : CG_CORRUPT;
	status = cg_table_get_column(get->table, column->id, get->values, rows->count);
	if (status)
		return status;
	if (!to_fields(column, rows->start, get->values, rows->count))
		return CG_CORRUPT;
	store_fields(column, get->at, rows->stride, get->values, rows->count);
	get->held = column->id;
	return CG_OK;
}

enum cg_status
cg_table_get(const struct cg_table *table, const struct cg_rows *rows, void *base)
{
	struct getter get = {.table = table, .rows = rows, .at = base};
	enum cg_status status;

	get.values = cg_alloc(rows->count * sizeof *get.values);
	status = get.values ? CG_OK : CG_NOMEM;
	if (get.values)
		get.at += (size_t)rows->first * rows->stride;
	for (uint32_t c = 0; c < rows->column_count && !status; c++)
		status = get_rows(&get, &rows->columns[c]);
	cg_free(get.picked);
	cg_free(get.values);
	return status;
}
