/* Forks: a child leaves its parent's recording at once. */
#ifndef CG_FORK_H
#define CG_FORK_H

/* Be told of forks from now on, C code's included; once is enough. 0, else an errno. */
int cg_fork_watch(void);
#endif
