/*
 * Graphs from text, so that tests of the exporters need no trace.
 *
 * One thing a line, fields separated by one tab; %XX in a text field stands for a byte:
 *
 *     I pid python argument...
 *     T id count name
 *     F kind line name file module
 *     N depth function edge calls suspensions run await cpu origin
 *
 * Nodes come depth first. A node of depth 0 is a thread's root: its function field is the
 * index of the thread. `origin` is the index of a node, -1 for none; kind and edge are the
 * numbers of corograph.h. Only what exporters read is filled in.
 */
#ifndef CG_TESTS_TEXT_GRAPH_H
#define CG_TESTS_TEXT_GRAPH_H
#include "corograph.h"

/*
 * As cg_graph_open, of a text file; an empty file is a damaged one, at offset 7, and
 * "out-of-memory:N:PATH" fails the n-th allocation of the exporters after this.
 */
enum cg_status text_graph_open(struct cg_graph **graph, const char *path, unsigned flags,
                               struct cg_error *error);

void text_graph_free(struct cg_graph *graph);

#endif
