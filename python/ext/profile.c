/*
 * Traces for Python.
 *
 * The idea to know: a trace in memory has the same bytes as one in a file, so that a
 * recording without a path can be saved, reported and exported as any other.
 */
#include "profile.h"

#include "base/buffer.h"
#include "failure.h"
#include "graph/graph.h"
#include "image/view.h"
#include "trace/capture.h"
#include "trace/reader.h"
#include "trace/save.h"
#include "trace/writer.h"

#include <string.h>

enum cg_status
cg_profile_capture(struct cg_records *records, const struct cg_collector *collector,
                   const struct cg_clock_pair *now)
{
	struct cg_capture_options options = {.live = now != NULL};
	struct cg_view view;
	enum cg_status status;

	status = cg_view_init(&view, collector->image.base, collector->image.mapped);
	if (status)
		return status;
	if (now)
		options.now = *now;
	cg_records_init(records);
	return cg_capture(records, &view, &options);
}

enum cg_status
cg_profile_write(const struct cg_collector *collector, const char *out)
{
	struct cg_records records;
	enum cg_status status = cg_profile_capture(&records, collector, NULL);

	if (status)
		return status;
	status = cg_trace_write_file(&records, out, CG_TRACE_LEVEL, NULL);
	cg_records_release(&records);
	return status;
}

static enum cg_status
put_bytes(void *arg, const void *bytes, size_t n)
{
	struct cg_buffer *buffer = arg;

	cg_buffer_put(buffer, bytes, n);
	return buffer->status;
}

/* Write the trace, and release the records. */
static enum cg_status
write_buffer(struct cg_records *records, struct cg_buffer *buffer)
{
	const struct cg_sink sink = {put_bytes, buffer};
	enum cg_status status = cg_trace_write(records, &sink, CG_TRACE_LEVEL);

	cg_records_release(records);
	return status;
}

/* The buffer's content as bytes, or what the status means for `path`. Releases it. */
static PyObject *
bytes_of(struct cg_buffer *buffer, enum cg_status status, const char *path,
         const struct cg_error *error)
{
	PyObject *bytes = NULL;

	if (!status)
		bytes = PyBytes_FromStringAndSize((const char *)buffer->data,
		                                  (Py_ssize_t)buffer->len);
	else
		(void)cg_failure_set_status(status, path, error);
	cg_buffer_release(buffer);
	return bytes;
}

PyObject *
cg_profile_bytes(const struct cg_collector *collector)
{
	struct cg_records records;
	struct cg_buffer buffer;
	enum cg_status status;

	cg_buffer_init(&buffer);
	Py_BEGIN_ALLOW_THREADS status = cg_profile_capture(&records, collector, NULL);
	if (!status)
		status = write_buffer(&records, &buffer);
	Py_END_ALLOW_THREADS return bytes_of(&buffer, status, NULL, NULL);
}

PyObject *
cg_profile_of_records(struct cg_records *records, enum cg_status status)
{
	struct cg_buffer buffer;

	cg_buffer_init(&buffer);
	if (!status) {
		Py_BEGIN_ALLOW_THREADS status = write_buffer(records, &buffer);
		Py_END_ALLOW_THREADS
	}
	return bytes_of(&buffer, status, NULL, NULL);
}

/* A trace in memory as a source. */
struct memory {
	const char *bytes;
	size_t left;
};

static enum cg_status
read_memory(void *arg, void *bytes, size_t n, size_t *got)
{
	struct memory *memory = arg;

	*got = n < memory->left ? n : memory->left;
	memcpy(bytes, memory->bytes, *got);
	memory->bytes += *got;
	memory->left -= *got;
	return CG_OK;
}

static enum cg_status
open_memory(struct cg_graph **graph, struct memory memory, struct cg_error *error)
{
	const struct cg_source source = {read_memory, &memory};
	struct cg_records records;
	enum cg_status status;

	cg_records_init(&records);
	status = cg_trace_read(&records, &source, 0, NULL, error);
	if (!status)
		status = cg_graph_build(graph, &records, 0, error);
	cg_records_release(&records);
	return status;
}

static bool
put_text(void *arg, const char *text, size_t n)
{
	return put_bytes(arg, text, n) == CG_OK;
}

/* The report of the graph that one of the two gives. */
static enum cg_status
write_report(struct cg_buffer *buffer, const char *path, struct memory memory,
             struct cg_error *error)
{
	struct cg_graph *graph = NULL;
	enum cg_status status =
		path ? cg_graph_open(&graph, path, 0, error) : open_memory(&graph, memory, error);

	if (!status)
		status = cg_graph_write_json(graph, put_text, buffer);
	cg_graph_free(graph);
	return buffer->status ? buffer->status : status;
}

PyObject *
cg_profile_report(PyObject *trace, bool in_memory)
{
	struct cg_error error = {0};
	struct memory memory = {0};
	struct cg_buffer buffer;
	const char *path = NULL;
	enum cg_status status;
	PyObject *held = NULL;

	if (!in_memory && !PyUnicode_FSConverter(trace, &held))
		return NULL;
	if (held)
		path = PyBytes_AS_STRING(held);
	else
		memory =
			(struct memory){PyBytes_AS_STRING(trace), (size_t)PyBytes_GET_SIZE(trace)};
	cg_buffer_init(&buffer);
	Py_BEGIN_ALLOW_THREADS status = write_report(&buffer, path, memory, &error);
	Py_END_ALLOW_THREADS trace = bytes_of(&buffer, status, path, &error);
	Py_XDECREF(held);
	return trace;
}
