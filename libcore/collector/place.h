/* Making nodes and taking plain calls off the stack. For the collector's own files. */
#ifndef CG_COLLECTOR_PLACE_H
#define CG_COLLECTOR_PLACE_H
#include "collector/collector.h"

/* A new node, in no index yet; NULL: no room. */
struct cg_img_node *cg_node_new(struct cg_thread *th, cg_ref parent, cg_ref function,
                                enum cg_edge_kind edge, cg_ref origin);

/* The plain call on top of the stack ends. */
void cg_plain_pop(struct cg_thread *th, bool raised);
#endif
