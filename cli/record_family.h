/* The processes of a recording with --subprocesses, and their traces. */
#ifndef CG_CLI_RECORD_FAMILY_H
#define CG_CLI_RECORD_FAMILY_H
#include "record_boot.h"
#include "record_output.h"

#include "corograph.h"

#include <stdbool.h>
#include <sys/types.h>

/* A process that entered itself in the list; one that executed another Python has two. */
struct cg_member {
	pid_t pid;
	char suffix[48]; /* of its files; "" for the first process, whose trace is OUT */
};

struct cg_family {
	struct cg_member *members; /* in the order in which they began */
	size_t count;
	size_t traces; /* that were made, OUT aside */
	size_t running;
	char traces_name[PATH_MAX]; /* the trace, or a pattern for all of them */
};

/* The stem of all images but the first one's, into out[PATH_MAX]. False: too long. */
bool cg_family_stem(const struct cg_output *output, char *out);

/* Read the list once more. False when there is no memory. */
bool cg_family_read(struct cg_family *family, const struct cg_boot *boot);

/* Is the image of OUT the last one that this process made, and has it made it? */
bool cg_family_is_first(const struct cg_family *family, pid_t pid);

/*
 * Make the traces of all processes but the first one that have ended. Returns 0, or an
 * exit code after messages.
 */
int cg_family_finish(struct cg_family *family, const struct cg_output *output);

void cg_family_release(struct cg_family *family);

#endif
