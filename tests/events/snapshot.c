/* Snapshots: the same capture that makes a trace, of an image that goes on. */
#include "snapshot.h"

#include "trace/capture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static size_t
image_size(const struct cg_image *image)
{
	return (size_t)atomic_load(&cg_image_header(image)->slab_count) * CG_IMG_SLAB;
}

static bool
capture(const struct cg_image *image, uint64_t end, struct cg_records *records)
{
	const struct cg_capture_options options = {.end = end};
	struct cg_view view;

	memset(records, 0, sizeof *records);
	return cg_view_init(&view, image->base, image_size(image)) == CG_OK &&
	       cg_capture(records, &view, &options) == CG_OK;
}

static void
add(struct snapshot *sum, const struct cg_rec_node *n)
{
	sum->calls += n->calls;
	sum->raised += n->raised;
	sum->unfinished += n->unfinished;
	sum->begun += n->begun_before;
	sum->susp += n->suspensions;
	sum->run += n->run;
	sum->await += n->await;
	sum->hosted += n->hosted;
	sum->inexact |= n->folded;
}

static bool
is_of(const struct cg_records *records, const struct cg_rec_node *n, const char *function)
{
	return n->function != CG_NONE &&
	       strcmp(records->strings[records->functions[n->function].name].bytes,
	              function) == 0;
}

/* What a node gives to the function's outermost node above it, if there is one. */
static uint64_t
wall_of(const struct cg_records *records, size_t node, const char *function)
{
	const struct cg_rec_node *n = &records->nodes[node];
	bool inside = false, awaited = true, all_awaited = false;

	for (const struct cg_rec_node *at = n; at->parent != CG_NONE;
	     at = &records->nodes[at->parent]) {
		if (is_of(records, at, function)) {
			inside = true;
			all_awaited = awaited;
		}
		awaited &= at->edge == CG_EDGE_AWAIT;
	}
	return inside ? n->run + n->hosted + (all_awaited ? n->await : 0) : 0;
}

bool
snapshot_of(const struct cg_image *image, const char *function, uint64_t end,
            struct snapshot *sum)
{
	struct cg_records records;

	if (!capture(image, end, &records))
		return false;
	*sum = (struct snapshot){0};
	for (size_t i = 0; i < records.node_count; i++) {
		if (is_of(&records, &records.nodes[i], function))
			add(sum, &records.nodes[i]);
		sum->wall += wall_of(&records, i, function);
	}
	cg_records_release(&records);
	return true;
}

static void
check_functions(const struct cg_records *records, struct report *report)
{
	struct snapshot *sums = calloc(records->function_count + 1, sizeof *sums);

	for (size_t i = 0; sums && i < records->node_count; i++)
		if (records->nodes[i].function != CG_NONE)
			add(&sums[records->nodes[i].function], &records->nodes[i]);
	for (size_t i = 0; sums && i < records->function_count; i++)
		if (sums[i].raised + sums[i].unfinished > sums[i].calls)
			report_bad(report,
			           "snapshot: %s: raised %" PRIu64 " + unfinished %" PRIu64
			           " of %" PRIu64 " calls",
			           records->strings[records->functions[i].name].bytes, sums[i].raised,
			           sums[i].unfinished, sums[i].calls);
	free(sums);
}

static void
check_threads(const struct cg_records *records, struct report *report)
{
	for (size_t i = 0; i < records->thread_count; i++) {
		const struct cg_rec_thread *th = &records->threads[i];
		uint64_t run = 0;

		for (size_t n = 1; n < th->node_count; n++)
			run += records->nodes[th->root + n].run;
		if (run != th->busy)
			report_bad(report, "snapshot: thread %u: self run %" PRIu64 ", busy %" PRIu64,
			           th->id, run, th->busy);
	}
}

void
snapshot_check(const struct cg_image *image, struct report *report)
{
	size_t size = image_size(image);
	void *before = malloc(size);
	struct cg_records records;

	if (before)
		memcpy(before, image->base, size);
	if (!before || !capture(image, 0, &records)) {
		report_bad(report, "no snapshot");
		free(before);
		return;
	}
	if (image_size(image) != size || memcmp(before, image->base, size) != 0)
		report_bad(report, "a snapshot changed the image");
	check_functions(&records, report);
	check_threads(&records, report);
	cg_records_release(&records);
	free(before);
}
