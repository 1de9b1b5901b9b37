/* How far an export is, on a terminal, for one that takes longer than two seconds. */
#ifndef CG_EXPORTERS_PROGRESS_H
#define CG_EXPORTERS_PROGRESS_H
#include "output.h"

struct cg_progress {
	const char *format;       /* for the name of the program */
	struct cg_output *output; /* borrowed: where the bytes go */
	bool silent;              /* not on a terminal, or told to be */
	bool shown;               /* there is a line to take away again */
	uint64_t bytes;           /* written so far */
	uint64_t next;            /* when to show it again, milliseconds */
};

/* Begin: to be silent when `quiet`, or when standard error is no terminal. */
void cg_progress_init(struct cg_progress *progress, const char *format,
                      struct cg_output *output, bool quiet);

/* Write n bytes to the output and tell how many there are. A cg_write_fn. */
bool cg_progress_write(void *progress, const char *bytes, size_t n);

/* Take the line away. Keeps errno. */
void cg_progress_end(struct cg_progress *progress);

#endif
