/* Failures as TAP comments. */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>

void
report_bad(struct report *report, const char *format, ...)
{
	va_list args;

	report->bad++;
	if (report->quiet)
		return;
	printf("# %s:%zu: ", report->file, report->line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}
