/* Text made clean: UTF-8 of all lengths, what is none, control characters, addresses. */
#include <stdlib.h>
#include <string.h>

#include "exporters/text.h"
#include "../unit/tap.h"

struct sample {
	const char *text, *want, *name;
};

static const struct sample samples[] = {
	{"", "", "nothing"},
	{"plain text 1~", "plain text 1~", "ASCII stays"},
	{"\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\x8d", "\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\x8d",
     "characters of two, three and four bytes stay"},
	{"\xf4\x8f\xbf\xbf\xee\x80\x80", "\xf4\x8f\xbf\xbf\xee\x80\x80",
     "the last one, and private use"},
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "beyond the last one"},
	{"\xf5\x80\xff\xfe", "\\xf5\\x80\\xff\\xfe", "bytes that never occur"},
	{"\xc0\xaf\xc1\xbf", "\\xc0\\xaf\\xc1\\xbf", "overlong, two bytes"},
	{"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf", "overlong, three bytes"},
	{"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf", "overlong, four bytes"},
	{"\xed\x9f\xbf\xed\xa0\x80\xed\xbf\xbf", "\xed\x9f\xbf\\xed\\xa0\\x80\\xed\\xbf\\xbf",
     "surrogates"},
	{"a\x80z", "a\\x80z", "a lone continuation"},
	{"\xe2\x82", "\\xe2\\x82", "cut off at the end"},
	{"\xe2\x82(", "\\xe2\\x82(", "cut off in the middle"},
	{"\t\n\r\x1f \x7f", "\\x09\\x0a\\x0d\\x1f \\x7f", "control characters"},
	{"\xc2\x80\xc2\x9f\xc2\xa0", "\\x80\\x9f\xc2\xa0", "those above ASCII"},
	{"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029", "separators of lines and paragraphs"},
	{"</a><//", "<\\x2fa><\\x2f/", "the end of a script"},
	{"</", "<\\x2f", "at the end"},
};

static void
cleaning(void)
{
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		char *out = malloc(CG_TEXT_ROOM(strlen(s->text)));
		size_t n = cg_text_clean(out, s->text);

		ok(n == strlen(s->want) && strcmp(out, s->want) == 0, s->name);
		free(out);
	}
}

static void
addresses(void)
{
	char one[] = "<f at 0xb63c60>", two[] = " at 0x1 at 0xFf at 0x",
		 none[] = "at 0x12 at 0 at x";

	cg_text_cut_addresses(one);
	ok(strcmp(one, "<f>") == 0, "an address goes");
	cg_text_cut_addresses(two);
	ok(strcmp(two, " at 0x") == 0, "all of them, but no half ones");
	cg_text_cut_addresses(none);
	ok(strcmp(none, "at 0x12 at 0 at x") == 0, "nothing else does");
}

int
main(void)
{
	cleaning();
	addresses();
	return done();
}
