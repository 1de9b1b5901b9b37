/*
 * What each place has a share in: the numbers that it adds to its row, and to the arc that
 * leads there. Shares lie row by row, so that a row and its arcs are added up from what
 * lies side by side.
 */
#ifndef CG_EXPORTERS_SHARES_H
#define CG_EXPORTERS_SHARES_H
#include "corograph.h"

/* For what lies on the way of each place, and is more than gcc would take in by itself. */
#define CG_INLINE __attribute__((always_inline)) static inline

/* Inclusive numbers of an arc count where ... */
enum cg_outer {
	CG_OUTER_ROW, /* ... its callee is not above itself; its `primitive` is 0 */
	CG_OUTER_ARC  /* ... it is not above itself; `primitive` are its calls there */
};

/*
 * Where a share comes from, in one word: the caller, a row or CG_NONE at the root, and above
 * its 32 bits a bit 1 << enum cg_outer for each that is so. Two halves that were just written
 * cannot be read as one before they have left the processor, and it then waits for all that
 * was written earlier, shares above all.
 */
typedef uint64_t cg_share_from;

struct cg_share {
	cg_share_from from;
	uint64_t calls;
	uint64_t costs[]; /* lane by lane self and inclusive */
};

static inline uint32_t
cg_share_caller(cg_share_from from)
{
	return (uint32_t)from;
}

static inline bool
cg_share_is_outer(cg_share_from from, enum cg_outer outer)
{
	return from >> 32 >> outer & 1;
}

struct cg_shares {
	uint64_t *words; /* owned */
	uint32_t *start; /* owned; per row where its shares begin; one more at the end */
	uint32_t row_count;
	unsigned width; /* words of a share */
};

/*
 * Shares are made in two rounds: first each is counted, then each is put down. Release
 * whatever the status is. CG_NOMEM.
 */
enum cg_status cg_shares_init(struct cg_shares *shares, uint32_t row_count,
                              unsigned lanes);

void cg_shares_release(struct cg_shares *shares);

/* The second round begins. CG_NOMEM, CG_LIMIT. */
enum cg_status cg_shares_counted(struct cg_shares *shares);

static inline struct cg_share *
cg_shares_at(const struct cg_shares *shares, uint32_t i)
{
	return (struct cg_share *)(shares->words + (size_t)i * shares->width);
}

/* While there are rounds the start of a row stands further on: by two in the first, ... */
static inline void
cg_shares_count(struct cg_shares *shares, uint32_t row)
{
	shares->start[(size_t)row + 2]++;
}

/* ... and by one in the second, in which it goes on to where the next row begins. */
CG_INLINE struct cg_share *
cg_shares_next(struct cg_shares *shares, uint32_t row)
{
	return cg_shares_at(shares, shares->start[(size_t)row + 1]++);
}

#endif
