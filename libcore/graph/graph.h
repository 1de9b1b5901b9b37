/* Making a graph of records: the way in for cg_graph_open and for tests. */
#ifndef CG_GRAPH_GRAPH_H
#define CG_GRAPH_GRAPH_H
#include "corograph.h"
#include "trace/records.h"

/*
 * Compute the numbers of `records`, which are borrowed and may be released afterwards. Of
 * the flags (CG_OPEN_*) COMPENSATE means something here. On success *graph is owned by the caller: cg_graph_free. CG_CORRUPT when the records
 * contradict themselves (`error`, which may be NULL, says where), CG_NOMEM.
 */
enum cg_status cg_graph_build(struct cg_graph **graph, const struct cg_records *records,
                              unsigned flags, struct cg_error *error);
#endif
