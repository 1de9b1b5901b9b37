/* The columns of a trace. An id is never used again for something else. */
#include "trace/layout.h"

#include <stddef.h>

#define FIELD(type, id, field, form, coding)                               \
	{                                                                      \
		id, sizeof(((type *)0)->field), CG_FORM_##form, CG_TRACE_##coding, \
			offsetof(type, field), #field                                  \
	}
#define META(id, field, form) FIELD(struct cg_records, id, field, form, DENSE)
#define FUNC(id, field) FIELD(struct cg_rec_function, id, field, PLAIN, DENSE)
#define THRD(id, field, form) FIELD(struct cg_rec_thread, id, field, form, DENSE)
#define NODE(id, field, form, coding) FIELD(struct cg_rec_node, id, field, form, coding)
#define SPWN(id, field, form) FIELD(struct cg_rec_spawn, id, field, form, DENSE)
#define HOLD(id, field) FIELD(struct cg_rec_hold, id, field, PLAIN, DENSE)
#define TASK(id, field, form) FIELD(struct cg_rec_task, id, field, form, DENSE)
#define PACK(id, field) FIELD(struct cg_rec_pack, id, field, PLAIN, DENSE)
#define SRCS(id, field, coding) FIELD(struct cg_rec_source, id, field, PLAIN, coding)
#define INDX(id, field) FIELD(struct cg_index_row, id, field, PLAIN, DENSE)
#define COUNT(columns) (sizeof(columns) / sizeof *(columns))

const struct cg_column cg_meta_columns[] = {
	META(1, pid, PLAIN),
	META(2, clock_kind, PLAIN),
	META(3, start.tick, PLAIN),
	META(4, start.mono_ns, PLAIN),
	META(5, start.real_ns, SIGNED),
	META(6, end.tick, PLAIN),
	META(7, end.mono_ns, PLAIN),
	META(8, end.real_ns, SIGNED),
	META(9, gap_limit, PLAIN),
	META(10, builtins, PLAIN),
	META(11, stop_status, PLAIN),
	META(12, lost_events, PLAIN),
	META(13, forks, PLAIN),
	META(14, python, PLAIN),
	META(15, executable, PLAIN),
	META(16, platform, PLAIN),
	META(17, live, PLAIN),
	META(18, killed, PLAIN),
	META(19, folds, PLAIN),
	META(20, parent_pid, PLAIN),
	META(21, parent_trace, PLAIN),
	META(22, costs.call.inner, PLAIN),
	META(23, costs.call.outer, PLAIN),
	META(24, costs.c_call.inner, PLAIN),
	META(25, costs.c_call.outer, PLAIN),
	META(26, costs.start.inner, PLAIN),
	META(27, costs.start.outer, PLAIN),
	META(28, costs.step.inner, PLAIN),
	META(29, costs.step.outer, PLAIN),
	META(30, costs.link.inner, PLAIN),
	META(31, costs.link.outer, PLAIN),
	META(32, include, PLAIN),
	META(33, exclude, PLAIN),
	META(34, takeovers, PLAIN),
};
const uint32_t cg_meta_column_count = COUNT(cg_meta_columns);

const struct cg_column cg_index_columns[] = {
	INDX(1, type),
	INDX(2, offset),
	INDX(3, stored),
};
const uint32_t cg_index_column_count = COUNT(cg_index_columns);

static const struct cg_column function_columns[] = {
	FUNC(1, name), FUNC(2, file), FUNC(3, module),
	FUNC(4, line), FUNC(5, kind), FUNC(6, flags),
};

static const struct cg_column thread_columns[] = {
	THRD(1, id, PLAIN),        THRD(2, name, PLAIN),      THRD(3, node_count, PLAIN),
	THRD(4, native_id, PLAIN), THRD(5, count, PLAIN),     THRD(6, first, TICK),
	THRD(7, last, TICK),       THRD(8, busy, PLAIN),      THRD(9, dropped, PLAIN),
	THRD(10, unwound, PLAIN),  THRD(11, vanished, PLAIN), THRD(12, origin, INDEX),
};

/* 1 and 2 are CG_COL_UP and CG_COL_OUTER; the last three are for gaps.c to write. */
static const struct cg_column node_columns[] = {
	NODE(3, function, INDEX, DENSE),     NODE(4, edge, PLAIN, DENSE),
	NODE(5, origin, INDEX, DENSE),       NODE(6, folded, PLAIN, DENSE),
	NODE(7, calls, PLAIN, DENSE),        NODE(8, raised, PLAIN, DENSE),
	NODE(9, unfinished, PLAIN, DENSE),   NODE(10, begun_before, PLAIN, DENSE),
	NODE(11, suspensions, PLAIN, DENSE), NODE(12, run, PLAIN, PLANES),
	NODE(13, await, PLAIN, PLANES),      NODE(14, hosted, PLAIN, PLANES),
	NODE(15, gap, PLAIN, PLANES),        NODE(16, gap_before, PLAIN, PLANES),
	NODE(17, gap_cpu_ns, PLAIN, PLANES),
};

static const struct cg_column spawn_columns[] = {
	SPWN(1, root, PLAIN),  SPWN(2, creator, INDEX), SPWN(3, name, PLAIN),
	SPWN(4, count, PLAIN), SPWN(5, longest, PLAIN), SPWN(6, span, PLAIN),
};

static const struct cg_column hold_columns[] = {
	HOLD(1, node),    HOLD(2, over_10ms), HOLD(3, over_50ms), HOLD(4, over_100ms),
	HOLD(5, longest), HOLD(6, held),      HOLD(7, asked),     HOLD(8, cpu_ns),
};

static const struct cg_column task_columns[] = {
	TASK(1, spawn, PLAIN),    TASK(2, thread, PLAIN), TASK(3, name, PLAIN),
	TASK(4, segments, PLAIN), TASK(5, raised, PLAIN), TASK(6, unfinished, PLAIN),
	TASK(7, start, TICK),     TASK(8, end, TICK),     TASK(9, parked, PLAIN),
};

static const struct cg_column pack_columns[] = {
	PACK(1, host),
	PACK(2, corograph),
	PACK(3, salvaged),
};

static const struct cg_column source_columns[] = {
	SRCS(1, file, DENSE),
	SRCS(2, state, DENSE),
	SRCS(3, sha256_0, PLANES),
	SRCS(4, sha256_1, PLANES),
};

static const struct cg_column argument_columns[] = {
	{1, sizeof(uint32_t), CG_FORM_PLAIN, CG_TRACE_DENSE, 0, "string"},
};

#define LAYOUT(type, row_name, columns, most, array, count, row, ...)               \
	{                                                                               \
		CG_TRACE_##type, row_name, columns, COUNT(columns), most,                   \
			offsetof(struct cg_records, array), offsetof(struct cg_records, count), \
			sizeof(row), __VA_ARGS__                                                \
	}

const struct cg_layout cg_layouts[CG_LAYOUTS] = {
	[CG_LAYOUT_FUNCTIONS] =
		LAYOUT(FUNC, "function", function_columns, CG_TRACE_FUNCTIONS_MAX, functions,
               function_count, struct cg_rec_function, false),
	[CG_LAYOUT_THREADS] = LAYOUT(THRD, "thread", thread_columns, CG_TRACE_THREADS_MAX,
                                 threads, thread_count, struct cg_rec_thread, false),
	[CG_LAYOUT_NODES] = LAYOUT(NODE, "node", node_columns, CG_TRACE_NODES_MAX, nodes,
                               node_count, struct cg_rec_node, false),
	[CG_LAYOUT_SPAWNS] = LAYOUT(SPWN, "spawn", spawn_columns, CG_TRACE_SPAWNS_MAX, spawns,
                                spawn_count, struct cg_rec_spawn, false),
	[CG_LAYOUT_HOLDS] = LAYOUT(HOLD, "hold", hold_columns, CG_TRACE_NODES_MAX, holds,
                               hold_count, struct cg_rec_hold, true),
	[CG_LAYOUT_TASKS] = LAYOUT(TASK, "task", task_columns, CG_TRACE_TASKS_MAX, tasks,
                               task_count, struct cg_rec_task, true),
	[CG_LAYOUT_ARGUMENTS] =
		LAYOUT(ARGV, "argument", argument_columns, CG_TRACE_ARGUMENTS_MAX, command,
               command_count, uint32_t, false),
	[CG_LAYOUT_PACKS] = LAYOUT(PACK, "pack", pack_columns, 1, packs, pack_count,
                               struct cg_rec_pack, true),
	[CG_LAYOUT_SOURCES] = LAYOUT(SRCS, "source", source_columns, CG_TRACE_SOURCES_MAX,
                                 sources, source_count, struct cg_rec_source, true),
};
