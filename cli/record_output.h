/* The files of a recording: the image while it runs, the trace afterwards. */
#ifndef CG_CLI_RECORD_OUTPUT_H
#define CG_CLI_RECORD_OUTPUT_H
#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct cg_output {
	char path[PATH_MAX];   /* the trace, as the user would name it */
	char beside[PATH_MAX]; /* PATH.live, from the root: where the image belongs */
	char live[PATH_MAX];   /* where it is: there, or in memory */
	bool moved;            /* it is not there: that file system maps files badly */
};

/*
 * NAME.PID.coro in the current folder, or `wanted` when not NULL, and the image's name to
 * it. False: too long.
 */
bool cg_output_name(struct cg_output *output, const char *wanted, const char *name,
                    pid_t pid);

/* Make sure that both can be written. Returns 0, or an exit code after a message. */
int cg_output_check(const struct cg_output *output);

#endif
