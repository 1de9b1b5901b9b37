/* The walk over places that a call graph is made by. */
#ifndef CG_EXPORTERS_FOLD_H
#define CG_EXPORTERS_FOLD_H
#include "callgraph.h"

/*
 * Add the places from `from` to before `to`, in depth-first order, to `graph`, whose lanes
 * are set. What is open where the walk begins is open in it, but counts where it stands:
 * walks over all places, each with a graph of its own, add up to one walk. CG_NOMEM,
 * CG_LIMIT.
 */
enum cg_status cg_fold_walk(struct cg_callgraph *graph, const struct cg_placed *placed,
                            const struct cg_rows *rows, const struct cg_fold *fold,
                            uint32_t from, uint32_t to);

#endif
