/* Records for tests: random but the same for the same seed, and a memory to write them to. */
#ifndef CG_RECORDS_MAKER_H
#define CG_RECORDS_MAKER_H
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "trace/records.h"
#include "trace/sink.h"
#include "trace/strings.h"

static uint64_t made_seed;

/* Below n. */
static inline uint32_t
made_random(uint32_t n)
{
	made_seed = made_seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((made_seed >> 33) % n);
}

/* A number of any length, small ones more often. */
static inline uint64_t
made_number(void)
{
	uint64_t bits = made_random(64);

	return ((uint64_t)made_random(1u << 31) << 33 | made_random(1u << 31)) >> bits;
}

static inline uint32_t
made_text(struct cg_strings *strings, const char *before, unsigned n)
{
	char text[64];
	uint32_t index = 0;

	snprintf(text, sizeof text, "%s%u", before, n);
	if (cg_strings_add(strings, text, strlen(text), &index))
		abort();
	return index;
}

static inline void
made_rows(struct cg_records *r, uint32_t functions, uint32_t threads, uint32_t nodes,
          uint32_t spawns)
{
	r->functions = calloc(functions + 1, sizeof *r->functions);
	r->threads = calloc(threads + 1, sizeof *r->threads);
	r->nodes = calloc(nodes + 1, sizeof *r->nodes);
	r->spawns = calloc(spawns + 1, sizeof *r->spawns);
	r->tasks = calloc(spawns + 1, sizeof *r->tasks);
	r->holds = calloc(spawns + 1, sizeof *r->holds);
	r->packs = calloc(1, sizeof *r->packs);
	r->sources = calloc(spawns + 1, sizeof *r->sources);
	r->command = calloc(3, sizeof *r->command);
	if (!r->functions || !r->threads || !r->nodes || !r->spawns || !r->tasks ||
	    !r->holds || !r->packs || !r->sources || !r->command)
		abort();
	r->function_count = functions;
	r->thread_count = threads;
	r->node_count = nodes;
	r->spawn_count = r->task_count = r->hold_count = r->source_count = spawns;
	r->pack_count = spawns > 0;
	r->command_count = 3;
}

static inline void
made_tree(struct cg_records *r, uint32_t thread)
{
	struct cg_rec_thread *t = &r->threads[thread];

	for (uint32_t i = t->root; i < t->root + t->node_count; i++) {
		struct cg_rec_node *node = &r->nodes[i];
		uint32_t up = made_random(8) ? made_random(3) : made_random(200);

		node->thread = thread;
		node->origin = CG_NONE;
		node->parent = node->function = CG_NONE;
		node->run = made_random(1u << 20);
		t->busy += i > t->root ? node->run : 0;
		if (i == t->root)
			continue;
		node->parent = i - 1;
		while (up-- > 0 && node->parent != t->root)
			node->parent = r->nodes[node->parent].parent;
		node->function = made_random(r->function_count);
		node->calls = 1 + made_random(3) * made_random(1000);
		node->raised = made_random(20) ? 0 : 1;
		node->edge = made_random(10) ? CG_EDGE_CALL : CG_EDGE_AWAIT;
		node->folded = !made_random(500);
		if (made_random(30))
			continue;
		node->await = made_number() >> 20;
		node->suspensions = made_random(1000);
		node->begun_before = made_random(2);
		node->hosted = made_random(1u << 30);
		node->gap = node->run / 2;
		node->gap_before = made_random(100);
		node->gap_cpu_ns = made_random(1000);
		node->origin = made_random(r->node_count);
	}
}

/* Records that hold together: `nodes` in two threads, or one when there are few. */
static inline void
made_records(struct cg_records *r, uint64_t seed, uint32_t nodes)
{
	struct cg_strings strings;
	uint32_t threads = nodes > 3 ? 2 : 1;

	made_seed = seed;
	cg_records_init(r);
	if (cg_strings_init(&strings))
		abort();
	made_rows(r, nodes / 4 + 1, threads, nodes, nodes / 50);
	for (uint32_t i = 0; i < r->function_count; i++)
		r->functions[i] = (struct cg_rec_function){
			.name = made_text(&strings, "name", i),
			.file = made_text(&strings, "/some/where/file.py.", i % 7),
			.module = made_text(&strings, "module", i % 7),
			.line = i,
			.kind = i % 5,
			.flags = i % 3 == 0,
		};
	for (uint32_t i = 0; i < threads; i++) {
		r->threads[i] = (struct cg_rec_thread){
			.id = i + 1,
			.name = made_text(&strings, "Thread-", i),
			.root = i * (nodes / 2),
			.node_count = threads == 1 ? nodes
		                  : i          ? nodes - nodes / 2
		                               : nodes / 2,
			.origin = i ? made_random(nodes) : CG_NONE,
			.native_id = 1000 + i,
			.count = 1,
			.first = 500 + i * 1000,
			.last = 1ull << 40,
		};
		made_tree(r, i);
	}
	for (uint32_t i = 0; i < r->spawn_count; i++)
		r->spawns[i] = (struct cg_rec_spawn){.root = 1 + made_random(nodes - 1),
		                                     .creator = i ? made_random(nodes) : CG_NONE,
		                                     .name = made_text(&strings, "Task-", i),
		                                     .count = made_number(),
		                                     .longest = made_number(),
		                                     .span = made_number()};
	for (uint32_t i = 0; i < r->task_count; i++)
		r->tasks[i] = (struct cg_rec_task){.spawn = made_random(r->spawn_count),
		                                   .thread = made_random(threads),
		                                   .name = made_text(&strings, "Task-", i),
		                                   .segments = made_random(1000),
		                                   .raised = made_random(2),
		                                   .unfinished = made_random(2),
		                                   .start = 1000 + made_random(1000),
		                                   .end = 5000 + made_number(),
		                                   .parked = made_number()};
	for (uint32_t i = 0; i < r->hold_count; i++)
		r->holds[i] = (struct cg_rec_hold){.node = made_random(nodes),
		                                   .over_10ms = 3,
		                                   .over_50ms = 2,
		                                   .over_100ms = 1,
		                                   .longest = made_number(),
		                                   .held = made_number(),
		                                   .asked = made_number(),
		                                   .cpu_ns = made_number()};
	for (uint32_t i = 0; i < r->source_count; i++)
		r->sources[i] = (struct cg_rec_source){.file = made_text(&strings, "file", i),
		                                       .state = made_random(3),
		                                       .sha256_0 = made_number(),
		                                       .sha256_1 = made_number()};
	for (uint32_t i = 0; i < r->pack_count; i++)
		r->packs[i] = (struct cg_rec_pack){.host = made_text(&strings, "host", i),
		                                   .corograph = made_text(&strings, "0.", i)};
	r->folds = 11;
	r->costs =
		(struct cg_tick_costs){{21, 22}, {23, 24}, {25, 26}, {27, 28}, {29, 1u << 31}};
	r->pid = 77;
	r->clock_kind = CG_CLOCK_TSC;
	r->start = (struct cg_clock_pair){1000, 2000, -5};
	r->end = (struct cg_clock_pair){1000 + (1ull << 40), 2000 + (1ull << 39), 1ll << 60};
	r->gap_limit = 3000;
	r->builtins = 1;
	r->lost_events = 3;
	r->takeovers = 2;
	r->python = made_text(&strings, "3.", 11);
	r->executable = made_text(&strings, "/usr/bin/python", 3);
	r->platform = made_text(&strings, "Linux x86_", 64);
	r->parent_pid = 4321;
	r->parent_trace = made_text(&strings, "parent.coro", 7);
	r->include = made_text(&strings, "app/*", 5);
	r->exclude = made_text(&strings, "asyncio", 7);
	for (uint32_t i = 0; i < r->command_count; i++)
		r->command[i] = i ? made_text(&strings, "arg\xc3\xa9", i) : 0;
	r->complete = true;
	cg_strings_give(&strings, r);
}

/* The smallest: a thread with a root and nothing else. */
static inline void
made_least(struct cg_records *r)
{
	struct cg_strings strings;

	cg_records_init(r);
	if (cg_strings_init(&strings))
		abort();
	made_rows(r, 0, 1, 1, 0);
	r->command_count = 0;
	r->threads[0] =
		(struct cg_rec_thread){.id = 1, .node_count = 1, .count = 1, .origin = CG_NONE};
	r->nodes[0].parent = r->nodes[0].function = r->nodes[0].origin = CG_NONE;
	r->complete = true;
	cg_strings_give(&strings, r);
}

/* A sink into a buffer that fails, with ENOSPC, after `room` writes. */
struct made_sink {
	struct cg_buffer bytes;
	long room;
};

static inline enum cg_status
made_write(void *arg, const void *bytes, size_t n)
{
	struct made_sink *to = arg;

	if (to->room-- == 0) {
		errno = ENOSPC;
		return CG_IO;
	}
	cg_buffer_put(&to->bytes, bytes, n);
	return to->bytes.status;
}

/* A source from bytes: `step` at a time, failing with EIO after `room` reads. */
struct made_source {
	const uint8_t *bytes;
	size_t at, n, step;
	long room;
};

static inline enum cg_status
made_read(void *arg, void *bytes, size_t n, size_t *got)
{
	struct made_source *from = arg;
	size_t left = from->n - from->at;

	if (from->room-- == 0) {
		errno = EIO;
		return CG_IO;
	}
	n = n < from->step ? n : from->step;
	*got = left < n ? left : n;
	if (*got)
		memcpy(bytes, from->bytes + from->at, *got);
	from->at += *got;
	return CG_OK;
}

#define SAME(field) (a->field == b->field)
#define TEXT(i, j) (strcmp(a->strings[i].bytes, b->strings[j].bytes) == 0)

static inline bool
same_rows(const void *a, const void *b, uint32_t m, uint32_t n, size_t size)
{
	return m == n && (n == 0 || memcmp(a, b, n * size) == 0);
}

static inline bool
same_pair(const struct cg_clock_pair *a, const struct cg_clock_pair *b)
{
	return SAME(tick) && SAME(mono_ns) && SAME(real_ns);
}

/* Equal in everything. Rows have no padding, or zeroed. */
static inline bool
same_records(const struct cg_records *a, const struct cg_records *b)
{
	if (!SAME(string_count))
		return false;
	for (uint32_t i = 0; i < a->string_count; i++)
		if (a->strings[i].length != b->strings[i].length || !TEXT(i, i))
			return false;
	return same_rows(a->functions, b->functions, a->function_count, b->function_count,
	                 sizeof *a->functions) &&
	       same_rows(a->nodes, b->nodes, a->node_count, b->node_count, sizeof *a->nodes) &&
	       same_rows(a->threads, b->threads, a->thread_count, b->thread_count,
	                 sizeof *a->threads) &&
	       same_rows(a->spawns, b->spawns, a->spawn_count, b->spawn_count,
	                 sizeof *a->spawns) &&
	       same_rows(a->tasks, b->tasks, a->task_count, b->task_count, sizeof *a->tasks) &&
	       same_rows(a->holds, b->holds, a->hold_count, b->hold_count, sizeof *a->holds) &&
	       same_rows(a->packs, b->packs, a->pack_count, b->pack_count, sizeof *a->packs) &&
	       same_rows(a->sources, b->sources, a->source_count, b->source_count,
	                 sizeof *a->sources) &&
	       same_rows(a->command, b->command, a->command_count, b->command_count,
	                 sizeof *a->command) &&
	       SAME(pid) && SAME(clock_kind) && same_pair(&a->start, &b->start) &&
	       same_pair(&a->end, &b->end) && SAME(gap_limit) && SAME(builtins) &&
	       SAME(stop_status) && SAME(lost_events) && SAME(takeovers) && SAME(forks) &&
	       SAME(folds) && SAME(python) && SAME(executable) && SAME(platform) &&
	       SAME(complete) && memcmp(&a->costs, &b->costs, sizeof a->costs) == 0 &&
	       SAME(parent_trace) && SAME(include) && SAME(exclude) && SAME(parent_pid) &&
	       SAME(live) && SAME(killed);
}
#undef SAME
#undef TEXT
#endif
