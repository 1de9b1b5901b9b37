/* Reading a trace, from anything that gives bytes in order, trusting none of them. */
#ifndef CG_TRACE_READER_H
#define CG_TRACE_READER_H
#include "trace/records.h"
#include "trace/sink.h"

/* A chunk as a reader met it. */
struct cg_chunk {
	uint32_t type;
	uint16_t flags;
	uint32_t sequence;
	uint32_t raw, stored; /* bytes of the payload: inflated, as stored */
	uint64_t offset;      /* of its head */
	bool skipped;         /* optional, of a type that this version does not know */
};

/* What a reader can tell beside the records. */
struct cg_trace_facts {
	uint16_t major, minor;
	uint64_t bytes;          /* read, to the end of the last chunk */
	struct cg_chunk *chunks; /* owned: cg_trace_facts_release */
	uint32_t chunk_count;
	bool index_agrees;    /* an index, where there is one, tells of these chunks */
	uint32_t lost_chunks; /* damaged ones that were passed over in salvage */
};

void cg_trace_facts_release(struct cg_trace_facts *facts);

/*
 * Read a trace into *records, which must be empty. `flags`: CG_OPEN_SALVAGE takes what can
 * be read of a damaged or cut one, which then is not `complete`. On success the records are
 * the caller's: cg_records_release. `facts` and `error` may be NULL; facts are filled on
 * success. CG_FORMAT: not a trace. CG_UNSUPPORTED, CG_CORRUPT, CG_TRUNCATED, CG_LIMIT,
 * CG_NOMEM, or what the source gave.
 */
enum cg_status cg_trace_read(struct cg_records *records, const struct cg_source *source,
                             unsigned flags, struct cg_trace_facts *facts,
                             struct cg_error *error);
#endif
