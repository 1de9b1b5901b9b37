/* Where a trace goes and comes from: injected, so that tests write to memory and fail. */
#ifndef CG_TRACE_SINK_H
#define CG_TRACE_SINK_H
#include "corograph.h"

/* Takes bytes. CG_OK only when all n are taken; CG_IO with errno otherwise. */
struct cg_sink {
	enum cg_status (*write)(void *arg, const void *bytes, size_t n);
	void *arg;
};

/* Gives up to n bytes; *got is 0 at the end only. CG_IO with errno. */
struct cg_source {
	enum cg_status (*read)(void *arg, void *bytes, size_t n, size_t *got);
	void *arg;
};

/* To or from the file descriptor *fd, which stays the caller's. */
struct cg_sink cg_sink_fd(int *fd);
struct cg_source cg_source_fd(int *fd);
#endif
