/* Reading traces: every cut, every flipped byte, every failure; never a crash or a guess. */
#include "trace/reader.h"

#include <zlib.h>

#include "base/alloc.h"
#include "records_maker.h"
#include "tap.h"
#include "trace/format.h"
#include "trace/writer.h"

static struct made_sink made = {.room = -1};
static struct cg_records records;

static enum cg_status
read_bytes(const uint8_t *bytes, size_t n, unsigned flags, struct cg_records *back,
           struct cg_error *error)
{
	struct made_source from = {.bytes = bytes, .n = n, .step = 4096, .room = -1};
	struct cg_source source = {made_read, &from};

	cg_records_init(back);
	return cg_trace_read(back, &source, flags, NULL, error);
}

static void
write_made(uint32_t nodes)
{
	struct cg_sink sink = {made_write, &made};

	cg_records_release(&records);
	cg_buffer_clear(&made.bytes);
	made_records(&records, 9, nodes);
	if (cg_trace_write(&records, &sink, 6))
		abort();
}

/* What a reader may say of damage; anything else is a wrong word. */
static bool
is_refusal(enum cg_status status)
{
	return status == CG_FORMAT || status == CG_CORRUPT || status == CG_TRUNCATED ||
	       status == CG_UNSUPPORTED || status == CG_LIMIT;
}

/* Records that were salvaged hold together. */
static bool
holds(const struct cg_records *r)
{
	for (uint32_t i = 0; i < r->node_count; i++) {
		const struct cg_rec_node *node = &r->nodes[i];

		if ((node->parent != CG_NONE && node->parent >= i) ||
		    (node->function != CG_NONE && node->function >= r->function_count) ||
		    (node->origin != CG_NONE && node->origin >= r->node_count) ||
		    node->thread >= r->thread_count)
			return false;
	}
	for (uint32_t i = 0; i < r->spawn_count; i++)
		if (r->spawns[i].root >= r->node_count)
			return false;
	for (uint32_t i = 0; i < r->function_count; i++)
		if (r->functions[i].name >= r->string_count)
			return false;
	return r->string_count > 0 && r->strings[0].length == 0;
}

static void
every_cut(void)
{
	uint32_t wrong = 0, lost = 0, nodes = 0;
	struct cg_error error = {0};

	for (size_t n = 0; n < made.bytes.len; n++) {
		uint8_t *copy = malloc(n ? n : 1); /* its own, so that ASan sees its end */
		struct cg_records back;
		enum cg_status status;

		memcpy(copy, made.bytes.data, n);
		status = read_bytes(copy, n, 0, &back, &error);
		wrong += status != (n < 8 ? CG_FORMAT : CG_TRUNCATED);
		wrong += status != error.status || error.offset > n || !error.text[0];
		status = read_bytes(copy, n, CG_OPEN_SALVAGE, &back, &error);
		wrong += status != (n < 8 ? CG_FORMAT : n < 32 ? CG_TRUNCATED : CG_OK);
		if (!status) {
			wrong += back.complete || !holds(&back);
			lost += back.node_count < nodes;
			nodes = back.node_count;
		}
		cg_records_release(&back);
		free(copy);
	}
	eq(wrong, 0, "each cut is told, and what is before it salvaged");
	eq(lost, 0, "the longer the file, the more there is");
	eq(nodes, records.node_count, "in the end all nodes");
}

static void
every_flip(void)
{
	uint8_t *copy = malloc(made.bytes.len);
	struct cg_error error = {0};
	uint32_t wrong = 0, few = 0;

	memcpy(copy, made.bytes.data, made.bytes.len);
	for (size_t i = 0; i < made.bytes.len; i++)
		for (unsigned bits = 1; bits < 256; bits = bits == 1 ? 0x80 : bits == 0x80 ? 0xff : 256) {
			struct cg_records back;
			enum cg_status status;

			copy[i] ^= (uint8_t)bits;
			status = read_bytes(copy, made.bytes.len, 0, &back, &error);
			wrong += !is_refusal(status) || error.offset > made.bytes.len;
			wrong += i >= 8 && status == CG_FORMAT;
			status = read_bytes(copy, made.bytes.len, CG_OPEN_SALVAGE, &back, &error);
			wrong += status ? i >= 32 : back.complete || !holds(&back);
			few += !status && back.string_count == 0;
			cg_records_release(&back);
			copy[i] ^= (uint8_t)bits;
		}
	eq(wrong, 0, "each flipped byte is told, and the rest salvaged");
	eq(few, 0, "with at least one string");
	free(copy);
}

/* Damage with its checksums made right again: what the decoder has to find by itself. */
static void
repair_sums(uint8_t *at, const uint8_t *end)
{
	while (end - at >= CG_TRACE_CHUNK_SIZE) {
		uint32_t stored = at[16] | at[17] << 8 | at[18] << 16 | (uint32_t)at[19] << 24, sum;

		if (stored > (size_t)(end - at) - CG_TRACE_CHUNK_SIZE)
			return;
		sum = (uint32_t)crc32(0, at + CG_TRACE_CHUNK_SIZE, stored);
		for (int i = 0; i < 4; i++)
			at[20 + i] = (uint8_t)(sum >> (8 * i));
		sum = (uint32_t)crc32(0, at, 24);
		for (int i = 0; i < 4; i++)
			at[24 + i] = (uint8_t)(sum >> (8 * i));
		at += CG_TRACE_CHUNK_SIZE + stored;
	}
}

static void
forged(void)
{
	uint8_t *copy = malloc(made.bytes.len);
	struct cg_error error = {0};
	uint32_t wrong = 0, read = 0;

	for (size_t i = CG_TRACE_HEADER_SIZE; i < made.bytes.len; i++)
		for (unsigned bits = 1; bits < 256; bits <<= 1) {
			struct cg_records back;
			enum cg_status status;

			memcpy(copy, made.bytes.data, made.bytes.len);
			copy[i] ^= (uint8_t)bits;
			repair_sums(copy + CG_TRACE_HEADER_SIZE, copy + made.bytes.len);
			status = read_bytes(copy, made.bytes.len, 0, &back, &error);
			wrong += status ? !is_refusal(status) : !holds(&back);
			read += status == CG_OK;
			cg_records_release(&back);
			if (read_bytes(copy, made.bytes.len, CG_OPEN_SALVAGE, &back, &error) == CG_OK)
				wrong += !holds(&back);
			cg_records_release(&back);
		}
	eq(wrong, 0, "what has right checksums is refused or holds together");
	ok(read > 0, "some of it is only another number");
	free(copy);
}

static void
failures(void)
{
	struct made_source from = {.bytes = made.bytes.data, .n = made.bytes.len, .step = 512};
	struct cg_source source = {made_read, &from};
	enum cg_status status = CG_IO;
	struct cg_error error = {0};
	struct cg_records back;
	uint32_t wrong = 0;
	long n = 0;

	cg_records_init(&back);
	for (; status && n < 10000; n++) {
		from.at = 0;
		from.room = n;
		status = cg_trace_read(&back, &source, CG_OPEN_SALVAGE, NULL, &error);
		wrong += status && (status != CG_IO || errno != EIO || back.nodes);
	}
	eq(status, CG_OK, "in the end all is read");
	ok(n > 3, "after failures at many places");
	cg_records_release(&back);
	for (n = 0, status = CG_NOMEM; status && n < 10000; n++) {
		cg_alloc_fail_at(n);
		status = read_bytes(made.bytes.data, made.bytes.len, 0, &back, &error);
		wrong += status && (status != CG_NOMEM || error.status != CG_NOMEM || back.nodes);
	}
	cg_alloc_fail_at(-1);
	eq(status, CG_OK, "in the end there is memory");
	ok(n > 10, "after failures at many places");
	eq(wrong, 0, "each failure is told");
	cg_records_release(&back);
}

static void
not_traces(void)
{
	static const char text[] = "def main():\n    pass\n# a text file that is long enough\n";
	static const uint8_t mangled[] = "\x89" "CGT\n\x1a\n and so on, longer than a header.";
	struct cg_error error = {0};
	struct cg_records back;

	eq(read_bytes(NULL, 0, 0, &back, &error), CG_FORMAT, "an empty file");
	ok(strstr(error.text, "empty"), "is called so");
	eq(read_bytes((const uint8_t *)text, sizeof text, 0, &back, &error), CG_FORMAT, "a text");
	eq(read_bytes((const uint8_t *)text, sizeof text, CG_OPEN_SALVAGE, &back, &error),
	   CG_FORMAT, "is not salvaged");
	eq(read_bytes(mangled, sizeof mangled, 0, &back, &error), CG_FORMAT,
	   "a trace changed by a text mode transfer");
	ok(strstr(error.text, "text mode"), "is told from others");
}

/* A change in the header, its checksum right. */
static enum cg_status
with_header(size_t at, uint8_t value, struct cg_error *error)
{
	uint8_t *copy = malloc(made.bytes.len);
	struct cg_records back;
	enum cg_status status;
	uint32_t sum;

	memcpy(copy, made.bytes.data, made.bytes.len);
	copy[at] = value;
	sum = (uint32_t)crc32(0, copy, 28);
	for (int i = 0; i < 4; i++)
		copy[28 + i] = (uint8_t)(sum >> (8 * i));
	status = read_bytes(copy, made.bytes.len, CG_OPEN_SALVAGE, &back, error);
	cg_records_release(&back);
	free(copy);
	return status;
}

static void
versions(void)
{
	struct cg_error error = {0};

	eq(with_header(8, 2, &error), CG_UNSUPPORTED, "a higher major version");
	ok(strstr(error.text, "newer"), "asks for a newer program");
	eq(with_header(10, 9, &error), CG_OK, "a higher minor version is read");
	eq(with_header(12, 1, &error), CG_UNSUPPORTED, "a feature that must be known");
	eq(with_header(16, 1, &error), CG_OK, "one that need not be");
}

/* A chunk that announces a terabyte is refused before it gets any memory. */
static void
huge(void)
{
	uint8_t head[CG_TRACE_HEADER_SIZE + CG_TRACE_CHUNK_SIZE];
	struct cg_error error = {0};
	struct cg_records back;

	memcpy(head, made.bytes.data, sizeof head);
	memset(head + CG_TRACE_HEADER_SIZE + 12, 0xff, 8);
	repair_sums(head + CG_TRACE_HEADER_SIZE, head + sizeof head);
	for (int i = 0; i < 4; i++)
		head[sizeof head - 4 + i] =
		    (uint8_t)(crc32(0, head + CG_TRACE_HEADER_SIZE, 24) >> (8 * i));
	eq(read_bytes(head, sizeof head, 0, &back, &error), CG_LIMIT, "a huge chunk");
	eq(error.offset, CG_TRACE_HEADER_SIZE, "is refused where it stands");
}

int
main(void)
{
	cg_records_init(&records);
	write_made(40);
	every_cut();
	every_flip();
	forged();
	versions();
	huge();
	not_traces();
	write_made(20000);
	failures();
	cg_records_release(&records);
	cg_buffer_release(&made.bytes);
	return done();
}
