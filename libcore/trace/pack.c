/*
 * Packing: a trace as an archive.
 *
 * The idea to know: an archive is a trace like any other. What makes it small is in the
 * freedom that the format leaves a writer (squeeze.c); what it knows more stands in two
 * chunks that a reader may skip. Nothing of the moment of packing is in it, so the same
 * trace and the same files give the same bytes.
 */
#include "trace/pack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/utf8.h"
#include "trace/load.h"
#include "trace/save.h"
#include "trace/sources.h"
#include "trace/writer.h"

struct packing {
	struct cg_records records;
	cg_progress_fn progress;
	void *arg;
	uint64_t before;
	struct cg_buffer bytes; /* for standard output */
	size_t at;              /* of them that were read back */
};

enum cg_status
cg_pack_check(const struct cg_records *records, const char *path)
{
	struct cg_records back;
	enum cg_status status;

	cg_records_init(&back);
	status = cg_records_load(&back, path, 0, NULL, NULL);
	if (!status && !cg_records_equal(records, &back))
		status = CG_CORRUPT;
	cg_records_release(&back);
	return status;
}

/* Append a string; the records' arena and array stay theirs. */
static enum cg_status
add_string(struct cg_records *r, const char *text, uint32_t *index)
{
	struct cg_arena arena = {r->arena};
	size_t n = strlen(text), cap = r->string_count;
	enum cg_status status =
		cg_grow(&r->strings, &cap, (size_t)r->string_count + 1, sizeof *r->strings);
	char *copy = status ? NULL : cg_arena_take(&arena, n + 1);

	r->arena = arena.blocks;
	if (!copy)
		return CG_NOMEM;
	memcpy(copy, text, n + 1);
	*index = r->string_count;
	r->strings[r->string_count++] = (struct cg_rec_string){copy, (uint32_t)n};
	return CG_OK;
}

static enum cg_status
add_pack(struct cg_records *r)
{
	char host[256] = "";
	enum cg_status status;

	if (gethostname(host, sizeof host - 1) || !cg_utf8_is_clean(host, strlen(host)))
		host[0] = '\0';
	r->packs = cg_zalloc(1, sizeof *r->packs);
	if (!r->packs)
		return CG_NOMEM;
	r->packs->salvaged = !r->complete;
	status = add_string(r, host, &r->packs->host);
	if (!status)
		status = add_string(r, cg_version(), &r->packs->corograph);
	if (!status)
		r->pack_count = 1;
	return status;
}

/* An archive keeps what it knows of where it came from. */
static enum cg_status
add_extras(struct packing *p)
{
	enum cg_status status;

	if (p->records.pack_count) {
		p->records.packs->salvaged = !p->records.complete;
		return CG_OK;
	}
	status = cg_sources_add(&p->records, p->progress, p->arg);
	return status ? status : add_pack(&p->records);
}

static enum cg_status
write_bytes(void *arg, const void *bytes, size_t n)
{
	struct packing *p = arg;

	cg_buffer_put(&p->bytes, bytes, n);
	return p->bytes.status;
}

static enum cg_status
read_bytes(void *arg, void *bytes, size_t n, size_t *got)
{
	struct packing *p = arg;
	size_t left = p->bytes.len - p->at;

	*got = left < n ? left : n;
	memcpy(bytes, p->bytes.data + p->at, *got);
	p->at += *got;
	return CG_OK;
}

/* What goes into a pipe is checked before any of it is sent. */
static enum cg_status
write_stdout(struct packing *p, uint64_t *after)
{
	struct cg_sink sink = {write_bytes, p};
	struct cg_source source = {read_bytes, p};
	struct cg_records back;
	int fd = STDOUT_FILENO;
	enum cg_status status = cg_trace_write(&p->records, &sink, CG_TRACE_LEVEL_PACK);

	cg_records_init(&back);
	if (!status)
		status = cg_trace_read(&back, &source, 0, NULL, NULL);
	if (!status && !cg_records_equal(&p->records, &back))
		status = CG_CORRUPT;
	cg_records_release(&back);
	if (status)
		return status;
	*after = p->bytes.len;
	sink = cg_sink_fd(&fd);
	return sink.write(sink.arg, p->bytes.data, p->bytes.len);
}

static void
tell(const struct packing *p, uint64_t after, struct cg_pack *result)
{
	const struct cg_records *r = &p->records;

	*result = (struct cg_pack){.before = p->before,
	                           .after = after,
	                           .sources = r->source_count,
	                           .complete = r->complete};
	for (uint32_t i = 0; i < r->source_count; i++)
		result->hashed += r->sources[i].state == CG_SOURCE_SAME;
}

/* Say what went wrong in writing: reading said it for itself. */
static enum cg_status
write_failed(struct cg_error *error, enum cg_status status)
{
	return cg_error_set(error, status == CG_CORRUPT ? CG_IO : status, CG_NO_OFFSET, "%s",
	                    status == CG_IO        ? strerror(errno)
	                    : status == CG_CORRUPT ? "what was written does not read back"
	                                           : cg_status_text(status));
}

enum cg_status
cg_trace_pack(const char *path, const char *out, unsigned flags, cg_progress_fn progress,
              void *arg, struct cg_pack *result, struct cg_error *error)
{
	struct packing p = {.progress = progress, .arg = arg};
	struct cg_trace_facts facts;
	uint64_t after = 0;
	enum cg_status status;

	cg_buffer_init(&p.bytes);
	cg_records_init(&p.records);
	status = cg_records_load(&p.records, path, flags, &facts, error);
	if (status)
		return status;
	p.before = facts.bytes;
	status = add_extras(&p);
	if (!status && progress)
		progress(arg, "compressing", 0, 0);
	if (!status && strcmp(out, "-") == 0)
		status = write_stdout(&p, &after);
	else if (!status)
		status = cg_trace_write_file(&p.records, out, CG_TRACE_LEVEL_PACK, &after);
	if (status)
		status = write_failed(error, status);
	else if (result)
		tell(&p, after, result);
	cg_buffer_release(&p.bytes);
	cg_trace_facts_release(&facts);
	cg_records_release(&p.records);
	return status;
}
