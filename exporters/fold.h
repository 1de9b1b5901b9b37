/* The walk over places that a call graph is made by. */
#ifndef CG_EXPORTERS_FOLD_H
#define CG_EXPORTERS_FOLD_H
#include "callgraph.h"
#include "shares.h"

/*
 * Make the shares of the places from `from` to before `to`, in depth-first order, with the
 * lanes of `graph`, of which nothing else is looked at. What is open where the walk begins
 * is open in it, but counts where it stands: walks over all places add up to one walk.
 * Release whatever the status is. CG_NOMEM.
 */
enum cg_status cg_fold_walk(struct cg_shares *shares, const struct cg_callgraph *graph,
                            const struct cg_placed *placed, const struct cg_rows *rows,
                            const struct cg_fold *fold, uint32_t from, uint32_t to);

#endif
