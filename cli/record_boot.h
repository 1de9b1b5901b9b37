/* The private folder through which a Python takes the recorder in as it starts. */
#ifndef CG_CLI_RECORD_BOOT_H
#define CG_CLI_RECORD_BOOT_H
#include "words.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct cg_boot {
	char folder[PATH_MAX]; /* "" while there is none */
};

/* Make the folder, only this user may enter, with the shim and links to the modules in
 * `files`. Returns 0, or an exit code after a message. */
int cg_boot_make(struct cg_boot *boot, const struct cg_words *files);

/* What every Python that takes the recorder in has to know. */
struct cg_boot_word {
	const char *live;  /* the image that the first one creates */
	const char *trace; /* file name of its trace */
	const char *stem;  /* the others' images are STEM.PID.coro.live; "": they make none */
	bool builtins;     /* C functions or not */
	bool coarse;       /* the coarse clock or the exact one */
	uint64_t max_nodes; /* past so many new places of the tree fold */
	const struct cg_words *include, *exclude; /* globs */
};

/* Leave that word; with a stem also the empty list that processes enter themselves in. The
 * same. */
int cg_boot_write(const struct cg_boot *boot, const struct cg_boot_word *word);

/* In the program's process before it starts: put the folder into its environment. */
bool cg_boot_enter(const struct cg_boot *boot);

/*
 * Why no recording began, as far as the program left word of it: a text in out[size],
 * "" when it left none.
 */
void cg_boot_reason(const struct cg_boot *boot, char *out, size_t size);

/* Remove the folder with all that is in it. */
void cg_boot_remove(struct cg_boot *boot);

#endif
