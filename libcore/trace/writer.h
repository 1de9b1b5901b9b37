/* Writing records as a trace. The same records and level give the same bytes. */
#ifndef CG_TRACE_WRITER_H
#define CG_TRACE_WRITER_H
#include "trace/records.h"
#include "trace/sink.h"

enum {
	CG_TRACE_LEVEL = 6,      /* of zlib, 0 to 9: what to use when nobody says */
	CG_TRACE_LEVEL_PACK = 10 /* more than zlib's: whatever makes it smaller */
};

/* Write records to a sink. CG_NOMEM, CG_LIMIT, or what the sink gave. */
enum cg_status cg_trace_write(const struct cg_records *records,
                              const struct cg_sink *sink, int level);
#endif
