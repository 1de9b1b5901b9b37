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
	const char *function; /* NULL: all; so for module and thread */
	const char *module;
	const char *thread;
	const char *min_share; /* as it was said; NULL: the view's own */
	bool no_fold;          /* the tree with its import machinery */
	bool salvage;
	bool compensate;
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

/* The columns of each view; those of edges have the same keys both ways. */
extern const struct cg_column cg_report_function_columns[];
extern const struct cg_column cg_report_tree_columns[];
extern const struct cg_column cg_report_task_columns[];
extern const struct cg_column cg_report_thread_columns[];
extern const struct cg_column cg_report_blocking_columns[];
extern const struct cg_column cg_report_edge_columns[];

/* A cg_threads_fn: those with the number or name `word`, else with it in their name. */
void cg_report_threads_named(void *word, const struct cg_thread_row *threads,
                             uint32_t count, bool *keep);

/* How well a word names a function: 2 its whole name, 1 a part, 0 not at all. */
int cg_report_match(const struct cg_function *f, const char *word);

/* What the filters of the command line come to, for one graph. */
struct cg_report_filter {
	bool chosen;       /* functions are chosen by name or module */
	bool *functions;   /* per function: it is chosen; owned */
	uint64_t least_ns; /* the least time of a row */
};

/*
 * `share` is the least share of the recording's time, in percent, when --min-share does not
 * say. Returns an exit code: what names nothing has been reported, and nothing is to be
 * released then.
 */
int cg_report_filter_init(struct cg_report_filter *filter, const struct cg_graph *graph,
                          const struct cg_report_settings *settings, double share);
void cg_report_filter_release(struct cg_report_filter *filter);

/* Whether a row of that function (CG_NONE: none) and time is to be shown. */
bool cg_report_filter_passes(const struct cg_report_filter *filter, uint32_t function,
                             uint64_t ns);

/* Reports that the filters leave no `what`. Returns the exit code. */
int cg_report_nothing(const struct cg_report_settings *settings, const char *what);

/* How a node of the tree is shown when imports are folded. */
struct cg_import {
	uint32_t above;   /* the node it stands under on the page; CG_NONE for a thread */
	uint32_t module;  /* function: the node stands for its import; CG_NONE: for itself */
	uint32_t region;  /* the uppermost node of the machinery that it is in, or CG_NONE */
	uint32_t modules; /* of that node: how many modules its imports ran */
	bool nameless;    /* an import that ran no recorded module: cached, or in C */
	bool hidden;
};

/*
 * Fold the import machinery of a graph: an array per node, owned by the caller, or NULL
 * without memory. *titles is how many nodes stand for an import.
 */
struct cg_import *cg_report_imports(const struct cg_graph *graph, size_t *titles);

/* From _begin to _end a terminal is told, after a while, that a trace is being read. */
void cg_report_progress_begin(void);
void cg_report_progress_end(void);

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
