/*
 * What the shells' completion asks: `corograph __complete WORD...`, the words after
 * `corograph` so far, the last of them to be completed. Answers in lines: a word, a tab and
 * what it means; or one of these, which the shell carries out itself:
 *
 *     :files         a file
 *     :files SUFFIX  a file whose name ends in .SUFFIX
 *     :commands      a program in PATH
 *
 * The words come from the same tables as the help; cli/completion/ has the shells' side.
 */
#ifndef CG_CLI_COMPLETE_H
#define CG_CLI_COMPLETE_H
#include "command.h"

/* The words for argv[argc - 1] after argv[0..argc-1). `commands` ends with NULL. */
void cg_complete(const struct cg_command *const *commands, int argc, char **argv);

#endif
