/* A trace as a file that is there whole or not at all. */
#ifndef CG_TRACE_SAVE_H
#define CG_TRACE_SAVE_H
#include "trace/records.h"

/*
 * Write records to the file `path`: under another name in the same folder first, so that
 * `path` is the whole trace or what it was. A link is followed. What is no regular file (a
 * pipe, a terminal) is written to directly. CG_IO with errno, and as cg_trace_write; nothing
 * is left behind then. `level` is zlib's; `size` may be NULL, else the bytes written.
 */
enum cg_status cg_trace_write_file(const struct cg_records *records, const char *path,
                                   int level, uint64_t *size);
#endif
