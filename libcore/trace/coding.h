/* The codings of a column: values to bytes and back (doc/trace-format.md, "Tables"). */
#ifndef CG_TRACE_CODING_H
#define CG_TRACE_CODING_H
#include <stdbool.h>
#include "base/buffer.h"
#include "trace/format.h"

/* Append `count` values, in any coding but BYTES; a failure is the buffer's. */
void cg_coding_put(struct cg_buffer *out, enum cg_trace_coding coding,
                   const uint64_t *values, uint32_t count);

/* Read `count` values, in any coding but BYTES, that use up all n bytes. false: they do not. */
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
#endif
