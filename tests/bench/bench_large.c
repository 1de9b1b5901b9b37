/*
 * A trace of a million nodes, made by the real collector and writer, and what it costs to
 * make it, to read it and to export it. What large.py runs; each command prints one line
 * of JSON.
 *
 * usage: bench_large make TRACE [NODES]       a trace of so many nodes
 *        bench_large read TRACE               reading it, and making its graph
 *        bench_large write TRACE FORMAT OUT   an export, from the graph to the file
 *        bench_large tasks                    memory of live tasks
 */
#include "base/ticks.h"
#include "collector/collector.h"
#include "collector/hot.h"
#include "collector/thread.h"
#include "exporters/exporter.h"
#include "exporters/memory.h"
#include "exporters/output.h"
#include "graph/graph.h"
#include "trace/layout.h"
#include "trace/load.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	FUNCTIONS = 20000,
	CALLEES = 11, /* of each function, so there are 220 000 edges */
	DEPTH = 60,
	DEFAULT_NODES = 1000000,
	TASKS = 100000,
	ROUNDS = 5
};

#define KEY(n) (UINT64_C(0x560000000000) + (uint64_t)(n)*64)
#define FRAME(n) (UINT64_C(0x7f0000000000) + (uint64_t)(n)*128)

static uint64_t tick = 1000000;
static uint64_t random_state = 88172645463325252u;

static uint64_t
next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Mostly some microseconds, of 40 events one with a gap, as in programs. */
static uint64_t
next_tick(void)
{
	uint64_t r = next_random();

	tick += 50 + (r >> 16) % (UINT64_C(1) << (5 + r % 8));
	if ((r >> 8) % 40 == 0)
		tick += (r >> 32) % (UINT64_C(1) << 20);
	return tick;
}

static bool
describe(void *arg, uint64_t key, struct cg_function_info *info)
{
	static char name[64], file[64], module[64];
	unsigned n = (unsigned)((key - KEY(0)) / 64);

	(void)arg;
	snprintf(name, sizeof name, "Handler%u.on_event_%u", n / 20, n);
	snprintf(module, sizeof module, "program.part%u.module_%u", n / 1000, n / 100);
	snprintf(file, sizeof file, "/srv/program/part%u/module_%u.py", n / 1000, n / 100);
	info->name = (struct cg_text){name, strlen(name)};
	info->file = (struct cg_text){file, strlen(file)};
	info->module = (struct cg_text){module, strlen(module)};
	info->line = 1 + n % 100 * 12;
	info->kind = CG_KIND_FUNCTION;
	return true;
}

static bool
is_task(void *arg, uint64_t frame)
{
	(void)arg;
	(void)frame;
	return true;
}

static bool
task_name(void *arg, uint64_t frame, struct cg_text *name)
{
	static char text[32];

	(void)arg;
	snprintf(text, sizeof text, "Task-%llu",
	         (unsigned long long)((frame - FRAME(0)) / 128 + 1));
	*name = (struct cg_text){text, strlen(text)};
	return true;
}

static uint64_t
cpu(void *arg)
{
	(void)arg;
	return tick;
}

static enum cg_status
collector_begin(struct cg_collector **collector, struct cg_thread **th, const char *path)
{
	struct cg_settings settings = {
		.path = path,
		.ops = {describe, is_task, task_name, cpu, NULL},
		.clock = CG_CLOCK_MADE_UP,
		.gap_limit = 9000,
		.ms = 1000000,
		.builtins = true,
		.node_budget = UINT64_C(1) << 26,
	};
	enum cg_status status = cg_collector_new(collector, &settings);

	if (!status)
		status = cg_thread_begin(th, *collector, &(struct cg_thread_facts){KEY(0), 1, 0},
		                         next_tick());
	return status;
}

/* Bytes on the heap and in the image. */
static size_t
memory_used(const struct cg_collector *collector)
{
	struct mallinfo2 heap = mallinfo2();
	const struct cg_img_header *header = cg_image_header(&collector->image);

	return heap.uordblks + heap.hblkhd +
	       (size_t)atomic_load(&header->slab_count) * CG_IMG_SLAB;
}

/* The k-th function that function n calls: each is called by as many. */
static uint32_t
callee(uint32_t n, uint32_t k)
{
	return (uint32_t)((n * UINT64_C(7919) + (k + 1) * UINT64_C(1013)) % FUNCTIONS);
}

/* Call and return at random until there are so many nodes. */
static void
walk(struct cg_collector *collector, struct cg_thread *th, uint64_t nodes)
{
	static uint32_t stack[DEPTH];
	uint32_t depth = 0;

	cg_enter(th, KEY(0), next_tick());
	while (collector->node_count < nodes) {
		uint64_t r = next_random();

		if (depth + 1 < DEPTH && r % 100 < 52) {
			stack[depth + 1] = callee(stack[depth], (uint32_t)(r >> 32) % CALLEES);
			depth++;
			cg_enter(th, KEY(stack[depth]), next_tick());
		} else if (depth) {
			cg_leave(th, KEY(stack[depth]), r % 64 == 0, next_tick());
			depth--;
		}
	}
	while (depth)
		cg_leave(th, KEY(stack[depth--]), false, next_tick());
	cg_leave(th, KEY(0), false, next_tick());
}

static double
seconds_since(uint64_t start)
{
	return (double)(cg_monotonic_ns() - start) / 1e9;
}

static int
make(const char *path, uint64_t nodes)
{
	struct cg_collector *collector;
	struct cg_thread *th;
	struct cg_finish finish = {0};
	struct cg_error error = {0};
	size_t before, functions, after;
	uint64_t start;
	char live[4096];

	snprintf(live, sizeof live, "%s.live", path);
	remove(live);
	if (collector_begin(&collector, &th, live))
		return 1;
	before = memory_used(collector);
	for (uint32_t n = 0; n < FUNCTIONS; n++)
		(void)cg_collector_function(collector, KEY(n));
	functions = memory_used(collector);
	walk(collector, th, nodes);
	after = memory_used(collector);
	nodes = collector->node_count;
	cg_collector_stop(collector, &(struct cg_clock_pair){tick, tick, 0});
	cg_collector_free(collector);
	start = cg_monotonic_ns();
	if (cg_trace_finish(live, path, true, &finish, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	printf("{\"nodes\": %llu, \"function_bytes\": %.1f, \"node_bytes\": %.1f, "
	       "\"finish_s\": %.4f, \"trace_bytes\": %llu}\n",
	       (unsigned long long)nodes, (double)(functions - before) / FUNCTIONS,
	       (double)(after - functions) / (double)nodes, seconds_since(start),
	       (unsigned long long)finish.bytes);
	return 0;
}

/* Bytes of the records when every column is an array of its fields. */
static uint64_t
decoded_bytes(const struct cg_records *records)
{
	uint64_t bytes = 0;

	for (int i = 0; i < CG_LAYOUTS; i++) {
		uint32_t count;

		memcpy(&count, (const char *)records + cg_layouts[i].count, sizeof count);
		bytes += (uint64_t)count * cg_layouts[i].stride;
	}
	for (uint32_t i = 0; i < records->string_count; i++)
		bytes += records->strings[i].length;
	return bytes;
}

static int
read_trace(const char *path)
{
	double read = 1e9, graph = 1e9;
	uint64_t bytes = 0;
	uint32_t nodes = 0;

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = cg_monotonic_ns();
		struct cg_records records;
		struct cg_graph *made;
		double took;

		cg_records_init(&records);
		if (cg_records_load(&records, path, 0, NULL, NULL))
			return 1;
		took = seconds_since(start);
		read = took < read ? took : read;
		nodes = records.node_count;
		bytes = decoded_bytes(&records);
		start = cg_monotonic_ns();
		if (cg_graph_build(&made, &records, 0, NULL))
			return 1;
		took = seconds_since(start);
		graph = took < graph ? took : graph;
		cg_records_release(&records);
		cg_graph_free(made);
	}
	printf(
		"{\"nodes\": %u, \"decoded_bytes\": %llu, \"read_s\": %.4f, \"graph_s\": %.4f}\n",
		nodes, (unsigned long long)bytes, read, graph);
	return 0;
}

static enum cg_status
write_once(const struct cg_exporter *exporter, const struct cg_graph *graph,
           const char *path, uint64_t *bytes)
{
	struct cg_placed placed;
	struct cg_output output;
	struct cg_stream stream;
	struct cg_export x = {&placed, exporter->defaults, &stream, NULL};
	enum cg_status status = cg_placed_init(&placed, graph, CG_TASKS_BESIDE);

	if (!status)
		status = cg_output_open(&output, path);
	if (!status)
		status = cg_stream_init(&stream, cg_output_write, &output, false);
	if (!status)
		status = exporter->write(&x);
	if (!status)
		status = cg_stream_finish(&stream);
	*bytes = stream.bytes;
	cg_stream_release(&stream);
	cg_placed_release(&placed);
	return status ? status : cg_output_commit(&output);
}

static int
write_export(const char *path, const char *format, const char *out)
{
	static const struct cg_exporter *const all[] = {
		&cg_exporter_callgrind, &cg_exporter_pstats, &cg_exporter_speedscope};
	const struct cg_exporter *exporter = NULL;
	struct cg_graph *graph;
	uint64_t bytes = 0;
	double best = 1e9;

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strcmp(all[i]->format, format) == 0)
			exporter = all[i];
	cg_memory_keep(); /* as the program does */
	if (!exporter || cg_graph_open(&graph, path, CG_OPEN_TREE, NULL))
		return 1;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = cg_monotonic_ns();
		double took;

		if (write_once(exporter, graph, out, &bytes))
			return 1;
		took = seconds_since(start);
		best = took < best ? took : best;
	}
	cg_graph_free(graph);
	printf("{\"bytes\": %llu, \"write_s\": %.4f}\n", (unsigned long long)bytes, best);
	return 0;
}

static int
live_tasks(void)
{
	struct cg_collector *collector;
	struct cg_thread *th;
	size_t before, after;

	if (collector_begin(&collector, &th, NULL))
		return 1;
	cg_enter(th, KEY(0), next_tick());
	before = memory_used(collector);
	for (uint32_t n = 0; n < TASKS; n++) {
		cg_task_created(th, FRAME(n));
		cg_start(th, KEY(1), CG_KIND_COROUTINE, FRAME(n), 0, next_tick());
		cg_suspend(th, FRAME(n), 1, false, next_tick());
	}
	after = memory_used(collector);
	printf("{\"tasks\": %d, \"task_bytes\": %.1f}\n", TASKS,
	       (double)(after - before) / TASKS);
	cg_collector_free(collector);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc >= 3 && strcmp(argv[1], "make") == 0)
		return make(argv[2], argc > 3 ? strtoull(argv[3], NULL, 10) : DEFAULT_NODES);
	if (argc == 3 && strcmp(argv[1], "read") == 0)
		return read_trace(argv[2]);
	if (argc == 5 && strcmp(argv[1], "write") == 0)
		return write_export(argv[2], argv[3], argv[4]);
	if (argc == 2 && strcmp(argv[1], "tasks") == 0)
		return live_tasks();
	fprintf(stderr, "usage: bench_large make|read|write|tasks ...; see its source\n");
	return 2;
}
