/* From the payloads of chunks to records: what the reader does after its checksums. */
#ifndef CG_TRACE_DECODE_H
#define CG_TRACE_DECODE_H
#include "trace/layout.h"
#include "trace/records.h"
#include "trace/strings.h"

/* In salvage: a reference to something that was lost, and the name that stands for it. */
#define CG_LOST (CG_NONE - 1)
#define CG_LOST_NAME "<lost>"

struct cg_decoder {
	struct cg_records out; /* its strings are in `strings` until the end */
	struct cg_strings strings;
	size_t caps[CG_LAYOUTS];
	bool has_meta, has_rows, ended;
	uint32_t thread;            /* of the node that comes next: index into out.threads */
	uint32_t farthest;          /* one past the last node that is an origin */
	struct cg_index_row *index; /* owned: of the INDX chunk, or NULL */
	uint32_t index_count;
	uint64_t index_offset; /* END: of the INDX chunk, 0: none */
	uint64_t size;         /* END: bytes of the file */
	uint32_t chunks;       /* END: chunks before it */
	const char *why;       /* of the last failure; static storage */

	/* Set by a reader that goes on after damage. */
	bool damaged;
	uint32_t lost_rows; /* at most so many rows were in the chunks that were lost */
};

/* CG_NOMEM. Owned: cg_decoder_release. */
enum cg_status cg_decoder_init(struct cg_decoder *decoder);
void cg_decoder_release(struct cg_decoder *decoder);

/* Is it a type of chunk that this version knows? */
bool cg_decoder_knows(uint32_t type);

/*
 * Take the inflated payload of a known chunk: all of it or, on failure, nothing; of a
 * group what stands before the failure. `why` is set then; see cg_trace_read.
 */
enum cg_status cg_decoder_chunk(struct cg_decoder *decoder, uint32_t type,
                                const uint8_t *payload, size_t n);

/*
 * Check what could not be checked before all was there, and hand the records over; the
 * decoder is then empty. After damage, holes are closed instead.
 */
enum cg_status cg_decoder_finish(struct cg_decoder *decoder, struct cg_records *records);

/* The rest is for decode.c, rows.c and salvage.c. */

/* Note why, a static string, and return the status. */
enum cg_status cg_decoder_fail(struct cg_decoder *decoder, enum cg_status status,
                               const char *why);

/* What reading columns came to, with the words for it in `why`. */
enum cg_status cg_decoder_column(struct cg_decoder *decoder, enum cg_status status);

/* Does *ref name one of `count` things? After damage what it names may be lost: CG_LOST. */
bool cg_decoder_refers(const struct cg_decoder *decoder, uint32_t *ref, uint32_t count);

/* May a table begin at `first` when there are `have` rows? After damage, with a gap. */
bool cg_decoder_gap(const struct cg_decoder *decoder, uint32_t have, uint32_t first);

/*
 * Close the holes: what was lost of a tree becomes a node of the function <lost> each, what
 * points to something lost points there or nowhere. CG_NOMEM, CG_LIMIT.
 */
enum cg_status cg_decoder_salvage(struct cg_decoder *decoder);
#endif
