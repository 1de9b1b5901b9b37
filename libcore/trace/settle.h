/* Between capture.c, settle.c and tasks.c: the state of a capture, and its later parts. */
#ifndef CG_TRACE_SETTLE_H
#define CG_TRACE_SETTLE_H
#include "trace/capture.h"
#include "trace/strings.h"

struct cg_captured_thread {
	struct cg_img_thread img;
	cg_ref ref;
};

struct cg_capture_state {
	const struct cg_view *view;
	struct cg_capture_options options;
	struct cg_records out;
	struct cg_strings strings;

	/* Copies made first, so that what they name is older than the numbering of nodes. */
	struct cg_captured_thread *threads; /* by id; in the end as out.threads */
	uint32_t thread_count;
	struct cg_img_activation *activations; /* by number in `activation_rows` */
	struct cg_img_spawn *spawns;           /* these three too by number */
	struct cg_img_task *tasks;
	struct cg_img_hold *holds;
	struct cg_img_stack *stacks;
	struct cg_view_table activation_rows, spawn_rows, task_rows, hold_rows, stack_rows;
	struct cg_view_table node_rows, function_rows;

	uint32_t *dense;    /* node's number to its index in out.nodes, or CG_NONE */
	uint32_t *function; /* function's number to its index in out.functions, or CG_NONE */
	size_t function_cap;
	uint64_t *excess; /* a place for each of out.functions, all zero */
	uint64_t end;     /* tick at which open activations end */
};

/* Index in out.nodes of the node that ref names, or CG_NONE. */
uint32_t cg_capture_node(const struct cg_capture_state *state, cg_ref ref);

/* Ticks from `since` to the end of the capture; 0 when that is outside of the recording. */
uint64_t cg_capture_elapsed(const struct cg_capture_state *state, uint64_t since);

/* Index of the text that ref names in the image; 0 is "". CG_NOMEM, CG_LIMIT. */
enum cg_status cg_capture_string(struct cg_capture_state *state, cg_ref ref,
                                 uint32_t *index);

/* Add the time so far of what is open to nodes, threads, spawns and tasks. */
void cg_capture_settle(struct cg_capture_state *state);

/* Then: make the spawns, tasks and holds. CG_NOMEM, CG_LIMIT. */
enum cg_status cg_capture_tasks(struct cg_capture_state *state);
#endif
