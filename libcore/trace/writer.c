/*
 * Writing a trace: a header, chunks in one pass, an index and an end. Nothing is written
 * twice, so a pipe will do.
 *
 * The idea to know: a chunk is a table of a bounded number of rows. Which field is which
 * column is data (layout.c); only strings, the tree's shape and its gaps are written by hand.
 * In an archive, short chunks that follow one another go into a group.
 */
#include "trace/writer.h"

#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "trace/gaps.h"
#include "trace/group.h"
#include "trace/layout.h"
#include "trace/squeeze.h"

enum {
	ROWS = 16384,       /* of a chunk: what a processor keeps near while it reads them */
	ROWS_LAST = 24576,  /* of the last one at most, so that none is short */
	ROWS_PACK = 65536,  /* of one in an archive */
	INDEX_FROM = 64,    /* chunks: an archive of fewer has no index */
	MEMBER_MOST = 4096, /* bytes of a payload that goes into a group */
	TEXT = 1 << 20,     /* bytes of strings in a chunk, about */
	DEFLATE_FROM = 64,  /* shorter payloads are stored as they are */
	WINDOW_BITS = 15,   /* zlib's usual */
	MEMORY_LEVEL = 8    /* zlib's usual */
};

struct writer {
	const struct cg_records *records;
	const struct cg_sink *sink;
	z_stream zlib;
	int level; /* of zlib */
	struct cg_buffer raw, stored, head;
	struct cg_buffer group; /* members that wait, of an archive */
	uint32_t members;
	uint64_t *values; /* as many as a chunk may have rows */
	uint32_t rows;    /* of a chunk */
	uint32_t most;    /* of the last one */
	bool pack;
	uint64_t offset; /* bytes written */
	uint32_t sequence;
	struct cg_index_row *index;
	size_t index_cap;
	uint32_t index_count;
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

static enum cg_status
put(struct writer *w, const struct cg_buffer *bytes)
{
	enum cg_status status = bytes->status;

	if (!status && bytes->len)
		status = w->sink->write(w->sink->arg, bytes->data, bytes->len);
	if (!status)
		w->offset += bytes->len;
	return status;
}

static enum cg_status
put_header(struct writer *w)
{
	struct cg_buffer *head = &w->head;

	cg_buffer_clear(head);
	cg_buffer_put(head, CG_TRACE_MAGIC, CG_TRACE_MAGIC_SIZE);
	cg_buffer_put_le16(head, CG_TRACE_MAJOR);
	cg_buffer_put_le16(head, CG_TRACE_MINOR);
	cg_buffer_put_le32(head, 0); /* features that a reader must know */
	cg_buffer_put_le32(head, 0); /* features that it may ignore */
	cg_buffer_put_le64(head, 0);
	if (!head->status)
		cg_buffer_put_le32(head, (uint32_t)crc32(0, head->data, (uInt)head->len));
	return put(w, head);
}

/* Deflate `raw` into w->stored. false when that does not make it shorter. */
static bool
deflate_raw(struct writer *w, const struct cg_buffer *raw)
{
	cg_buffer_clear(&w->stored);
	if (raw->len < DEFLATE_FROM)
		return false;
	if (w->pack) {
		enum cg_status status = raw == &w->group ? cg_squeeze_group(raw, &w->stored)
		                                         : cg_squeeze_deflate(raw, &w->stored);

		if (status && !w->stored.status)
			w->stored.status = status;
		return w->stored.len < raw->len;
	}
	return cg_squeeze_once(&w->zlib, w->level, raw, &w->stored);
}

static enum cg_status
note_chunk(struct writer *w, uint32_t type, size_t stored)
{
	enum cg_status status =
		cg_grow(&w->index, &w->index_cap, (size_t)w->index_count + 1, sizeof *w->index);

	if (!status)
		w->index[w->index_count++] =
			(struct cg_index_row){type, (uint32_t)stored, w->offset};
	return status;
}

/* Write a chunk of `raw`, which is w->raw or w->group. */
static enum cg_status
write_chunk(struct writer *w, const struct cg_buffer *raw, uint32_t type, unsigned flags)
{
	const struct cg_buffer *payload = raw;
	enum cg_status status = raw->status;

	if (!status && raw->len > CG_TRACE_RAW_MAX)
		status = CG_LIMIT;
	if (status)
		return status;
	if (type != CG_TRACE_END && deflate_raw(w, raw)) {
		payload = &w->stored;
		flags |= CG_TRACE_DEFLATED;
	}
	if (w->stored.status)
		return w->stored.status;
	status = note_chunk(w, type, payload->len);
	if (status)
		return status;
	cg_buffer_clear(&w->head);
	cg_buffer_put_le32(&w->head, type);
	cg_buffer_put_le16(&w->head, (uint16_t)flags);
	cg_buffer_put_le16(&w->head, 0);
	cg_buffer_put_le32(&w->head, w->sequence++);
	cg_buffer_put_le32(&w->head, (uint32_t)raw->len);
	cg_buffer_put_le32(&w->head, (uint32_t)payload->len);
	cg_buffer_put_le32(&w->head, (uint32_t)crc32(0, payload->data, (uInt)payload->len));
	if (!w->head.status)
		cg_buffer_put_le32(&w->head, (uint32_t)crc32(0, w->head.data, (uInt)w->head.len));
	status = put(w, &w->head);
	return status ? status : put(w, payload);
}

/* Write the members that wait. */
static enum cg_status
put_group(struct writer *w)
{
	enum cg_status status = CG_OK;

	if (w->members)
		status = write_chunk(w, &w->group, CG_TRACE_GRUP, CG_TRACE_REQUIRED);
	cg_buffer_clear(&w->group);
	w->members = 0;
	return status;
}

/* Write w->raw as a chunk, or let it wait for its group. */
static enum cg_status
put_chunk(struct writer *w, uint32_t type, unsigned flags)
{
	bool fixed = type == CG_TRACE_END || type == CG_TRACE_INDX;
	enum cg_status status = w->raw.status;

	if (!status && w->pack && type != CG_TRACE_END)
		status = cg_squeeze_table(&w->raw);
	if (status)
		return status;
	if (w->pack && !fixed && w->raw.len <= MEMBER_MOST) {
		struct cg_member member = {type, (uint8_t)flags, w->raw.data, w->raw.len};

		cg_group_put(&w->group, &member);
		w->members++;
		return w->group.status;
	}
	status = put_group(w);
	return status ? status : write_chunk(w, &w->raw, type, flags);
}

/* Strings from `first` on, as many as a chunk holds; *next is the first of the rest. */
static enum cg_status
put_strings(struct writer *w, uint32_t first, uint32_t *next)
{
	const struct cg_rec_string *strings = w->records->strings;
	struct cg_buffer text;
	uint32_t count = 0;

	cg_buffer_init(&text);
	while (first + count < w->records->string_count && count < w->rows &&
	       text.len < TEXT) {
		cg_buffer_put(&text, strings[first + count].bytes, strings[first + count].length);
		w->values[count] = strings[first + count].length;
		count++;
	}
	cg_buffer_clear(&w->raw);
	cg_table_begin(&w->raw, first, count);
	cg_table_put_first(&w->raw, CG_COL_LENGTH, w->values, count);
	cg_table_put_bytes(&w->raw, CG_COL_TEXT, text.data, text.len);
	if (text.status && !w->raw.status)
		w->raw.status = text.status;
	cg_buffer_release(&text);
	*next = first + count;
	return put_chunk(w, CG_TRACE_STRS, CG_TRACE_REQUIRED);
}

/*
 * The tree's shape: from the node before, how many levels up the parent is. A way that
 * leaves the chunk ends there, and the parent is told by its number.
 */
static void
put_shape(struct writer *w, uint32_t first, uint32_t count)
{
	const struct cg_rec_node *nodes = w->records->nodes;
	struct cg_buffer outer;

	cg_buffer_init(&outer);
	for (uint32_t i = first; i < first + count; i++) {
		uint32_t parent = nodes[i].parent, at = i - 1, up = 0;
		bool outside = i == first;

		while (!outside && at != parent) {
			up++;
			outside = nodes[at].parent == CG_NONE || nodes[at].parent < first;
			at = nodes[at].parent;
		}
		if (outside)
			cg_buffer_put_varint(&outer, parent == CG_NONE ? 0 : (uint64_t)parent + 1);
		w->values[i - first] = up;
	}
	cg_table_put_column(&w->raw, CG_COL_UP, CG_TRACE_DENSE, w->values, count);
	cg_table_put_bytes(&w->raw, CG_COL_OUTER, outer.data, outer.len);
	if (outer.status && !w->raw.status)
		w->raw.status = outer.status;
	cg_buffer_release(&outer);
}

/* Rows of one of the tables. */
static enum cg_status
put_rows(struct writer *w, const struct cg_layout *layout, uint32_t first, uint32_t count)
{
	struct cg_rows rows = {
		.columns = layout->columns,
		.column_count = layout->column_count,
		.first = first,
		.count = count,
		.start = w->records->start.tick,
		.stride = layout->stride,
	};
	const void *base;

	memcpy(&base, (const char *)w->records + layout->array, sizeof base);
	cg_buffer_clear(&w->raw);
	cg_table_begin(&w->raw, first, count);
	if (layout->type == CG_TRACE_NODE) {
		put_shape(w, first, count);
		rows.column_count -= CG_GAP_COLUMNS;
	}
	cg_table_put(&w->raw, &rows, base);
	if (layout->type == CG_TRACE_NODE)
		cg_gaps_put(&w->raw, w->records, first, count);
	return put_chunk(w, layout->type, layout->optional ? 0 : CG_TRACE_REQUIRED);
}

static enum cg_status
put_table(struct writer *w, enum cg_layout_id id)
{
	const struct cg_layout *layout = &cg_layouts[id];
	enum cg_status status = CG_OK;
	uint32_t total;

	memcpy(&total, (const char *)w->records + layout->count, sizeof total);
	for (uint32_t first = 0, count; first < total && !status; first += count) {
		count = total - first <= w->most ? total - first : w->rows;
		status = put_rows(w, layout, first, count);
	}
	return status;
}

static enum cg_status
put_meta(struct writer *w)
{
	struct cg_rows rows = {
		.columns = cg_meta_columns, .column_count = cg_meta_column_count, .count = 1};

	cg_buffer_clear(&w->raw);
	cg_table_begin(&w->raw, 0, 1);
	cg_table_put(&w->raw, &rows, w->records);
	return put_chunk(w, CG_TRACE_META, CG_TRACE_REQUIRED);
}

static enum cg_status
put_index(struct writer *w)
{
	struct cg_rows rows = {.columns = cg_index_columns,
	                       .column_count = cg_index_column_count,
	                       .count = w->index_count,
	                       .stride = sizeof *w->index};

	cg_buffer_clear(&w->raw);
	cg_table_begin(&w->raw, 0, w->index_count);
	cg_table_put(&w->raw, &rows, w->index);
	return put_chunk(w, CG_TRACE_INDX, 0);
}

static enum cg_status
put_end(struct writer *w, uint64_t index)
{
	const struct cg_records *records = w->records;
	struct cg_buffer *raw = &w->raw;

	cg_buffer_clear(raw);
	cg_buffer_put_le64(raw, index);
	cg_buffer_put_le64(raw, w->offset + CG_TRACE_CHUNK_SIZE + CG_TRACE_END_SIZE);
	cg_buffer_put_le32(raw, w->sequence);
	cg_buffer_put_le32(raw, records->string_count);
	cg_buffer_put_le32(raw, records->function_count);
	cg_buffer_put_le32(raw, records->thread_count);
	cg_buffer_put_le32(raw, records->node_count);
	cg_buffer_put_le32(raw, records->spawn_count);
	cg_buffer_put_le32(raw, records->task_count);
	cg_buffer_put_le32(raw, records->hold_count);
	cg_buffer_put_le32(raw, records->command_count);
	cg_buffer_put_le32(raw, 0);
	return put_chunk(w, CG_TRACE_END, CG_TRACE_REQUIRED);
}

static enum cg_status
check_limits(const struct cg_records *records)
{
	if (records->string_count > CG_TRACE_STRINGS_MAX)
		return CG_LIMIT;
	for (int i = 0; i < CG_LAYOUTS; i++) {
		uint32_t total;

		memcpy(&total, (const char *)records + cg_layouts[i].count, sizeof total);
		if (total > cg_layouts[i].most)
			return CG_LIMIT;
	}
	return CG_OK;
}

static enum cg_status
put_all(struct writer *w)
{
	static const enum cg_layout_id order[] = {
		CG_LAYOUT_ARGUMENTS, CG_LAYOUT_FUNCTIONS, CG_LAYOUT_THREADS,
		CG_LAYOUT_NODES,     CG_LAYOUT_SPAWNS,    CG_LAYOUT_TASKS,
		CG_LAYOUT_HOLDS,     CG_LAYOUT_PACKS,     CG_LAYOUT_SOURCES};
	enum cg_status status = put_header(w);
	uint64_t index = 0;

	for (uint32_t next = 0; !status && next < w->records->string_count;)
		status = put_strings(w, next, &next);
	if (!status)
		status = put_meta(w);
	for (size_t i = 0; i < CG_LAYOUTS && !status; i++)
		status = put_table(w, order[i]);
	if (!status)
		status = put_group(w);
	if (!status && w->index_count <= CG_TRACE_ROWS_MAX &&
	    w->index_count >= (w->pack ? INDEX_FROM : 0)) {
		index = w->offset;
		status = put_index(w);
	}
	return status ? status : put_end(w, index);
}

enum cg_status
cg_trace_write(const struct cg_records *records, const struct cg_sink *sink, int level)
{
	struct writer w = {.records = records, .sink = sink};
	bool pack = level >= CG_TRACE_LEVEL_PACK;
	enum cg_status status = check_limits(records);

	if (status)
		return status;
	cg_buffer_init(&w.raw);
	cg_buffer_init(&w.stored);
	cg_buffer_init(&w.head);
	cg_buffer_init(&w.group);
	w.zlib.zalloc = zlib_alloc;
	w.zlib.zfree = zlib_free;
	w.pack = pack;
	w.level = pack ? 9 : level;
	w.rows = pack ? ROWS_PACK : ROWS;
	w.most = pack ? ROWS_PACK : ROWS_LAST;
	w.values = cg_zalloc(w.most, sizeof *w.values);
	if (!w.values || deflateInit2(&w.zlib, w.level, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL,
	                              Z_DEFAULT_STRATEGY) != Z_OK)
		status = CG_NOMEM;
	if (!status)
		status = put_all(&w);
	deflateEnd(&w.zlib);
	cg_buffer_release(&w.raw);
	cg_buffer_release(&w.stored);
	cg_buffer_release(&w.head);
	cg_buffer_release(&w.group);
	cg_free(w.values);
	cg_free(w.index);
	return status;
}
