/* CPU time of the nodes of one thread; see cpu.c. */
#ifndef CG_GRAPH_CPU_H
#define CG_GRAPH_CPU_H
#include "trace/records.h"

/*
 * Set cpu_ns of nodes[first..end), the nodes of one thread with its root first. Never more
 * than the run of a node; the root's is 0.
 */
void cg_cpu_spread(const struct cg_records *records, struct cg_node *nodes,
                   uint32_t first, uint32_t end);
#endif
