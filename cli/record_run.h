/* The program's process: started, waited for, its end passed on. */
#ifndef CG_CLI_RECORD_RUN_H
#define CG_CLI_RECORD_RUN_H
#include "record_boot.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct cg_run {
	pid_t pid;
	int status;             /* as waitpid gives it, when the program has ended */
	int go;                 /* a byte here lets it start */
	int told;               /* an errno comes from here when it could not */
	sigset_t watched;       /* signals taken by sigwaitinfo, blocked from the fork on */
	sigset_t original;      /* the mask that the program starts with */
	struct sigaction child; /* what SIGCHLD did when we were started */
};

/* Before any process is made: see to it that their ends can be waited for. */
void cg_run_init(struct cg_run *run);

/* From now on processes that the program leaves behind become this one's children. */
void cg_run_adopt(void);

/*
 * Make the process that will be the program `path` with argv, and hold it before its
 * start: its id is known and nothing has happened. False with errno.
 */
bool cg_run_hold(struct cg_run *run, const char *path, char *const *argv,
                 const struct cg_boot *boot);

/* Let it start. False with errno when the program cannot be run; it is gone then. */
bool cg_run_go(struct cg_run *run);

/* Give up a process that is held. */
void cg_run_cancel(struct cg_run *run);

/*
 * Wait for the end of the program, pass signals on to it and stop when it stops. Fills
 * run->status. Signals stay blocked afterwards.
 */
void cg_run_wait(struct cg_run *run);

/*
 * After cg_run_adopt and the program's end: wait for all processes that it left running.
 * Calls `late` once when that takes long. False when SIGINT, SIGTERM, SIGHUP or SIGQUIT
 * came instead: some still run.
 */
bool cg_run_wait_rest(const struct cg_run *run, void (*late)(void));

/*
 * The exit code that stands for the program's end. When a signal killed it, this process
 * dies of the same one and does not return, unless that fails.
 */
int cg_run_pass_on(const struct cg_run *run);

#endif
