/*
 * What an export lists: functions, threads and the program, with text that viewers can
 * show. Functions whose name, file and line come out equal are one row.
 */
#ifndef CG_EXPORTERS_ROWS_H
#define CG_EXPORTERS_ROWS_H
#include "placed.h"
#include "intern.h"

enum cg_names {
	CG_NAMES_QUALIFIED, /* Class.method */
	CG_NAMES_SHORT      /* method */
};

enum cg_row_kind { CG_ROW_PROGRAM, CG_ROW_THREAD, CG_ROW_PYTHON, CG_ROW_BUILTIN };

/* How a format wants its rows. */
struct cg_row_style {
	enum cg_names names;
	const char *file[CG_ROW_BUILTIN + 1]; /* what stands for the file, per kind of row;
	                                         NULL: the function's own */
};

struct cg_row {
	uint32_t name; /* ids in strings */
	uint32_t file;
	uint32_t line;     /* 0 where there is none */
	uint32_t function; /* the first of those shown as this row; CG_NONE for no function */
	enum cg_row_kind kind;
};

/* Row 0 is the program, threads follow, then functions in the order of the graph. */
struct cg_rows {
	struct cg_intern strings;
	struct cg_row *rows; /* owned */
	uint32_t *of;        /* owned; per label of the placed tree: its row */
	uint32_t count;
};

/* Make the rows of all labels. Release with cg_rows_release, after success only. CG_NOMEM. */
enum cg_status cg_rows_init(struct cg_rows *rows, const struct cg_placed *placed,
                            const struct cg_row_style *style);

void cg_rows_release(struct cg_rows *rows);

static inline const char *
cg_rows_name(const struct cg_rows *rows, uint32_t row)
{
	return cg_intern_get(&rows->strings, rows->rows[row].name);
}

static inline const char *
cg_rows_file(const struct cg_rows *rows, uint32_t row)
{
	return cg_intern_get(&rows->strings, rows->rows[row].file);
}

#endif
