/* A command that starts a Python: what can be told of it before it runs. */
#ifndef CG_CLI_RECORD_COMMAND_H
#define CG_CLI_RECORD_COMMAND_H
#include <limits.h>
#include <stdbool.h>

struct cg_command_look {
	char path[PATH_MAX];        /* the file to run */
	char interpreter[PATH_MAX]; /* the Python it runs under, "" when that shows later */
	char deaf[4]; /* the flag that makes that Python ignore its environment, or "" */
};

/* Look at argv[0..count). False with errno when it cannot be run. */
bool cg_command_look(struct cg_command_look *look, int count, char **argv);

#endif
