/* Threads as the collector sees them: their record, their root, their place in a list. */
#ifndef CG_COLLECTOR_THREAD_H
#define CG_COLLECTOR_THREAD_H
#include "collector/collector.h"

/* What is known of a thread that begins. */
struct cg_thread_facts {
	uint64_t first_key; /* of what it runs first */
	uint64_t native_id; /* the system's */
	cg_ref origin;      /* node where it was started, or 0 */
};

/*
 * The thread that calls begins to record at `tick`. A record and tree of an ended thread
 * with the same first_key that the same function started is used again. The result is owned
 * by the collector and valid as long as that is. CG_NOMEM, CG_IO, CG_LIMIT: no room.
 */
enum cg_status cg_thread_begin(struct cg_thread **thread, struct cg_collector *collector,
                               const struct cg_thread_facts *facts, uint64_t tick);

/* The thread has ended, or will record no more: what is on its stack is unwound. */
void cg_thread_end(struct cg_thread *th, uint64_t tick);

/* Give it a name, once known. The first name stays. */
void cg_thread_name(struct cg_thread *th, struct cg_text name);

/* A node's key dies: no lookup may find it by that key again. For the collector. */
void cg_thread_forget(struct cg_collector *collector, cg_ref ref,
                      struct cg_img_node *node, uint64_t key);

/* Free private memory; the image is not touched. For the collector. */
void cg_thread_free(struct cg_thread *th);
#endif
