/* Forks: a child leaves its parent's recording at once. */
#ifndef CG_FORK_H
#define CG_FORK_H
#include <stdbool.h>

/* Be told of forks from now on, C code's included; once is enough. 0, else an errno. */
int cg_fork_watch(void);

/*
 * In a child of a process that recorded: give back what is left of the parent's image.
 * False when there is nothing: the parent did not record, or that was done before. Needs
 * the GIL, and that the hooks cannot run meanwhile.
 */
bool cg_fork_forget(void);
#endif
