/*
 * A trace as text, for people and for tests: each record a line of name=value. Which fields
 * a record has is said once, in layout.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "trace/layout.h"
#include "trace/load.h"

enum { FLUSH = 65536 };

struct dump {
	const struct cg_records *records;
	struct cg_buffer text;
	cg_write_fn write;
	void *arg;
	enum cg_status status;
};

static void
flush(struct dump *d, size_t from)
{
	if (d->text.len < from || d->status)
		return;
	if (d->text.status)
		d->status = d->text.status;
	else if (!d->write(d->arg, (const char *)d->text.data, d->text.len))
		d->status = CG_IO;
	cg_buffer_clear(&d->text);
}

static void
put_field(struct dump *d, const struct cg_column *column, const void *row)
{
	uint64_t value = cg_column_load(column, row);

	if (column->form == CG_FORM_INDEX && value == CG_NONE)
		return;
	if (column->form == CG_FORM_SIGNED)
		cg_buffer_printf(&d->text, " %s=%" PRId64, column->name, (int64_t)value);
	else if (value || column->form == CG_FORM_INDEX)
		cg_buffer_printf(&d->text, " %s=%" PRIu64, column->name, value);
}

/* The four letters of a type; one that nobody knows may hold anything. */
static void
put_type(struct dump *d, uint32_t type)
{
	cg_buffer_put_str(&d->text, " type=");
	for (int i = 0; i < 4; i++) {
		uint8_t letter = (uint8_t)(type >> (8 * i));

		cg_buffer_put_u8(&d->text, letter > ' ' && letter < 0x7f ? letter : '_');
	}
}

static void
put_chunks(struct dump *d, const struct cg_trace_facts *facts)
{
	if (facts->chunk_count)
		cg_buffer_printf(&d->text, "format %u.%u\n", facts->major, facts->minor);
	for (uint32_t i = 0; i < facts->chunk_count; i++) {
		const struct cg_chunk *chunk = &facts->chunks[i];

		cg_buffer_printf(&d->text, "chunk %u", chunk->sequence);
		put_type(d, chunk->type);
		cg_buffer_printf(&d->text, " offset=%" PRIu64 " raw=%u stored=%u%s\n",
		                 chunk->offset, chunk->raw, chunk->stored,
		                 chunk->skipped ? " skipped" : "");
		flush(d, FLUSH);
	}
}

static void
put_meta(struct dump *d)
{
	cg_buffer_put_str(&d->text, "meta");
	for (uint32_t i = 0; i < cg_meta_column_count; i++)
		put_field(d, &cg_meta_columns[i], d->records);
	cg_buffer_printf(&d->text, " complete=%d\n", d->records->complete);
}

static void
put_strings(struct dump *d)
{
	for (uint32_t i = 0; i < d->records->string_count; i++) {
		const struct cg_rec_string *string = &d->records->strings[i];

		cg_buffer_printf(&d->text, "string %u \"", i);
		cg_buffer_put(&d->text, string->bytes, string->length);
		cg_buffer_put_str(&d->text, "\"\n");
		flush(d, FLUSH);
	}
}

static void
put_row(struct dump *d, const struct cg_layout *layout, uint32_t i, const void *row)
{
	cg_buffer_printf(&d->text, "%s %u", layout->name, i);
	if (layout->type == CG_TRACE_NODE && d->records->nodes[i].parent != CG_NONE)
		cg_buffer_printf(&d->text, " parent=%u", d->records->nodes[i].parent);
	for (uint32_t c = 0; c < layout->column_count; c++)
		put_field(d, &layout->columns[c], row);
	cg_buffer_put_u8(&d->text, '\n');
	flush(d, FLUSH);
}

static void
put_table(struct dump *d, const struct cg_layout *layout)
{
	const char *records = (const char *)d->records, *base;
	uint32_t count;

	memcpy(&count, records + layout->count, sizeof count);
	memcpy(&base, records + layout->array, sizeof base);
	for (uint32_t i = 0; i < count && !d->status; i++)
		put_row(d, layout, i, base + i * layout->stride);
}

enum cg_status
cg_trace_dump(const char *path, unsigned flags, cg_write_fn write, void *arg,
              struct cg_error *error)
{
	struct dump d = {.write = write, .arg = arg};
	struct cg_trace_facts facts;
	struct cg_records records;
	enum cg_status status;

	cg_records_init(&records);
	status = cg_records_load(&records, path, flags, &facts, error);
	if (status)
		return status;
	d.records = &records;
	cg_buffer_init(&d.text);
	put_chunks(&d, &facts);
	put_meta(&d);
	put_strings(&d);
	for (int i = 0; i < CG_LAYOUTS; i++)
		put_table(&d, &cg_layouts[i]);
	flush(&d, 0);
	if (d.status)
		cg_error_set(error, d.status, CG_NO_OFFSET, "%s",
		             d.status == CG_IO ? strerror(errno) : cg_status_text(d.status));
	cg_buffer_release(&d.text);
	cg_trace_facts_release(&facts);
	cg_records_release(&records);
	return d.status;
}
