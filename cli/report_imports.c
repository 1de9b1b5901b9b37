/*
 * Imports as one line each.
 *
 * Between an `import` and the module's own code stand half a dozen frames of importlib, and
 * between modules that import each other as many again. A region is such frames with all they
 * call, down to where a module's code begins. It is hidden, and its modules stand in its
 * place. Where a region ran a single module, that line has the numbers of the whole region;
 * of several only the modules' own are known, and finding and loading them is left in what is
 * above. A region that ran none is one nameless line.
 */
#include "report.h"

#include <stdlib.h>
#include <string.h>

/* Whether a function is part of the machinery. */
static bool
is_machinery(const struct cg_function *f)
{
	return strncmp(f->file, "<frozen importlib.", 18) == 0 ||
	       strcmp(f->name, "<built-in method builtins.__import__>") == 0;
}

static const struct cg_function *
function_of(const struct cg_graph *graph, uint32_t node)
{
	return &graph->functions[graph->nodes[node].function];
}

/* Put a node whose parents are done into a region, or end one at a module. */
static void
place(struct cg_import *imports, const struct cg_graph *graph, uint32_t i)
{
	const struct cg_node *n = &graph->nodes[i];
	struct cg_import *import = &imports[i];

	*import =
		(struct cg_import){.above = n->parent, .module = CG_NONE, .region = CG_NONE};
	if (n->parent == CG_NONE)
		return;
	import->region = imports[n->parent].region;
	if (import->region == CG_NONE) {
		if (is_machinery(function_of(graph, i)))
			import->region = i;
	} else if (strcmp(function_of(graph, i)->name, "<module>") == 0) {
		import->module = n->function;
		imports[import->region].modules++;
		import->above = imports[import->region].above;
		import->region = CG_NONE;
	} else {
		import->hidden = true;
	}
}

/* The region that a module's node ended; CG_NONE for other nodes. */
static uint32_t
region_above(const struct cg_import *imports, const struct cg_graph *graph, uint32_t i)
{
	if (imports[i].module == CG_NONE || imports[i].region == i)
		return CG_NONE;
	return imports[graph->nodes[i].parent].region;
}

/* A region's only module lends its name to the region's own line, and is hidden. */
static void
settle(struct cg_import *imports, const struct cg_graph *graph, uint32_t i)
{
	struct cg_import *import = &imports[i];
	uint32_t region = region_above(imports, graph, i), above = import->above;

	if (import->region == i) {
		import->nameless = !import->modules;
		import->hidden = import->modules > 1;
	} else if (region != CG_NONE && imports[region].modules == 1) {
		imports[region].module = import->module;
		import->module = CG_NONE;
		import->hidden = true;
		import->above = region;
		return;
	}
	/* what hung under a hidden module now hangs under its region */
	if (above != CG_NONE && imports[above].hidden && imports[above].above != CG_NONE)
		import->above = imports[above].above;
}

struct cg_import *
cg_report_imports(const struct cg_graph *graph, size_t *titles)
{
	struct cg_import *imports = calloc(graph->node_count + 1u, sizeof(*imports));

	if (!imports)
		return NULL;
	for (uint32_t i = 0; i < graph->node_count; i++)
		place(imports, graph, i);
	for (uint32_t i = 0; i < graph->node_count; i++)
		settle(imports, graph, i);
	*titles = 0;
	for (uint32_t i = 0; i < graph->node_count; i++)
		*titles += imports[i].module != CG_NONE || imports[i].nameless;
	return imports;
}
