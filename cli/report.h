/*
 * `corograph report`: what its views share.
 *
 * To add a view: write report_NAME.c with a cg_report_view function, declare it below and
 * put it into the table of cmd_report.c.
 */
#ifndef CG_CLI_REPORT_H
#define CG_CLI_REPORT_H
#include "corograph.h"
#include "table.h"

enum cg_report_format { CG_REPORT_TABLE, CG_REPORT_JSON, CG_REPORT_CSV };

/* Rows that are shown when --limit says nothing, as tables; CSV has all. */
enum { CG_REPORT_ROWS = 30 };

/* What the command line asks for. */
struct cg_report_settings {
	const char *sort; /* a column's key; NULL: the view's own order */
	uint64_t limit;   /* 0: all; UINT64_MAX: not said */
	unsigned view;    /* index into the views */
	unsigned format;  /* enum cg_report_format */
	const char *callers;
	const char *callees;
	bool salvage;
};

/* Shows a graph on standard output. Returns an exit code, a failure having been reported. */
typedef int (*cg_report_view)(const struct cg_graph *graph,
                              const struct cg_report_settings *settings);

int cg_report_functions(const struct cg_graph *graph,
                        const struct cg_report_settings *settings);
int cg_report_threads(const struct cg_graph *graph,
                      const struct cg_report_settings *settings);
int cg_report_tasks(const struct cg_graph *graph,
                    const struct cg_report_settings *settings);
int cg_report_blocking(const struct cg_graph *graph,
                       const struct cg_report_settings *settings);
int cg_report_tree(const struct cg_graph *graph,
                   const struct cg_report_settings *settings);

/* Who called, or was called by, the functions that settings->callers or callees names. */
int cg_report_edges(const struct cg_graph *graph,
                    const struct cg_report_settings *settings);

/* The lines above a table: the program, and what is missing. */
void cg_report_head(const struct cg_graph *graph, struct cg_style style);

/* Rows of a table that are to be shown; 0 for all. */
size_t cg_report_limit(const struct cg_report_settings *settings);

/*
 * Sort the table by settings->sort, or by `key` (NULL: leave it), and print it: for people
 * below the head of `graph`, which may be NULL for none. With `more`, a line behind the table
 * tells how many rows of that name were left out.
 */
int cg_report_table(const struct cg_graph *graph, struct cg_table *table, const char *key,
                    const char *more, const struct cg_report_settings *settings);

#endif
