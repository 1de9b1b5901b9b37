/*
 * --callers and --callees: the edges at the functions that a word names.
 *
 * A word that is a function's whole name means that one; else it means all whose name, or
 * module and name, it is a part of.
 */
#include "report.h"

#include "cell.h"
#include "command.h"
#include "message.h"

#include <stdlib.h>
#include <string.h>

enum { SUBJECTS_MOST = 20 }; /* functions whose edges are shown as tables */

/* An edge with its functions at hand. */
struct row {
	struct cg_edge edge;
	const struct cg_function *subject; /* the function asked for */
	const struct cg_function *other;   /* at the edge's other end */
	/* of both, for CSV */
	struct {
		const char *name, *file;
		uint32_t line;
	} caller, callee;
};

#define AT(field) offsetof(struct row, field)

#define COLUMNS(other_title)                                                               \
	{                                                                                      \
		{"kind", "edge", CG_COLUMN_EDGE, CG_COLUMN_BOTH, AT(edge.kind), 0, 0},             \
			{"calls", "calls", CG_COLUMN_COUNT, CG_COLUMN_BOTH, AT(edge.calls), 0, 0},     \
			{"wall", "wall", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(edge.wall_ns), 0, 0},      \
			{"run", "run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(edge.run_ns), 0, 22},        \
			{"await", "await", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(edge.await_ns), 0, 23},  \
			{"cpu", "cpu", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(edge.cpu_ns), 0, 24},        \
			{"caller_file", NULL, CG_COLUMN_TEXT, CG_COLUMN_CSV, AT(caller.file), 0, 0},   \
			{"caller_line", NULL, CG_COLUMN_NUMBER, CG_COLUMN_CSV, AT(caller.line), 0, 0}, \
			{"caller", NULL, CG_COLUMN_TEXT, CG_COLUMN_CSV, AT(caller.name), 0, 0},        \
			{"callee_file", NULL, CG_COLUMN_TEXT, CG_COLUMN_CSV, AT(callee.file), 0, 0},   \
			{"callee_line", NULL, CG_COLUMN_NUMBER, CG_COLUMN_CSV, AT(callee.line), 0, 0}, \
			{"callee", NULL, CG_COLUMN_TEXT, CG_COLUMN_CSV, AT(callee.name), 0, 0},        \
			{"name", other_title, CG_COLUMN_FUNCTION, CG_COLUMN_PEOPLE, AT(other), 0, 0},  \
			{0},                                                                           \
	}

const struct cg_column cg_report_edge_columns[] = COLUMNS("caller");
static const struct cg_column callee_columns[] = COLUMNS("callee");

/* The functions that a word names. */
struct subjects {
	bool *chosen; /* per function */
	const void **rows;
	size_t count;
};

static void
subjects_find(struct subjects *subjects, const struct cg_graph *graph, const char *word)
{
	int best = 1;

	for (uint32_t i = 0; i < graph->function_count && best < 2; i++)
		if (cg_report_match(&graph->functions[i], word) == 2)
			best = 2;
	for (uint32_t i = 0; i < graph->function_count; i++) {
		if (cg_report_match(&graph->functions[i], word) < best)
			continue;
		subjects->chosen[i] = true;
		subjects->rows[subjects->count++] = &graph->functions[i];
	}
}

static void
fill_row(struct row *row, const struct cg_graph *graph, const struct cg_edge *edge,
         bool callers)
{
	const struct cg_function *caller = &graph->functions[edge->caller];
	const struct cg_function *callee = &graph->functions[edge->callee];

	row->edge = *edge;
	row->subject = callers ? callee : caller;
	row->other = callers ? caller : callee;
	row->caller.name = caller->name;
	row->caller.file = caller->file;
	row->caller.line = caller->line;
	row->callee.name = callee->name;
	row->callee.file = callee->file;
	row->callee.line = callee->line;
}

static size_t
find_rows(struct row *rows, const struct cg_graph *graph, const struct subjects *subjects,
          bool callers)
{
	size_t count = 0;

	for (uint32_t i = 0; i < graph->edge_count; i++) {
		const struct cg_edge *edge = &graph->edges[i];

		if (subjects->chosen[callers ? edge->callee : edge->caller])
			fill_row(&rows[count++], graph, edge, callers);
	}
	return count;
}

static int
show_csv(struct cg_table *table, const struct row *rows, size_t count,
         const struct cg_report_settings *settings)
{
	for (size_t i = 0; i < count; i++)
		table->rows[i] = &rows[i];
	table->count = count;
	return cg_report_table(NULL, table, NULL, NULL, settings);
}

/* In one line of the page: the place goes before the name is cut. */
static void
print_subject(const struct cg_function *subject)
{
	enum { WALL = 16, NAME_MOST = 1000 }; /* room for the time; a page is not wider */
	char place[512], wall[CG_CELL_MAX], name[4 * NAME_MOST + 8];
	size_t width = cg_style_of(stdout).width;

	width = width < WALL + 8 ? 8 : (width > NAME_MOST ? NAME_MOST : width) - WALL;
	cg_cell_place(place, sizeof(place), subject, NULL);
	if (cg_cell_width(subject->name) + 1 + cg_cell_width(place) > width)
		cg_cell_short_place(place, sizeof(place), subject);
	if (cg_cell_width(subject->name) + 1 + cg_cell_width(place) > width)
		*place = '\0';
	cg_cell_time(wall, subject->wall_ns);
	printf("%s%s%s, wall %.*s\n", cg_cell_name(name, sizeof(name), subject->name, width),
	       *place ? " " : "", place, (int)cg_cell_trimmed(wall), wall);
}

static int
show_one(struct cg_table *table, const struct row *rows, size_t count,
         const struct cg_function *subject, bool callers,
         const struct cg_report_settings *settings)
{
	print_subject(subject);
	table->count = 0;
	for (size_t i = 0; i < count; i++)
		if (rows[i].subject == subject)
			table->rows[table->count++] = &rows[i];
	if (table->count)
		return cg_report_table(NULL, table, "wall", callers ? "callers" : "callees",
		                       settings);
	printf(callers ? "has no recorded caller\n" : "has no recorded callee\n");
	return CG_EXIT_OK;
}

static int
by_wall(const void *a, const void *b)
{
	const struct cg_function *f = *(const struct cg_function *const *)a;
	const struct cg_function *g = *(const struct cg_function *const *)b;

	if (f->wall_ns != g->wall_ns)
		return f->wall_ns > g->wall_ns ? -1 : 1;
	return (f > g) - (f < g);
}

static int
show_tables(struct cg_table *table, const struct row *rows, size_t count,
            const struct subjects *subjects, const struct cg_report_settings *settings)
{
	size_t shown = subjects->count < SUBJECTS_MOST ? subjects->count : SUBJECTS_MOST;
	int code = CG_EXIT_OK;

	qsort(subjects->rows, subjects->count, sizeof(*subjects->rows), by_wall);
	for (size_t i = 0; i < shown && code == CG_EXIT_OK; i++) {
		printf("%s", i ? "\n" : "");
		code = show_one(table, rows, count, subjects->rows[i], settings->callers != NULL,
		                settings);
	}
	if (shown < subjects->count)
		printf("\n... and %zu more functions match; a longer part of the name chooses\n",
		       subjects->count - shown);
	return code;
}

int
cg_report_edges(const struct cg_graph *graph, const struct cg_report_settings *settings)
{
	const char *word = settings->callers ? settings->callers : settings->callees;
	struct subjects subjects = {
		.chosen = calloc(graph->function_count + 1u, sizeof(*subjects.chosen)),
		.rows = calloc(graph->function_count + 1u, sizeof(*subjects.rows))};
	struct row *rows = calloc(graph->edge_count + 1u, sizeof(*rows));
	struct cg_table table = {.columns = settings->callers ? cg_report_edge_columns
	                                                      : callee_columns,
	                         .rows = calloc(graph->edge_count + 1u, sizeof(*table.rows)),
	                         .indent = SIZE_MAX};
	size_t count;
	int code;

	if (!subjects.chosen || !subjects.rows || !rows || !table.rows) {
		code = cg_cli_fail("out of memory");
		goto out;
	}
	subjects_find(&subjects, graph, word);
	if (!subjects.count) {
		code = cg_cli_fail("no function has '%s' in its name", word);
		goto out;
	}
	count = find_rows(rows, graph, &subjects, settings->callers != NULL);
	if (settings->format == CG_REPORT_CSV) {
		code = show_csv(&table, rows, count, settings);
	} else {
		cg_report_head(graph, cg_style_of(stdout));
		code = show_tables(&table, rows, count, &subjects, settings);
	}
out:
	free(subjects.chosen);
	free(subjects.rows);
	free(rows);
	free(table.rows);
	return code;
}
