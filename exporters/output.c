/*
 * Output files. The one thing shared with the signal handler is the temporary name, which
 * it unlinks before the signal takes its course.
 */
#define _GNU_SOURCE /* sync_file_range */
#include "output.h"
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EARLY = 32 << 20 /* bytes */ };

static char doomed[PATH_MAX]; /* what the handler removes */
static volatile sig_atomic_t is_doomed;

static void
on_signal(int number)
{
	if (is_doomed)
		unlink(doomed);
	raise(number); /* pends until we return; SA_RESETHAND has restored the default */
}

static const int fatal[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGXCPU};
enum { FATAL = sizeof(fatal) / sizeof(fatal[0]) };

static void
signals_catch(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND},
					 old;

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < FATAL; i++)
		if (sigaction(fatal[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
			sigaction(fatal[i], &action, NULL);
}

/* Make the file and let the handler know of it, with no signal in between. */
static int
temporary_make(char *name)
{
	sigset_t set, before;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < FATAL; i++)
		sigaddset(&set, fatal[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	fd = mkstemp(name);
	if (fd >= 0 && strlen(name) < sizeof(doomed)) {
		strcpy(doomed, name);
		is_doomed = 1;
		signals_catch();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return fd;
}

/* "DIR/.NAME.XXXXXX": hidden, since KCachegrind opens all that begins like a profile. */
static char *
temporary_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash - path) + 1 : 0, n = strlen(path) + 9;
	char *name = cg_memory_array(n, 1);

	if (name)
		snprintf(name, n, "%.*s.%s.XXXXXX", (int)folder, path, path + folder);
	return name;
}

/* The permissions that a file of that name has, or that a new one gets. */
static mode_t
mode_wanted(const char *path, bool *exists)
{
	struct stat st;
	mode_t mask;

	*exists = stat(path, &st) == 0;
	if (*exists)
		return st.st_mode & 0777;
	mask = umask(0);
	umask(mask);
	return 0666 & ~mask;
}

static enum cg_status
open_temporary(struct cg_output *o)
{
	o->temporary = temporary_name(o->path);
	if (!o->temporary)
		return CG_NOMEM;
	o->fd = temporary_make(o->temporary);
	if (o->fd < 0) {
		cg_memory_free(o->temporary);
		o->temporary = NULL;
		return CG_IO;
	}
	/* Best effort: a file system without permissions still holds the export. */
	if (fchmod(o->fd, mode_wanted(o->path, &o->replaces)) != 0)
		errno = 0;
	return CG_OK;
}

/* The name behind symbolic links, or a copy of `path` when there is no such file yet. */
static char *
path_resolve(const char *path)
{
	char real[PATH_MAX];
	const char *from = realpath(path, real) ? real : path;
	size_t n = strlen(from) + 1;
	char *copy = cg_memory_array(n, 1);

	return copy ? memcpy(copy, from, n) : NULL;
}

enum cg_status
cg_output_open(struct cg_output *output, const char *path)
{
	struct cg_output o = {.fd = STDOUT_FILENO};
	struct stat st;
	enum cg_status status = CG_OK;

	if (strcmp(path, "-") != 0) {
		o.path = path_resolve(path);
		if (!o.path)
			return CG_NOMEM;
		if (stat(o.path, &st) == 0 && !S_ISREG(st.st_mode)) {
			o.fd = open(o.path, O_WRONLY | O_CLOEXEC);
			status = o.fd < 0 ? CG_IO : CG_OK;
		} else {
			status = open_temporary(&o);
		}
	}
	if (status)
		cg_memory_free(o.path);
	else
		*output = o;
	return status;
}

/*
 * Bytes on their way to the disk early: a file system may see to it that a file that takes
 * the place of another is there when it gets its name, and all would then wait for that. A
 * large file comes faster than a disk takes it, and would wait here.
 */
static void
settle(struct cg_output *o, size_t n)
{
#ifdef SYNC_FILE_RANGE_WRITE
	if (o->replaces && o->bytes < EARLY)
		(void)sync_file_range(o->fd, (off_t)o->bytes, (off_t)n, SYNC_FILE_RANGE_WRITE);
#endif
	o->bytes += n;
}

bool
cg_output_write(void *output, const char *bytes, size_t n)
{
	struct cg_output *o = output;

	while (n) {
		ssize_t done = write(o->fd, bytes, n);

		if (done == 0)
			errno = EIO; /* no system says so, but it would never end */
		if (done == 0 || (done < 0 && errno != EINTR))
			return false;
		if (done > 0) {
			settle(o, (size_t)done);
			bytes += done;
			n -= (size_t)done;
		}
	}
	return true;
}

static void
output_forget(struct cg_output *o)
{
	is_doomed = 0;
	cg_memory_free(o->path);
	cg_memory_free(o->temporary);
	*o = (struct cg_output){.fd = -1};
}

enum cg_status
cg_output_commit(struct cg_output *output)
{
	int fd = output->fd;

	output->fd = -1;
	if (close(fd) != 0 ||
	    (output->temporary && rename(output->temporary, output->path) != 0)) {
		cg_output_abort(output);
		return CG_IO;
	}
	output_forget(output);
	return CG_OK;
}

void
cg_output_abort(struct cg_output *output)
{
	int error = errno;

	if (output->temporary)
		unlink(output->temporary);
	if (output->fd >= 0)
		close(output->fd);
	output_forget(output);
	errno = error;
}
