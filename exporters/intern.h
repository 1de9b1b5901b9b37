/* A set of strings, each kept once and named by a small number. */
#ifndef CG_EXPORTERS_INTERN_H
#define CG_EXPORTERS_INTERN_H
#include "corograph.h"

struct cg_intern {
	char *bytes;         /* all strings, each with its NUL */
	size_t *at;          /* where each begins in `bytes` */
	uint32_t *slots;     /* open addressing: 1 + id, 0 where empty */
	uint32_t count;      /* ids are 0 to count - 1, in the order of their first use */
	uint32_t slot_count; /* a power of two, or 0 */
	size_t bytes_len, bytes_cap, at_cap;
};

/* An empty set; allocates nothing. */
void cg_intern_init(struct cg_intern *strings);

void cg_intern_release(struct cg_intern *strings);

/* Room for so many strings in all: adding them is faster then. CG_NOMEM. */
enum cg_status cg_intern_reserve(struct cg_intern *strings, uint32_t count);

/* The id of `text` (copied when it is new). CG_NOMEM, CG_LIMIT beyond 2^30 strings. */
enum cg_status cg_intern_add(struct cg_intern *strings, const char *text, uint32_t *id);

/* Borrowed until the next cg_intern_add. */
static inline const char *
cg_intern_get(const struct cg_intern *strings, uint32_t id)
{
	return strings->bytes + strings->at[id];
}

#endif
