/* Reading of text graphs; the input is a test's own and trusted. */
#include "text_graph.h"
#include "exporters/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text_graph {
	struct cg_graph graph; /* first: it is what callers hold */
	struct cg_trace_info info;
	struct cg_node *nodes;
	struct cg_function *functions;
	struct cg_thread_row *threads;
	const char **command;
	char *bytes;
	uint32_t *path; /* innermost node per depth */
	size_t node_cap, function_cap, thread_cap, command_cap, path_cap;
};

static void *
grow(void *p, size_t *cap, size_t need, size_t size)
{
	if (need <= *cap)
		return p;
	*cap = 2 * need + 8;
	p = realloc(p, *cap * size);
	return p ? p : (abort(), NULL);
}

/* The next field of the line at *p, %XX replaced in place; "" at the end. */
static char *
field(char **p)
{
	char *start = *p, *out = start, *in = start;
	size_t n = strcspn(start, "\t");

	*p = start + n + (start[n] != '\0');
	start[n] = '\0';
	while (*in) {
		unsigned byte;

		if (*in == '%' && sscanf(in + 1, "%2x", &byte) == 1) {
			*out++ = (char)byte;
			in += 3;
		} else {
			*out++ = *in++;
		}
	}
	*out = '\0';
	return start;
}

static uint64_t
number(char **p)
{
	return strtoull(field(p), NULL, 10);
}

static void
add_node(struct text_graph *t, char *p)
{
	uint32_t index = t->graph.node_count++, depth = (uint32_t)number(&p);
	struct cg_node node = {.parent = CG_NONE, .function = CG_NONE, .end = index + 1};

	t->nodes = grow(t->nodes, &t->node_cap, index + 1u, sizeof(*t->nodes));
	t->path = grow(t->path, &t->path_cap, depth + 1u, sizeof(*t->path));
	t->path[depth] = index;
	if (depth == 0) {
		node.thread = (uint32_t)number(&p);
		t->threads[node.thread].root = index;
	} else {
		node.parent = t->path[depth - 1];
		node.thread = t->nodes[node.parent].thread;
		node.function = (uint32_t)number(&p);
	}
	node.edge = (uint32_t)number(&p);
	node.calls = number(&p);
	node.suspensions = number(&p);
	node.run_ns = number(&p);
	node.await_ns = number(&p);
	node.cpu_ns = number(&p);
	node.origin = (uint32_t)strtoll(field(&p), NULL, 10);
	t->nodes[index] = node;
}

static void
add_line(struct text_graph *t, char *p)
{
	char kind = *field(&p);

	if (kind == 'I') {
		t->info.pid = (uint32_t)number(&p);
		t->info.python = field(&p);
		t->info.complete = true;
		while (*p) {
			t->command = grow(t->command, &t->command_cap, t->info.command_count + 1u,
			                  sizeof(*t->command));
			t->command[t->info.command_count++] = field(&p);
		}
	} else if (kind == 'T') {
		struct cg_thread_row row = {.id = (uint32_t)number(&p)};

		row.count = number(&p);
		row.name = field(&p);
		t->threads =
			grow(t->threads, &t->thread_cap, t->graph.thread_count + 1u, sizeof(row));
		t->threads[t->graph.thread_count++] = row;
	} else if (kind == 'F') {
		struct cg_function f = {.kind = (uint32_t)number(&p)};

		f.line = (uint32_t)number(&p);
		f.name = field(&p);
		f.file = field(&p);
		f.module = field(&p);
		t->functions =
			grow(t->functions, &t->function_cap, t->graph.function_count + 1u, sizeof(f));
		t->functions[t->graph.function_count++] = f;
	} else if (kind == 'N') {
		add_node(t, p);
	}
}

static void
close_nodes(struct text_graph *t)
{
	for (uint32_t n = t->graph.node_count; n-- > 0;) {
		struct cg_node *node = &t->nodes[n];

		if (node->parent != CG_NONE && t->nodes[node->parent].end < node->end)
			t->nodes[node->parent].end = node->end;
	}
}

static char *
read_file(const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	char *bytes = NULL;
	size_t n = 0, cap = 0, got;

	if (!f)
		return NULL;
	do {
		bytes = grow(bytes, &cap, n + 65536, 1);
		got = fread(bytes + n, 1, 65535, f);
		n += got;
	} while (got);
	bytes[n] = '\0';
	if (f != stdin)
		fclose(f);
	return bytes;
}

static enum cg_status
fail(struct cg_error *error, enum cg_status status, uint64_t offset, const char *text)
{
	*error = (struct cg_error){.status = status, .offset = offset};
	snprintf(error->text, sizeof(error->text), "%s", text);
	return status;
}

enum cg_status
text_graph_open(struct cg_graph **graph, const char *path, unsigned flags,
                struct cg_error *error)
{
	struct text_graph *t;
	long fail_at = -1;
	int skip = 0;
	char *bytes;

	sscanf(path, "out-of-memory:%ld:%n", &fail_at, &skip);
	bytes = read_file(path + skip);
	if (!bytes)
		return fail(error, CG_IO, UINT64_MAX, strerror(errno));
	if (!*bytes && !(flags & CG_OPEN_SALVAGE)) {
		free(bytes);
		return fail(error, CG_CORRUPT, 7, "damaged");
	}
	t = calloc(1, sizeof(*t));
	t->bytes = bytes;
	t->info.python = "";
	for (char *p = bytes; *p;) {
		size_t n = strcspn(p, "\n");
		char *next = p + n + (p[n] != '\0');

		p[n] = '\0';
		add_line(t, p);
		p = next;
	}
	close_nodes(t);
	t->info.command = t->command;
	t->graph.info = &t->info;
	t->graph.nodes = t->nodes;
	t->graph.functions = t->functions;
	t->graph.threads = t->threads;
	*graph = &t->graph;
	cg_memory_fail_at(fail_at);
	return CG_OK;
}

void
text_graph_free(struct cg_graph *graph)
{
	struct text_graph *t = (struct text_graph *)graph;

	cg_memory_fail_at(-1);
	free(t->nodes);
	free(t->functions);
	free(t->threads);
	free(t->command);
	free(t->path);
	free(t->bytes);
	free(t);
}
