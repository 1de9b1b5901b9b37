/*
 * A thread that passes bytes on while the next are made. Where none can be had, or there is
 * but one processor, they are passed on at once.
 */
#ifndef CG_EXPORTERS_BEHIND_H
#define CG_EXPORTERS_BEHIND_H
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct cg_behind {
	void (*pass)(void *arg, char *bytes, size_t n);
	void *arg; /* borrowed */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char *bytes; /* borrowed; what is passed on; NULL: nothing */
	size_t n;
	bool ends;    /* nothing comes any more */
	bool started; /* it has been tried */
	bool running; /* there is a thread */
};

/* The thread begins with the first bytes. */
void cg_behind_init(struct cg_behind *behind,
                    void (*pass)(void *arg, char *bytes, size_t n), void *arg);

/*
 * Have n > 0 bytes passed on, which must stay until the next call of any of these returns.
 * Returns when those before have been passed on.
 */
void cg_behind_put(struct cg_behind *behind, char *bytes, size_t n);

/* Until all has been passed on; what `pass` did can be seen then. */
void cg_behind_wait(struct cg_behind *behind);

/* The same, and end the thread. */
void cg_behind_release(struct cg_behind *behind);

#endif
