/* Expectations: the lines of a script that begin with `=`. README.md lists them. */
#ifndef CG_TESTS_EXPECT_H
#define CG_TESTS_EXPECT_H
#include "report.h"
#include "world.h"

/* Check one, given as the words after the `=`. */
void expect(const struct world *w, char *const *words, size_t count,
            struct report *report);

#endif
