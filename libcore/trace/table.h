/*
 * Tables: the payload of nearly every chunk. A number of rows, column by column; a column
 * that is not there is zero in every row (doc/trace-format.md, "Tables").
 */
#ifndef CG_TRACE_TABLE_H
#define CG_TRACE_TABLE_H
#include "base/buffer.h"
#include "corograph.h"
#include "trace/format.h"

/* How a field becomes a column's value. */
enum cg_column_form {
	CG_FORM_PLAIN,
	CG_FORM_INDEX,  /* CG_NONE is 0, else one more */
	CG_FORM_SIGNED, /* zigzag */
	CG_FORM_TICK    /* zigzag of the difference to the recording's start */
};

/* A column of a table of structs. */
struct cg_column {
	uint8_t id;
	uint8_t size;     /* bytes of the field: 1, 4 or 8 */
	uint8_t form;     /* enum cg_column_form */
	uint8_t coding;   /* enum cg_trace_coding, where most rows are not zero */
	uint16_t offset;  /* of the field in its struct */
	const char *name; /* in a dump */
};

/* The rows of one chunk: row i is the struct at base + (first + i) * stride. */
struct cg_rows {
	const struct cg_column *columns;
	uint32_t column_count;
	uint32_t first, count;
	uint64_t start; /* tick that CG_FORM_TICK counts from */
	size_t stride;
};

/* Write the head of a table. Columns follow, by rising id. */
void cg_table_begin(struct cg_buffer *out, uint32_t first, uint32_t count);

/*
 * Write the first column of rows, whatever it holds, so that every row costs a byte; of the
 * others those that are not all zero.
 */
void cg_table_put(struct cg_buffer *out, const struct cg_rows *rows, const void *base);

/* Write one column; `values` need not be one a row. Nothing when all are zero. */
void cg_table_put_column(struct cg_buffer *out, uint8_t id, enum cg_trace_coding coding,
                         const uint64_t *values, uint32_t count);

/* The rows of a table in which an earlier column of plain numbers is above a limit. */
struct cg_rows_where {
	uint8_t by; /* id of that column */
	uint64_t above;
	const uint64_t *values; /* of that column, one a row */
};

/*
 * Write one column with a value a row, for the rows alone that `where` says; another way
 * where others have one that is not zero. Nothing when all are zero.
 */
void cg_table_put_where(struct cg_buffer *out, uint8_t id,
                        const struct cg_rows_where *where, const uint64_t *values,
                        uint32_t count);

/* Write one column in this coding, all zero or not. */
void cg_table_put_coded(struct cg_buffer *out, uint8_t id, enum cg_trace_coding coding,
                        const uint64_t *values, uint32_t count);

/* Write one column with a value a row, all zero or not. */
void cg_table_put_first(struct cg_buffer *out, uint8_t id, const uint64_t *values,
                        uint32_t count);

/* Write a column of bytes as they are. */
void cg_table_put_bytes(struct cg_buffer *out, uint8_t id, const void *bytes, size_t n);

struct cg_table_column;

/* Write a column of another table as it is there. */
void cg_table_copy_column(struct cg_buffer *out, uint8_t id,
                          const struct cg_table_column *column);

/* The field of a row, whatever its size. */
uint64_t cg_column_load(const struct cg_column *column, const void *row);

/* A table that is being read: where its columns are. */
struct cg_table {
	uint32_t first, count;
	struct cg_table_column {
		const uint8_t *bytes; /* borrowed from the payload; NULL: all zero */
		size_t size;
		uint8_t coding;
	} columns[CG_TRACE_COLUMNS_MAX];
};

/* Find the columns in a payload. CG_CORRUPT, CG_LIMIT. */
enum cg_status cg_table_open(struct cg_table *table, const uint8_t *payload, size_t n);

/*
 * Read `count` values of a column, which is none that depends on another. All zero when it
 * is not there. CG_CORRUPT, CG_UNSUPPORTED: a coding that this version does not know.
 */
enum cg_status cg_table_get_column(const struct cg_table *table, uint8_t id,
                                   uint64_t *values, uint32_t count);

/*
 * Read all columns of `rows` into the structs at base, which are all zero there; their
 * other fields stay.
 */
enum cg_status cg_table_get(const struct cg_table *table, const struct cg_rows *rows,
                            void *base);
#endif
