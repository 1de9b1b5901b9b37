/*
 * What the manual pages are made of: `corograph __describe [COMMAND]` prints the tables of
 * the help as lines of fields with tabs between, first what the line is:
 *
 *     command   NAME SUMMARY                        without COMMAND, one each
 *     summary   SUMMARY
 *     synopsis  TEXT                                 one a form
 *     option    LETTER NAME ARGUMENT HELP CHOICES    empty where there is none
 *     example   TEXT
 *
 * build-aux/page.awk puts them into doc/man/NAME.1.in.
 */
#ifndef CG_CLI_DESCRIBE_H
#define CG_CLI_DESCRIBE_H
#include "command.h"

/* `commands` ends with NULL; `name` may be NULL: the commands, and the
 * examples of the whole. Returns an exit code. */
int cg_describe(const struct cg_command *const *commands, const char *name,
                const char *examples);

#endif
