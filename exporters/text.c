/* Cleaning of names and paths. What is read is a NUL-terminated string of any bytes. */
#include "text.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

/*
 * Bytes of the UTF-8 character at s and its code point; 0 for what is none: overlong
 * forms, surrogates and values above U+10FFFF included (RFC 3629).
 */
static size_t
character(const unsigned char *s, uint32_t *point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	uint32_t value = n == 1 ? s[0] : s[0] & (0x7fu >> n);

	if (n == 0 || s[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80) /* the NUL at the end stops here as well */
			return 0;
		value = value << 6 | (s[i] & 0x3f);
	}
	if (value < least[n] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*point = value;
	return n;
}

/* `\` and `letter` and the value in `digits` hexadecimal digits. */
static size_t
escape(char *out, char letter, int digits, uint32_t value)
{
	static const char hex[] = "0123456789abcdef";

	out[0] = '\\';
	out[1] = letter;
	for (int i = 0; i < digits; i++)
		out[2 + i] = hex[value >> 4 * (digits - 1 - i) & 15];
	return (size_t)digits + 2;
}

size_t
cg_text_clean(char *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n = 0;

	while (*s) {
		uint32_t point = 0;
		size_t length = character(s, &point);

		if (length == 0) {
			n += escape(out + n, 'x', 2, *s);
			length = 1;
		} else if (point < 0x20 || (point >= 0x7f && point < 0xa0)) {
			n += escape(out + n, 'x', 2, point);
		} else if (point == 0x2028 || point == 0x2029) {
			n += escape(out + n, 'u', 4, point); /* these end a line as well */
		} else if (point == '/' && n && out[n - 1] == '<') {
			n += escape(out + n, 'x', 2, point);
		} else {
			memcpy(out + n, s, length);
			n += length;
		}
		s += length;
	}
	out[n] = '\0';
	return n;
}

void
cg_text_cut_addresses(char *text)
{
	static const char mark[] = " at 0x";
	char *found = text;

	while ((found = strstr(found, mark))) {
		char *rest = found + sizeof(mark) - 1;

		if (!isxdigit((unsigned char)*rest)) {
			found = rest;
			continue;
		}
		while (isxdigit((unsigned char)*rest))
			rest++;
		memmove(found, rest, strlen(rest) + 1);
	}
}
