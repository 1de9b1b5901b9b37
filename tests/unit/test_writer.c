/* Writing traces: what is written reads back the same, and nothing goes wrong in silence. */
#include "trace/writer.h"

#include "base/alloc.h"
#include "records_maker.h"
#include "tap.h"
#include "trace/format.h"
#include "trace/reader.h"

static enum cg_status
write_to(struct made_sink *to, const struct cg_records *records, int level)
{
	struct cg_sink sink = {made_write, to};

	cg_buffer_clear(&to->bytes);
	return cg_trace_write(records, &sink, level);
}

static enum cg_status
read_from(const struct cg_buffer *bytes, struct cg_records *records, size_t step)
{
	struct made_source from = {
		.bytes = bytes->data, .n = bytes->len, .step = step, .room = -1};
	struct cg_source source = {made_read, &from};
	struct cg_error error = {0};
	enum cg_status status = cg_trace_read(records, &source, 0, NULL, &error);

	if (status)
		printf("# %s at %" PRIu64 "\n", error.text, error.offset);
	return status;
}

static void
round_trip(uint32_t nodes, uint64_t seed, const char *name)
{
	struct made_sink to = {.room = -1}, again = {.room = -1};
	struct cg_records records, back;

	cg_records_init(&back);
	if (nodes)
		made_records(&records, seed, nodes);
	else
		made_least(&records);
	eq(write_to(&to, &records, CG_TRACE_LEVEL), CG_OK, name);
	eq(read_from(&to.bytes, &back, 65536), CG_OK, "reads back");
	ok(same_records(&records, &back), "the same");
	eq(write_to(&again, &back, CG_TRACE_LEVEL), CG_OK, "is written again");
	ok(again.bytes.len == to.bytes.len &&
	       memcmp(again.bytes.data, to.bytes.data, to.bytes.len) == 0,
	   "as the same bytes");
	cg_records_release(&back);
	eq(read_from(&to.bytes, &back, 1), CG_OK, "reads byte by byte");
	ok(same_records(&records, &back), "the same");
	if (nodes > 1000)
		printf("# %u nodes: %.2f bytes each\n", nodes, (double)to.bytes.len / nodes);
	cg_records_release(&back);
	cg_records_release(&records);
	cg_buffer_release(&to.bytes);
	cg_buffer_release(&again.bytes);
}

static void
levels(void)
{
	struct made_sink to = {.room = -1};
	struct cg_records records, back;
	size_t largest = 0, smallest = SIZE_MAX;

	made_records(&records, 7, 5000);
	for (int level = 0; level <= 9; level += 3) {
		cg_records_init(&back);
		eq(write_to(&to, &records, level), CG_OK, "a level is written");
		eq(read_from(&to.bytes, &back, 65536), CG_OK, "and read");
		ok(same_records(&records, &back), "the same");
		largest = to.bytes.len > largest ? to.bytes.len : largest;
		smallest = to.bytes.len < smallest ? to.bytes.len : smallest;
		cg_records_release(&back);
	}
	ok(smallest < largest, "levels differ in size");
	cg_records_release(&records);
	cg_buffer_release(&to.bytes);
}

/* A chain as deep as it gets: no recursion anywhere, across many chunks. */
/* Gaps that fit their run and the clock, and such that do not, below any limit. */
static void
gaps(void)
{
	static const uint64_t runs[] = {0, 1, 7800, 7801, 123456, UINT64_MAX};
	static const uint64_t limits[] = {0, 7800, UINT64_MAX}, odd[] = {0, 7, UINT64_MAX};
	struct made_sink to = {.room = -1};
	struct cg_records records, back;

	made_records(&records, 11, 3000);
	for (uint32_t i = 0; i < records.node_count; i++) {
		uint64_t run = runs[i % 6], some[] = {0, 1, run - 1, run, run + 1, run / 2};
		struct cg_rec_node *node = &records.nodes[i];

		node->run = run;
		node->gap = some[i / 6 % 6];
		node->gap_before = odd[i / 36 % 3];
		node->gap_cpu_ns = odd[i / 108 % 3];
	}
	for (int i = 0; i < 6; i++) {
		records.gap_limit = limits[i % 3];
		if (i == 3) /* from now on none is short of a limit of 0 */
			for (uint32_t k = 0; k < records.node_count; k++)
				records.nodes[k].gap = records.nodes[k].run;
		cg_records_init(&back);
		eq(write_to(&to, &records, i % 2 ? CG_TRACE_LEVEL_PACK : CG_TRACE_LEVEL), CG_OK,
		   "gaps of all kinds are written");
		eq(read_from(&to.bytes, &back, 65536), CG_OK, "and read");
		ok(same_records(&records, &back), "the same");
		cg_records_release(&back);
	}
	cg_records_release(&records);
	cg_buffer_release(&to.bytes);
}

static void
deep(void)
{
	struct made_sink to = {.room = -1};
	struct cg_records records, back;
	uint32_t n = 200000;

	cg_records_init(&back);
	made_least(&records);
	free(records.nodes);
	free(records.functions);
	records.nodes = calloc(n, sizeof *records.nodes);
	records.functions = calloc(1, sizeof *records.functions);
	records.function_count = 1;
	records.node_count = records.threads[0].node_count = n;
	for (uint32_t i = 0; i < n; i++)
		records.nodes[i] = (struct cg_rec_node){.parent = i - 1, .origin = CG_NONE};
	records.nodes[0].function = records.nodes[0].parent = CG_NONE;
	records.nodes[n - 1].parent = 1;
	eq(write_to(&to, &records, 1), CG_OK, "a deep tree is written");
	eq(read_from(&to.bytes, &back, 65536), CG_OK, "and read");
	ok(same_records(&records, &back), "the same");
	ok(to.bytes.len < 10000, "in next to nothing");
	cg_records_release(&back);
	cg_records_release(&records);
	cg_buffer_release(&to.bytes);
}

/* The trace that the description of the format shows byte by byte. */
static void
documented(void)
{
	struct made_sink to = {.room = -1};
	struct cg_strings strings;
	struct cg_records r;
	char path[4096] = "";
	uint8_t file[4096];
	size_t n = 0;
	FILE *in;

	made_least(&r);
	cg_records_release(&r);
	if (cg_strings_init(&strings))
		abort();
	r.python = made_text(&strings, "3.11.", 7);
	made_rows(&r, 1, 1, 2, 0);
	r.functions[0] = (struct cg_rec_function){.line = 7};
	if (cg_strings_add(&strings, "app.py", 6, &r.functions[0].file) ||
	    cg_strings_add(&strings, "main", 4, &r.functions[0].name) ||
	    cg_strings_add(&strings, "MainThread", 10, &r.threads[0].name))
		abort();
	r.threads[0].id = r.threads[0].count = 1;
	r.threads[0].node_count = 2;
	r.threads[0].origin = CG_NONE;
	r.threads[0].native_id = r.pid = 4242;
	r.threads[0].first = 1100;
	r.threads[0].last = 5000;
	r.threads[0].busy = r.nodes[1].run = 3900;
	r.nodes[0] =
		(struct cg_rec_node){.parent = CG_NONE, .function = CG_NONE, .origin = CG_NONE};
	r.nodes[1].origin = CG_NONE;
	r.nodes[1].calls = 1;
	r.start = (struct cg_clock_pair){1000, 1000, 1000};
	r.end = (struct cg_clock_pair){5000, 5000, 5000};
	r.gap_limit = 3000;
	r.builtins = 1;
	r.command_count = 1;
	r.command[0] = r.functions[0].file;
	cg_strings_give(&strings, &r);
	eq(write_to(&to, &r, CG_TRACE_LEVEL), CG_OK, "the documented trace is written");
	snprintf(path, sizeof path, "%s/tests/corpus/good/small.coro",
	         getenv("CG_SRC") ? getenv("CG_SRC") : ".");
	in = fopen(path, "rb");
	if (in) {
		n = fread(file, 1, sizeof file, in);
		fclose(in);
	}
	ok(n == to.bytes.len && memcmp(file, to.bytes.data, n) == 0, "as it is documented");
	cg_records_release(&r);
	cg_buffer_release(&to.bytes);
}

static void
failures(void)
{
	struct made_sink to = {.room = -1};
	enum cg_status status = CG_IO;
	struct cg_records records;
	long n = 0;

	made_records(&records, 3, 300);
	for (; status && n < 1000; n++) {
		to.room = n;
		errno = 0;
		status = write_to(&to, &records, 6);
		if (status)
			ok(status == CG_IO && errno == ENOSPC, "a failed write is told");
	}
	eq(status, CG_OK, "in the end all are written");
	ok(n > 10, "after failures at many places");
	status = CG_NOMEM;
	to.room = -1;
	for (n = 0; status && n < 1000; n++) {
		cg_alloc_fail_at(n);
		status = write_to(&to, &records, 6);
		if (status)
			ok(status == CG_NOMEM, "a failed allocation is told");
	}
	cg_alloc_fail_at(-1);
	eq(status, CG_OK, "in the end there is memory");
	records.node_count = CG_TRACE_NODES_MAX + 1;
	eq(write_to(&to, &records, 6), CG_LIMIT, "too many nodes are refused");
	records.node_count = 300;
	cg_records_release(&records);
	cg_buffer_release(&to.bytes);
}

int
main(void)
{
	round_trip(0, 0, "the least there is is written");
	round_trip(2, 1, "two nodes are written");
	round_trip(300, 2, "a few nodes are written");
	round_trip(50000, 3, "several chunks are written");
	levels();
	gaps();
	deep();
	documented();
	failures();
	return done();
}
