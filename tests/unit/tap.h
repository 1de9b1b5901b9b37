/*
 * TAP for the unit tests: ok() for each statement that must hold, done() as main's result.
 * A failure prints where it stands; eq() also prints both numbers.
 */
#ifndef CG_TAP_H
#define CG_TAP_H
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

static int tap_count, tap_bad;

static inline bool
tap_ok(bool good, const char *name, const char *file, int line, const char *text)
{
	tap_bad += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_count, name);
	if (!good)
		printf("# %s:%d: %s\n", file, line, text);
	return good;
}

static inline void
tap_eq(int64_t got, int64_t want, const char *name, const char *file, int line,
       const char *text)
{
	if (!tap_ok(got == want, name, file, line, text))
		printf("# got %" PRId64 ", want %" PRId64 "\n", got, want);
}

/* cond must hold. */
#define ok(cond, name) tap_ok(!!(cond), name, __FILE__, __LINE__, #cond)
/* Two integers must be equal. */
#define eq(got, want, name) \
	tap_eq((int64_t)(got), (int64_t)(want), name, __FILE__, __LINE__, #got " == " #want)
/* The plan and main's result; flushed, so that a lost line is an error. */
#define done() (printf("1..%d\n", tap_count), tap_bad != 0 || fflush(stdout) != 0)
#endif
