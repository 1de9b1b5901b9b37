/* A recording of this process: the image, the collector and the hooks together. */
#ifndef CG_EXT_SESSION_H
#define CG_EXT_SESSION_H

struct cg_collector;

struct cg_session_options {
	const char *path; /* live image file to create with O_EXCL, or NULL: memory only */
	const char *out;  /* trace to make of it at the interpreter's exit when the program
	                     does not stop the recording; NULL: the image is left */
	int builtins;     /* record C functions */
	int prefill;      /* enter the frames that are running; 0: all stacks start empty */
};

/*
 * Begin to record. Returns 0, or -1 with a Python exception set: FileExistsError when
 * `path` is there. Needs the GIL.
 */
int cg_session_start(const struct cg_session_options *options);

/* End it; an image file stays. Returns 0, or -1 with a Python exception set. Needs the GIL. */
int cg_session_stop(void);

/*
 * The same, and hand over the collector: cg_collector_free. NULL: a Python exception is
 * set.
 */
struct cg_collector *cg_session_take(void);

/* Is there a recording in this process? */
int cg_session_is_running(void);
#endif
