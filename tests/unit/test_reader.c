/* Reading traces: every cut, every flipped byte, every failure; never a crash or a guess. */
#include "trace/reader.h"

#include <sys/resource.h>
#include <zlib.h>

#include "base/alloc.h"
#include "records_maker.h"
#include "tap.h"
#include "trace/format.h"
#include "trace/writer.h"

enum { ROWS = 16384, ROWS_LAST = 24576 /* that the writer puts into a chunk */ };

static struct made_sink made = {.room = -1};
static struct cg_records records;
static uint32_t reads; /* of hostile bytes */

static enum cg_status
read_bytes(const uint8_t *bytes, size_t n, unsigned flags, struct cg_records *back,
           struct cg_error *error)
{
	struct made_source from = {.bytes = bytes, .n = n, .step = 4096, .room = -1};
	struct cg_source source = {made_read, &from};

	cg_records_init(back);
	reads++;
	return cg_trace_read(back, &source, flags, NULL, error);
}

static void
write_made(uint32_t nodes, int level)
{
	struct cg_sink sink = {made_write, &made};

	cg_records_release(&records);
	cg_buffer_clear(&made.bytes);
	made_records(&records, 9, nodes);
	if (cg_trace_write(&records, &sink, level))
		abort();
}

/* What a reader may say of damage; anything else is a wrong word. */
static bool
is_refusal(enum cg_status status)
{
	return status == CG_FORMAT || status == CG_CORRUPT || status == CG_TRUNCATED ||
	       status == CG_UNSUPPORTED || status == CG_LIMIT;
}

/*
 * Records hold together: what a writer makes of them is read without complaint and the
 * same. So they keep every rule that a reader checks.
 */
static bool
holds(const struct cg_records *r)
{
	static struct made_sink to = {.room = -1};
	struct cg_sink sink = {made_write, &to};
	struct cg_error error = {0};
	struct cg_records back, expect = *r;
	bool same;

	cg_buffer_clear(&to.bytes);
	if (cg_trace_write(r, &sink, 0))
		return false;
	if (read_bytes(to.bytes.data, to.bytes.len, 0, &back, &error)) {
		printf("# %s at %" PRIu64 "\n", error.text, error.offset);
		return false;
	}
	expect.complete = true;
	same = same_records(&expect, &back);
	cg_records_release(&back);
	return same;
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
		for (unsigned bits = 1; bits < 256; bits = bits == 1      ? 0x80
		                                           : bits == 0x80 ? 0xff
		                                                          : 256) {
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
		uint32_t stored = at[16] | at[17] << 8 | at[18] << 16 | (uint32_t)at[19] << 24,
				 sum;

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
		for (unsigned bits = 1; bits < 256; bits <<= 3) {
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

static uint32_t
get_le32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Read with byte `at` flipped, in salvage. */
static void
read_flipped(uint8_t *copy, size_t at, struct cg_records *back,
             struct cg_trace_facts *facts)
{
	struct made_source from = {
		.bytes = copy, .n = made.bytes.len, .step = 9999, .room = -1};
	struct cg_source source = {made_read, &from};
	struct cg_error error = {0};

	cg_records_init(back);
	copy[at] ^= 0x55;
	if (cg_trace_read(back, &source, CG_OPEN_SALVAGE, facts, &error))
		printf("# %s at %" PRIu64 "\n", error.text, error.offset);
	copy[at] ^= 0x55;
}

static uint64_t
sum_runs(const struct cg_records *r)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < r->node_count; i++)
		sum += r->nodes[i].run;
	return sum;
}

/* What a chunk of nodes had: its first row and number of rows are its first two varints. */
static uint64_t
runs_but(uint32_t first, uint32_t count)
{
	uint64_t sum = sum_runs(&records);

	for (uint32_t i = first; i < first + count; i++)
		sum -= records.nodes[i].run;
	return sum;
}

/* One damaged chunk costs itself alone, whichever it is, in its head or its payload. */
static void
each_chunk(void)
{
	uint8_t *copy = malloc(made.bytes.len);
	uint32_t wrong = 0, chunks = 0, nodes = 0;

	memcpy(copy, made.bytes.data, made.bytes.len);
	for (size_t at = CG_TRACE_HEADER_SIZE; at < made.bytes.len; chunks++) {
		uint32_t stored = get_le32(copy + at + 16);

		for (int head = 0; head < 2; head++) {
			struct cg_trace_facts facts = {0};
			struct cg_records back;

			read_flipped(copy, at + (head ? 13 : CG_TRACE_CHUNK_SIZE + stored / 2), &back,
			             &facts);
			wrong += back.complete || !holds(&back);
			wrong += facts.lost_chunks > 1;
			if (memcmp(copy + at, "NODE", 4) == 0) {
				uint32_t first = nodes * ROWS, left = records.node_count - first;

				wrong += facts.lost_chunks != 1;
				wrong +=
					sum_runs(&back) != runs_but(first, left <= ROWS_LAST ? left : ROWS);
			} else if (memcmp(copy + at, "THRD", 4) != 0) {
				wrong += back.node_count != records.node_count;
				wrong += sum_runs(&back) != sum_runs(&records);
			}
			cg_trace_facts_release(&facts);
			cg_records_release(&back);
		}
		nodes += memcmp(copy + at, "NODE", 4) == 0;
		at += CG_TRACE_CHUNK_SIZE + stored;
	}
	ok(nodes >= 3 && chunks > 10, "a trace of many chunks");
	eq(wrong, 0, "each costs itself alone");
	free(copy);
}

/* Bytes in between, and a chunk twice. */
static void
moved(void)
{
	size_t first =
		CG_TRACE_CHUNK_SIZE + get_le32(made.bytes.data + CG_TRACE_HEADER_SIZE + 16);
	uint8_t *copy = malloc(made.bytes.len + first + 1000);
	size_t cut = CG_TRACE_HEADER_SIZE + first;
	struct cg_error error = {0};
	struct cg_records back;

	memcpy(copy, made.bytes.data, cut);
	memset(copy + cut, 0xa5, 999);
	memcpy(copy + cut + 999, made.bytes.data + cut, made.bytes.len - cut);
	eq(read_bytes(copy, made.bytes.len + 999, CG_OPEN_SALVAGE, &back, &error), CG_OK,
	   "bytes between two chunks");
	ok(!back.complete && back.node_count == records.node_count, "are passed over");
	cg_records_release(&back);
	memcpy(copy + cut, made.bytes.data + CG_TRACE_HEADER_SIZE, first);
	memcpy(copy + cut + first, made.bytes.data + cut, made.bytes.len - cut);
	eq(read_bytes(copy, made.bytes.len + first, CG_OPEN_SALVAGE, &back, &error), CG_OK,
	   "a chunk that is there twice");
	ok(!back.complete && back.node_count == records.node_count, "counts once");
	cg_records_release(&back);
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
	static const char text[] =
		"def main():\n    pass\n# a text file that is long enough\n";
	static const uint8_t mangled[] = "\x89"
									 "CGT\n\x1a\n and so on, longer than a header.";
	struct cg_error error = {0};
	struct cg_records back;

	eq(read_bytes(NULL, 0, 0, &back, &error), CG_FORMAT, "an empty file");
	ok(strstr(error.text, "empty"), "is called so");
	eq(read_bytes((const uint8_t *)text, sizeof text, 0, &back, &error), CG_FORMAT,
	   "a text");
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
	struct rusage usage;

	cg_records_init(&records);
	write_made(40, 6);
	every_cut();
	every_flip();
	forged();
	write_made(40, CG_TRACE_LEVEL_PACK);
	every_cut();
	every_flip();
	forged();
	getrusage(RUSAGE_SELF, &usage);
	printf("# %u reads of damaged bytes; at most %.1f MB\n", reads,
	       (double)usage.ru_maxrss / 1024);
	write_made(40, 6);
	versions();
	huge();
	not_traces();
	write_made(40000, 6);
	failures();
	write_made(70000, 6);
	each_chunk();
	moved();
	cg_records_release(&records);
	cg_buffer_release(&made.bytes);
	return done();
}
