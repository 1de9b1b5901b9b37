/* The codings of a column: values to bytes and back (doc/trace-format.md, "Tables"). */
#ifndef CG_TRACE_CODING_H
#define CG_TRACE_CODING_H
#include <stdbool.h>
#include "base/buffer.h"
#include "trace/format.h"

/* Append `count` values: DENSE, SPARSE or PLANES; a failure is the buffer's. */
void cg_coding_put(struct cg_buffer *out, enum cg_trace_coding coding,
                   const uint64_t *values, uint32_t count);

/* Read `count` values of these codings, that use up all n bytes. false: they do not. */
bool cg_coding_get(enum cg_trace_coding coding, const uint8_t *bytes, size_t n,
                   uint64_t *values, uint32_t count);

/* A sparse column, value by value. */
struct cg_sparse {
	const uint8_t *skips; /* borrowed; those of the values that are still to come */
	const uint8_t *end;
	uint32_t used; /* values that are not zero */
	uint32_t row;  /* the next that may have one */
};

/* Begin with n bytes that stand for `count` rows; its values go to values[0..used). */
bool cg_sparse_open(struct cg_sparse *sparse, const uint8_t *bytes, size_t n,
                    uint64_t *values, uint32_t count);

/* The row of the next value; call it `used` times. false: it is none of `count`. */
bool cg_sparse_next(struct cg_sparse *sparse, uint32_t count, uint32_t *row);

/* A column that has values only where another one is above a limit. */
struct cg_where {
	uint8_t by;     /* id of the other column, an earlier one */
	uint64_t above; /* its limit */
	uint32_t used;  /* values, which may be zero */
};

/* Append where->used values. A failure is the buffer's. */
void cg_where_put(struct cg_buffer *out, const struct cg_where *where,
                  const uint64_t *values);

/* The bytes before the planes of a column of n bytes, or 0: they are no such column. */
size_t cg_where_head(struct cg_where *where, const uint8_t *bytes, size_t n);

/* Read all values of n bytes, at most `count`. false: they are no such column. */
bool cg_where_get(struct cg_where *where, const uint8_t *bytes, size_t n,
                  uint64_t *values, uint32_t count);
#endif
