/* Writing beside the final name and renaming: no reader ever sees half a trace. */
#include "trace/save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "trace/pack.h"
#include "trace/writer.h"

enum { TRIES = 100 };

struct counted {
	struct cg_sink sink;
	uint64_t bytes;
};

static enum cg_status
write_counted(void *arg, const void *bytes, size_t n)
{
	struct counted *to = arg;

	to->bytes += n;
	return to->sink.write(to->sink.arg, bytes, n);
}

/* Write to an open file and close it, whatever happens. */
static enum cg_status
write_and_close(const struct cg_records *records, int fd, int level, uint64_t *size)
{
	struct counted to = {cg_sink_fd(&fd), 0};
	struct cg_sink sink = {write_counted, &to};
	enum cg_status status = cg_trace_write(records, &sink, level);
	int saved = errno;

	if (close(fd) && !status)
		return CG_IO;
	errno = saved;
	if (!status && size)
		*size = to.bytes;
	return status;
}

/* Create PATH.tmp, or PATH.1.tmp, ...: a name that nobody has. Its name is owned. */
static enum cg_status
create_beside(const char *path, char **name, int *fd)
{
	struct cg_buffer text;
	int saved;

	for (int i = 0; i < TRIES; i++) {
		cg_buffer_init(&text);
		cg_buffer_printf(&text, i ? "%s.%d.tmp" : "%s.tmp", path, i);
		cg_buffer_put_u8(&text, 0);
		if (text.status) {
			cg_buffer_release(&text);
			return CG_NOMEM;
		}
		*name = (char *)text.data;
		*fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (*fd >= 0)
			return CG_OK;
		saved = errno;
		cg_buffer_release(&text);
		errno = saved;
		if (errno != EEXIST)
			break;
	}
	return CG_IO;
}

static enum cg_status
write_beside(const struct cg_records *records, const char *path, int level, uint64_t *size)
{
	char *name;
	int fd, saved;
	enum cg_status status = create_beside(path, &name, &fd);

	if (status)
		return status;
	status = write_and_close(records, fd, level, size);
	if (!status && level >= CG_TRACE_LEVEL_PACK)
		status = cg_pack_check(records, name);
	if (!status && rename(name, path))
		status = CG_IO;
	saved = errno;
	if (status)
		unlink(name);
	cg_free(name);
	errno = saved;
	return status;
}

static enum cg_status
write_directly(const struct cg_records *records, const char *path, int level,
               uint64_t *size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? CG_IO : write_and_close(records, fd, level, size);
}

enum cg_status
cg_trace_write_file(const struct cg_records *records, const char *path, int level,
                    uint64_t *size)
{
	enum cg_status status;
	struct stat st;
	char *target;

	if (stat(path, &st))
		return write_beside(records, path, level, size);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return CG_IO;
	}
	if (!S_ISREG(st.st_mode))
		return write_directly(records, path, level, size);
	target = realpath(path, NULL);
	if (!target)
		return CG_IO;
	status = write_beside(records, target, level, size);
	free(target);
	return status;
}
