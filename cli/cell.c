/* Values as people read them: three digits that matter, names from their right end. */
#include "cell.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

char *
cg_cell_time(char out[CG_CELL_MAX], uint64_t ns)
{
	static const char *const units[] = {"ns", "us", "ms", "s "};
	unsigned unit = 0;
	double value = (double)ns;

	/* 999.5 would be printed as 1000 */
	while (unit < 3 && value >= 999.5) {
		value /= 1000;
		unit++;
	}
	if (!ns)
		snprintf(out, CG_CELL_MAX, "0   ");
	else
		snprintf(out, CG_CELL_MAX, "%.*f %s",
		         !unit || value >= 99.95 ? 0 : (value >= 9.995 ? 1 : 2), value,
		         units[unit]);
	return out;
}

size_t
cg_cell_trimmed(const char *text)
{
	size_t n = strlen(text);

	while (n && text[n - 1] == ' ')
		n--;
	return n;
}

char *
cg_cell_calls(char out[CG_CELL_MAX], uint64_t calls, uint64_t primitive)
{
	if (calls == primitive)
		snprintf(out, CG_CELL_MAX, "%" PRIu64, calls);
	else
		snprintf(out, CG_CELL_MAX, "%" PRIu64 "/%" PRIu64, calls, primitive);
	return out;
}

static bool
starts_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t
cg_cell_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += starts_character(*text);
	return width;
}

char *
cg_cell_shorten(char *out, size_t size, const char *text, size_t width)
{
	size_t have = cg_cell_width(text);

	if (have <= width) {
		snprintf(out, size, "%s", text);
		return out;
	}
	while (*text && have >= width)
		if (starts_character(*++text))
			have--;
	snprintf(out, size, ELLIPSIS "%s", text);
	return out;
}

size_t
cg_cell_bytes(const char *text, size_t width)
{
	size_t n = 0;

	while (text[n]) {
		if (starts_character(text[n]) && !width--)
			break;
		n++;
	}
	return n;
}

char *
cg_cell_name(char *out, size_t size, const char *name, size_t width)
{
	static const char builtin[] = "<built-in method ";
	size_t n = sizeof(builtin) - 1;

	if (*name != '<' || width < 4 || cg_cell_width(name) <= width)
		return cg_cell_shorten(out, size, name, width);
	if (strncmp(name, builtin, n) == 0) {
		out[0] = '<';
		/* one ellipsis, be there room for the whole rest or not */
		if (cg_cell_width(name + n) + 2 <= width)
			snprintf(out + 1, size - 1, ELLIPSIS "%s", name + n);
		else
			cg_cell_shorten(out + 1, size - 1, name + n, width - 1);
		return out;
	}
	snprintf(out, size, "%.*s" ELLIPSIS ">", (int)cg_cell_bytes(name, width - 2), name);
	return out;
}

/* A file as seen from the working directory. */
static const char *
file_from(const char *file, const char *here)
{
	size_t n = here ? strlen(here) : 0;

	if (n > 1 && strncmp(file, here, n) == 0 && file[n] == '/')
		return file + n + 1;
	return file;
}

char *
cg_cell_place(char *out, size_t size, const struct cg_function *f, const char *here)
{
	if (!*f->file)
		snprintf(out, size, "%s", "");
	else if (*f->module && strcmp(f->module, "__main__") != 0)
		snprintf(out, size, "(%s:%" PRIu32 ")", f->module, f->line);
	else
		snprintf(out, size, "(%s:%" PRIu32 ")", file_from(f->file, here), f->line);
	return out;
}

char *
cg_cell_short_place(char *out, size_t size, const struct cg_function *f)
{
	bool frozen = *f->file == '<' && *f->module;
	const char *whole = frozen ? f->module : f->file;
	const char *last = strrchr(whole, frozen ? '.' : '/');

	last = last && last[1] ? last + 1 : whole;
	if (!*f->file)
		snprintf(out, size, "%s", "");
	else
		snprintf(out, size, "(%s:%" PRIu32 ")", last, f->line);
	return out;
}
