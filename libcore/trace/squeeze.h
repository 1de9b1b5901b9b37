/* Making the payload of a chunk as small as it gets, at any cost of time. */
#ifndef CG_TRACE_SQUEEZE_H
#define CG_TRACE_SQUEEZE_H
#include "base/buffer.h"

#include <stdbool.h>

struct z_stream_s;

/* Write the table in `raw` anew, each column in the coding that deflates best. */
enum cg_status cg_squeeze_table(struct cg_buffer *raw);

/*
 * Deflate the table `raw` into `stored`, which is then a zlib stream; the shortest of
 * several ways. CG_NOMEM.
 */
enum cg_status cg_squeeze_deflate(const struct cg_buffer *raw, struct cg_buffer *stored);

/* The same for a group of tables. CG_NOMEM. */
enum cg_status cg_squeeze_group(const struct cg_buffer *raw, struct cg_buffer *stored);

/*
 * Deflate a table in one go, with a stream that deflateInit2 has made ready for this level:
 * blocks end where the kind of bytes changes. false when that makes it no shorter, or, with the status
 * of `stored`, when there is no memory.
 */
bool cg_squeeze_once(struct z_stream_s *zlib, int level, const struct cg_buffer *raw,
                     struct cg_buffer *stored);
#endif
