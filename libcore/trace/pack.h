/* Reading back what was just written. */
#ifndef CG_TRACE_PACK_H
#define CG_TRACE_PACK_H
#include "trace/records.h"

/* Is the trace in this file the same as these records? CG_CORRUPT when not, CG_IO, CG_NOMEM. */
enum cg_status cg_pack_check(const struct cg_records *records, const char *path);
#endif
