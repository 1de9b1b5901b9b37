/* How shares are added up. */
#ifndef CG_EXPORTERS_SUMS_H
#define CG_EXPORTERS_SUMS_H
#include "callgraph.h"

/*
 * Add up the shares of the rows from `from` to before `to`, which lie in so many parts, into the rows of `graph`, and into arcs that follow each other from `first_arc`
 * on. Of `graph` nothing else is written. CG_NOMEM.
 */
enum cg_status cg_sums_make(const struct cg_callgraph *graph,
                            const struct cg_shares *shares, unsigned part_count,
                            enum cg_outer outer, uint32_t from, uint32_t to,
                            uint32_t first_arc);

#endif
