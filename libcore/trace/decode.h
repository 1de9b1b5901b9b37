/* From the payloads of chunks to records: what the reader does after its checksums. */
#ifndef CG_TRACE_DECODE_H
#define CG_TRACE_DECODE_H
#include "trace/layout.h"
#include "trace/records.h"
#include "trace/strings.h"

struct cg_decoder {
	struct cg_records out; /* its strings are in `strings` until the end */
	struct cg_strings strings;
	size_t caps[8];       /* by enum cg_layout_id */
	bool salvage;
	bool has_meta, ended;
	uint32_t thread;      /* of the node that comes next: index into out.threads */
	struct cg_index_row *index; /* owned: of the INDX chunk, or NULL */
	uint32_t index_count;
	uint64_t index_offset; /* END: of the INDX chunk, 0: none */
	uint64_t size;        /* END: bytes of the file */
	uint32_t chunks;      /* END: chunks before it */
	const char *why;      /* of the last failure; static storage */
};

/* CG_NOMEM. Owned: cg_decoder_release. */
enum cg_status cg_decoder_init(struct cg_decoder *decoder, bool salvage);
void cg_decoder_release(struct cg_decoder *decoder);

/* Is it a type of chunk that this version knows? */
bool cg_decoder_knows(uint32_t type);

/* Take the inflated payload of a known chunk. On failure `why` is set; see cg_trace_read. */
enum cg_status cg_decoder_chunk(struct cg_decoder *decoder, uint32_t type,
                                const uint8_t *payload, size_t n);

/*
 * Check what could not be checked before all was there, and hand the records over; the
 * decoder is then empty. In salvage, what points at nothing is cut off instead.
 */
enum cg_status cg_decoder_finish(struct cg_decoder *decoder, struct cg_records *records);
#endif
