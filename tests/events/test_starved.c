/*
 * Too little memory: any allocation fails, the image cannot grow, its file is full. Events
 * are lost and counted; nothing crashes, and what was recorded stays sane.
 */
#include "base/alloc.h"
#include "invariants.h"
#include "noise.h"
#include "snapshot.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int cases, bad_cases;

static void
result(const struct report *report, const char *name)
{
	bad_cases += report->bad > 0;
	printf("%sok %d - %s\n", report->bad ? "not " : "", ++cases, name);
}

static uint64_t
lost(const struct world *w)
{
	return atomic_load(&cg_image_header(&w->collector->image)->lost_events);
}

static void
make_events(struct noise *noise, struct world *w, int count)
{
	for (int i = 0; i < count; i++) {
		struct event event = noise_event(noise, w);

		event_apply(w, &event);
	}
}

static void
check(const struct world *w, struct report *report)
{
	if (!w->collector)
		return;
	invariants_check(&w->collector->image, false, report);
	snapshot_check(&w->collector->image, report);
}

/* The n-th allocation fails, for every n that there is. */
static void
fail_each(void)
{
	static struct world w;
	struct report report = {.file = "failing allocation"};
	uint64_t total = 0;

	for (long n = 0; n < 400 && report.bad == 0; n++) {
		struct noise noise;

		report.line = (size_t)n;
		noise_init(&noise, &w, (uint64_t)n % 7 + 1);
		cg_alloc_fail_at(n);
		make_events(&noise, &w, 400);
		cg_alloc_fail_at(-1);
		check(&w, &report);
		total += w.collector ? lost(&w) : 0;
		world_release(&w);
	}
	if (total == 0)
		report_bad(&report, "no event was counted as lost");
	result(&report, "each allocation fails once");
}

/* From some moment on, most allocations fail. */
static void
fail_many(void)
{
	static struct world w;
	struct report report = {.file = "failing allocations, seed"};

	for (uint64_t seed = 1; seed < 40 && report.bad == 0; seed++) {
		struct noise noise;

		report.line = (size_t)seed;
		noise_init(&noise, &w, seed);
		make_events(&noise, &w, 50);
		for (int i = 0; i < 500; i++) {
			cg_alloc_fail_at((long)noise_below(&noise, 3));
			make_events(&noise, &w, 2);
		}
		cg_alloc_fail_at(-1);
		make_events(&noise, &w, 500);
		check(&w, &report);
		world_release(&w);
	}
	result(&report, "most allocations fail for a while");
}

/* Give every slab's cursor its last record, so that the next one needs a new slab. */
static void
stop_image(struct world *w)
{
	w->collector->image.status = CG_IO;
}

static void
full_image(void)
{
	static struct world w;
	struct report report = {.file = "full image, seed"};
	uint64_t total = 0;

	for (uint64_t seed = 1; seed < 60 && report.bad == 0; seed++) {
		struct noise noise;

		report.line = (size_t)seed;
		noise_init(&noise, &w, seed);
		w.node_budget = 0;
		make_events(&noise, &w, (int)noise_below(&noise, 60) + 1);
		stop_image(&w);
		make_events(&noise, &w, 3000);
		check(&w, &report);
		total += lost(&w);
		world_release(&w);
	}
	if (total == 0)
		report_bad(&report, "no event was counted as lost");
	result(&report, "an image that cannot grow");
}

/* The system itself refuses: the file may not become larger than it is at first. */
static void
full_disk(void)
{
	static struct world w;
	char path[] = "starved-XXXXXX.live";
	struct report report = {.file = path};
	struct rlimit limit, old;
	struct noise noise;
	int fd = mkstemps(path, 5);

	if (fd >= 0)
		close(fd);
	unlink(path);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 1 << 20;
	setrlimit(RLIMIT_FSIZE, &limit);
	noise_init(&noise, &w, 5);
	w.path = path;
	w.node_budget = 0;
	make_events(&noise, &w, 200000);
	setrlimit(RLIMIT_FSIZE, &old);
	if (!w.collector)
		report_bad(&report, "no collector");
	check(&w, &report);
	if (w.collector && w.collector->image.status != CG_IO)
		report_bad(&report, "status %d", (int)w.collector->image.status);
	if (w.collector && lost(&w) == 0)
		report_bad(&report, "no event was counted as lost");
	world_release(&w);
	unlink(path);
	result(&report, "a file that cannot grow");
}

int
main(void)
{
	fail_each();
	fail_many();
	full_image();
	full_disk();
	printf("1..%d\n", cases);
	return bad_cases != 0 || fflush(stdout) != 0;
}
