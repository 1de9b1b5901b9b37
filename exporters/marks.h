/*
 * What has to be known of places before they can be folded from the last to the first:
 * where each one's share goes, whether that is above it already, and how deep it stands.
 */
#ifndef CG_EXPORTERS_MARKS_H
#define CG_EXPORTERS_MARKS_H
#include "callgraph.h"
#include "shares.h"

struct cg_mark {
	cg_share_from from; /* the caller is the nearest one above that does not vanish */
	uint32_t row;       /* its own, or where it vanishes the caller */
	uint32_t depth : 31;
	uint32_t kept : 1; /* it does not vanish */
};

/*
 * Marks of the places from `from` to before `to`, and in front of them of those that stand
 * above place `from`, `above` in number.
 */
struct cg_marks {
	struct cg_mark *marks; /* owned */
	uint32_t count, above;
	uint32_t from;
	uint32_t levels; /* one more than the largest depth */
};

/*
 * Mark places, and count what shares they will have. Release both whatever the status is.
 * CG_NOMEM, CG_LIMIT.
 */
enum cg_status cg_marks_init(struct cg_marks *marks, struct cg_shares *shares,
                             const struct cg_placed *placed, const struct cg_rows *rows,
                             const bool *keep, uint32_t from, uint32_t to);

void cg_marks_release(struct cg_marks *marks);

#endif
