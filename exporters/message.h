/* What an exporter says on standard error, and what it exits with. */
#ifndef CG_EXPORTERS_MESSAGE_H
#define CG_EXPORTERS_MESSAGE_H
#include "corograph.h"

#define CG_PRINTF(text, first) __attribute__((format(printf, text, first)))

enum cg_exit {
	CG_EXIT_OK = 0,
	CG_EXIT_FAILED = 1,
	CG_EXIT_USAGE = 2,
	CG_EXIT_DAMAGED = 3 /* the trace is damaged, cut or not a trace */
};

/* One line: `corograph-FORMAT: ` and the text. */
void cg_say(const char *format, const char *text, ...) CG_PRINTF(2, 3);

/* The same with where the help is. Returns CG_EXIT_USAGE. */
int cg_say_usage(const char *format, const char *text, ...) CG_PRINTF(2, 3);

/*
 * `corograph-FORMAT: FILE: offset N: text`, the offset left out when the error has none,
 * and with `remedy`, if there is one, where the trace is damaged or cut. Returns the exit
 * code for error->status.
 */
int cg_say_error(const char *format, const char *file, const struct cg_error *error,
                 const char *remedy);

#endif
