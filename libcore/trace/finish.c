/*
 * From the image that a program left to its trace. The image is removed last: whatever
 * goes wrong before, it is still there and every reader takes it for the trace.
 */
#include "base/error.h"
#include "base/ticks.h"
#include "corograph.h"
#include "image/map.h"
#include "image/view.h"
#include "trace/capture.h"
#include "trace/save.h"
#include "trace/writer.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Say what went wrong with the trace, and where the recording is then. */
static enum cg_status
finish_failed(struct cg_error *error, enum cg_status status, const char *live)
{
	const char *why = status != CG_IO  ? cg_status_text(status)
	                  : errno == EBUSY ? "its program still runs"
	                                   : strerror(errno);

	return cg_error_set(error, status, CG_NO_OFFSET, "%s; the recording stays in %s", why,
	                    live);
}

/* The lock alone does not tell: a forked child may hold it a little longer. */
static bool
still_runs(const struct cg_view *view)
{
	pid_t pid = (pid_t)cg_view_header(view)->pid;

	return cg_view_is_live(view) && (kill(pid, 0) == 0 || errno == EPERM);
}

/* The clock's reading now, when the image was written since the system started. */
static struct cg_clock_pair
clock_now(const struct cg_img_header *header)
{
	char boot[sizeof(header->boot_id)];

	cg_image_boot_id(boot);
	if (!boot[0] || !cg_clock_is_real(header->clock_kind) ||
	    strncmp(boot, header->boot_id, sizeof(boot)) != 0)
		return (struct cg_clock_pair){0};
	return cg_clock_pair_now((enum cg_clock_kind)header->clock_kind);
}

static void
result_fill(struct cg_finish *result, const struct cg_records *records, uint64_t bytes)
{
	*result = (struct cg_finish){
		.bytes = bytes,
		.functions = records->function_count,
		.threads = records->thread_count,
		.elapsed_ns = cg_records_ns(records, records->end.tick - records->start.tick),
		.lost_events = records->lost_events,
		.forks = records->forks,
		.takeovers = records->takeovers,
		.status = (enum cg_status)records->stop_status,
		.pid = records->pid,
		.stopped = !records->killed,
	};
	for (uint32_t i = 0; i < records->node_count; i++)
		result->calls += records->nodes[i].calls;
}

/* Everything but the removal; the view is open. */
static enum cg_status
finish_view(const struct cg_view *view, const char *out, bool reaped,
            struct cg_finish *result)
{
	const struct cg_img_header *header = cg_view_header(view);
	struct cg_capture_options options = {.now = clock_now(header)};
	struct cg_records records;
	enum cg_status status;
	uint64_t bytes;

	if (still_runs(view)) {
		errno = EBUSY;
		return CG_IO;
	}
	if (reaped && atomic_load(&header->state) == CG_IMG_RECORDING)
		options.end = options.now.tick;
	cg_records_init(&records);
	status = cg_capture(&records, view, &options);
	if (!status)
		status = cg_trace_write_file(&records, out, CG_TRACE_LEVEL, &bytes);
	if (!status) {
		result_fill(result, &records, bytes);
		result->globs_met = atomic_load(&header->globs_met);
	}
	cg_records_release(&records);
	return status;
}

enum cg_status
cg_trace_finish(const char *live, const char *out, bool reaped, struct cg_finish *result,
                struct cg_error *error)
{
	struct cg_view view;
	struct cg_finish done;
	enum cg_status status = cg_view_open(&view, live, error);
	int why;

	if (status)
		return status;
	status = finish_view(&view, out, reaped, &done);
	why = errno;
	cg_view_close(&view);
	errno = why;
	if (status)
		return finish_failed(error, status, live);
	if (result)
		*result = done;
	if (unlink(live) != 0)
		return finish_failed(error, CG_IO, live);
	return CG_OK;
}
