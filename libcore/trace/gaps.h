/* The columns of NODE that tell the long gaps (doc/trace-format.md, section 6.6). */
#ifndef CG_TRACE_GAPS_H
#define CG_TRACE_GAPS_H
#include "base/buffer.h"
#include "trace/records.h"

/* Write them of `count` nodes from `first` on; the clock of the records must be known. */
void cg_gaps_put(struct cg_buffer *out, const struct cg_records *records, uint32_t first,
                 uint32_t count);

/* From what the columns hold to what the fields of a node are. */
void cg_gaps_restore(const struct cg_records *records, struct cg_rec_node *node);
#endif
