/*
 * The JSON report, "corograph-report/1": keys, order and units as doc/report.schema.json
 * describes them.
 *
 * Everything goes through one small buffer, so a report takes no memory however long it is.
 * A row is a line, to be kind to diff and grep.
 */
#include "corograph.h"

#include <string.h>

struct json {
	cg_write_fn write;
	void *arg;
	bool failed; /* `write` returned false: nothing more is written */
	bool first;  /* the next member of the object or array needs no comma */
	size_t n;
	char buffer[4096];
};

static void
json_flush(struct json *j)
{
	if (j->n && !j->failed)
		j->failed = !j->write(j->arg, j->buffer, j->n);
	j->n = 0;
}

static void
json_raw(struct json *j, const char *text, size_t n)
{
	while (n) {
		size_t room = sizeof j->buffer - j->n, part = n < room ? n : room;

		memcpy(j->buffer + j->n, text, part);
		j->n += part;
		text += part;
		n -= part;
		if (j->n == sizeof j->buffer)
			json_flush(j);
	}
}

static void
json_put(struct json *j, const char *text)
{
	json_raw(j, text, strlen(text));
}

static void
json_uint(struct json *j, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	json_raw(j, digits + at, sizeof digits - at);
}

static void
json_int(struct json *j, int64_t value)
{
	if (value < 0)
		json_put(j, "-");
	json_uint(j, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void
json_escape(struct json *j, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

	if (c == '"' || c == '\\')
		json_raw(j, (char[]){'\\', (char)c}, 2);
	else
		json_raw(j, text, sizeof text);
}

static void
json_text(struct json *j, const char *text)
{
	json_put(j, "\"");
	while (*text) {
		size_t plain = 0;

		while ((unsigned char)text[plain] >= 0x20 && text[plain] != '"' &&
		       text[plain] != '\\' && text[plain] != 0x7f)
			plain++;
		json_raw(j, text, plain);
		text += plain;
		if (*text)
			json_escape(j, (unsigned char)*text++);
	}
	json_put(j, "\"");
}

static void
json_next(struct json *j)
{
	if (!j->first)
		json_put(j, ", ");
	j->first = false;
}

static void
json_key(struct json *j, const char *key)
{
	json_next(j);
	json_put(j, "\"");
	json_put(j, key);
	json_put(j, "\": ");
}

static void
json_open(struct json *j, const char *bracket)
{
	json_put(j, bracket);
	j->first = true;
}

static void
json_close(struct json *j, const char *bracket)
{
	json_put(j, bracket);
	j->first = false;
}

static void
member_uint(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	json_uint(j, value);
}

static void
member_text(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_text(j, value);
}

static void
member_bool(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	json_put(j, value ? "true" : "false");
}

static void
member_index(struct json *j, const char *key, uint32_t index)
{
	json_key(j, key);
	if (index == CG_NONE)
		json_put(j, "null");
	else
		json_uint(j, index);
}

/* null, or what was taken off the times. */
static void
write_compensated(struct json *j, const struct cg_trace_info *info)
{
	json_key(j, "compensated");
	if (!info->compensated) {
		json_put(j, "null");
		return;
	}
	json_open(j, "{");
	member_uint(j, "taken_ns", info->taken_ns);
	member_uint(j, "short_ns", info->short_ns);
	json_close(j, "}");
}

static void
write_trace(struct json *j, const struct cg_trace_info *info)
{
	json_key(j, "trace");
	json_open(j, "{");
	member_bool(j, "complete", info->complete);
	member_text(j, "python", info->python);
	json_key(j, "clock");
	json_open(j, "{");
	member_text(j, "wall", info->clock_wall);
	member_text(j, "cpu", info->clock_cpu);
	json_close(j, "}");
	json_key(j, "start_unix_ns");
	json_int(j, info->start_unix_ns);
	member_uint(j, "elapsed_ns", info->elapsed_ns);
	json_key(j, "command");
	json_open(j, "[");
	for (uint32_t i = 0; i < info->command_count; i++) {
		json_next(j);
		json_text(j, info->command[i]);
	}
	json_close(j, "]");
	member_uint(j, "pid", info->pid);
	member_uint(j, "lost_events", info->lost_events);
	member_uint(j, "takeovers", info->takeovers);
	member_text(j, "include", info->include);
	member_text(j, "exclude", info->exclude);
	write_compensated(j, info);
	json_close(j, "}");
}

static void
write_function(struct json *j, const struct cg_graph *graph, uint32_t i)
{
	const struct cg_function *f = &graph->functions[i];

	member_text(j, "name", f->name);
	member_text(j, "file", f->file);
	member_uint(j, "line", f->line);
	member_text(j, "kind", cg_kind_name((enum cg_kind)f->kind));
	member_uint(j, "calls", f->calls);
	member_uint(j, "primitive_calls", f->primitive_calls);
	member_uint(j, "finished", f->finished);
	member_uint(j, "raised", f->raised);
	member_uint(j, "unfinished", f->unfinished);
	member_uint(j, "begun_before", f->begun_before);
	member_uint(j, "suspensions", f->suspensions);
	member_uint(j, "wall_ns", f->wall_ns);
	member_uint(j, "run_ns", f->run_ns);
	member_uint(j, "await_ns", f->await_ns);
	member_uint(j, "hosted_ns", f->hosted_ns);
	member_uint(j, "cpu_ns", f->cpu_ns);
	member_uint(j, "work_ns", f->work_ns);
	member_uint(j, "self_run_ns", f->self_run_ns);
	member_uint(j, "self_await_ns", f->self_await_ns);
	member_uint(j, "self_cpu_ns", f->self_cpu_ns);
	member_bool(j, "inexact", f->inexact);
}

static void
write_edge(struct json *j, const struct cg_graph *graph, uint32_t i)
{
	const struct cg_edge *e = &graph->edges[i];

	member_uint(j, "caller", e->caller);
	member_uint(j, "callee", e->callee);
	member_text(j, "kind", cg_edge_kind_name((enum cg_edge_kind)e->kind));
	member_uint(j, "calls", e->calls);
	member_uint(j, "wall_ns", e->wall_ns);
	member_uint(j, "run_ns", e->run_ns);
	member_uint(j, "await_ns", e->await_ns);
	member_uint(j, "cpu_ns", e->cpu_ns);
}

static void
write_thread(struct json *j, const struct cg_graph *graph, uint32_t i)
{
	const struct cg_thread_row *t = &graph->threads[i];

	member_uint(j, "id", t->id);
	member_text(j, "name", t->name);
	member_uint(j, "native_id", t->native_id);
	member_index(j, "creator", t->creator);
	member_uint(j, "count", t->count);
	member_uint(j, "run_ns", t->run_ns);
	member_uint(j, "cpu_ns", t->cpu_ns);
	member_uint(j, "first_ns", t->first_ns);
	member_uint(j, "last_ns", t->last_ns);
}

static void
write_task(struct json *j, const struct cg_graph *graph, uint32_t i)
{
	const struct cg_task_row *t = &graph->tasks[i];

	member_text(j, "name", t->name);
	member_index(j, "root", t->root);
	member_index(j, "creator", t->creator);
	member_uint(j, "count", t->count);
	member_uint(j, "span_ns", t->span_ns);
	member_uint(j, "run_ns", t->run_ns);
	member_uint(j, "await_ns", t->await_ns);
	member_uint(j, "cpu_ns", t->cpu_ns);
	member_uint(j, "longest_ns", t->longest_ns);
}

typedef void (*write_row)(struct json *j, const struct cg_graph *graph, uint32_t i);

static void
write_table(struct json *j, const struct cg_graph *graph, const char *key, uint32_t count,
            write_row row)
{
	json_put(j, ",\n");
	j->first = true;
	json_key(j, key);
	json_open(j, "[");
	for (uint32_t i = 0; i < count && !j->failed; i++) {
		json_put(j, i ? ",\n" : "\n");
		json_open(j, "{");
		row(j, graph, i);
		json_close(j, "}");
	}
	json_close(j, "]");
}

enum cg_status
cg_graph_write_json(const struct cg_graph *graph, cg_write_fn write, void *arg)
{
	struct json j = {.write = write, .arg = arg};

	json_open(&j, "{");
	member_text(&j, "schema", "corograph-report/1");
	json_put(&j, ",\n");
	j.first = true;
	write_trace(&j, graph->info);
	write_table(&j, graph, "functions", graph->function_count, write_function);
	write_table(&j, graph, "edges", graph->edge_count, write_edge);
	write_table(&j, graph, "threads", graph->thread_count, write_thread);
	write_table(&j, graph, "tasks", graph->task_count, write_task);
	json_put(&j, "}\n");
	json_flush(&j);
	return j.failed ? CG_IO : CG_OK;
}
