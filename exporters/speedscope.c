/*
 * speedscope's own format: the tree as opened and closed frames, one profile per metric.
 *
 * The numbers are sums, so there is no time axis: a frame opens where its siblings before
 * it end and is as long as its inclusive number. speedscope cannot show stacks deeper
 * than some thousand frames; below MAX_DEPTH one frame `[deep stack]` stands for the rest.
 */
#include "exporter.h"
#include "json.h"
#include "memory.h"
#include "rows.h"
#include "text.h"

#include <stdio.h>

enum { MAX_DEPTH = 2000, MANY_EVENTS = 5000000 };

/* A metric as a profile. */
struct profile {
	const char *name;
	const char *unit;
	enum cg_metric metric;
};

static const struct profile profiles[] = {
	{"Wall", "nanoseconds", CG_METRIC_WALL},
	{"Run", "nanoseconds", CG_METRIC_RUN},
	{"Await", "nanoseconds", CG_METRIC_AWAIT},
	{"CPU", "nanoseconds", CG_METRIC_CPU},
	{"Calls", "none", CG_METRIC_CALLS},
	{"Suspensions", "none", CG_METRIC_SUSPENSIONS},
};
enum { PROFILES = sizeof(profiles) / sizeof(profiles[0]) };

static const char *const profile_words[PROFILES + 1] = {
	"wall", "run", "await", "cpu", "calls", "suspensions", NULL};

enum pruned { PRUNED_FRAME, PRUNED_PARENT };

static const char *const pruned_words[] = {"frame", "parent", NULL};

struct settings {
	struct cg_list metrics;
	double min_share; /* percent */
	unsigned pruned;  /* enum pruned */
};

static const struct settings defaults = {.metrics = {PROFILES, {0, 1, 2, 3, 4, 5}}};

static const struct cg_option options[] = {
	{0, "metrics", "LIST", CG_OPTION_LIST, offsetof(struct settings, metrics),
     "which profiles, in this order; the first is shown at first\n"
     "(default: wall,run,await,cpu,calls,suspensions)",
     profile_words},
	{0, "min-share", "PERCENT", CG_OPTION_PERCENT, offsetof(struct settings, min_share),
     "leave out what is a smaller part of the whole (default: 0)", NULL},
	{0, "pruned", "HOW", CG_OPTION_CHOICE, offsetof(struct settings, pruned),
     "frame: show what is left out as a frame [pruned]\n"
     "(default); parent: as its caller's own",
     pruned_words},
	{.name = NULL},
};

/* A frame that is open. */
struct level {
	uint32_t place;
	uint64_t end;    /* where it will close */
	uint64_t pruned; /* what was left out below it */
};

struct writer {
	const struct cg_export *x;
	const struct settings *settings;
	struct cg_stream *stream;
	struct cg_rows rows;
	uint32_t *frames; /* per row: its frame, CG_NONE until it has one */
	uint32_t frame_count;
	uint64_t *sums;       /* inclusive, of the profile being written */
	struct level *levels; /* MAX_DEPTH */
	unsigned depth;
	uint64_t at; /* where the next event is */
	uint64_t events;
	bool first_event;
};

/* Frames that stand for no row; their indices follow those of the rows. */
enum { FRAME_DEEP, FRAME_PRUNED, FRAME_EXTRAS };

static const char *const extra_names[FRAME_EXTRAS] = {"[deep stack]", "[pruned]"};

static void
put_event(struct writer *w, char type, uint32_t frame)
{
	static const char head[] = "{\"type\":\"O\",\"frame\":", middle[] = ",\"at\":";
	char *p = cg_stream_room(w->stream, 96);

	if (!w->first_event)
		*p++ = ',';
	*p++ = '\n';
	memcpy(p, head, sizeof(head) - 1);
	p[9] = type;
	p = cg_decimal(p + sizeof(head) - 1, frame);
	memcpy(p, middle, sizeof(middle) - 1);
	p = cg_decimal(p + sizeof(middle) - 1, w->at);
	*p++ = '}';
	cg_stream_wrote(w->stream, p);
	w->first_event = false;
	w->events++;
}

/* A frame of its own below the innermost open one, closed at once. */
static void
put_extra(struct writer *w, unsigned extra, uint64_t weight)
{
	uint32_t frame = w->frame_count + extra;

	put_event(w, 'O', frame);
	w->at = cg_sum(w->at, weight);
	put_event(w, 'C', frame);
}

static uint32_t
frame_of(const struct writer *w, uint32_t place)
{
	return w->frames[w->rows.of[w->x->placed->places[place].label]];
}

static void
open_place(struct writer *w, uint32_t i)
{
	put_event(w, 'O', frame_of(w, i));
	w->levels[w->depth++] = (struct level){.place = i, .end = cg_sum(w->at, w->sums[i])};
}

static void
close_place(struct writer *w)
{
	struct level *level = &w->levels[w->depth - 1];

	if (level->pruned && w->settings->pruned == PRUNED_FRAME)
		put_extra(w, FRAME_PRUNED, level->pruned);
	w->at = level->end;
	put_event(w, 'C', frame_of(w, level->place));
	w->depth--;
}

/* Close every open frame but those that place i stands below. */
static void
close_until(struct writer *w, uint32_t i)
{
	while (w->depth && w->x->placed->places[w->levels[w->depth - 1].place].end <= i)
		close_place(w);
}

static void
put_events(struct writer *w, enum cg_metric metric)
{
	const struct cg_placed *placed = w->x->placed;
	double least = (double)w->sums[0] * w->settings->min_share / 100;
	uint32_t i = 0;

	w->at = 0;
	w->first_event = true;
	while (i < placed->count) {
		const struct cg_place *place = &placed->places[i];
		uint64_t below = w->sums[i] - cg_placed_self(placed, i, metric);

		close_until(w, i);
		if (w->depth && (w->sums[i] == 0 || (double)w->sums[i] < least)) {
			uint64_t *pruned = &w->levels[w->depth - 1].pruned;

			*pruned = cg_sum(*pruned, w->sums[i]);
			i = place->end;
			continue;
		}
		open_place(w, i++);
		if (w->depth == MAX_DEPTH - 1 && below) {
			put_extra(w, FRAME_DEEP, below);
			i = place->end;
		}
	}
	close_until(w, placed->count);
}

static void
put_profile(struct writer *w, const struct profile *profile, bool first)
{
	struct cg_stream *stream = w->stream;

	cg_stream_text(stream, first ? "\n" : ",\n");
	cg_stream_text(stream, "{\"type\":\"evented\",\"name\":\"");
	cg_stream_text(stream, profile->name);
	cg_stream_text(stream, " (aggregated)\",\"unit\":\"");
	cg_stream_text(stream, profile->unit);
	cg_stream_text(stream, "\",\"startValue\":0,\"endValue\":");
	cg_stream_number(stream, w->sums[0]);
	cg_stream_text(stream, ",\"events\":[");
	put_events(w, profile->metric);
	cg_stream_text(stream, "]}");
}

/* All profiles that are not 0 throughout; the first asked for, if that leaves none. */
static enum cg_status
put_profiles(struct writer *w)
{
	const struct cg_list *metrics = &w->settings->metrics;
	bool first = true;

	cg_stream_text(w->stream, "\"profiles\":[");
	for (unsigned m = 0; m <= metrics->count; m++) {
		bool again = m == metrics->count;
		const struct profile *profile = &profiles[metrics->items[again ? 0 : m]];
		enum cg_status status;

		if (again && !first)
			break;
		status = cg_placed_inclusive(w->x->placed, profile->metric, &w->sums);
		if (status)
			return status;
		if (again || w->sums[0]) {
			put_profile(w, profile, first);
			first = false;
		}
		if (again && w->x->note)
			w->x->note("there is nothing but zeros in this trace");
		cg_memory_free(w->sums);
		w->sums = NULL;
	}
	cg_stream_text(w->stream, "]}\n");
	return CG_OK;
}

/* The rows that have a place, each once, and the two frames that stand for no row. */
static void
put_frames(struct writer *w)
{
	const struct cg_placed *placed = w->x->placed;
	struct cg_stream *stream = w->stream;

	for (uint32_t row = 0; row < w->rows.count; row++)
		w->frames[row] = CG_NONE;
	for (uint32_t i = 0; i < placed->count; i++)
		w->frames[w->rows.of[placed->places[i].label]] = 0;
	cg_stream_text(stream, "\"shared\":{\"frames\":[");
	for (uint32_t row = 0; row < w->rows.count; row++) {
		const struct cg_row *r = &w->rows.rows[row];

		if (w->frames[row] == CG_NONE)
			continue;
		w->frames[row] = w->frame_count++;
		cg_stream_text(stream, "\n{\"name\":");
		cg_json_string(stream, cg_rows_name(&w->rows, row));
		if (*cg_rows_file(&w->rows, row)) {
			cg_stream_text(stream, ",\"file\":");
			cg_json_string(stream, cg_rows_file(&w->rows, row));
			cg_stream_text(stream, ",\"line\":");
			cg_stream_number(stream, r->line);
		}
		cg_stream_text(stream, "},");
	}
	for (unsigned i = 0; i < FRAME_EXTRAS; i++) {
		cg_stream_text(stream, i ? ",\n{\"name\":" : "\n{\"name\":");
		cg_json_string(stream, extra_names[i]);
		cg_stream_byte(stream, '}');
	}
	cg_stream_text(stream, "]},\n");
}

/* The program's arguments, one space between them. */
static enum cg_status
put_title(struct writer *w)
{
	const struct cg_trace_info *info = w->x->placed->graph->info;
	char *joined, *clean, *p;
	size_t n = 1;

	for (uint32_t i = 0; i < info->command_count; i++)
		n += strlen(info->command[i]) + 1;
	p = joined = cg_memory_array(n, 1);
	clean = cg_memory_array(CG_TEXT_ROOM(n), 1);
	if (joined && clean) {
		for (uint32_t i = 0; i < info->command_count; i++)
			p += snprintf(p, (size_t)(joined + n - p), "%s%s", i ? " " : "",
			              info->command[i]);
		cg_text_clean(clean, joined);
		cg_stream_text(w->stream, "\"name\":");
		cg_json_string(w->stream, *clean ? clean : "corograph");
		cg_stream_text(w->stream, ",\n");
	}
	cg_memory_free(joined);
	cg_memory_free(clean);
	return joined && clean ? CG_OK : CG_NOMEM;
}

static enum cg_status
put_all(struct writer *w)
{
	static const struct cg_row_style style = {.file = {"", "", NULL, ""}};
	enum cg_status status = cg_rows_init(&w->rows, w->x->placed, &style);

	if (status)
		return status;
	w->frames = cg_memory_array(w->rows.count, sizeof(*w->frames));
	w->levels = cg_memory_array(MAX_DEPTH, sizeof(*w->levels));
	if (!w->frames || !w->levels)
		return CG_NOMEM;
	cg_stream_text(w->stream,
	               "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\n"
	               "\"exporter\":\"corograph@");
	cg_stream_text(w->stream, cg_version());
	cg_stream_text(w->stream, "\",\n");
	status = put_title(w);
	if (status)
		return status;
	cg_stream_text(w->stream, "\"activeProfileIndex\":0,\n");
	put_frames(w);
	return put_profiles(w);
}

static enum cg_status
speedscope_write(const struct cg_export *x)
{
	struct writer w = {.x = x, .settings = x->settings, .stream = x->stream};
	enum cg_status status = put_all(&w);

	cg_rows_release(&w.rows);
	cg_memory_free(w.frames);
	cg_memory_free(w.levels);
	cg_memory_free(w.sums);
	if (!status && w.events > MANY_EVENTS && x->note) {
		char text[160];

		snprintf(text, sizeof(text),
		         "%llu million events take speedscope long to open; "
		         "--min-share=0.01 and --metrics=wall make them fewer",
		         (unsigned long long)(w.events / 1000000));
		x->note(text);
	}
	return status;
}

const struct cg_exporter cg_exporter_speedscope = {
	.format = "speedscope",
	.about =
		"Writes a trace for https://www.speedscope.app: its call tree, aggregated over\n"
		"time, once per metric.",
	.prefix = "",
	.suffix = ".speedscope.json",
	.open = "speedscope",
	.options = options,
	.defaults = &defaults,
	.settings_size = sizeof(struct settings),
	.write = speedscope_write,
};
