/* From images to records: numbering, what is open, and images that make no sense. */
#include "trace/capture.h"

#include "base/alloc.h"
#include "image_maker.h"
#include "tap.h"

static struct maker m;
static struct cg_records records;

static void
begin(void)
{
	maker_init(&m);
	cg_records_init(&records);
}

static enum cg_status
take(const struct cg_capture_options *options)
{
	struct cg_view view;

	cg_records_release(&records);
	if (cg_view_init(&view, m.base, m.size))
		return CG_USE;
	return cg_capture(&records, &view, options);
}

static void
end(void)
{
	cg_records_release(&records);
	maker_release(&m);
}

static const char *
name_of(uint32_t node)
{
	return records.strings[records.functions[records.nodes[node].function].name].bytes;
}

static void
stop_at(uint64_t tick)
{
	made_header(&m)->stop = (struct cg_clock_pair){tick, tick, (int64_t)tick};
	atomic_store(&made_header(&m)->state, CG_IMG_STOPPED);
}

/* Two threads, made in the wrong order; their trees in order of creation, depth first. */
static void
numbering(void)
{
	cg_ref a, b, c, f, g, h, two, one;

	begin();
	two = made_thread(&m, 2);
	one = made_thread(&m, 1);
	f = made_function(&m, "f", CG_KIND_FUNCTION);
	g = made_function(&m, "g", CG_KIND_COROUTINE);
	h = made_function(&m, "h", CG_KIND_BUILTIN);
	made_function(&m, "unused", CG_KIND_FUNCTION);
	made_node(&m, made_thread_at(&m, two)->root, h, 1, 10);
	a = made_node(&m, made_thread_at(&m, one)->root, f, 2, 20);
	b = made_node(&m, made_thread_at(&m, one)->root, g, 3, 30);
	c = made_node(&m, a, h, 4, 40);
	made_node_at(&m, b)->origin = c;
	made_node_at(&m, b)->edge = CG_EDGE_SPAWN;
	made_node_at(&m, c)->folded = 1;
	made_thread_at(&m, one)->name = made_string(&m, "MainThread");
	stop_at(MADE_START + 100);
	eq(take(NULL), CG_OK, "a stopped image is captured");
	eq(records.thread_count, 2, "two threads");
	eq(records.threads[0].id, 1, "by id");
	ok(strcmp(records.strings[records.threads[0].name].bytes, "MainThread") == 0, "named");
	eq(records.threads[1].root, 4, "the second tree follows the first");
	eq(records.threads[1].node_count, 2, "and has its nodes");
	eq(records.node_count, 6, "all nodes");
	ok(strcmp(name_of(1), "f") == 0 && strcmp(name_of(2), "h") == 0 &&
	       strcmp(name_of(3), "g") == 0,
	   "depth first");
	eq(records.nodes[2].parent, 1, "with parents");
	eq(records.nodes[3].parent, 0, "up to the root");
	eq(records.nodes[0].parent, CG_NONE, "which has none");
	eq(records.nodes[0].function, CG_NONE, "and no function");
	eq(records.nodes[3].origin, 2, "an origin is a node");
	eq(records.nodes[3].edge, CG_EDGE_SPAWN, "an edge has a kind");
	eq(records.nodes[2].folded, 1, "a fold is kept");
	eq(records.nodes[2].origin, CG_NONE, "who has no origin has none");
	eq(records.nodes[5].thread, 1, "nodes know their thread");
	eq(records.function_count, 3, "functions that are used");
	ok(strcmp(records.strings[records.functions[0].name].bytes, "f") == 0,
	   "in order of first use");
	ok(!records.live && !records.killed && records.complete, "stopped and whole");
	eq(records.end.tick, MADE_START + 100, "ends at the stop");
	eq(records.strings[0].length, 0, "the first string is empty");
	end();
}

static void
strings(void)
{
	static const struct {
		const char *in;
		uint32_t n;
		const char *out, *name;
	} cases[] = {
		{"plain", 5, "plain", "plain text stays"},
		{"\xc3\xa9\xf0\x9f\x90\x8d", 6, "\xc3\xa9\xf0\x9f\x90\x8d", "UTF-8 stays"},
		{"a\nb\x7f", 4, "a\\x0ab\\x7f", "control characters become visible"},
		{"a\0b", 3, "a\\x00b", "so does NUL"},
		{"\xc2\x85", 2, "\\xc2\\x85", "so do the controls above ASCII"},
		{"\xed\xa0\x80", 3, "\\xed\\xa0\\x80", "a lone surrogate is no character"},
		{"\xff\xc3", 2, "\\xff\\xc3", "nor are other bytes"},
		{"\xc0\x80", 2, "\\xc0\\x80", "nor is a longer form than needed"},
		{"\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80", "nor what lies above U+10FFFF"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cg_ref f;

		begin();
		f = made_function(&m, "", CG_KIND_FUNCTION);
		((struct cg_img_function *)made_at(&m, f))->name =
			made_bytes(&m, cases[i].in, cases[i].n);
		made_node(&m, made_thread_at(&m, made_thread(&m, 1))->root, f, 1, 1);
		eq(take(NULL), CG_OK, "captured");
		ok(strcmp(name_of(1), cases[i].out) == 0, cases[i].name);
		end();
	}
}

static void
meta(void)
{
	struct cg_img_header *header;

	begin();
	header = made_header(&m);
	header->meta[CG_META_PYTHON] = made_string(&m, "3.11.7");
	header->meta[CG_META_COMMAND] = made_bytes(&m, "app.py\0-v\0\0x\0", 13);
	header->status = CG_IO;
	header->builtins = 1;
	atomic_store(&header->lost_events, 5);
	atomic_store(&header->takeovers, 4);
	eq(take(NULL), CG_OK, "captured");
	ok(strcmp(records.strings[records.python].bytes, "3.11.7") == 0, "version of Python");
	eq(records.command_count, 4, "arguments, an empty one too");
	ok(strcmp(records.strings[records.command[1]].bytes, "-v") == 0, "are told apart");
	eq(records.command[2], 0, "the empty one is the empty string");
	eq(records.pid, 4242, "pid");
	eq(records.stop_status, CG_IO, "why it stopped early");
	eq(records.builtins, 1, "builtins");
	eq(records.lost_events, 5, "lost events");
	eq(records.takeovers, 4, "takeovers");
	ok(records.killed, "not stopped by anyone: killed");
	end();
}

/* A main thread in loop -> task(await) -> leaf(plain), killed 50 ticks after its last event. */
static void
open_stack(void)
{
	cg_ref thread, root, run, task, leaf, act;
	struct cg_img_thread *t;
	struct cg_capture_options options = {.end = MADE_START + 150};

	begin();
	thread = made_thread(&m, 1);
	t = made_thread_at(&m, thread);
	root = t->root;
	run = made_node(&m, root, made_function(&m, "run", CG_KIND_FUNCTION), 1, 10);
	task = made_node(&m, root, made_function(&m, "task", CG_KIND_COROUTINE), 2, 20);
	leaf = made_node(&m, task, made_function(&m, "leaf", CG_KIND_FUNCTION), 7, 30);
	act = made_activation(&m, task, CG_ACT_RUNNING);
	made_activation_at(&m, act)->flags = CG_ACT_ROOT | CG_ACT_HOSTED;
	made_activation_at(&m, act)->ret = run;
	made_activation_at(&m, act)->start = MADE_START + 30;
	made_activation_at(&m, act)->since = MADE_START + 70;
	t->current = leaf;
	t->activation = act;
	t->last = MADE_START + 100;
	t->busy = 5;
	t->busy_since = MADE_START + 20;
	eq(take(&options), CG_OK, "a killed image is captured");
	ok(records.killed && !records.live, "and says so");
	eq(records.nodes[3].run, 80, "the top runs to the end");
	eq(records.nodes[3].gap, 50, "in a gap");
	eq(records.nodes[3].gap_cpu_ns, 0,
	   "that nobody was asked about, so that it is no CPU time");
	eq(records.nodes[3].unfinished, 1, "the top is open");
	eq(records.nodes[2].unfinished, 1, "its coroutine is open");
	eq(records.nodes[1].unfinished, 1, "and what hosts it");
	eq(records.nodes[1].hosted, 80, "which hosts to the end");
	eq(records.nodes[0].unfinished, 0, "a root is nothing");
	eq(records.threads[0].busy, 135, "busy to the end");
	eq(records.threads[0].last, MADE_START + 150, "the thread lasts to the end");
	eq(made_node_at(&m, leaf)->run, 30, "the image is untouched");
	options = (struct cg_capture_options){
		.end = MADE_START + 150, .asked = thread, .asked_cpu_ns = 33};
	t->cpu_tick = MADE_START + 90;
	t->cpu_ns = 3;
	eq(take(&options), CG_OK, "with an answer of the CPU clock");
	eq(records.nodes[3].gap_before, 10, "it covers what came before");
	eq(records.nodes[3].gap_cpu_ns, 30, "and counts");
	eq(take(NULL), CG_OK, "with nobody's word on the end");
	eq(records.nodes[3].run, 30, "it ends at the latest tick");
	eq(records.threads[0].busy, 85, "for all");
	end();
}

/* A segment that is long already when the trace ends counts as one. */
static void
holding(void)
{
	cg_ref thread, root, task, other, act;
	struct cg_img_hold *hold;
	struct cg_img_thread *t;

	begin();
	thread = made_thread(&m, 1);
	t = made_thread_at(&m, thread);
	root = t->root;
	task = made_node(&m, root, made_function(&m, "task", CG_KIND_COROUTINE), 1, 0);
	other = made_node(&m, root, made_function(&m, "other", CG_KIND_COROUTINE), 1, 0);
	hold = made_at(&m, made(&m, CG_IMG_HOLDS, 1));
	*hold = (struct cg_img_hold){.node = task,
	                             .over_10ms = 2,
	                             .over_50ms = 1,
	                             .longest = 60000000,
	                             .held = 75000000};
	act = made_activation(&m, task, CG_ACT_RUNNING);
	made_activation_at(&m, act)->kind = CG_KIND_COROUTINE;
	made_activation_at(&m, act)->since = MADE_START + 1000;
	made_activation_at(&m, act)->flags = CG_ACT_ASKED;
	made_activation_at(&m, act)->asked = 100;
	made_activation_at(&m, act)->answered = 40;
	act = made_activation(&m, other, CG_ACT_RUNNING);
	made_activation_at(&m, act)->kind = CG_KIND_COROUTINE;
	made_activation_at(&m, act)->since = MADE_START + 90001001;
	t->current = task;
	t->last = MADE_START + 90001000;
	t->gap = 5000;
	t->gap_before = 100;
	t->gap_cpu_ns = 1040;
	stop_at(MADE_START + 100001000);
	eq(take(NULL), CG_OK, "captured");
	eq(records.hold_count, 1, "one that runs for less than 10 ms is none");
	eq(records.holds[0].node, 1, "one that runs for 100 ms is");
	eq(records.holds[0].over_10ms, 3, "beside those that have ended");
	eq(records.holds[0].over_100ms, 1, "and longer");
	eq(records.holds[0].longest, 100000000, "the longest");
	eq(records.holds[0].held, 175000000, "in sum");
	eq(records.holds[0].asked, 10005000, "the CPU clock was asked since it began");
	eq(records.holds[0].cpu_ns, 1000, "and answered");
	end();
}

/* Suspended chains, tasks alive, what began before the recording. */
static void
suspended(void)
{
	cg_ref root, outer, inner, before, acts[4], spawn;

	begin();
	root = made_thread_at(&m, made_thread(&m, 1))->root;
	outer = made_node(&m, root, made_function(&m, "outer", CG_KIND_COROUTINE), 1, 0);
	inner = made_node(&m, outer, made_function(&m, "inner", CG_KIND_COROUTINE), 1, 0);
	before = made_node(&m, root, made_function(&m, "before", CG_KIND_COROUTINE), 0, 0);
	spawn = made(&m, CG_IMG_SPAWNS, 1);
	*(struct cg_img_spawn *)made_at(&m, spawn) =
		(struct cg_img_spawn){.root = outer, .count = 3, .longest = 50, .span = 60};
	acts[0] = made_activation(&m, outer, CG_ACT_SUSPENDED);
	made_activation_at(&m, acts[0])->flags = CG_ACT_ROOT;
	made_activation_at(&m, acts[0])->start = MADE_START + 10;
	made_activation_at(&m, acts[0])->spawn = spawn;
	acts[1] = made_activation(&m, inner, CG_ACT_SUSPENDED);
	made_activation_at(&m, acts[1])->flags = CG_ACT_WAITING;
	made_activation_at(&m, acts[1])->since = MADE_START + 40;
	acts[2] = made_activation(&m, before, CG_ACT_SUSPENDED);
	made_activation_at(&m, acts[2])->flags = CG_ACT_BEFORE;
	acts[3] = made_activation(&m, before, CG_ACT_CREATED);
	made_activation_at(&m, acts[3])->flags = CG_ACT_ROOT;
	made_activation_at(&m, acts[3])->spawn = spawn;
	stop_at(MADE_START + 100);
	eq(take(NULL), CG_OK, "captured");
	eq(records.nodes[1].unfinished + records.nodes[2].unfinished, 2, "both are open");
	eq(records.nodes[2].await, 60, "the leaf waits");
	eq(records.nodes[1].await, 0, "and nobody else");
	eq(records.nodes[3].unfinished, 0, "begun before: in no count");
	eq(records.spawn_count, 1, "one kind of task");
	eq(records.spawns[0].span, 150, "the living one's time counts");
	eq(records.spawns[0].longest, 90, "and is the longest");
	eq(records.spawns[0].creator, CG_NONE, "nobody knows who made them");
	end();
}

/* Three that delegate in line, the outermost running since tick 70; the leaf's wait. */
static uint64_t
waited_of_chain(bool linked)
{
	struct cg_img_activation *a[3];
	cg_ref root, node, acts[3];
	uint64_t await;

	begin();
	root = made_thread_at(&m, made_thread(&m, 1))->root;
	node = made_node(&m, root, made_function(&m, "f", CG_KIND_COROUTINE), 3, 0);
	for (int i = 0; i < 3; i++) {
		acts[i] = made_activation(&m, node, i ? CG_ACT_SUSPENDED : CG_ACT_RUNNING);
		a[i] = made_activation_at(&m, acts[i]);
		a[i]->since = MADE_START + (i ? 40 : 70);
	}
	a[2]->flags = CG_ACT_WAITING;
	a[2]->awaiter = acts[1];
	a[1]->awaiter = acts[0];
	a[1]->inner =
		linked ? acts[2] : 0; /* 0: that record is another activation's by now */
	stop_at(MADE_START + 100);
	eq(take(NULL), CG_OK, "captured");
	await = records.nodes[1].await;
	end();
	return await;
}

static void
waits(void)
{
	eq(waited_of_chain(true), 30, "a leaf waits until its chain goes on");
	eq(waited_of_chain(false), 60, "which only a link of both says who is");
}

/* What is open although no count holds it was open before the recording began. */
static void
clamped(void)
{
	cg_ref thread, root, plain, coro;
	struct cg_img_thread *t;

	begin();
	thread = made_thread(&m, 1);
	t = made_thread_at(&m, thread);
	root = t->root;
	plain = made_node(&m, root, made_function(&m, "main", CG_KIND_FUNCTION), 0, 0);
	coro = made_node(&m, plain, made_function(&m, "coro", CG_KIND_COROUTINE), 1, 0);
	made_node_at(&m, coro)->raised = 1;
	made_activation(&m, coro, CG_ACT_SUSPENDED); /* killed between two stores */
	made_node_at(&m, plain)->begun_before = 1;
	t->current = plain;
	t->last = UINT64_MAX;
	t->busy_since = 3;
	stop_at(MADE_START + 100);
	eq(take(NULL), CG_OK, "captured");
	eq(records.nodes[1].unfinished, 0, "an open call that began before");
	eq(records.nodes[1].begun_before, 1, "is counted as such");
	eq(records.nodes[2].unfinished, 0, "counts that disagree are brought into order");
	eq(records.nodes[2].raised, 1, "what has ended first");
	eq(records.nodes[1].run, 0, "a last event after the end is no time");
	eq(records.threads[0].busy, 0, "nor is a stretch from before the start");
	end();
}

/* The rate of the clock comes from the best pair there is. */
static void
clocks(void)
{
	struct cg_capture_options options = {.now = {MADE_START + 4000, MADE_START + 2000, 0},
	                                     .live = true};

	begin();
	made_thread_at(&m, made_thread(&m, 1))->last = MADE_START + 1000;
	eq(take(&options), CG_OK, "live");
	ok(records.live && !records.killed, "and says so");
	eq(records.end.tick, MADE_START + 4000, "ends now");
	eq(cg_records_ns(&records, 1001), 501, "at the clock's rate, rounded");
	options.live = false;
	eq(take(&options), CG_OK, "killed in this boot");
	eq(records.end.tick, MADE_START + 1000, "ends at the latest tick");
	eq(records.end.mono_ns, MADE_START + 500, "with the rate up to now");
	eq(take(NULL), CG_OK, "killed before its first pair, in another boot");
	eq(cg_records_ns(&records, 1000), 1000, "nothing known: a tick is a nanosecond");
	options = (struct cg_capture_options){.now = {MADE_START + 10, MADE_START + 10, 0}};
	made_thread_at(&m, m.slab[CG_IMG_THREADS] + 2)->last = UINT64_MAX - 5;
	eq(take(&options), CG_OK, "a tick from nowhere");
	eq(records.end.tick, MADE_START + 10, "is not after now");
	end();
}

/* Random words over everything but the header: no crash, and records that hold together. */
static void
hostile(void)
{
	uint64_t seed = 42;
	uint32_t wrong = 0;

	begin();
	for (int i = 0; i < 40; i++)
		made_activation(&m,
		                made_node(&m, made_thread_at(&m, made_thread(&m, 1))->root,
		                          made_function(&m, "f", i % 5), 1, 1),
		                CG_ACT_RUNNING);
	for (int i = 0; i < 3000; i++) {
		uint32_t slabs = atomic_load(&made_header(&m)->slab_count), *word;
		cg_ref some;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		some = 1024 + (uint32_t)((seed >> 33) % ((slabs - 1) * 1024));
		word = (uint32_t *)made_at(&m, some) + (seed >> 20) % 16;
		if (some % 1024 < 2) /* types and sizes of slabs stay for most rounds */
			continue;
		*word =
			seed & 1 ? 1024 + (uint32_t)(seed >> 40) % (slabs * 1024) : (uint32_t)seed;
		if (i % 10 == 0)
			wrong += take(NULL) != CG_OK;
	}
	eq(wrong, 0, "captured whatever they hold");
	for (uint32_t i = 0; i < records.node_count; i++)
		wrong += records.nodes[i].parent != CG_NONE && records.nodes[i].parent >= i;
	eq(wrong, 0, "and parents come first");
	end();
}

static void
no_memory(void)
{
	enum cg_status status = CG_NOMEM;
	long n = 0;

	begin();
	for (int i = 0; i < 3; i++)
		made_node(&m, made_thread_at(&m, made_thread(&m, 1))->root,
		          made_function(&m, i == 1 ? "\n" : "f", CG_KIND_FUNCTION), 1, 1);
	for (; status == CG_NOMEM && n < 1000; n++) {
		cg_alloc_fail_at(n);
		status = take(NULL);
		if (status)
			ok(records.node_count == 0 && !records.nodes, "nothing half done");
	}
	cg_alloc_fail_at(-1);
	eq(status, CG_OK, "in the end it succeeds");
	ok(n > 10, "after failures at many places");
	end();
}

int
main(void)
{
	numbering();
	strings();
	meta();
	open_stack();
	holding();
	suspended();
	waits();
	clamped();
	clocks();
	hostile();
	no_memory();
	return done();
}
