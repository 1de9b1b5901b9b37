/* Telling a trace from an image by its first bytes, and finding PATH.live. */
#include "trace/load.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/error.h"
#include "image/map.h"
#include "image/view.h"
#include "trace/capture.h"

/* A source that gives back the bytes that were read to see what it is. */
struct begun {
	uint8_t bytes[8];
	size_t at, len;
	int fd;
};

static enum cg_status
read_begun(void *arg, void *bytes, size_t n, size_t *got)
{
	struct begun *from = arg;
	struct cg_source rest = cg_source_fd(&from->fd);
	size_t left = from->len - from->at;

	if (left == 0)
		return rest.read(rest.arg, bytes, n, got);
	*got = left < n ? left : n;
	memcpy(bytes, from->bytes + from->at, *got);
	from->at += *got;
	return CG_OK;
}

static enum cg_status
read_first(struct begun *from)
{
	struct cg_source source = cg_source_fd(&from->fd);
	size_t got = 1;

	while (from->len < sizeof from->bytes && got > 0) {
		enum cg_status status = source.read(source.arg, from->bytes + from->len,
		                                    sizeof from->bytes - from->len, &got);

		if (status)
			return status;
		from->len += got;
	}
	return CG_OK;
}

static bool
is_image(const struct begun *from)
{
	return from->len == sizeof from->bytes &&
	       memcmp(from->bytes, CG_IMG_MAGIC, sizeof from->bytes) == 0;
}

static enum cg_status
load_image(struct cg_records *records, const char *path, struct cg_trace_facts *facts,
           struct cg_error *error)
{
	struct cg_capture_options options = {0};
	const struct cg_img_header *header;
	struct cg_view view;
	char boot[40];
	enum cg_status status = cg_view_open(&view, path, error);

	if (status)
		return status;
	header = cg_view_header(&view);
	options.live = cg_view_is_live(&view);
	cg_image_boot_id(boot);
	if (boot[0] && cg_clock_is_real(header->clock_kind) &&
	    strncmp(boot, header->boot_id, sizeof boot) == 0)
		options.now = cg_clock_pair_now(header->clock_kind);
	status = cg_capture(records, &view, &options);
	if (!status && facts) {
		facts->bytes = view.size;
		facts->index_agrees = true;
	}
	cg_view_close(&view);
	return status
	           ? cg_error_set(error, status, CG_NO_OFFSET, "%s", cg_status_text(status))
	           : CG_OK;
}

/* PATH.live, when there is nothing at PATH. */
static enum cg_status
load_live(struct cg_records *records, const char *path, struct cg_trace_facts *facts,
          struct cg_error *error)
{
	struct cg_buffer live;
	enum cg_status status;

	cg_buffer_init(&live);
	cg_buffer_printf(&live, "%s.live", path);
	cg_buffer_put_u8(&live, 0);
	status = live.status;
	if (status)
		cg_error_set(error, status, CG_NO_OFFSET, "out of memory");
	else if (access((const char *)live.data, F_OK))
		status = cg_error_set(error, CG_IO, CG_NO_OFFSET, "%s", strerror(ENOENT));
	else
		status = load_image(records, (const char *)live.data, facts, error);
	cg_buffer_release(&live);
	return status;
}

static enum cg_status
load_fd(struct cg_records *records, const char *path, int fd, unsigned flags,
        struct cg_trace_facts *facts, struct cg_error *error)
{
	struct begun from = {.fd = fd};
	struct cg_source source = {read_begun, &from};
	enum cg_status status = read_first(&from);

	if (status)
		return cg_error_set(error, status, CG_NO_OFFSET, "%s", strerror(errno));
	if (!is_image(&from))
		return cg_trace_read(records, &source, flags, facts, error);
	if (!path)
		return cg_error_set(error, CG_FORMAT, 0,
		                    "the image of a recording cannot be read from a pipe: give "
		                    "its file");
	return load_image(records, path, facts, error);
}

enum cg_status
cg_records_load(struct cg_records *records, const char *path, unsigned flags,
                struct cg_trace_facts *facts, struct cg_error *error)
{
	enum cg_status status;
	int fd, saved;

	if (facts)
		*facts = (struct cg_trace_facts){0};
	if (strcmp(path, "-") == 0)
		return load_fd(records, NULL, STDIN_FILENO, flags, facts, error);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return load_live(records, path, facts, error);
	if (fd < 0)
		return cg_error_set(error, CG_IO, CG_NO_OFFSET, "%s", strerror(errno));
	status = load_fd(records, path, fd, flags, facts, error);
	saved = errno;
	close(fd);
	errno = saved;
	return status;
}
