/*
 * Fuzz target: an image of a recording with words changed, as pairs (where, what) in the
 * input. Whatever it holds, it gives records that a writer takes and a reader reads back.
 */
#define MADE_SLABS 11
#include "../unit/image_maker.h"
#include "../unit/records_maker.h"
#include "image/view.h"
#include "trace/capture.h"
#include "trace/reader.h"
#include "trace/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { THREADS = 3, NODES = 12 };

/* A thread with a stack: a task hosted by a loop, awaiting, with calls on top. */
static void
make_thread(struct maker *m, uint32_t id, cg_ref plain, cg_ref coroutine)
{
	cg_ref thread = made_thread(m, id), root = made_thread_at(m, thread)->root;
	cg_ref loop = made_node(m, root, plain, 1, 100), top = root, act = 0;
	cg_ref spawn = made(m, CG_IMG_SPAWNS, 1), task = made(m, CG_IMG_TASKS, 2);
	struct cg_img_activation *a;

	for (int i = 0; i < NODES; i++) {
		cg_ref below = act;

		top = made_node(m, top, i % 3 ? plain : coroutine, 1, 50);
		if (i % 3)
			continue;
		act = made_activation(m, top, i == 9 ? CG_ACT_SUSPENDED : CG_ACT_RUNNING);
		a = made_activation_at(m, act);
		a->below = below;
		a->ret = loop;
		a->flags = i ? CG_ACT_WAITING | CG_ACT_ASKED | CG_ACT_LISTED
		             : CG_ACT_ROOT | CG_ACT_HOSTED;
		a->spawn = spawn;
		a->task = task;
		a->start = a->since = MADE_START + 5;
	}
	((struct cg_img_spawn *)made_at(m, spawn))->root = root + 4;
	((struct cg_img_task *)made_at(m, task))->spawn = spawn;
	((struct cg_img_task *)made_at(m, task))->thread = thread;
	((struct cg_img_hold *)made_at(m, made(m, CG_IMG_HOLDS, 1)))->node = top;
	*(struct cg_img_stack *)made_at(m, made(m, CG_IMG_STACKS, 1)) =
		(struct cg_img_stack){.greenlet = 1,
	                          .left = MADE_START + 7,
	                          .thread = thread,
	                          .current = loop,
	                          .root = act};
	made_thread_at(m, thread)->current = top;
	made_thread_at(m, thread)->activation = act;
	made_thread_at(m, thread)->last = MADE_START + 500;
}

static void
make_image(struct maker *m)
{
	cg_ref plain, coroutine;

	maker_init(m);
	plain = made_function(m, "plain", CG_KIND_FUNCTION);
	coroutine = made_function(m, "coroutine", CG_KIND_COROUTINE);
	for (uint32_t id = 1; id <= THREADS; id++)
		make_thread(m, id, plain, coroutine);
}

static void
change(struct maker *m, const uint8_t *data, size_t size)
{
	uint32_t slabs = atomic_load(&made_header(m)->slab_count), pair[2];
	uint32_t words = 4096; /* of each slab: where its records are */

	for (; size >= sizeof pair; data += sizeof pair, size -= sizeof pair) {
		memcpy(pair, data, sizeof pair);
		/* The header's first words say what it is: that, test_view tries. */
		if (pair[0] % slabs == 0 && pair[0] / slabs % 16 < 4)
			continue;
		memcpy(m->base + pair[0] % slabs * (size_t)CG_IMG_SLAB +
		           pair[0] / slabs % words * sizeof pair[1],
		       &pair[1], sizeof pair[1]);
	}
}

static void
check_round_trip(const struct cg_records *records)
{
	struct made_sink to = {.room = -1};
	struct cg_sink sink = {made_write, &to};
	struct made_source from = {.step = 65536, .room = -1};
	struct cg_source source = {made_read, &from};
	struct cg_records back, expect = *records;
	struct cg_error error;

	expect.complete = true;
	if (cg_trace_write(records, &sink, 1))
		abort();
	from.bytes = to.bytes.data;
	from.n = to.bytes.len;
	cg_records_init(&back);
	if (cg_trace_read(&back, &source, 0, NULL, &error)) {
		fprintf(stderr, "%s\n", error.text);
		abort();
	}
	if (!same_records(&expect, &back))
		abort();
	cg_records_release(&back);
	cg_buffer_release(&to.bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cg_capture_options options = {.now = {MADE_START + 900, MADE_START + 900, 0}};
	struct cg_records records;
	struct cg_view view;
	struct maker m;

	make_image(&m);
	change(&m, data, size);
	options.live = size % 2;
	cg_records_init(&records);
	if (!cg_view_init(&view, m.base, m.size)) {
		if (cg_capture(&records, &view, &options))
			abort();
		check_round_trip(&records);
		cg_records_release(&records);
	}
	maker_release(&m);
	return 0;
}
