/* The source files that the functions of a trace name, and their hashes. */
#ifndef CG_TRACE_SOURCES_H
#define CG_TRACE_SOURCES_H
#include "trace/records.h"

/*
 * Give records, which have none, a row for each file that a function names, in their order;
 * names like "<string>" are none. CG_NOMEM, CG_LIMIT. `progress` may be NULL.
 */
enum cg_status cg_sources_add(struct cg_records *records, cg_progress_fn progress,
                              void *arg);

/* The hash of a row as bytes. */
void cg_sources_digest(const struct cg_rec_source *source, uint8_t digest[CG_SOURCE_HASH]);
#endif
