/* A counting sort whose counts come before what is sorted. */
#include "shares.h"
#include "memory.h"

enum cg_status
cg_shares_init(struct cg_shares *shares, uint32_t row_count, unsigned lanes)
{
	*shares = (struct cg_shares){.row_count = row_count};
	shares->width = (unsigned)(sizeof(struct cg_share) / sizeof(uint64_t)) + 2 * lanes;
	shares->start = cg_memory_array((size_t)row_count + 2, sizeof(*shares->start));
	return shares->start ? CG_OK : CG_NOMEM;
}

enum cg_status
cg_shares_counted(struct cg_shares *shares)
{
	uint64_t sum = 0;

	for (size_t row = 0; row < (size_t)shares->row_count + 2; row++) {
		sum += shares->start[row];
		if (sum >= CG_NONE)
			return CG_LIMIT;
		shares->start[row] = (uint32_t)sum;
	}
	shares->words = cg_memory_fresh(sum, shares->width * sizeof(*shares->words));
	return shares->words ? CG_OK : CG_NOMEM;
}

void
cg_shares_release(struct cg_shares *shares)
{
	cg_memory_free(shares->words);
	cg_memory_free(shares->start);
	*shares = (struct cg_shares){0};
}
