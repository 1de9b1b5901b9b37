/* Messages on standard error; each is written at once, so that lines never mix. */
#include "message.h"
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 0))) static void
message_write(const char *tail, const char *format, va_list arguments)
{
	char line[2048];
	int n = vsnprintf(line, sizeof(line), format, arguments);

	if (n < 0)
		return;
	cg_text_tame(line); /* a name may hold anything */
	fprintf(stderr, "corograph: %s%s%s\n", line, (size_t)n >= sizeof(line) ? "..." : "",
	        tail);
}

int
cg_cli_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	message_write("", format, arguments);
	va_end(arguments);
	return CG_EXIT_FAILED;
}

void
cg_cli_note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	message_write("", format, arguments);
	va_end(arguments);
}

int
cg_cli_usage(const char *command, const char *format, ...)
{
	char tail[128];
	va_list arguments;

	snprintf(tail, sizeof(tail), "; try 'corograph %s%s--help'", command ? command : "",
	         command ? " " : "");
	va_start(arguments, format);
	message_write(tail, format, arguments);
	va_end(arguments);
	return CG_EXIT_USAGE;
}

int
cg_cli_error(const char *file, const struct cg_error *error)
{
	return cg_cli_damage(file, error, true);
}

int
cg_cli_damage(const char *file, const struct cg_error *error, bool salvage)
{
	const char *name = strcmp(file, "-") == 0 ? "standard input" : file;
	bool damaged = error->status == CG_CORRUPT || error->status == CG_TRUNCATED;
	const char *tail = damaged && !salvage ? "; --salvage takes what can be read" : "";

	if (error->offset == UINT64_MAX)
		cg_cli_fail("%s: %s%s", name, error->text, tail);
	else
		cg_cli_fail("%s: offset %llu: %s%s", name, (unsigned long long)error->offset,
		            error->text, tail);
	return cg_cli_exit_code(error->status);
}

int
cg_cli_exit_code(enum cg_status status)
{
	switch (status) {
	case CG_OK:
		return CG_EXIT_OK;
	case CG_FORMAT:
	case CG_CORRUPT:
	case CG_TRUNCATED:
	case CG_UNSUPPORTED:
	case CG_LIMIT:
		return CG_EXIT_DAMAGED;
	case CG_USE:
	case CG_NOMEM:
	case CG_IO:
		break;
	}
	return CG_EXIT_FAILED;
}
