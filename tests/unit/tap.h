#ifndef CG_TAP_H
#define CG_TAP_H
#include <stdio.h>
static int tap_n, tap_bad;
#define ok(cond, name) do { int ok_ = !!(cond); tap_bad += !ok_; \
	printf("%sok %d - %s\n", ok_ ? "" : "not ", ++tap_n, name); \
	if (!ok_) printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); } while (0)
#define done() (printf("1..%d\n", tap_n), tap_bad != 0)
#endif
