/* Filling struct cg_error: where and why reading failed. */
#ifndef CG_BASE_ERROR_H
#define CG_BASE_ERROR_H
#include "base/status.h"

#define CG_NO_OFFSET UINT64_MAX

/*
 * Fill *error (NULL: nothing) with a status, a byte offset or CG_NO_OFFSET, and a text:
 * cut to its room, control characters made visible. errno stays. Returns the status.
 */
enum cg_status cg_error_set(struct cg_error *error, enum cg_status status,
                            uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
#endif
