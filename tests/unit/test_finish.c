/* From the image that a program left to its trace: the image goes last, or not at all. */
#include "corograph.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image/map.h"
#include "image_maker.h"
#include "tap.h"
#include "trace/load.h"

#define OUT "test_finish.coro"
#define LIVE OUT ".live"

static struct cg_finish result;
static struct cg_error error;

/* A thread, a function and its node with three calls: enough for a trace. */
static void
fill(struct maker *m)
{
	struct cg_img_header *header;

	maker_init(m);
	header = made_header(m);
	header->pid = (uint32_t)getpid();
	header->latest =
		(struct cg_clock_pair){MADE_START + 5000, MADE_START + 5000, MADE_START + 5000};
	atomic_store(&header->forks, 2);
	atomic_store(&header->lost_events, 7);
	atomic_store(&header->takeovers, 4);
}

static void
write_image(const struct maker *m, size_t size)
{
	FILE *file = fopen(LIVE, "w");

	if (!file || fwrite(m->base, 1, size, file) != size || fclose(file) != 0)
		printf("Bail out! %s cannot be written\n", LIVE);
}

static enum cg_status
finish(const char *live, const char *out, bool reaped)
{
	result = (struct cg_finish){.calls = 99};
	error = (struct cg_error){0};
	return cg_trace_finish(live, out, reaped, &result, &error);
}

static void
whole(void)
{
	struct cg_records records = {0};
	struct maker m;

	fill(&m);
	write_image(&m, CG_IMG_SLAB);
	eq(finish(LIVE, OUT, false), CG_OK, "an image becomes a trace");
	ok(access(LIVE, F_OK) != 0, "and is gone");
	eq(result.elapsed_ns, 5000, "it ends at the latest tick");
	eq(result.forks, 2, "forks are told");
	eq(result.lost_events, 7, "and lost events");
	eq(result.takeovers, 4, "and takeovers");
	eq(result.pid, getpid(), "and whose it is");
	ok(!result.stopped && result.calls == 0, "and that nobody stopped it");
	ok(result.bytes > 0, "and the size");
	eq(cg_records_load(&records, OUT, 0, NULL, &error), CG_OK, "it can be read");
	ok(records.killed && records.complete, "as one of a killed program");
	cg_records_release(&records);
	write_image(&m, CG_IMG_SLAB);
	eq(cg_trace_finish(LIVE, OUT, false, NULL, NULL), CG_OK,
	   "nobody needs to ask for more");
	maker_release(&m);
}

static void
reaped(void)
{
	struct cg_image image;
	struct cg_img_header *header;

	unlink(LIVE);
	eq(cg_image_create(&image, LIVE), CG_OK, "an image on the real clock");
	header = cg_image_header(&image);
	header->clock_kind = cg_clock_choose();
	header->start = header->latest =
		cg_clock_pair_now((enum cg_clock_kind)header->clock_kind);
	atomic_store(&header->state, CG_IMG_RECORDING);
	usleep(20000);
	eq(finish(LIVE, OUT, true), CG_IO, "while its process runs it is left alone");
	ok(strstr(error.text, LIVE) && access(LIVE, F_OK) == 0, "which the error says");
	cg_image_release(&image);
	eq(finish(LIVE, OUT, true), CG_OK, "after the end of its process");
	ok(result.elapsed_ns >= 20000000 && result.elapsed_ns < 20000000000, "the end is now");
	unlink(OUT);
}

/* A child that forked from the program may hold the lock of an image whose writer ended. */
static void
inherited_lock(void)
{
	struct maker m;
	int fd;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	fill(&m);
	made_header(&m)->pid = (uint32_t)pid;
	write_image(&m, CG_IMG_SLAB);
	fd = open(LIVE, O_RDONLY | O_CLOEXEC);
	ok(fd >= 0 && flock(fd, LOCK_EX) == 0, "somebody holds the lock");
	eq(finish(LIVE, OUT, true), CG_OK, "but the writer is gone");
	close(fd);
	maker_release(&m);
}

static void
failing(void)
{
	struct maker m;

	fill(&m);
	write_image(&m, CG_IMG_SLAB);
	eq(finish(LIVE, "no/such/folder.coro", true), CG_IO, "the trace cannot be written");
	ok(access(LIVE, F_OK) == 0 && strstr(error.text, LIVE),
	   "the image stays, and it is said");
	eq(result.calls, 99, "the result is unchanged");
	eq(finish(LIVE, "/dev/full", true), CG_IO, "the disk is full");
	ok(strstr(error.text, strerror(ENOSPC)) && access(LIVE, F_OK) == 0, "the same");
	write_image(&m, 100);
	ok(finish(LIVE, OUT, true) != CG_OK, "an image without a whole header");
	ok(access(LIVE, F_OK) == 0 && access(OUT, F_OK) == 0, "changes nothing");
	unlink(LIVE);
	eq(finish(LIVE, OUT, true), CG_IO, "no image");
	maker_release(&m);
	unlink(OUT);
}

int
main(void)
{
	whole();
	reaped();
	inherited_lock();
	failing();
	return done();
}
