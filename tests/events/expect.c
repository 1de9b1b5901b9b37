/*
 * Checking expectations.
 *
 * The idea to know: what can be named of a record is a table of offsets; one function
 * compares all of them.
 */
#include "expect.h"

#include "image_walk.h"
#include "snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number of a record: its name in scripts and where it stands. */
struct field {
	const char *name;
	size_t offset;
	size_t size; /* 1, 4 or 8 */
};

#define FIELD(type, name, member)                                               \
	{                                                                           \
		name, offsetof(struct type, member), sizeof(((struct type *)0)->member) \
	}

static const struct field node_fields[] = {
	FIELD(cg_img_node, "calls", calls),
	FIELD(cg_img_node, "raised", raised),
	FIELD(cg_img_node, "susp", suspensions),
	FIELD(cg_img_node, "run", run),
	FIELD(cg_img_node, "await", await),
	FIELD(cg_img_node, "hosted", hosted),
	FIELD(cg_img_node, "begun", begun_before),
	FIELD(cg_img_node, "gap", gap),
	FIELD(cg_img_node, "before", gap_before),
	FIELD(cg_img_node, "cpu", gap_cpu_ns),
	FIELD(cg_img_node, "folded", folded),
	FIELD(cg_img_node, "skewed", skewed),
	{0},
};

static const struct field thread_fields[] = {
	FIELD(cg_img_thread, "busy", busy),
	FIELD(cg_img_thread, "dropped", dropped),
	FIELD(cg_img_thread, "unwound", unwound),
	FIELD(cg_img_thread, "vanished", vanished),
	FIELD(cg_img_thread, "count", count),
	FIELD(cg_img_thread, "live", live),
	FIELD(cg_img_thread, "first", first),
	FIELD(cg_img_thread, "last", last),
	FIELD(cg_img_thread, "gap", gap),
	FIELD(cg_img_thread, "before", gap_before),
	FIELD(cg_img_thread, "cpu", gap_cpu_ns),
	FIELD(cg_img_thread, "native", native_id),
	{0},
};

static const struct field spawn_fields[] = {
	FIELD(cg_img_spawn, "count", count),
	FIELD(cg_img_spawn, "longest", longest),
	FIELD(cg_img_spawn, "span", span),
	{0},
};

/* Numbers of the image as a whole, filled for each check. */
struct totals {
	uint64_t nodes, functions, activations, spawns, threads, lost, folds, asked, singles;
};

static const struct field image_fields[] = {
	FIELD(totals, "nodes", nodes),
	FIELD(totals, "functions", functions),
	FIELD(totals, "activations", activations),
	FIELD(totals, "spawns", spawns),
	FIELD(totals, "threads", threads),
	FIELD(totals, "lost", lost),
	FIELD(totals, "folds", folds),
	FIELD(totals, "asked", asked),
	FIELD(totals, "singles", singles),
	{0},
};

static uint64_t
value(const struct field *field, const void *record)
{
	const uint8_t *at = (const uint8_t *)record + field->offset;
	uint64_t wide;
	uint32_t narrow;

	switch (field->size) {
	case sizeof wide:
		memcpy(&wide, at, sizeof wide);
		return wide;
	case sizeof narrow:
		memcpy(&narrow, at, sizeof narrow);
		return narrow;
	default:
		return *at;
	}
}

/* Does "NAME=..." name that field? What is behind the sign, or NULL. */
static const char *
named(const char *word, const char *name)
{
	size_t length = strlen(name);

	return strncmp(word, name, length) == 0 && word[length] == '=' ? word + length + 1
	                                                               : NULL;
}

struct check {
	const char *what; /* the record's name in messages */
	char *const *words;
	size_t count;
	struct report *report;
};

static bool
is_field(const struct field *fields, const char *word)
{
	for (; fields->name; fields++)
		if (named(word, fields->name))
			return true;
	return false;
}

/* Compare all "NAME=NUMBER" words; a last word "!" says that the rest is 0. */
static void
compare(const struct check *c, const struct field *fields, const void *record)
{
	bool rest = c->count && strcmp(c->words[c->count - 1], "!") == 0;

	for (size_t i = 0; i + rest < c->count; i++)
		if (!is_field(fields, c->words[i]))
			report_bad(c->report, "%s has no %s", c->what, c->words[i]);
	for (; fields->name; fields++) {
		uint64_t got = value(fields, record), want = rest ? 0 : got;

		for (size_t i = 0; i < c->count; i++)
			if (named(c->words[i], fields->name))
				want = strtoull(named(c->words[i], fields->name), NULL, 10);
		if (got != want)
			report_bad(c->report, "%s %s: want %" PRIu64 ", got %" PRIu64, c->what,
			           fields->name, want, got);
	}
}

static void
print_nodes(const struct cg_image *image)
{
	struct walk walk = {image, CG_IMG_NODES, 2, 0, 0};
	cg_ref ref;

	while ((ref = walk_next(&walk))) {
		const struct cg_img_node *n = node_of(image, ref);
		char path[240];

		node_path(image, ref, path, sizeof path);
		printf("#   %s calls=%" PRIu64 " raised=%" PRIu64 " susp=%" PRIu64 " run=%" PRIu64
		       " await=%" PRIu64 " hosted=%" PRIu64 " begun=%" PRIu64 "\n",
		       path, n->calls, n->raised, n->suspensions, n->run, n->await, n->hosted,
		       n->begun_before);
	}
}

static void
expect_node(const struct cg_image *image, const struct check *c)
{
	cg_ref ref = node_at(image, c->what);

	if (!ref) {
		report_bad(c->report, "no node %s; there are:", c->what);
		if (!c->report->quiet)
			print_nodes(image);
		return;
	}
	compare(c, node_fields, node_of(image, ref));
}

static void
expect_no_node(const struct cg_image *image, const struct check *c)
{
	if (c->count != 1)
		report_bad(c->report, "which node should not be?");
	else if (node_at(image, c->words[0]))
		report_bad(c->report, "there is a node %s", c->words[0]);
}

static void
expect_thread(const struct cg_image *image, const struct check *c)
{
	struct walk walk = {image, CG_IMG_THREADS, 4, 0, 0};
	struct check rest = {"thread", c->words + 1, c->count - 1, c->report};
	cg_ref ref;

	while (c->count && (ref = walk_next(&walk))) {
		struct cg_img_thread th = *(struct cg_img_thread *)cg_image_at(image->base, ref);

		if (th.id == strtoul(c->words[0], NULL, 10)) {
			th.first -= WORLD_EPOCH;
			th.last -= WORLD_EPOCH;
			compare(&rest, thread_fields, &th);
			return;
		}
	}
	report_bad(c->report, "no such thread");
}

/* Sums over a function's outermost activations. */
struct inclusive {
	uint64_t wall, run, await, hosted;
};

static const struct field inclusive_fields[] = {
	FIELD(inclusive, "wall", wall),
	FIELD(inclusive, "run", run),
	FIELD(inclusive, "await", await),
	FIELD(inclusive, "hosted", hosted),
	{0},
};

/* Add what a node gives to the outermost node of that function above it, if there is one. */
static void
add_inclusive(const struct cg_image *image, cg_ref node, const char *name,
              struct inclusive *sum)
{
	const struct cg_img_node *n = node_of(image, node);
	bool inside = false, awaited = true, all_awaited = false;

	for (cg_ref at = node; at; at = node_of(image, at)->parent) {
		if (node_of(image, at)->function && node_is_named(image, at, name, strlen(name))) {
			inside = true;
			all_awaited = awaited;
		}
		awaited &= node_of(image, at)->edge == CG_EDGE_AWAIT;
	}
	sum->run += inside ? n->run : 0;
	sum->hosted += inside ? n->hosted : 0;
	sum->await += inside && all_awaited ? n->await : 0;
}

static void
expect_inclusive(const struct cg_image *image, const struct check *c)
{
	struct walk walk = {image, CG_IMG_NODES, 2, 0, 0};
	struct check rest = {c->count ? c->words[0] : "", c->words + 1, c->count - 1,
	                     c->report};
	struct inclusive sum = {0};
	cg_ref ref;

	if (!c->count) {
		report_bad(c->report, "inclusive numbers of what?");
		return;
	}
	while ((ref = walk_next(&walk)))
		add_inclusive(image, ref, rest.what, &sum);
	sum.wall = sum.run + sum.await + sum.hosted;
	compare(&rest, inclusive_fields, &sum);
}

static const struct field hold_fields[] = {
	FIELD(cg_img_hold, "over10", over_10ms),   FIELD(cg_img_hold, "over50", over_50ms),
	FIELD(cg_img_hold, "over100", over_100ms), FIELD(cg_img_hold, "longest", longest),
	FIELD(cg_img_hold, "held", held),          FIELD(cg_img_hold, "asked", asked),
	FIELD(cg_img_hold, "cpu", cpu_ns),         {0},
};

/* `= hold PATH FIELD=NUMBER...`; all are 0 where there was no long segment. */
static void
expect_hold(const struct cg_image *image, const struct check *c)
{
	static const struct cg_img_hold none;
	struct check rest = {"hold", c->words + 1, c->count - 1, c->report};
	cg_ref ref = c->count ? node_at(image, c->words[0]) : 0;

	if (!ref) {
		report_bad(c->report, "no such node");
		return;
	}
	ref = node_of(image, ref)->hold;
	compare(&rest, hold_fields, ref ? cg_image_at(image->base, ref) : (const void *)&none);
}

/* A single task, with its span. */
struct single {
	uint64_t span, parked;
	uint32_t segments, raised;
};

static const struct field task_fields[] = {
	FIELD(single, "span", span),
	FIELD(single, "parked", parked),
	FIELD(single, "raised", raised),
	FIELD(single, "segments", segments),
	{0},
};

/* `= task NAME FIELD=NUMBER...`, of one that has ended */
static void
expect_task(const struct cg_image *image, const struct check *c)
{
	struct walk walk = {image, CG_IMG_TASKS, 2, 0, 0};
	struct check rest = {"task", c->words + 1, c->count - 1, c->report};
	cg_ref ref;

	while (c->count && (ref = walk_next(&walk))) {
		const struct cg_img_task *t = cg_image_at(image->base, ref);
		struct single single = {t->end - t->start, t->parked, t->segments, t->raised};

		if (t->spawn && strcmp(t->name, c->words[0]) == 0) {
			compare(&rest, task_fields, &single);
			return;
		}
	}
	report_bad(c->report, "no such task");
}

static const struct field snapshot_fields[] = {
	FIELD(snapshot, "calls", calls),
	FIELD(snapshot, "raised", raised),
	FIELD(snapshot, "unfinished", unfinished),
	FIELD(snapshot, "begun", begun),
	FIELD(snapshot, "susp", susp),
	FIELD(snapshot, "run", run),
	FIELD(snapshot, "await", await),
	FIELD(snapshot, "hosted", hosted),
	FIELD(snapshot, "wall", wall),
	{0},
};

/* `= snapshot FUNCTION TICK FIELD=NUMBER...` */
static void
expect_snapshot(const struct cg_image *image, const struct check *c)
{
	struct check rest = {"snapshot", c->words + 2, c->count - 2, c->report};
	struct snapshot sum;

	if (c->count < 2)
		report_bad(c->report, "a snapshot of what, when?");
	else if (!snapshot_of(image, c->words[0],
	                      WORLD_EPOCH + strtoull(c->words[1], NULL, 10), &sum))
		report_bad(c->report, "no snapshot");
	else
		compare(&rest, snapshot_fields, &sum);
}

static bool
is_text(const struct cg_image *image, cg_ref ref, const char *want)
{
	const struct cg_img_string *s = cg_image_at(image->base, ref);

	if (!ref)
		return strcmp(want, "-") == 0;
	return s->length == strlen(want) && memcmp(s->bytes, want, s->length) == 0;
}

/* `= spawn CREATOR ROOT name=TEXT FIELD=NUMBER...`; `-` is nobody. */
static void
expect_spawn(const struct cg_image *image, const struct check *c)
{
	struct walk walk = {image, CG_IMG_SPAWNS, 1, 0, 0};
	struct check rest = {"spawn", c->words + 2, c->count - 2, c->report};
	cg_ref creator, root, ref;

	if (c->count < 2) {
		report_bad(c->report, "spawn of what by whom?");
		return;
	}
	creator = strcmp(c->words[0], "-") == 0 ? 0 : node_at(image, c->words[0]);
	root = node_at(image, c->words[1]);
	if ((!creator && strcmp(c->words[0], "-") != 0) || !root)
		report_bad(c->report, "spawn: no such node");
	while ((ref = walk_next(&walk))) {
		const struct cg_img_spawn *spawn = cg_image_at(image->base, ref);

		if (spawn->creator != creator || spawn->root != root)
			continue;
		if (rest.count && named(rest.words[0], "name")) {
			if (!is_text(image, spawn->name, named(rest.words[0], "name")))
				report_bad(c->report, "spawn: another name");
			rest.words++, rest.count--;
		}
		compare(&rest, spawn_fields, spawn);
		return;
	}
	report_bad(c->report, "no spawn of %s by %s", c->words[1], c->words[0]);
}

static uint64_t
count(const struct cg_image *image, enum cg_img_type type, uint32_t units)
{
	struct walk walk = {image, type, units, 0, 0};
	uint64_t n = 0;

	while (walk_next(&walk))
		n++;
	return n;
}

static uint64_t
count_activations(const struct cg_image *image)
{
	struct walk walk = {image, CG_IMG_ACTIVATIONS, 2, 0, 0};
	uint64_t n = 0;
	cg_ref ref;

	while ((ref = walk_next(&walk)))
		n += ((const struct cg_img_activation *)cg_image_at(image->base, ref))->state !=
		     CG_ACT_FREE;
	return n;
}

/* Records of single tasks in use. */
static uint64_t
count_singles(const struct cg_image *image)
{
	struct walk walk = {image, CG_IMG_TASKS, 2, 0, 0};
	uint64_t n = 0;
	cg_ref ref;

	while ((ref = walk_next(&walk)))
		n += ((const struct cg_img_task *)cg_image_at(image->base, ref))->spawn != 0;
	return n;
}

static void
expect_image(const struct world *w, const struct check *c)
{
	const struct cg_image *image = &w->collector->image;
	const struct cg_img_header *header = cg_image_header(image);
	struct totals t = {
		.functions = count(image, CG_IMG_FUNCTIONS, 1),
		.activations = count_activations(image),
		.spawns = count(image, CG_IMG_SPAWNS, 1),
		.threads = count(image, CG_IMG_THREADS, 4),
		.lost = atomic_load(&header->lost_events),
		.folds = atomic_load(&header->folds),
		.asked = w->asked,
		.singles = count_singles(image),
	};

	t.nodes = count(image, CG_IMG_NODES, 2) - t.threads;
	compare(c, image_fields, &t);
}

static const struct {
	const char *name;
	void (*check)(const struct cg_image *image, const struct check *c);
} kinds[] = {
	{"no", expect_no_node},        {"task", expect_task},
	{"hold", expect_hold},         {"thread", expect_thread},
	{"spawn", expect_spawn},       {"inclusive", expect_inclusive},
	{"snapshot", expect_snapshot},
};

void
expect(const struct world *w, char *const *words, size_t n, struct report *report)
{
	const struct cg_image *image = &w->collector->image;
	struct check c = {n ? words[0] : "", words + 1, n ? n - 1 : 0, report};

	if (strcmp(c.what, "image") == 0) {
		expect_image(w, &c);
		return;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(c.what, kinds[i].name) == 0) {
			kinds[i].check(image, &c);
			return;
		}
	}
	expect_node(image, &c);
}
