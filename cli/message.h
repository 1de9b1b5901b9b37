/*
 * What the command line says on standard error, and the exit code that goes with it.
 *
 * Every message is one line `corograph: ...`. Each function returns an exit code, so
 * that a command can write `return cg_cli_fail(...)`.
 */
#ifndef CG_CLI_MESSAGE_H
#define CG_CLI_MESSAGE_H
#include "corograph.h"

#define CG_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* `corograph: ` and the text. Returns CG_EXIT_FAILED. */
int cg_cli_fail(const char *format, ...) CG_PRINTF(1, 2);

/* The same for a line that is no failure: a warning or a summary. */
void cg_cli_note(const char *format, ...) CG_PRINTF(1, 2);

/*
 * A mistake on the command line: the text and where the help is. `command` may be NULL:
 * the help of corograph itself. Returns CG_EXIT_USAGE.
 */
int cg_cli_usage(const char *command, const char *format, ...) CG_PRINTF(2, 3);

/*
 * `corograph: FILE: offset N: text`, the offset left out when the error has none.
 * `file` "-" is called standard input. Returns the exit code for error->status.
 */
int cg_cli_error(const char *file, const struct cg_error *error);

/*
 * The same for a command that has --salvage: told of it when that would help. `salvage`:
 * it was given.
 */
int cg_cli_damage(const char *file, const struct cg_error *error, bool salvage);

/* The exit code that stands for a status. */
int cg_cli_exit_code(enum cg_status status);

#endif
