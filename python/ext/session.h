/* A recording of this process: the image, the collector and the hooks together. */
#ifndef CG_EXT_SESSION_H
#define CG_EXT_SESSION_H
#include "filter.h"

/* What the user of a recording chooses. */
struct cg_session_wishes {
	int builtins; /* record C functions */
	int coarse;   /* read a clock that is coarse and costs little */
	unsigned long long
		max_nodes; /* past so many new ones fold into old ones; 0: the default */
	struct cg_filter_spec filter; /* what is left out */
};

struct cg_session_options {
	struct cg_session_wishes wishes;
	const char *path;    /* live image file to create with O_EXCL, or NULL: memory only */
	const char *out;     /* trace to make of it at the interpreter's exit when the program
	                     does not stop the recording; NULL: the image is left */
	uint32_t parent_pid; /* of the recorded process that started this one, or 0 */
	const char *parent;  /* file name of that one's trace, or NULL */
	int prefill; /* enter the frames that are running; 0: all stacks start empty */
};

/*
 * Begin to record. Returns 0, or -1 with a Python exception set: FileExistsError when
 * `path` is there. Needs the GIL.
 */
int cg_session_start(const struct cg_session_options *options);

/*
 * End it. With `out` the trace is there then and the image gone; with `path` alone the image
 * stays; without either the trace is in the result, bytes. Otherwise the result is None.
 * A new reference, or NULL with a Python exception set. Needs the GIL.
 */
PyObject *cg_session_stop(void);

/*
 * The trace of what is recorded so far, new bytes; calls that are open count with their
 * time up to now. Any thread may ask. NULL with a Python exception set. Needs the GIL.
 */
PyObject *cg_session_snapshot(void);

/* Is there a recording in this process? */
int cg_session_is_running(void);
#endif
