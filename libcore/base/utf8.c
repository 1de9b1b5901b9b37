/* UTF-8: what a first byte promises is a table, what must follow it a loop. */
#include "base/utf8.h"

#include <string.h>

#include "corograph.h"

struct lead {
	uint8_t mask, value, length;
	uint32_t least; /* smaller codes have a shorter form */
};

static const struct lead leads[] = {
	{0x80, 0x00, 1, 0},
	{0xe0, 0xc0, 2, 0x80},
	{0xf0, 0xe0, 3, 0x800},
	{0xf8, 0xf0, 4, 0x10000},
};

static const struct lead *
find_lead(uint8_t byte)
{
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
		if ((byte & leads[i].mask) == leads[i].value)
			return &leads[i];
	return NULL;
}

size_t
cg_utf8_get(const uint8_t *in, size_t n, uint32_t *code)
{
	const struct lead *lead = n ? find_lead(in[0]) : NULL;
	uint32_t got;

	if (!lead || lead->length > n)
		return 0;
	got = in[0] & (uint8_t)~lead->mask;
	for (size_t i = 1; i < lead->length; i++) {
		if ((in[i] & 0xc0) != 0x80)
			return 0;
		got = got << 6 | (in[i] & 0x3f);
	}
	if (got < lead->least || got > 0x10ffff || (got >= 0xd800 && got <= 0xdfff))
		return 0;
	*code = got;
	return lead->length;
}

static bool
is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f);
}

char *
cg_text_tame(char *text)
{
	uint8_t *at = (uint8_t *)text;
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t code = 0;
		size_t used = cg_utf8_get(at, left, &code);

		if (used == 0 || is_control(code))
			memset(at, '?', used ? used : 1);
		used = used ? used : 1;
		at += used;
		left -= used;
	}
	return text;
}

bool
cg_utf8_is_clean(const char *text, size_t n)
{
	const uint8_t *in = (const uint8_t *)text;

	for (size_t i = 0; i < n;) {
		uint32_t code = 0;
		size_t used = cg_utf8_get(in + i, n - i, &code);

		if (used == 0 || is_control(code))
			return false;
		i += used;
	}
	return true;
}
