/* The one way to records from a path: a trace, or the live image that is to become one. */
#ifndef CG_TRACE_LOAD_H
#define CG_TRACE_LOAD_H
#include "trace/reader.h"

/*
 * Read what is at `path` into *records, which must be empty: a trace, or an image; where
 * there is nothing, the image `path`.live. "-" is a trace on standard input. `flags` as for
 * cg_trace_read; `facts` (of an image only the size) and `error` may be NULL. On
 * success the records are the caller's: cg_records_release. As cg_trace_read, and CG_IO
 * with errno when there is no such file or it is a directory.
 */
enum cg_status cg_records_load(struct cg_records *records, const char *path,
                               unsigned flags, struct cg_trace_facts *facts,
                               struct cg_error *error);
#endif
