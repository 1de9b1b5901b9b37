/* Messages; each is written at once, so that lines of several programs never mix. */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0))) static void
say(const char *format, const char *tail, const char *text, va_list arguments)
{
	char line[2048];
	int n = vsnprintf(line, sizeof(line), text, arguments);

	if (n < 0)
		return;
	cg_text_tame(line); /* a name may hold anything */
	fprintf(stderr, "corograph-%s: %s%s%s\n", format, line,
	        (size_t)n >= sizeof(line) ? "..." : "", tail);
}

void
cg_say(const char *format, const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	say(format, "", text, arguments);
	va_end(arguments);
}

int
cg_say_usage(const char *format, const char *text, ...)
{
	char tail[80];
	va_list arguments;

	snprintf(tail, sizeof(tail), "; try 'corograph-%s --help'", format);
	va_start(arguments, text);
	say(format, tail, text, arguments);
	va_end(arguments);
	return CG_EXIT_USAGE;
}

int
cg_say_error(const char *format, const char *file, const struct cg_error *error,
             const char *remedy)
{
	const char *name = strcmp(file, "-") == 0 ? "standard input" : file;
	bool damaged = error->status == CG_CORRUPT || error->status == CG_TRUNCATED;
	char place[40] = "";

	if (error->offset != UINT64_MAX)
		snprintf(place, sizeof(place), "offset %llu: ", (unsigned long long)error->offset);
	cg_say(format, "%s: %s%s%s%s", name, place, error->text,
	       damaged && remedy ? "; " : "", damaged && remedy ? remedy : "");
	switch (error->status) {
	case CG_FORMAT:
	case CG_CORRUPT:
	case CG_UNSUPPORTED:
	case CG_TRUNCATED:
	case CG_LIMIT:
		return CG_EXIT_DAMAGED;
	case CG_OK:
	case CG_NOMEM:
	case CG_IO:
	case CG_USE:
		break;
	}
	return CG_EXIT_FAILED;
}
