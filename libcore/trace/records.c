/* Records in memory: their end, and their clock. */
#include "trace/records.h"

#include "base/alloc.h"
#include "base/arena.h"

void
cg_records_init(struct cg_records *records)
{
	*records = (struct cg_records){0};
}

void
cg_records_release(struct cg_records *records)
{
	struct cg_arena arena = {records->arena};

	cg_arena_release(&arena);
	cg_free(records->strings);
	cg_free(records->functions);
	cg_free(records->nodes);
	cg_free(records->threads);
	cg_free(records->spawns);
	cg_free(records->holds);
	cg_free(records->tasks);
	cg_free(records->command);
	cg_free(records->packs);
	cg_free(records->sources);
	cg_records_init(records);
}

uint64_t
cg_records_ns(const struct cg_records *records, uint64_t ticks)
{
	uint64_t span = records->end.tick - records->start.tick;
	uint64_t ns = records->end.mono_ns - records->start.mono_ns;

	/* Whole numbers, so that every reader of a trace gives the same. */
	if (records->end.tick <= records->start.tick ||
	    records->end.mono_ns <= records->start.mono_ns || span == ns)
		return ticks;
#ifdef __SIZEOF_INT128__
	__extension__ typedef unsigned __int128 wide;
	wide product = (wide)ticks * ns + span / 2, result;

	if (product <= UINT64_MAX)
		return (uint64_t)product / span;
	result = product / span;
	return result > UINT64_MAX ? UINT64_MAX : (uint64_t)result;
#else
	return (uint64_t)((long double)ticks * ns / span + 0.5L);
#endif
}
