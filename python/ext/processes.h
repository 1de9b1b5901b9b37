/* Recordings of a program's other processes: forked children and the Pythons it starts. */
#ifndef CG_EXT_PROCESSES_H
#define CG_EXT_PROCESSES_H
#include "session.h"

#include <limits.h>
#include <sys/types.h>

/* What `record --subprocesses` says to every Python that it started. */
struct cg_processes {
	char folder[PATH_MAX];           /* of the shim; the list of processes lies in it */
	char live[PATH_MAX];             /* image of the first process */
	char stem[PATH_MAX];             /* the others' images are STEM.PID.coro.live */
	char trace[NAME_MAX];            /* file name of the first process's trace */
	struct cg_session_wishes wishes; /* its globs are borrowed for good */
};

/*
 * Record this process, and from now on those that are forked off it. Returns 0, or -1 with
 * a Python exception. Needs the GIL; once in a process.
 */
int cg_processes_start(const struct cg_processes *told);

#endif
