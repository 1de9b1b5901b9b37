/* Records of some threads alone. */
#ifndef CG_GRAPH_NARROW_H
#define CG_GRAPH_NARROW_H
#include "trace/records.h"

/*
 * Take out of `records`, which cg_build_check found good, every thread but those that `keep`
 * says, an entry per thread: with its nodes, the tasks that it ran and its long segments. A
 * creator in one that went is none then. CG_NOMEM, with nothing changed.
 */
enum cg_status cg_records_narrow(struct cg_records *records, const bool *keep);
#endif
