/* Verifying: each thing that must hold, broken in turn. */
#include "trace/verify.h"

#include "base/alloc.h"
#include "records_maker.h"
#include "tap.h"

static struct cg_records r;

/* Random records made sensible: what made_records leaves to chance and verify does not. */
static void
begin(void)
{
	made_records(&r, 4, 200);
	for (uint32_t i = 0; i < r.node_count; i++) {
		struct cg_rec_node *node = &r.nodes[i];

		node->origin = CG_NONE;
		if (node->parent == CG_NONE)
			node->calls = node->await = 0;
		if (node->raised > node->calls)
			node->raised = node->calls;
	}
	for (uint32_t i = 0; i < r.spawn_count; i++) {
		r.nodes[r.spawns[i].root].edge = CG_EDGE_SPAWN;
		if (r.spawns[i].longest > r.spawns[i].span)
			r.spawns[i].longest = r.spawns[i].span;
	}
	for (uint32_t i = 0; i < r.task_count; i++)
		r.tasks[i].parked = 0;
	for (uint32_t i = 0; i < r.thread_count; i++)
		r.threads[i].first = r.start.tick;
}

static void
check(enum cg_status want, bool conserved, const char *name)
{
	struct cg_error error = {0};
	struct cg_verify out = {0};
	enum cg_status got = cg_records_verify(&r, &out, &error);

	eq(got, want, name);
	if (got)
		ok(error.status == got && error.text[0], "and says why");
	else
		eq(out.conserved, conserved, "time is conserved, or not");
	cg_records_release(&r);
	begin();
}

int
main(void)
{
	begin();
	check(CG_OK, true, "records in order");
	r.threads[0].busy += r.threads[0].busy / 500;
	check(CG_OK, false, "a thread busy for longer than its calls");
	r.nodes[5].run += r.threads[0].busy / 500;
	check(CG_OK, false, "calls that ran for longer than their thread");
	r.threads[0].busy += r.threads[0].busy / 2000;
	check(CG_OK, true, "a difference below 0.1 %");
	r.nodes[0].run += 1u << 30;
	check(CG_OK, true, "an empty stack is nobody's time");
	r.threads[0].busy *= 2;
	r.live = true;
	check(CG_OK, true, "of a program that runs, sums may be apart");
	for (uint32_t i = 0; i < r.node_count; i++)
		r.nodes[i].unfinished = r.nodes[i].calls + 1;
	check(CG_CORRUPT, false, "more open than were started");
	r.nodes[5].raised = UINT64_MAX;
	r.nodes[6].raised = UINT64_MAX;
	check(CG_CORRUPT, false, "counts that would wrap");
	r.nodes[5].gap = r.nodes[5].run + 1;
	check(CG_CORRUPT, false, "gaps longer than the run");
	r.nodes[0].calls = 1;
	check(CG_CORRUPT, false, "a root that was called");
	r.nodes[5].origin = 3;
	check(CG_CORRUPT, false, "a creator of what is no task");
	r.nodes[r.spawns[0].root].edge = CG_EDGE_CALL;
	check(CG_CORRUPT, false, "a task whose root is a call");
	r.spawns[0].longest = r.spawns[0].span + 1;
	check(CG_CORRUPT, false, "a task longer than all together");
	r.tasks[0].start = r.tasks[0].end + 1;
	check(CG_CORRUPT, false, "a task that ends before it begins");
	r.tasks[0].parked = r.tasks[0].end - r.tasks[0].start + 1;
	check(CG_CORRUPT, false, "a task suspended for longer than it lived");
	r.end.tick = r.start.tick - 1;
	check(CG_CORRUPT, false, "a recording that ends before it begins");
	r.threads[1].last = r.threads[1].first - 1;
	check(CG_CORRUPT, false, "a thread that ends before it begins");
	cg_alloc_fail_at(1);
	check(CG_NOMEM, false, "no memory");
	cg_records_release(&r);
	return done();
}
