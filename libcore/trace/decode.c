/*
 * Decoding payloads.
 *
 * The idea to know: definitions come before use, so nearly every reference is checked as it
 * is read, against what is already there. Only origins point forward; they wait for the
 * end. No recursion: the tree's shape is walked by its parents.
 */
#include "trace/decode.h"

#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "trace/group.h"
#include "trace/rows.h"

enum { AHEAD = 64 /* times what has come: no more is taken on the word of a trace */ };

typedef enum cg_status (*chunk_fn)(struct cg_decoder *, const uint8_t *, size_t);

enum cg_status
cg_decoder_fail(struct cg_decoder *d, enum cg_status status, const char *why)
{
	d->why = why;
	return status;
}

bool
cg_decoder_refers(const struct cg_decoder *d, uint32_t *ref, uint32_t count)
{
	if (*ref < count)
		return true;
	*ref = CG_LOST;
	return d->damaged;
}

bool
cg_decoder_gap(const struct cg_decoder *d, uint32_t have, uint32_t first)
{
	return first == have || (d->damaged && first > have && first - have <= d->lost_rows);
}

enum cg_status
cg_decoder_init(struct cg_decoder *decoder)
{
	enum cg_status status;

	*decoder = (struct cg_decoder){.why = "out of memory"};
	cg_records_init(&decoder->out);
	status = cg_strings_init(&decoder->strings);
	if (!status)
		decoder->strings.count = 0; /* the file brings its own "" */
	return status;
}

void
cg_decoder_release(struct cg_decoder *decoder)
{
	cg_strings_release(&decoder->strings);
	cg_records_release(&decoder->out);
	cg_free(decoder->index);
	decoder->index = NULL;
}

static uint32_t
get_le32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static uint64_t
get_le64(const uint8_t *at)
{
	return get_le32(at) | (uint64_t)get_le32(at + 4) << 32;
}

static enum cg_status
open_table(struct cg_decoder *d, struct cg_table *table, const uint8_t *payload, size_t n)
{
	enum cg_status status = cg_table_open(table, payload, n);

	if (status == CG_LIMIT)
		return cg_decoder_fail(d, status, "a chunk with more rows than the format allows");
	return status ? cg_decoder_fail(d, status, "a table whose columns do not fit")
	              : CG_OK;
}

enum cg_status
cg_decoder_column(struct cg_decoder *d, enum cg_status status)
{
	if (status == CG_CORRUPT)
		d->why = "a column that is damaged";
	else if (status == CG_UNSUPPORTED)
		d->why = "a column in a coding that this version does not know: use a newer "
				 "corograph";
	return status;
}

static enum cg_status
add_strings(struct cg_decoder *d, const struct cg_table *table, const uint64_t *lengths)
{
	const struct cg_table_column *text = &table->columns[CG_COL_TEXT];
	size_t at = 0, end = text->bytes ? text->size : 0;

	if (text->bytes && text->coding != CG_TRACE_BYTES)
		return cg_decoder_fail(d, CG_CORRUPT, "the text of strings is not bytes");
	if (d->strings.count == 0 && lengths[0] != 0)
		return cg_decoder_fail(d, CG_CORRUPT, "the first string is not the empty one");
	for (uint32_t i = 0; i < table->count; i++) {
		const char *bytes = text->bytes ? (const char *)text->bytes + at : "";
		enum cg_status status;

		if (lengths[i] > CG_TRACE_STRING_MAX)
			return cg_decoder_fail(d, CG_LIMIT, "a string longer than the format allows");
		if (lengths[i] > end - at || !cg_utf8_is_clean(bytes, (size_t)lengths[i]))
			return cg_decoder_fail(d, CG_CORRUPT,
			                       "a string that is cut or not clean UTF-8");
		status = cg_strings_append(&d->strings, bytes, (size_t)lengths[i]);
		if (status)
			return status == CG_LIMIT ? cg_decoder_fail(d, status, "too many strings")
			                          : status;
		at += (size_t)lengths[i];
	}
	if (at != end)
		return cg_decoder_fail(d, CG_CORRUPT, "text that belongs to no string");
	return CG_OK;
}

/* In salvage: something for the strings that were lost before these. */
static enum cg_status
fill_strings(struct cg_decoder *d, uint32_t first)
{
	enum cg_status status = CG_OK;

	while (d->strings.count < first && !status)
		status = d->strings.count
		             ? cg_strings_append(&d->strings, CG_LOST_NAME, strlen(CG_LOST_NAME))
		             : cg_strings_append(&d->strings, "", 0);
	return status;
}

static enum cg_status
take_strings(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	struct cg_table table;
	enum cg_status status = open_table(d, &table, payload, n);
	uint64_t *lengths;

	if (status)
		return status;
	if (table.count == 0 || !cg_decoder_gap(d, d->strings.count, table.first))
		return cg_decoder_fail(d, CG_CORRUPT, "strings out of order");
	status = fill_strings(d, table.first);
	if (status)
		return status;
	lengths = cg_zalloc(table.count, sizeof *lengths);
	if (!lengths)
		return CG_NOMEM;
	status = cg_decoder_column(
		d, cg_table_get_column(&table, CG_COL_LENGTH, lengths, table.count));
	if (!status)
		status = add_strings(d, &table, lengths);
	cg_free(lengths);
	return status;
}

static enum cg_status
take_meta(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	struct cg_rows rows = {
		.columns = cg_meta_columns, .column_count = cg_meta_column_count, .count = 1};
	struct cg_records meta = {0};
	uint32_t strings = d->strings.count;
	struct cg_table table;
	enum cg_status status = open_table(d, &table, payload, n);

	if (status)
		return status;
	if (d->has_meta || d->has_rows || table.first != 0 || table.count != 1)
		return cg_decoder_fail(d, CG_CORRUPT, "not one row of facts about the recording");
	status = cg_decoder_column(d, cg_table_get(&table, &rows, &meta));
	if (status)
		return status;
	if (!cg_decoder_refers(d, &meta.python, strings) ||
	    !cg_decoder_refers(d, &meta.executable, strings) ||
	    !cg_decoder_refers(d, &meta.platform, strings) ||
	    !cg_decoder_refers(d, &meta.parent_trace, strings) ||
	    !cg_decoder_refers(d, &meta.include, strings) ||
	    !cg_decoder_refers(d, &meta.exclude, strings))
		return cg_decoder_fail(d, CG_CORRUPT,
		                       "facts that name a string which is not there");
	d->has_meta = true;
	d->out = meta; /* no table has come before */
	return CG_OK;
}

/*
 * How many rows to take room for when there must be `need`: of nodes all that the threads
 * announce, unless that is many times what has come; so few are copied as they grow.
 */
static size_t
room_for(const struct cg_decoder *d, enum cg_layout_id id, size_t need)
{
	size_t announced = 0;

	if (id == CG_LAYOUT_NODES && need > d->caps[id] && d->out.thread_count) {
		const struct cg_rec_thread *last = &d->out.threads[d->out.thread_count - 1];

		announced = (size_t)last->root + last->node_count;
	}
	return announced > need && announced / AHEAD <= need ? announced : need;
}

/* Room for the rows of a table, and, in salvage, for those that were lost before them. */
static enum cg_status
make_room(struct cg_decoder *d, enum cg_layout_id id, uint32_t have, uint32_t first,
          uint32_t count)
{
	const struct cg_layout *layout = &cg_layouts[id];
	char *array = (char *)&d->out + layout->array, *base;
	enum cg_status status = cg_grow(
		array, &d->caps[id], room_for(d, id, (size_t)first + count), layout->stride);

	if (status)
		return status;
	memcpy(&base, array, sizeof base);
	memset(base + have * layout->stride, 0, (first + count - have) * layout->stride);
	for (uint32_t i = have; i < first; i++)
		cg_rows_lose(d, id, i);
	return CG_OK;
}

/* Read the columns into new rows of an array. */
static enum cg_status
add_rows(struct cg_decoder *d, enum cg_layout_id id, const struct cg_table *table)
{
	const struct cg_layout *layout = &cg_layouts[id];
	struct cg_rows rows = {
		.columns = layout->columns,
		.column_count = layout->column_count,
		.first = table->first,
		.count = table->count,
		.start = d->out.start.tick,
		.stride = layout->stride,
	};
	char *base;

	memcpy(&base, (char *)&d->out + layout->array, sizeof base);
	return cg_decoder_column(d, cg_table_get(table, &rows, base));
}

static enum cg_status
take_rows(struct cg_decoder *d, enum cg_layout_id id, const uint8_t *payload, size_t n)
{
	const struct cg_layout *layout = &cg_layouts[id];
	char *count_at = (char *)&d->out + layout->count;
	struct cg_table table;
	enum cg_status status = open_table(d, &table, payload, n);
	uint32_t have, count;

	if (status)
		return status;
	memcpy(&have, count_at, sizeof have);
	if (id == CG_LAYOUT_THREADS && d->out.node_count)
		return cg_decoder_fail(d, CG_CORRUPT, "threads after their nodes");
	if ((!d->has_meta && !d->damaged) || table.count == 0 ||
	    !cg_decoder_gap(d, have, table.first))
		return cg_decoder_fail(d, CG_CORRUPT, "a table out of order");
	if (table.first > layout->most || table.count > layout->most - table.first)
		return cg_decoder_fail(d, CG_LIMIT, "more rows than the format allows");
	d->has_rows = true;
	status = make_room(d, id, have, table.first, table.count);
	if (!status)
		status = add_rows(d, id, &table);
	if (status)
		return status;
	count = table.first + table.count;
	memcpy(count_at, &count, sizeof count);
	status = cg_rows_check(d, id, &table);
	if (status)
		memcpy(count_at, &have, sizeof have); /* none of them, then */
	return status;
}

/* An accelerator: whoever reads in order needs nothing of it. Verify compares it. */
static enum cg_status
take_index(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	struct cg_rows rows = {.columns = cg_index_columns,
	                       .column_count = cg_index_column_count,
	                       .stride = sizeof *d->index};
	struct cg_table table;
	enum cg_status status = open_table(d, &table, payload, n);

	if (status)
		return status;
	if (d->index || table.first != 0)
		return cg_decoder_fail(d, CG_CORRUPT, "more than one index");
	d->index = cg_zalloc(table.count, sizeof *d->index);
	if (!d->index)
		return CG_NOMEM;
	d->index_count = rows.count = table.count;
	return cg_decoder_column(d, cg_table_get(&table, &rows, d->index));
}

static enum cg_status
take_end(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	const uint32_t have[] = {d->strings.count,    d->out.function_count,
	                         d->out.thread_count, d->out.node_count,
	                         d->out.spawn_count,  d->out.task_count,
	                         d->out.hold_count,   d->out.command_count};
	const uint8_t *totals = payload + 20;

	if (n != CG_TRACE_END_SIZE)
		return cg_decoder_fail(d, CG_CORRUPT, "an end of the wrong size");
	d->index_offset = get_le64(payload);
	d->size = get_le64(payload + 8);
	d->chunks = get_le32(payload + 16);
	d->ended = true;
	for (size_t i = 0; i < sizeof have / sizeof *have; i++)
		if (get_le32(totals + 4 * i) != have[i] && !d->damaged)
			return cg_decoder_fail(d, CG_CORRUPT,
			                       "the end counts other rows than there are");
	return CG_OK;
}

static enum cg_status
take_member(struct cg_decoder *d, const struct cg_member *member)
{
	bool known = cg_decoder_knows(member->type) && !(member->flags & ~CG_TRACE_REQUIRED);

	if (member->type == CG_TRACE_GRUP || member->type == CG_TRACE_INDX ||
	    member->type == CG_TRACE_END)
		return cg_decoder_fail(d, CG_CORRUPT, "a group of what cannot be in one");
	if (!known && (member->flags & CG_TRACE_REQUIRED))
		return cg_decoder_fail(d, CG_UNSUPPORTED,
		                       "a chunk that this version does not know: use a newer "
		                       "corograph");
	return known ? cg_decoder_chunk(d, member->type, member->payload, member->size)
	             : CG_OK;
}

static enum cg_status
take_group(struct cg_decoder *d, const uint8_t *payload, size_t n)
{
	const uint8_t *end = payload + n;
	struct cg_member member;
	enum cg_status status = CG_OK;

	while (payload < end && !status) {
		if (cg_group_next(&payload, end, &member))
			return cg_decoder_fail(d, CG_CORRUPT, "a group that is cut");
		status = take_member(d, &member);
	}
	return status;
}

static const struct {
	uint32_t type;
	chunk_fn take;
} types[] = {
	{CG_TRACE_STRS, take_strings}, {CG_TRACE_META, take_meta},
	{CG_TRACE_GRUP, take_group},   {CG_TRACE_INDX, take_index},
	{CG_TRACE_END, take_end},
};

enum { TYPES = sizeof types / sizeof *types };

/* The row of `types` or, counted on after these, of the layouts; past both: unknown. */
static size_t
find_type(uint32_t type)
{
	size_t i = 0;

	while (i < TYPES && types[i].type != type)
		i++;
	while (i >= TYPES && i < TYPES + CG_LAYOUTS && cg_layouts[i - TYPES].type != type)
		i++;
	return i;
}

bool
cg_decoder_knows(uint32_t type)
{
	return find_type(type) < TYPES + CG_LAYOUTS;
}

enum cg_status
cg_decoder_chunk(struct cg_decoder *decoder, uint32_t type, const uint8_t *payload,
                 size_t n)
{
	size_t i = find_type(type);
	enum cg_status status =
		i < TYPES ? types[i].take(decoder, payload, n)
				  : take_rows(decoder, (enum cg_layout_id)(i - TYPES), payload, n);

	if (status == CG_NOMEM)
		decoder->why = "out of memory";
	return status;
}

static enum cg_status
check_whole(struct cg_decoder *d)
{
	const struct cg_rec_thread *last = NULL;

	if (d->out.thread_count)
		last = &d->out.threads[d->out.thread_count - 1];
	if (!d->has_meta || d->strings.count == 0)
		return cg_decoder_fail(d, CG_CORRUPT, "a trace without facts about the recording");
	if (last && last->root + last->node_count != d->out.node_count)
		return cg_decoder_fail(d, CG_CORRUPT, "threads with nodes that are not there");
	if (d->farthest > d->out.node_count)
		return cg_decoder_fail(d, CG_CORRUPT, "a task made at a node that is not there");
	for (uint32_t i = 0; i < d->out.thread_count; i++)
		if (d->out.threads[i].origin != CG_NONE &&
		    d->out.threads[i].origin >= d->out.node_count)
			return cg_decoder_fail(d, CG_CORRUPT,
			                       "a thread started at a node that is not there");
	return CG_OK;
}

enum cg_status
cg_decoder_finish(struct cg_decoder *decoder, struct cg_records *records)
{
	enum cg_status status =
		decoder->damaged ? cg_decoder_salvage(decoder) : check_whole(decoder);

	if (status)
		return status;
	cg_strings_give(&decoder->strings, &decoder->out);
	*records = decoder->out;
	cg_records_init(&decoder->out);
	return CG_OK;
}
