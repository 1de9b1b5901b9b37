/*
 * The file that cProfile writes, for the pstats module, snakeviz and others: one
 * marshalled dictionary {(file, line, name): (primitive calls, calls, self, inclusive,
 * callers)}. In a caller's entry the first two stand the other way round.
 *
 * Readers need exactly one function without callers, and each caller to be an entry.
 */
#include "callgraph.h"
#include "exporter.h"
#include "marshal.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>

struct settings {
	unsigned metric; /* enum cg_metric, its first four */
	unsigned names;  /* enum cg_names */
	uint64_t limit;  /* 0: all functions */
};

static const struct settings defaults = {.metric = CG_METRIC_WALL,
                                         .names = CG_NAMES_QUALIFIED};

static const char *const metric_words[] = {"wall", "run", "await", "cpu", NULL};
static const char *const names_words[] = {"qualname", "name", NULL};

static const struct cg_option options[] = {
	{0, "metric", "METRIC", CG_OPTION_CHOICE, offsetof(struct settings, metric),
     "the time to show: wall (default), which is run + await,\n"
     "run, await or cpu",
     metric_words},
	{0, "names", "KIND", CG_OPTION_CHOICE, offsetof(struct settings, names),
     "qualname: Class.method (default);\n"
     "name: method, as cProfile has it",
     names_words},
	{0, "limit", "N", CG_OPTION_NUMBER, offsetof(struct settings, limit),
     "the N functions with most inclusive time; the time of the\n"
     "others becomes their callers' own",
     NULL},
	{.name = NULL},
};

enum { TINY_NS = 10000 /* tuna shows nothing of less */ };

struct writer {
	struct cg_marshal marshal;
	const struct cg_export *x;
	const struct settings *settings;
	struct cg_rows rows;
	struct cg_callgraph graph;
	bool *keep;         /* per row, or NULL */
	uint32_t *text_ref; /* per string: 1 + its number, 0 until it was written */
	uint32_t *key_ref;  /* per row: the same of its key */
};

static enum cg_status
fold(struct writer *w)
{
	struct cg_fold how = {.metrics = {w->settings->metric},
	                      .metric_count = 1,
	                      .outer = CG_OUTER_ARC,
	                      .keep = w->keep};

	return cg_callgraph_init(&w->graph, w->x->placed, &w->rows, &how);
}

/* A function and its rank. */
struct rank {
	uint64_t cost;
	uint32_t row;
};

static int
rank_compare(const void *a, const void *b)
{
	const struct rank *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost > y->cost ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

/* Choose the rows to keep, the synthetic ones and the `limit` most expensive. */
static enum cg_status
choose(struct writer *w)
{
	struct rank *ranks = cg_memory_array(w->rows.count, sizeof(*ranks));
	uint32_t n = 0;

	w->keep = cg_memory_array(w->rows.count, sizeof(*w->keep));
	if (!ranks || !w->keep) {
		cg_memory_free(ranks);
		return CG_NOMEM;
	}
	for (uint32_t row = 0; row < w->rows.count; row++) {
		w->keep[row] = w->rows.rows[row].function == CG_NONE;
		if (!w->keep[row])
			ranks[n++] = (struct rank){cg_callgraph_row_all(&w->graph, row, 0), row};
	}
	qsort(ranks, n, sizeof(*ranks), rank_compare);
	for (uint32_t i = 0; i < n && i < w->settings->limit; i++)
		w->keep[ranks[i].row] = true;
	cg_memory_free(ranks);
	return CG_OK;
}

static enum cg_status
prepare(struct writer *w)
{
	struct cg_row_style style = {
		.names = w->settings->names,
		.file = {"<program>", "<thread>", NULL, "~"},
	};
	enum cg_status status = cg_rows_init(&w->rows, w->x->placed, &style);

	if (!status)
		status = fold(w);
	if (!status && w->settings->limit && w->settings->limit < w->rows.count) {
		status = choose(w);
		cg_callgraph_release(&w->graph);
		if (!status)
			status = fold(w);
	}
	if (status)
		return status;
	w->text_ref = cg_memory_array(w->rows.strings.count, sizeof(*w->text_ref));
	w->key_ref = cg_memory_array(w->rows.count, sizeof(*w->key_ref));
	return w->text_ref && w->key_ref ? CG_OK : CG_NOMEM;
}

static void
release(struct writer *w)
{
	cg_rows_release(&w->rows);
	cg_callgraph_release(&w->graph);
	cg_memory_free(w->keep);
	cg_memory_free(w->text_ref);
	cg_memory_free(w->key_ref);
}

static double
seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static void
put_text(struct writer *w, uint32_t text)
{
	struct cg_stream *stream = w->x->stream;
	uint32_t *ref = &w->text_ref[text];

	if (*ref)
		cg_stream_wrote(
			stream, cg_marshal_again(cg_stream_room(stream, CG_MARSHAL_ITEM), *ref - 1));
	else
		*ref = 1 +
		       cg_marshal_define_text(&w->marshal, cg_intern_get(&w->rows.strings, text));
}

static void
define_key(struct writer *w, uint32_t row)
{
	const struct cg_row *r = &w->rows.rows[row];
	struct cg_stream *stream = w->x->stream;

	w->key_ref[row] = 1 + cg_marshal_define_tuple(&w->marshal, 3);
	put_text(w, r->file);
	cg_stream_wrote(stream,
	                cg_marshal_integer(cg_stream_room(stream, CG_MARSHAL_ITEM), r->line));
	put_text(w, r->name);
}

/* The key of a row, and behind it room for so many more items. */
static inline char *
put_key(struct writer *w, uint32_t row, unsigned items)
{
	struct cg_stream *stream = w->x->stream;
	size_t room = (size_t)items * CG_MARSHAL_ITEM;

	if (w->key_ref[row])
		return cg_marshal_again(cg_stream_room(stream, room + CG_MARSHAL_ITEM),
		                        w->key_ref[row] - 1);
	define_key(w, row);
	return cg_stream_room(stream, room);
}

/* A caller's entry. Readers take an edge without a call for none at all: it gets one. */
static void
put_caller(struct writer *w, const struct cg_arc *arc)
{
	char *p = put_key(w, arc->caller, 5);

	p = cg_marshal_tuple(p, 4);
	p = cg_marshal_integer(p, arc->calls ? arc->calls : 1);
	p = cg_marshal_integer(p, arc->calls ? arc->primitive : 1);
	p = cg_marshal_float(p, seconds(cg_callgraph_arc_self(&w->graph, arc, 0)));
	p = cg_marshal_float(p, seconds(cg_callgraph_arc_all(&w->graph, arc, 0)));
	cg_stream_wrote(w->x->stream, p);
}

static void
put_row(struct writer *w, uint32_t row)
{
	const struct cg_row_sums *sums = cg_callgraph_row(&w->graph, row);
	char *p = put_key(w, row, 6);

	p = cg_marshal_tuple(p, 5);
	p = cg_marshal_integer(p, sums->primitive);
	p = cg_marshal_integer(p, sums->calls);
	p = cg_marshal_float(p, seconds(cg_callgraph_row_self(&w->graph, row, 0)));
	p = cg_marshal_float(p, seconds(cg_callgraph_row_all(&w->graph, row, 0)));
	cg_stream_wrote(w->x->stream, cg_marshal_dict(p));
	for (uint32_t i = 0; i < sums->arc_count; i++)
		put_caller(w, cg_callgraph_arc(&w->graph, sums->first_arc + i));
	p = cg_stream_room(w->x->stream, CG_MARSHAL_ITEM);
	cg_stream_wrote(w->x->stream, cg_marshal_dict_end(p));
}

static void
warn(const struct writer *w)
{
	char text[120];

	if (!w->x->note || cg_callgraph_row_all(&w->graph, 0, 0) > TINY_NS)
		return;
	snprintf(text, sizeof(text),
	         "there is almost no %s time in this trace; "
	         "some viewers show nothing of less than 10 us",
	         metric_words[w->settings->metric]);
	w->x->note(text);
}

static enum cg_status
pstats_write(const struct cg_export *x)
{
	struct writer w = {.x = x, .settings = x->settings, .marshal = {.stream = x->stream}};
	enum cg_status status = prepare(&w);

	if (!status) {
		cg_stream_wrote(x->stream, cg_marshal_dict(cg_stream_room(x->stream, 1)));
		for (uint32_t row = 0; row < w.rows.count; row++)
			if (cg_callgraph_row(&w.graph, row)->placed)
				put_row(&w, row);
		cg_stream_wrote(x->stream, cg_marshal_dict_end(cg_stream_room(x->stream, 1)));
		warn(&w);
	}
	release(&w);
	return status;
}

const struct cg_exporter cg_exporter_pstats = {
	.format = "pstats",
	.about =
		"Writes a trace in the format of cProfile, for Python's pstats module, snakeviz,\n"
		"tuna, gprof2dot and others.",
	.prefix = "",
	.suffix = ".pstats",
	.open = "snakeviz",
	.options = options,
	.defaults = &defaults,
	.settings_size = sizeof(struct settings),
	.write = pstats_write,
};
