/*
 * Command line options as tables, from which the help is made as well.
 *
 * Two tables are read at once, that of all exporters and that of the format; a row says
 * where in the settings of its table a value goes. Options and operands come in any
 * order, `--` ends the options; values are given as `--name value`, `--name=value`,
 * `-n value` or `-nvalue`.
 */
#ifndef CG_EXPORTERS_OPTIONS_H
#define CG_EXPORTERS_OPTIONS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a value is, and the type of the field it goes to. */
enum cg_option_kind {
	CG_OPTION_SET,     /* no value: bool becomes true */
	CG_OPTION_TEXT,    /* const char *, borrowed from argv */
	CG_OPTION_NUMBER,  /* uint64_t, decimal */
	CG_OPTION_PERCENT, /* double, 0 to 100 */
	CG_OPTION_CHOICE,  /* unsigned: index into `choices` */
	CG_OPTION_LIST     /* struct cg_list: indices into `choices`, each at most once */
};

enum { CG_LIST_MAX = 8 };

struct cg_list {
	unsigned count;
	unsigned char items[CG_LIST_MAX];
};

struct cg_option {
	char letter;          /* short name, or 0 */
	const char *name;     /* long name without the dashes; NULL ends the table */
	const char *argument; /* what stands for the value in the help; NULL without one */
	enum cg_option_kind kind;
	size_t offset;    /* of the field in the settings */
	const char *help; /* no full stop; a line break goes on in the same column */
	const char *const *choices; /* CHOICE, LIST: the words, NULL at the end */
};

/* What one parse is about. */
struct cg_options {
	const char *format;                /* the program is corograph-FORMAT */
	const char *about;                 /* a paragraph, lines below 80 columns */
	const struct cg_option *tables[2]; /* the second may be NULL */
	void *settings[2];                 /* what the rows of each table fill */
};

/* cg_options_parse: nothing was said, the program goes on. */
enum { CG_OPTIONS_GO_ON = -1 };

/*
 * Read argv[1..argc). *operand becomes the one operand, or NULL when there is none.
 * Returns CG_OPTIONS_GO_ON, or the exit code when help or the version was asked for or the
 * command line is wrong, both of which have been answered by then.
 */
int cg_options_parse(const struct cg_options *options, int argc, char **argv,
                     const char **operand);

#endif
