/*
 * Scripts: the language of the *.events files, which README.md describes. A line is either
 * one step of the made-up interpreter or one expectation on the image.
 */
#ifndef CG_TESTS_SCRIPT_H
#define CG_TESTS_SCRIPT_H
#include "report.h"
#include "world.h"

enum { SCRIPT_WORDS = 24, SCRIPT_LINE = 400 };

/* A text file cut into lines. */
struct script {
	const char *file;
	char **lines; /* without their ends */
	size_t count;
};

/* Read it; false: it cannot be. Owned: script_release. */
bool script_read(struct script *script, const char *path);
void script_release(struct script *script);

/* Is that line `case NAME`? Its name, or NULL. */
const char *script_case(const struct script *script, size_t line);

/* Do lines [from, to) in that world; what goes wrong is told to the report. */
void script_run(const struct script *script, size_t from, size_t to, struct world *w,
                struct report *report);

#endif
