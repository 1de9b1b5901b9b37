/*
 * Where an export goes: standard output, or a file that appears under its name only when
 * it is whole. Until then it has a hidden temporary name beside it; whatever goes wrong,
 * a signal included, nothing is left behind and an older file stays as it was.
 */
#ifndef CG_EXPORTERS_OUTPUT_H
#define CG_EXPORTERS_OUTPUT_H
#include "corograph.h"

struct cg_output {
	int fd;
	char *path;      /* owned: the final name, links followed; NULL: no name to give */
	char *temporary; /* owned; NULL when the bytes go to their place at once */
	bool replaces;   /* the temporary one takes the place of a file */
	uint64_t bytes;  /* written so far */
};

/*
 * Open `path` ("-": standard output). What exists and is no regular file, such as a pipe
 * or a device, is written directly. CG_NOMEM, or CG_IO with errno.
 */
enum cg_status cg_output_open(struct cg_output *output, const char *path);

/* All n bytes; false with errno when that failed. A cg_write_fn for a cg_output. */
bool cg_output_write(void *output, const char *bytes, size_t n);

/* Give the file its name and close. CG_IO with errno; nothing is left behind then. */
enum cg_status cg_output_commit(struct cg_output *output);

/* Close and leave nothing behind. Keeps errno. */
void cg_output_abort(struct cg_output *output);

#endif
