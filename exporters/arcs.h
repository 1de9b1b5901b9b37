/*
 * A table of arcs: who called whom, and the numbers of each. An arc and its numbers lie side
 * by side, since what lies apart comes from memory apart.
 */
#ifndef CG_EXPORTERS_ARCS_H
#define CG_EXPORTERS_ARCS_H
#include "corograph.h"
#include "hash.h"

/* For what lies on the way of each place, and is more than gcc would take in by itself. */
#define CG_INLINE __attribute__((always_inline)) static inline

/* A caller and what it called, rows both. */
struct cg_arc {
	uint32_t caller;
	uint32_t callee;
	uint64_t calls;
	uint64_t primitive; /* see callgraph.h */
	uint64_t costs[];   /* as many as the table was made for, 0 at first */
};

/* Open addressing. A place that holds nothing has arc 0. */
struct cg_arc_slot {
	uint32_t tag; /* bits of the hash */
	uint32_t arc; /* 1 + its number */
};

struct cg_arcs {
	uint64_t *words;           /* owned; arcs in the order they were met */
	struct cg_arc_slot *slots; /* owned */
	size_t cap;                /* of words */
	uint32_t count;
	uint32_t slot_count; /* a power of two */
	unsigned width;      /* words of an arc */
};

/* An empty table, with room for about `expected` arcs. CG_NOMEM. */
enum cg_status cg_arcs_init(struct cg_arcs *arcs, unsigned costs, uint32_t expected);

void cg_arcs_release(struct cg_arcs *arcs);

/* Free what finding needs; the arcs stay. */
void cg_arcs_close(struct cg_arcs *arcs);

static inline struct cg_arc *
cg_arcs_at(const struct cg_arcs *arcs, uint32_t i)
{
	return (struct cg_arc *)(arcs->words + (size_t)i * arcs->width);
}

/* The arc will be asked for soon. Always inline, since gcc else takes it for nothing. */
CG_INLINE void
cg_arcs_prefetch(const struct cg_arcs *arcs, uint32_t i)
{
	const uint64_t *words = arcs->words + (size_t)i * arcs->width;

	__builtin_prefetch(words);
	__builtin_prefetch(words + arcs->width - 1);
}

/*
 * A search in three steps, with other work in between, while memory brings what the next
 * step needs: where the arc may be (far), which it most likely is (near), and which it is.
 */
struct cg_arc_search {
	uint64_t hash;
	uint32_t caller, callee;
	uint32_t guess; /* CG_NONE: none */
};

CG_INLINE void
cg_arc_search_far(struct cg_arc_search *search, const struct cg_arcs *arcs,
                  uint32_t caller, uint32_t callee)
{
	uint64_t hash = cg_hash_mix((uint64_t)caller << 32 | callee);

	*search = (struct cg_arc_search){hash, caller, callee, CG_NONE};
	__builtin_prefetch(&arcs->slots[(uint32_t)hash & (arcs->slot_count - 1)]);
}

CG_INLINE void
cg_arc_search_near(struct cg_arc_search *search, const struct cg_arcs *arcs)
{
	uint32_t mask = arcs->slot_count - 1;
	uint32_t i = (uint32_t)search->hash & mask;

	while (arcs->slots[i].arc && arcs->slots[i].tag != (uint32_t)(search->hash >> 32))
		i = (i + 1) & mask;
	search->guess = arcs->slots[i].arc - 1;
	if (search->guess != CG_NONE)
		cg_arcs_prefetch(arcs, search->guess);
}

/* cg_arc_search_end where there is no guess, or a wrong one. */
enum cg_status cg_arc_search_all(const struct cg_arc_search *search, struct cg_arcs *arcs,
                                 uint32_t *found);

CG_INLINE bool
cg_arc_is_sought(const struct cg_arc *arc, const struct cg_arc_search *search)
{
	return arc->caller == search->caller && arc->callee == search->callee;
}

/*
 * The arc, which is added when there is none; pointers to arcs are then void. The step
 * before may be left out. CG_NOMEM, CG_LIMIT beyond 2^30 arcs.
 */
CG_INLINE enum cg_status
cg_arc_search_end(const struct cg_arc_search *search, struct cg_arcs *arcs,
                  uint32_t *found)
{
	*found = search->guess;
	if (search->guess != CG_NONE &&
	    cg_arc_is_sought(cg_arcs_at(arcs, search->guess), search))
		return CG_OK;
	return cg_arc_search_all(search, arcs, found);
}

#endif
