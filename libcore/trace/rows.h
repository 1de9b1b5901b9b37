/* Checking rows that were read, for the decoder. */
#ifndef CG_TRACE_ROWS_H
#define CG_TRACE_ROWS_H
#include "trace/decode.h"

/*
 * Check the rows of a table, the last ones of their array: what they name must be there.
 * Finds the parents of nodes. CG_NOMEM, CG_CORRUPT, CG_LIMIT, CG_UNSUPPORTED.
 */
enum cg_status cg_rows_check(struct cg_decoder *decoder, enum cg_layout_id id,
                             const struct cg_table *table);

/* Mark row i, which is zeroed, as one that was lost. */
void cg_rows_lose(struct cg_decoder *decoder, enum cg_layout_id id, uint32_t i);
#endif
