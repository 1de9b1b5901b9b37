/* What goes wrong in a case: told at once as TAP comments, counted for its result. */
#ifndef CG_TESTS_REPORT_H
#define CG_TESTS_REPORT_H
#include <stdbool.h>
#include <stddef.h>

struct report {
	const char *file;
	size_t line; /* from 1, where the case stands now */
	int bad;
	bool quiet; /* count only */
};

/* One more thing is wrong. */
void report_bad(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
