/*
 * The callgrind format, for KCachegrind and callgrind_annotate.
 *
 * KCachegrind adds up a function's inclusive cost from its callers. So an arc has its
 * inclusive cost where the callee is outermost: the sum is then right, recursive or not.
 * It mixes up functions that it cannot tell apart, hence titles.h.
 */
#include "callgraph.h"
#include "exporter.h"
#include "memory.h"
#include "text.h"
#include "titles.h"

#include <string.h>

/* An event: a column of costs. */
struct event {
	const char *name;
	const char *title;
	enum cg_metric metric;
};

static const struct event events[] = {
	{"CgWall", "Wall time, run and await [ns]", CG_METRIC_WALL},
	{"CgRun", "Run time [ns]", CG_METRIC_RUN},
	{"CgAwait", "Await time [ns]", CG_METRIC_AWAIT},
	{"CgCpu", "CPU time [ns]", CG_METRIC_CPU},
	{"CgSusp", "Suspensions", CG_METRIC_SUSPENSIONS},
};
enum { EVENTS = sizeof(events) / sizeof(events[0]), AHEAD = 8 /* arcs */ };

static const char *const event_words[EVENTS + 1] = {"wall", "run",         "await",
                                                    "cpu",  "suspensions", NULL};

struct settings {
	struct cg_list events;
};

static const struct settings defaults = {.events = {EVENTS, {0, 1, 2, 3, 4}}};

static const struct cg_option options[] = {
	{0, "events", "LIST", CG_OPTION_LIST, offsetof(struct settings, events),
     "which numbers, in this order: the first is what viewers\n"
     "show at first (default: wall,run,await,cpu,suspensions)",
     event_words},
	{.name = NULL},
};

/* Ids of a name space of the file; `(7)` where the name was written before. */
struct names {
	uint32_t *ids; /* per thing: 0 until it was written */
	uint32_t used;
};

struct writer {
	struct cg_stream *stream;
	const struct cg_placed *placed;
	const struct settings *settings;
	struct cg_rows rows;
	struct cg_callgraph graph; /* its metrics in the order of settings->events */
	struct cg_arc_order order; /* by caller */
	struct cg_titles titles;
	struct names files, objects, functions; /* by id of the file, of the object, by row */
	char *scratch;
	size_t scratch_cap;
};

static enum cg_status
prepare(struct writer *w)
{
	static const struct cg_row_style style = {
		.file = {"<program>", "<program>", NULL, "<builtin>"},
	};
	struct cg_fold how = {.metric_count = w->settings->events.count,
	                      .outer = CG_OUTER_ROW};
	enum cg_status status = cg_rows_init(&w->rows, w->placed, &style);

	for (unsigned e = 0; e < how.metric_count; e++)
		how.metrics[e] = events[w->settings->events.items[e]].metric;
	if (!status)
		status = cg_titles_init(&w->titles, &w->rows, w->placed->graph);
	if (!status)
		status = cg_callgraph_init(&w->graph, w->placed, &w->rows, &how);
	if (!status)
		status = cg_arc_order_init(&w->order, &w->graph);
	if (status)
		return status;
	w->functions.ids = cg_memory_array(w->rows.count, sizeof(uint32_t));
	w->files.ids = cg_memory_array(w->rows.strings.count, sizeof(uint32_t));
	w->objects.ids = cg_memory_array(w->titles.texts.count, sizeof(uint32_t));
	return w->functions.ids && w->files.ids && w->objects.ids ? CG_OK : CG_NOMEM;
}

static void
release(struct writer *w)
{
	cg_rows_release(&w->rows);
	cg_callgraph_release(&w->graph);
	cg_arc_order_release(&w->order);
	cg_titles_release(&w->titles);
	cg_memory_free(w->functions.ids);
	cg_memory_free(w->files.ids);
	cg_memory_free(w->objects.ids);
	cg_memory_free(w->scratch);
}

/* A key of the file with its bracket, copied whole: the bytes past its end are rubbish. */
struct key {
	char text[8];
	size_t length;
};

#define KEY(text) ((struct key){text "=(", sizeof(text) + 1})

/* `key=(7) name`, or `key=(7)` when that id has been written before. */
static void
put_name(struct writer *w, struct key key, struct names *names, uint32_t thing,
         const char *name)
{
	bool fresh = !names->ids[thing];
	char *p = cg_stream_room(w->stream, sizeof(key.text) + 24);

	if (fresh)
		names->ids[thing] = ++names->used;
	memcpy(p, key.text, sizeof(key.text));
	p = cg_decimal(p + key.length, names->ids[thing]);
	*p++ = ')';
	if (fresh) {
		*p++ = ' ';
		cg_stream_wrote(w->stream, p);
		cg_stream_text(w->stream, name);
		p = cg_stream_room(w->stream, 1);
	}
	*p++ = '\n';
	cg_stream_wrote(w->stream, p);
}

static void
put_object(struct writer *w, struct key key, uint32_t row)
{
	put_name(w, key, &w->objects, w->titles.object[row],
	         cg_intern_get(&w->titles.texts, w->titles.object[row]));
}

static void
put_file(struct writer *w, struct key key, uint32_t row)
{
	const char *file = cg_rows_file(&w->rows, row);

	put_name(w, key, &w->files, w->rows.rows[row].file, *file ? file : "???");
}

static void
put_function(struct writer *w, struct key key, uint32_t row)
{
	put_name(w, key, &w->functions, row,
	         cg_intern_get(&w->titles.texts, w->titles.name[row]));
}

/* A line number and one number per event: every column, as some readers need. */
static void
put_costs(struct writer *w, uint32_t line, const uint64_t *costs)
{
	char *p = cg_stream_room(w->stream, 21 * (EVENTS + 1));

	p = cg_decimal(p, line);
	for (unsigned e = 0; e < w->settings->events.count; e++) {
		*p++ = ' ';
		p = cg_decimal(p, costs[e]);
	}
	*p++ = '\n';
	cg_stream_wrote(w->stream, p);
}

static void
put_arc(struct writer *w, uint32_t index)
{
	const struct cg_arc *arc = cg_callgraph_arc(&w->graph, index);
	const struct cg_row *caller = &w->rows.rows[arc->caller];
	const struct cg_row *callee = &w->rows.rows[arc->callee];
	uint64_t costs[EVENTS], any = 0;
	char *p;

	for (unsigned e = 0; e < w->settings->events.count; e++)
		any |= costs[e] = cg_callgraph_arc_all(&w->graph, arc, e);
	if (!any && !arc->calls)
		return;
	if (w->titles.object[arc->callee] != w->titles.object[arc->caller])
		put_object(w, KEY("cob"), arc->callee);
	if (callee->file != caller->file)
		put_file(w, KEY("cfi"), arc->callee);
	put_function(w, KEY("cfn"), arc->callee);
	p = cg_stream_room(w->stream, 64);
	memcpy(p, "calls=", 6);
	p += 6;
	p = cg_decimal(p, arc->calls ? arc->calls : 1);
	*p++ = ' ';
	p = cg_decimal(p, callee->line);
	*p++ = '\n';
	cg_stream_wrote(w->stream, p);
	put_costs(w, caller->line, costs);
}

/* Arcs lie in the order of their callees: have them come from memory some ahead. */
static inline void
prefetch_arc(const struct writer *w, uint32_t index)
{
	const uint64_t *words = (const uint64_t *)cg_callgraph_arc(&w->graph, index);

	__builtin_prefetch(words);
	__builtin_prefetch(words + w->graph.arc_width - 1);
}

static void
put_row(struct writer *w, uint32_t row)
{
	uint64_t costs[EVENTS];

	cg_stream_byte(w->stream, '\n');
	put_object(w, KEY("ob"), row);
	put_file(w, KEY("fl"), row);
	put_function(w, KEY("fn"), row);
	for (unsigned e = 0; e < w->settings->events.count; e++)
		costs[e] = cg_callgraph_row_self(&w->graph, row, e);
	put_costs(w, w->rows.rows[row].line, costs);
	for (uint32_t i = w->order.start[row]; i < w->order.start[row + 1]; i++) {
		if (i + AHEAD < w->order.start[w->rows.count])
			prefetch_arc(w, w->order.arcs[i + AHEAD]);
		put_arc(w, w->order.arcs[i]);
	}
}

/* Text from the trace on a header line. */
static enum cg_status
put_clean(struct writer *w, const char *text)
{
	enum cg_status status =
		cg_memory_grow(&w->scratch, &w->scratch_cap, CG_TEXT_ROOM(strlen(text)), 1);

	if (status)
		return status;
	cg_text_clean(w->scratch, text);
	cg_stream_text(w->stream, w->scratch);
	return CG_OK;
}

static enum cg_status
put_head(struct writer *w)
{
	const struct cg_trace_info *info = w->placed->graph->info;
	struct cg_stream *stream = w->stream;
	enum cg_status status = CG_OK;

	cg_stream_text(stream,
	               "# callgrind format\nversion: 1\ncreator: corograph-callgrind ");
	cg_stream_text(stream, cg_version());
	cg_stream_text(stream, "\npid: ");
	cg_stream_number(stream, info->pid);
	cg_stream_text(stream, "\ncmd:");
	for (uint32_t i = 0; !status && i < info->command_count; i++) {
		cg_stream_byte(stream, ' ');
		status = put_clean(w, info->command[i]);
	}
	cg_stream_text(stream, "\npart: 1\ndesc: Python: ");
	if (!status)
		status = put_clean(w, info->python);
	cg_stream_text(stream, "\ndesc: Complete: ");
	cg_stream_text(stream, info->complete ? "yes" : "no");
	if (info->compensated)
		cg_stream_text(stream, "\ndesc: Compensated: yes");
	for (unsigned e = 0; e < w->settings->events.count; e++) {
		const struct event *event = &events[w->settings->events.items[e]];

		cg_stream_text(stream, "\nevent: ");
		cg_stream_text(stream, event->name);
		cg_stream_text(stream, " : ");
		cg_stream_text(stream, event->title);
	}
	cg_stream_text(stream, "\npositions: line\nevents:");
	for (unsigned e = 0; e < w->settings->events.count; e++) {
		cg_stream_byte(stream, ' ');
		cg_stream_text(stream, events[w->settings->events.items[e]].name);
	}
	cg_stream_byte(stream, '\n');
	return status;
}

static void
put_totals(struct writer *w)
{
	cg_stream_text(w->stream, "\ntotals:");
	for (unsigned e = 0; e < w->settings->events.count; e++) {
		cg_stream_byte(w->stream, ' ');
		cg_stream_number(w->stream, cg_callgraph_row_all(&w->graph, 0, e));
	}
	cg_stream_byte(w->stream, '\n');
}

static enum cg_status
callgrind_write(const struct cg_export *x)
{
	struct writer w = {.stream = x->stream, .placed = x->placed, .settings = x->settings};
	enum cg_status status = prepare(&w);

	if (!status)
		status = put_head(&w);
	for (uint32_t row = 0; !status && row < w.rows.count; row++)
		if (cg_callgraph_row(&w.graph, row)->placed)
			put_row(&w, row);
	if (!status)
		put_totals(&w);
	release(&w);
	return status;
}

const struct cg_exporter cg_exporter_callgrind = {
	.format = "callgrind",
	.about = "Writes a trace in the callgrind format, for KCachegrind, QCachegrind and\n"
			 "callgrind_annotate. Inclusive cost is wall time: run and await.",
	.prefix = "callgrind.out.",
	.suffix = "",
	.dash_pid = true,
	.open = "kcachegrind",
	.options = options,
	.defaults = &defaults,
	.settings_size = sizeof(struct settings),
	.write = callgrind_write,
};
