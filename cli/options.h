/*
 * Command line options as a table.
 *
 * A command keeps its settings in a struct and describes each option by a row that says
 * where in that struct its value goes; the same rows make `--help`. Every command takes
 * `-h` and `--help` without a row of its own. Options and operands may come in any order,
 * `--` ends the options, and a value may be given as `--name value`, `--name=value`,
 * `-n value` or `-nvalue`.
 */
#ifndef CG_CLI_OPTIONS_H
#define CG_CLI_OPTIONS_H
#include "words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a value is, and the type of the field it goes to. */
enum cg_option_kind {
	CG_OPTION_SET,    /* no value: bool becomes true */
	CG_OPTION_CLEAR,  /* no value: bool becomes false */
	CG_OPTION_TEXT,   /* const char *, borrowed from argv */
	CG_OPTION_TEXTS,  /* struct cg_words: one more each time, none of them empty */
	CG_OPTION_NUMBER, /* uint64_t, decimal */
	CG_OPTION_CHOICE  /* unsigned: index into `choices` */
};

struct cg_option {
	char letter;          /* short name, or 0 */
	const char *name;     /* long name without the dashes, or NULL */
	const char *argument; /* what stands for the value in the help; NULL without one */
	enum cg_option_kind kind;
	size_t offset;              /* of the field in the settings */
	const char *help;           /* no full stop; NULL: not shown */
	const char *const *choices; /* CHOICE: the words, NULL at the end */
	bool last;                  /* all that follows its value is operands */
};

/* Takes a word and what it means; `arg` is its own. */
typedef void (*cg_word_fn)(void *arg, const char *word, const char *help);

struct cg_usage {
	const char *command;             /* its name */
	const char *synopsis;            /* what follows the name; lines for several forms */
	const char *about;               /* a paragraph or more, lines below 80 columns */
	const struct cg_option *options; /* a row with neither letter nor name at the end */
	const char *examples;            /* command lines, a line each */
	bool stop_at_operand;            /* the first operand ends the options */
	const char *files; /* what names of operands end in, for completion; NULL: any */
	/*
	 * For completion: give the words that the value of `option` may be, of an operand for
	 * NULL, after the words argv[0..argc). False: it is none of these. May be NULL.
	 */
	bool (*words)(const struct cg_option *option, int argc, char **argv, cg_word_fn give,
	              void *arg);
};

/* `-h`, `--help`: what every command takes. */
extern const struct cg_option cg_option_help;

struct cg_operands {
	char **items; /* within argv */
	int count;
	bool dashes; /* a `--` ended the options */
};

/* cg_options_parse: nothing was said, the command goes on. */
enum { CG_OPTIONS_GO_ON = -1 };

/*
 * Read argv[1..argc) into `settings` and *operands. Moves the operands behind the options
 * in argv. Returns CG_OPTIONS_GO_ON, or the exit code when the help was asked for or
 * the command line is wrong, both of which have been answered by then.
 */
int cg_options_parse(const struct cg_usage *usage, int argc, char **argv, void *settings,
                     struct cg_operands *operands);

/* The examples at the end of a help. */
void cg_help_examples(const char *lines);

#endif
