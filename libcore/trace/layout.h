/* Which field is which column: one table a chunk type, for the writer and the reader. */
#ifndef CG_TRACE_LAYOUT_H
#define CG_TRACE_LAYOUT_H
#include "trace/records.h"
#include "trace/table.h"

/* Columns that are not the field of a struct. */
enum {
	CG_COL_LENGTH = 1, /* STRS: bytes of each string */
	CG_COL_TEXT = 2,   /* STRS: all of them */
	CG_COL_UP = 1,     /* NODE: levels from the node before to the parent */
	CG_COL_OUTER = 2   /* NODE: parents outside of the chunk, one more; 0: a root */
};

/* Columns of NODE that are not stored as the fields are: gaps.h. They are its last. */
enum {
	CG_COL_RUN = 12, /* which they are seen against */
	CG_COL_GAP = 15,
	CG_COL_GAP_BEFORE = 16,
	CG_COL_GAP_CPU = 17,
	CG_GAP_COLUMNS = 3
};

/* One of the tables of records. */
struct cg_layout {
	uint32_t type;    /* of the chunk */
	const char *name; /* of a row, in a dump */
	const struct cg_column *columns;
	uint32_t column_count;
	uint32_t most;  /* rows, all chunks together */
	uint16_t array; /* offset in cg_records of the pointer to the rows */
	uint16_t count; /* offset of their number, uint32_t */
	size_t stride;
	bool optional; /* readers that do not know it may go on without */
};

enum cg_layout_id {
	CG_LAYOUT_FUNCTIONS,
	CG_LAYOUT_THREADS,
	CG_LAYOUT_NODES,
	CG_LAYOUT_SPAWNS,
	CG_LAYOUT_TASKS,
	CG_LAYOUT_HOLDS,
	CG_LAYOUT_ARGUMENTS,
	CG_LAYOUT_PACKS,
	CG_LAYOUT_SOURCES,
	CG_LAYOUTS
};
extern const struct cg_layout cg_layouts[CG_LAYOUTS];

/* META: one row, the cg_records itself. */
extern const struct cg_column cg_meta_columns[];
extern const uint32_t cg_meta_column_count;

/* INDX: where a chunk is. */
struct cg_index_row {
	uint32_t type, stored;
	uint64_t offset;
};
extern const struct cg_column cg_index_columns[];
extern const uint32_t cg_index_column_count;
#endif
