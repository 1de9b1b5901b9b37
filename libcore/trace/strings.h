/* The strings of a cg_records that is being made. */
#ifndef CG_TRACE_STRINGS_H
#define CG_TRACE_STRINGS_H
#include "base/arena.h"
#include "base/buffer.h"
#include "trace/records.h"

struct cg_strings {
	struct cg_rec_string *items; /* owned; items[0] is "" */
	uint32_t count;
	size_t cap;
	uint32_t *buckets; /* owned; open addressing, index + 1, a power of two of them */
	size_t bucket_count;
	struct cg_arena arena;    /* the bytes */
	struct cg_buffer scratch; /* one string, made clean */
};

/* An empty table, which knows "". CG_NOMEM. Owned: cg_strings_release or _give. */
enum cg_status cg_strings_init(struct cg_strings *strings);
void cg_strings_release(struct cg_strings *strings);

/*
 * The index of a text, which may hold any bytes: control characters and what is not UTF-8
 * become the four characters \xNN a byte. Equal results share an index. CG_NOMEM, CG_LIMIT.
 */
enum cg_status cg_strings_add(struct cg_strings *strings, const char *bytes, size_t n,
                              uint32_t *index);

/* Append a text that is clean already, as it is and without a look for an equal one. */
enum cg_status cg_strings_append(struct cg_strings *strings, const char *bytes, size_t n);

/* Hand the strings over to records that have none. The table is then empty. */
void cg_strings_give(struct cg_strings *strings, struct cg_records *records);
#endif
