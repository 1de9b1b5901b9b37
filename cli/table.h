/*
 * Tables of numbers and functions, for people and as CSV.
 *
 * A table does not hold cells: it points at rows that exist already, of one struct, and its
 * columns say where in that struct a value lies and what it is.
 */
#ifndef CG_CLI_TABLE_H
#define CG_CLI_TABLE_H
#include "corograph.h"

#include <stdio.h>

/* What a value is, and the type of the field it lies in. */
enum cg_column_kind {
	CG_COLUMN_COUNT,    /* uint64_t */
	CG_COLUMN_NUMBER,   /* uint32_t */
	CG_COLUMN_CALLS,    /* uint64_t; `second` is where the primitive calls lie */
	CG_COLUMN_TIME,     /* uint64_t, nanoseconds */
	CG_COLUMN_TEXT,     /* const char * */
	CG_COLUMN_FUNCTION, /* const struct cg_function *, or NULL: name and place */
	CG_COLUMN_ITSELF,   /* the row is the cg_function */
	CG_COLUMN_KIND,     /* uint32_t, enum cg_kind */
	CG_COLUMN_EDGE      /* uint32_t, enum cg_edge_kind */
};

/* Where a column is shown. */
enum cg_column_where { CG_COLUMN_BOTH, CG_COLUMN_PEOPLE, CG_COLUMN_CSV };

struct cg_column {
	const char *key;   /* the name for --sort; times get `_ns` behind it in CSV */
	const char *title; /* head of the column for people */
	enum cg_column_kind kind;
	enum cg_column_where where;
	size_t offset; /* of the field in the row */
	size_t second; /* of the second field of CALLS; of TIME: of a uint32_t, not 0 where
	                  the time is approximate, or 0 */
	/*
	 * Left out for people where the last column would have fewer characters than this and
	 * needs them; the largest goes first, 0 always stays.
	 */
	unsigned room;
};

/* How wide and in which style to write for people. */
struct cg_style {
	unsigned width; /* of the page */
	bool colours;
};

struct cg_table {
	const struct cg_column *columns; /* borrowed; one without a key ends them */
	const void **rows;               /* owned by the caller, pointers borrowed */
	size_t count;
	size_t indent; /* offset of an unsigned: how deep the name stands; SIZE_MAX: none */
};

/* The style for a stream: from COLUMNS, the terminal, NO_COLOR and TERM. */
struct cg_style cg_style_of(FILE *out);

/* The column with that key, `-` and `_` alike, or NULL. */
const struct cg_column *cg_table_column(const struct cg_table *table, const char *key);

/*
 * Put the rows in order: numbers from the largest, texts from A; equal ones stay as they
 * are. False when there is no memory.
 */
bool cg_table_sort(struct cg_table *table, const struct cg_column *by);

/* Write the first `limit` rows, 0 for all. `mark`: a last column of that name, all 1. */
void cg_table_print(const struct cg_table *table, size_t limit, struct cg_style style,
                    FILE *out);
void cg_table_print_csv(const struct cg_table *table, size_t limit, const char *mark,
                        FILE *out);

#endif
