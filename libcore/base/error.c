/* The text of an error goes to a terminal and may quote a file: only printable bytes pass. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum cg_status
cg_error_set(struct cg_error *error, enum cg_status status, uint64_t offset,
             const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (!error)
		return status;
	error->status = status;
	error->offset = offset;
	va_start(args, format);
	if (vsnprintf(error->text, sizeof error->text, format, args) < 0)
		error->text[0] = '\0';
	va_end(args);
	for (char *at = error->text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = '?';
	errno = saved;
	return status;
}
