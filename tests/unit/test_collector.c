/* The collector's frame: its texts, its losses, its end, and code that comes and goes. */
#include "base/alloc.h"
#include "collector/collector.h"
#include "collector/hot.h"
#include "collector/thread.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KEY(n) (UINT64_C(0x560000000000) + (uint64_t)(n)*64)

static bool mute; /* nothing can be described */

static bool
describe(void *arg, uint64_t key, struct cg_function_info *info)
{
	(void)arg;
	info->name = (struct cg_text){"made", 4};
	info->file = (struct cg_text){"made.py", 7};
	info->line =
		(uint32_t)((key - KEY(0)) / 64 % 4); /* four functions, any number of keys */
	info->kind = CG_KIND_FUNCTION;
	return !mute;
}

static uint64_t
cpu(void *arg)
{
	(void)arg;
	return 0;
}

static struct cg_settings
settings(const char *path)
{
	return (struct cg_settings){
		.path = path,
		.ops = {.describe = describe, .cpu = cpu},
		.clock = CG_CLOCK_MADE_UP,
		.gap_limit = UINT64_MAX / 2,
	};
}

static struct cg_collector *
make(void)
{
	struct cg_settings s = settings(NULL);
	struct cg_collector *c = NULL;

	ok(cg_collector_new(&c, &s) == CG_OK, "a collector in memory");
	return c;
}

static const struct cg_img_string *
text_at(const struct cg_collector *c, cg_ref ref)
{
	return cg_image_at(c->image.base, ref);
}

static void
beginnings(void)
{
	char path[] = "collector-XXXXXX";
	struct cg_collector *c = NULL;
	struct cg_settings s;
	int fd = mkstemp(path);

	if (fd >= 0)
		close(fd);
	s = settings(path);
	ok(cg_collector_new(&c, &s) == CG_IO && errno == EEXIST && !c, "an image that exists");
	unlink(path);
	cg_alloc_fail_at(0);
	ok(cg_collector_new(&c, &s) == CG_NOMEM && !c, "no memory");
	ok(access(path, F_OK) != 0, "no file is left behind");
	ok(cg_collector_new(&c, &s) == CG_OK && access(path, F_OK) == 0,
	   "its image in a file");
	cg_collector_free(c);
	ok(access(path, F_OK) == 0, "which stays");
	unlink(path);
	cg_collector_free(NULL);
}

static void
texts(void)
{
	struct cg_collector *c = make();
	struct cg_img_header *header = cg_image_header(&c->image);
	char *text = malloc(CG_IMG_STRING_MAX + 10);
	cg_ref empty = cg_collector_intern(c, (struct cg_text){NULL, 0}), ref;

	ok(empty && text_at(c, empty)->length == 0, "no text is a text");
	ok(cg_collector_intern(c, (struct cg_text){"", 0}) == empty, "the same one");
	ref = cg_collector_intern(c, (struct cg_text){"a\0b", 3});
	ok(ref != cg_collector_intern(c, (struct cg_text){"a", 1}), "a NUL is a byte");
	ok(ref == cg_collector_intern(c, (struct cg_text){"a\0b", 3}), "kept once");
	memset(text, 'x', CG_IMG_STRING_MAX + 10);
	memcpy(text + CG_IMG_STRING_MAX - 1, "\xe2\x82\xac", 3); /* across the limit */
	ref = cg_collector_intern(c, (struct cg_text){text, CG_IMG_STRING_MAX + 10});
	eq(text_at(c, ref)->length, CG_IMG_STRING_MAX - 1, "cut before a character");
	ok(cg_collector_set_meta(c, CG_META_PYTHON, (struct cg_text){"3.14", 4}) == CG_OK,
	   "a text about the recording");
	ok(memcmp(text_at(c, header->meta[CG_META_PYTHON])->bytes, "3.14", 4) == 0,
	   "is there");
	free(text);
	cg_collector_free(c);
}

static void
losses(void)
{
	struct cg_collector *c = make();
	struct cg_img_header *header = cg_image_header(&c->image);
	struct cg_thread_facts facts = {KEY(0), 7, 0};
	struct cg_thread *th = NULL;

	ok(cg_thread_begin(&th, c, &facts, 10) == CG_OK, "a thread");
	mute = true;
	cg_enter(th, KEY(0), 20);
	cg_leave(th, KEY(0), false, 30);
	cg_start(th, KEY(1), CG_KIND_COROUTINE, 0x1000, 0, 40);
	cg_finish(th, 0x1000, false, 50);
	mute = false;
	eq(atomic_load(&header->lost_events), 2, "calls of what cannot be described are lost");
	eq(th->img->dropped, 2, "and their ends dropped");
	cg_collector_lose(c);
	eq(atomic_load(&header->lost_events), 3, "the hooks lose some, too");
	eq(th->img->busy, 0, "nobody was busy");
	cg_collector_free(c);
}

/* Coroutines that end one after another, awaited by one, each at a frame of its own. */
static void
records(void)
{
	struct cg_collector *c = make();
	struct cg_thread_facts facts = {KEY(0), 7, 0};
	struct cg_thread *th = NULL;
	uint64_t tick = 10;
	uint32_t first;

	ok(cg_thread_begin(&th, c, &facts, tick) == CG_OK, "a thread");
	cg_start(th, KEY(1), CG_KIND_COROUTINE, 0x1000, 0, tick++);
	first = c->act_slabs.next;
	for (uint64_t i = 1; i <= 1000; i++)
		for (int again = 0; again < 3; again++) {
			cg_start(th, KEY(2), CG_KIND_COROUTINE, 0x1000 + 0x1000 * i, 0x1000, tick++);
			cg_finish(th, 0x1000 + 0x1000 * i, false, tick++);
		}
	ok(c->act_slabs.next - first <= 2 * 2 * CG_RECENT_ACTS,
	   "the records of what has ended are used again");
	cg_collector_free(c);
}

static void
stop(void)
{
	struct cg_collector *c = make();
	struct cg_img_header *header = cg_image_header(&c->image);
	const struct cg_clock_pair now = {100, 200, 300};

	eq(atomic_load(&header->state), CG_IMG_RECORDING, "it records");
	cg_collector_stop(c, &now);
	eq(atomic_load(&header->state), CG_IMG_STOPPED, "it has stopped");
	ok(header->stop.tick == 100 && header->stop.mono_ns == 200 &&
	       header->latest.real_ns == 300,
	   "and says when");
	cg_collector_free(c);
}

/* Code made by exec, run and dropped, over and over. */
static void
code_for_ever(bool shared)
{
	struct cg_settings s = settings(NULL);
	struct cg_collector *c = NULL;
	struct cg_thread *th = NULL;
	struct cg_thread_facts facts = {KEY(0), 7, 0};
	uint64_t slabs;

	s.shared = shared;
	ok(cg_collector_new(&c, &s) == CG_OK && cg_thread_begin(&th, c, &facts, 1) == CG_OK,
	   "a collector");
	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t outer = KEY(4 * i + 1), inner = KEY(4 * i + 2);

		cg_enter(th, outer, 10 * i);
		cg_enter(th, inner, 10 * i + 1);
		cg_leave(th, inner, false, 10 * i + 3);
		cg_leave(th, outer, false, 10 * i + 4);
		cg_collector_forget(c, inner);
		cg_collector_forget(c, outer);
	}
	slabs = atomic_load(&cg_image_header(&c->image)->slab_count);
	ok(slabs < 8, "its image is as small as that of code run once");
	ok(c->keys.used == 0 && th->by_key.used <= 2, "and so are the maps");
	eq(th->by_function.used, 2, "there are two places");
	eq(c->node_count, 2, "and two nodes");
	cg_collector_free(c);
}

int
main(void)
{
	beginnings();
	texts();
	losses();
	records();
	stop();
	code_for_ever(false);
	code_for_ever(true);
	return done();
}
