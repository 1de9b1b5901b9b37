/*
 * CPU time of the nodes of one thread.
 *
 * The collector takes a short gap between two events for CPU time and asks the CPU clock
 * after a long one. The answer covers the long gap and the short ones since the last
 * answer, so it also tells by how much these were assumed too high; that difference is
 * booked where the long gap is. A node can so come out below zero or above its run. It is
 * then cut, and what the cut would add to or take from the thread is shared out among the
 * thread's other nodes, in proportion to what they have: the thread's total stays exact.
 */
#include "graph/cpu.h"

#include "graph/build.h"

/* What the nodes of a thread come to. */
struct spread {
	const struct cg_records *records;
	uint64_t sum;  /* of the nodes as they stand */
	uint64_t aim;  /* what the sum should be */
	uint64_t room; /* how far the nodes are below their runs */
};

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* part / whole of total, rounded down; part <= whole. */
static uint64_t
share(uint64_t part, uint64_t total, uint64_t whole)
{
#ifdef __SIZEOF_INT128__
	__extension__ typedef unsigned __int128 wide;

	return (uint64_t)((wide)part * total / whole);
#else
	return (uint64_t)((long double)part * total / whole);
#endif
}

/* The most that a node's CPU time can be. */
static uint64_t
run_of(const struct spread *s, uint32_t i)
{
	return cg_records_ns(s->records, s->records->nodes[i].run);
}

/* Each node on its own. Leaves in *s what they add up to and what they should. */
static void
book(struct spread *s, struct cg_node *nodes, uint32_t first, uint32_t end)
{
	uint64_t runs = 0, plus = 0, minus = 0;

	s->sum = 0;
	for (uint32_t i = first; i < end; i++) {
		const struct cg_rec_node *rec = &s->records->nodes[i];
		uint64_t run = rec->run ? run_of(s, i) : 0;
		uint64_t most = cg_add(run, rec->gap_cpu_ns);
		uint64_t less = 0;

		if (rec->gap || rec->gap_before)
			less = cg_records_ns(s->records, cg_add(rec->gap, rec->gap_before));
		nodes[i].cpu_ns = most > less ? least(most - less, run) : 0;
		s->sum = cg_add(s->sum, nodes[i].cpu_ns);
		runs = cg_add(runs, run);
		plus = cg_add(plus, most);
		minus = cg_add(minus, less);
	}
	s->aim = plus > minus ? least(plus - minus, runs) : 0;
	s->room = runs - least(runs, s->sum);
}

/*
 * Take the nodes from `sum` to `aim`. Shares are differences of one rising function, so
 * they add up to the nanosecond.
 */
static void
lower(const struct spread *s, struct cg_node *nodes, uint32_t first, uint32_t end)
{
	uint64_t before = 0, given = 0;

	for (uint32_t i = first; i < end; i++) {
		uint64_t old = nodes[i].cpu_ns, upto;

		if (!old)
			continue;
		before = least(cg_add(before, old), s->sum);
		upto = share(before, s->aim, s->sum);
		nodes[i].cpu_ns = least(upto - given, old);
		given = upto;
	}
}

static void
raise_up(const struct spread *s, struct cg_node *nodes, uint32_t first, uint32_t end)
{
	uint64_t before = 0, given = 0;

	for (uint32_t i = first; i < end; i++) {
		uint64_t room, upto;

		if (!s->records->nodes[i].run)
			continue;
		room = run_of(s, i) - nodes[i].cpu_ns;
		before = least(cg_add(before, room), s->room);
		upto = share(before, s->aim - s->sum, s->room);
		nodes[i].cpu_ns += least(upto - given, room);
		given = upto;
	}
}

void
cg_cpu_spread(const struct cg_records *records, struct cg_node *nodes, uint32_t first,
              uint32_t end)
{
	struct spread s = {.records = records};

	book(&s, nodes, first, end);
	if (s.sum > s.aim)
		lower(&s, nodes, first, end);
	else if (s.sum < s.aim && s.room)
		raise_up(&s, nodes, first, end);
	/* the root's share is time in which nothing recorded ran */
	nodes[first].cpu_ns = 0;
}
