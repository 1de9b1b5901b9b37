/* Sinks and sources over file descriptors. */
#include "trace/sink.h"

#include <errno.h>
#include <unistd.h>

static enum cg_status
write_fd(void *arg, const void *bytes, size_t n)
{
	const int *fd = arg;
	const char *at = bytes;

	while (n > 0) {
		ssize_t took = write(*fd, at, n);

		if (took < 0 && errno == EINTR)
			continue;
		if (took <= 0) {
			if (took == 0)
				errno = ENOSPC;
			return CG_IO;
		}
		at += took;
		n -= (size_t)took;
	}
	return CG_OK;
}

static enum cg_status
read_fd(void *arg, void *bytes, size_t n, size_t *got)
{
	const int *fd = arg;
	ssize_t took;

	do
		took = read(*fd, bytes, n);
	while (took < 0 && errno == EINTR);
	if (took < 0)
		return CG_IO;
	*got = (size_t)took;
	return CG_OK;
}

struct cg_sink
cg_sink_fd(int *fd)
{
	return (struct cg_sink){write_fd, fd};
}

struct cg_source
cg_source_fd(int *fd)
{
	return (struct cg_source){read_fd, fd};
}
