/* Files: saved whole or not at all, and loaded whatever they are. */
#include "trace/load.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "image_maker.h"
#include "records_maker.h"
#include "tap.h"
#include "trace/save.h"

#define PATH "test_load.coro"

static struct cg_records records, back;
static struct cg_error error;

static enum cg_status
load(const char *path)
{
	cg_records_release(&back);
	error = (struct cg_error){0};
	return cg_records_load(&back, path, 0, NULL, &error);
}

static void
saving(void)
{
	uint64_t size = 0;
	struct stat st;

	eq(cg_trace_write_file(&records, PATH, 6, &size), CG_OK, "a trace is saved");
	ok(stat(PATH, &st) == 0 && (uint64_t)st.st_size == size, "its size is told");
	eq(load(PATH), CG_OK, "it is loaded");
	ok(same_records(&records, &back), "and the same");
	eq(cg_trace_write_file(&records, PATH, 6, NULL), CG_OK, "it is written over");
	if (symlink(PATH, "test_load.link") == 0) {
		eq(cg_trace_write_file(&records, "test_load.link", 6, NULL), CG_OK,
		   "through a link");
		ok(lstat("test_load.link", &st) == 0 && S_ISLNK(st.st_mode), "which stays one");
		unlink("test_load.link");
	}
	ok(access(PATH ".tmp", F_OK) != 0, "no other file is left");
	errno = 0;
	eq(cg_trace_write_file(&records, "no/such/folder.coro", 6, NULL), CG_IO, "no folder");
	eq(errno, ENOENT, "with the reason");
	eq(cg_trace_write_file(&records, ".", 6, NULL), CG_IO, "a folder");
	eq(errno, EISDIR, "with the reason");
	eq(cg_trace_write_file(&records, "/dev/full", 6, NULL), CG_IO, "a full device");
	eq(errno, ENOSPC, "with the reason");
	eq(cg_trace_write_file(&records, "/dev/null", 6, NULL), CG_OK,
	   "a device is written to");
	ok(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode), "and stays one");
}

static void
failing(void)
{
	enum cg_status status = CG_NOMEM;
	uint32_t wrong = 0;

	for (long n = 0; status && n < 1000; n++) {
		unlink(PATH);
		cg_alloc_fail_at(n);
		status = cg_trace_write_file(&records, PATH, 6, NULL);
		wrong += status && (access(PATH, F_OK) == 0 || access(PATH ".tmp", F_OK) == 0);
	}
	cg_alloc_fail_at(-1);
	eq(status, CG_OK, "in the end there is memory");
	eq(wrong, 0, "before, nothing was left behind");
}

static void
loading(void)
{
	int fd;

	eq(load("no-such.coro"), CG_IO, "no file");
	eq(errno, ENOENT, "with the reason");
	eq(load("."), CG_IO, "a folder");
	eq(errno, EISDIR, "with the reason");
	eq(load("/dev/null"), CG_FORMAT, "an empty file");
	fd = open(PATH, O_RDONLY);
	dup2(fd, STDIN_FILENO);
	close(fd);
	eq(load("-"), CG_OK, "standard input");
	ok(same_records(&records, &back), "gives the same");
}

static void
images(void)
{
	struct maker m;
	int fd;

	maker_init(&m);
	made_thread(&m, 1);
	unlink(PATH);
	fd = open(PATH ".live", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, m.base, m.size) != (ssize_t)m.size)
		abort();
	eq(load(PATH), CG_OK, "the image beside a trace that is not there");
	ok(back.killed && !back.live && back.thread_count == 1,
	   "of a program that was killed");
	flock(fd, LOCK_EX);
	eq(load(PATH ".live"), CG_OK, "the image itself");
	ok(!back.killed && back.live, "of a program that runs");
	atomic_store(&made_header(&m)->state, CG_IMG_STOPPED);
	if (pwrite(fd, m.base, m.size, 0) != (ssize_t)m.size)
		abort();
	eq(load(PATH), CG_OK, "the image");
	ok(!back.killed && !back.live, "of a recording that was stopped");
	lseek(fd, 0, SEEK_SET);
	dup2(fd, STDIN_FILENO);
	eq(load("-"), CG_FORMAT, "an image is not read from a pipe");
	if (ftruncate(fd, 100))
		abort();
	eq(load(PATH), CG_TRUNCATED, "an image that was cut");
	ok(error.text[0] != '\0', "with a word on it");
	close(fd);
	unlink(PATH ".live");
	maker_release(&m);
}

int
main(void)
{
	cg_records_init(&back);
	made_records(&records, 5, 500);
	saving();
	failing();
	loading();
	images();
	cg_records_release(&back);
	cg_records_release(&records);
	unlink(PATH);
	return done();
}
