/* Whether records make sense, beyond what a reader must know to be safe. */
#ifndef CG_TRACE_VERIFY_H
#define CG_TRACE_VERIFY_H
#include "trace/records.h"

/*
 * Check the numbers of records that a reader or a capture gave: counts, clocks, tasks; and
 * fill `nodes`, `functions`, `threads`, `conserved` and `worst_imbalance` of *out. CG_NOMEM;
 * CG_CORRUPT, with the reason in *error, which may be NULL.
 */
enum cg_status cg_records_verify(const struct cg_records *records, struct cg_verify *out,
                                 struct cg_error *error);
#endif
