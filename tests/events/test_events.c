/*
 * The collector's rules: every case of every *.events file beside this one, run with a
 * made-up clock. `test_events [FILE...]`; README.md describes the language.
 *
 * Whatever a case itself expects, the invariants must hold of its image, and the same
 * events must give the same bytes again.
 */
#include "invariants.h"
#include "script.h"
#include "snapshot.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int cases, bad_cases;

/* Lines [from, to) of a script, after those before its first case. */
static void
run_world(const struct script *script, size_t prelude, size_t from, size_t to,
          struct world *w, struct report *report)
{
	world_init(w);
	script_run(script, 0, prelude, w, report);
	script_run(script, from, to, w, report);
	if (!world_collector(w))
		report_bad(report, "no collector");
}

static size_t
image_size(const struct cg_image *image)
{
	return (size_t)atomic_load(&cg_image_header(image)->slab_count) * CG_IMG_SLAB;
}

/* What may differ between two runs: which process on which boot. */
static void
blank(struct cg_image *image)
{
	struct cg_img_header *header = cg_image_header(image);

	header->pid = 0;
	memset(header->boot_id, 0, sizeof header->boot_id);
}

static bool
same_bytes(struct cg_image *a, struct cg_image *b)
{
	blank(a);
	blank(b);
	return image_size(a) == image_size(b) && memcmp(a->base, b->base, image_size(a)) == 0;
}

static void
run_case(const struct script *script, size_t prelude, size_t from, size_t to,
         const char *name)
{
	static struct world w, again;
	struct report report = {.file = script->file};
	struct report quiet = {.file = script->file, .quiet = true};
	const char *file = strrchr(script->file, '/');

	run_world(script, prelude, from, to, &w, &report);
	if (w.collector) {
		invariants_check(&w.collector->image, true, &report);
		snapshot_check(&w.collector->image, &report);
	}
	run_world(script, prelude, from, to, &again, &quiet);
	if (w.collector && again.collector &&
	    !same_bytes(&w.collector->image, &again.collector->image))
		report_bad(&report, "the same events gave other bytes");
	world_release(&w);
	world_release(&again);
	bad_cases += report.bad > 0;
	printf("%sok %d - %s: %s\n", report.bad ? "not " : "", ++cases,
	       file ? file + 1 : script->file, name);
}

static void
run_file(const char *path)
{
	struct script script;
	size_t prelude = 0, next;

	if (!script_read(&script, path)) {
		printf("not ok %d - %s can be read\n", ++cases, path);
		bad_cases++;
		return;
	}
	while (prelude < script.count && !script_case(&script, prelude))
		prelude++;
	for (size_t i = prelude; i < script.count; i = next) {
		for (next = i + 1; next < script.count && !script_case(&script, next);)
			next++;
		run_case(&script, prelude, i + 1, next, script_case(&script, i));
	}
	script_release(&script);
}

static void
run_all(void)
{
	const char *src = getenv("CG_SRC");
	char pattern[4096];
	glob_t found;

	snprintf(pattern, sizeof pattern, "%s/tests/events/*.events", src ? src : ".");
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			run_file(found.gl_pathv[i]);
		globfree(&found);
	}
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_file(argv[i]);
	if (argc == 1)
		run_all();
	if (cases == 0)
		printf("not ok %d - there are cases\n", ++cases), bad_cases++;
	printf("1..%d\n", cases);
	return bad_cases != 0 || fflush(stdout) != 0;
}
