/*
 * The columns of NODE that tell the long gaps.
 *
 * The idea to know: they are stored as what the columns before them leave open. Where
 * a gap is, is a question for those nodes alone that ran for longer than the limit; of a node
 * with a gap, that gap is mostly all of its run; and what the CPU clock answered is what the
 * wall clock says, but for what was lost to others and to asking.
 */
#include "trace/gaps.h"

#include "base/alloc.h"
#include "base/varint.h"
#include "trace/layout.h"

/* 1 to `run` the other way round, the rest as it is: its own opposite, and 0 stays 0. */
static uint64_t
turned(uint64_t run, uint64_t gap)
{
	return gap != 0 && gap <= run ? run - gap + 1 : gap;
}

/* What the CPU clock answers for gaps in which the thread is never off the processor. */
static uint64_t
expected_ns(const struct cg_records *records, const struct cg_rec_node *node)
{
	return cg_records_ns(records, node->gap + node->gap_before);
}

void
cg_gaps_put(struct cg_buffer *out, const struct cg_records *records, uint32_t first,
            uint32_t count)
{
	const struct cg_rec_node *nodes = records->nodes + first;
	uint64_t *values = cg_alloc(count * sizeof *values);
	uint64_t *by = cg_alloc(count * sizeof *by);
	struct cg_rows_where where = {CG_COL_RUN, records->gap_limit, by};

	if (!values || !by) {
		out->status = CG_NOMEM;
		goto out;
	}
	for (uint32_t i = 0; i < count; i++) {
		by[i] = nodes[i].run;
		values[i] = turned(nodes[i].run, nodes[i].gap);
	}
	cg_table_put_where(out, CG_COL_GAP, &where, values, count);
	for (uint32_t i = 0; i < count; i++) {
		by[i] = nodes[i].gap;
		values[i] = nodes[i].gap_before;
	}
	where = (struct cg_rows_where){CG_COL_GAP, 0, by};
	cg_table_put_where(out, CG_COL_GAP_BEFORE, &where, values, count);
	for (uint32_t i = 0; i < count; i++)
		values[i] =
			cg_zigzag((int64_t)(expected_ns(records, &nodes[i]) - nodes[i].gap_cpu_ns));
	cg_table_put_where(out, CG_COL_GAP_CPU, &where, values, count);
out:
	cg_free(values);
	cg_free(by);
}

void
cg_gaps_restore(const struct cg_records *records, struct cg_rec_node *node)
{
	node->gap = turned(node->run, node->gap);
	node->gap_cpu_ns =
		expected_ns(records, node) - (uint64_t)cg_unzigzag(node->gap_cpu_ns);
}
