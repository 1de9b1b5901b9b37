/* UTF-8: what the standard allows and nothing else. */
#include "base/utf8.h"

#include <string.h>

#include "corograph.h"
#include "tap.h"

static const struct {
	const char *bytes;
	size_t n, used;
	uint32_t code;
	const char *name;
} cases[] = {
	{"", 0, 0, 0, "nothing"},
	{"a", 1, 1, 'a', "ASCII"},
	{"\0", 1, 1, 0, "NUL is a character"},
	{"\x7f", 1, 1, 0x7f, "the last of one byte"},
	{"\x80", 1, 0, 0, "a byte that only follows"},
	{"\xc1\xbf", 2, 0, 0, "two bytes for what needs one"},
	{"\xc2\x80", 2, 2, 0x80, "the first of two bytes"},
	{"\xdf\xbf", 2, 2, 0x7ff, "the last of two bytes"},
	{"\xdf", 1, 0, 0, "two bytes, cut"},
	{"\xdf\x41", 2, 0, 0, "two bytes, the second wrong"},
	{"\xe0\x9f\xbf", 3, 0, 0, "three bytes for what needs two"},
	{"\xe0\xa0\x80", 3, 3, 0x800, "the first of three bytes"},
	{"\xed\x9f\xbf", 3, 3, 0xd7ff, "the last before the surrogates"},
	{"\xed\xa0\x80", 3, 0, 0, "the first surrogate"},
	{"\xed\xbf\xbf", 3, 0, 0, "the last surrogate"},
	{"\xee\x80\x80", 3, 3, 0xe000, "the first after the surrogates"},
	{"\xef\xbf\xbf", 3, 3, 0xffff, "the last of three bytes"},
	{"\xf0\x8f\xbf\xbf", 4, 0, 0, "four bytes for what needs three"},
	{"\xf0\x90\x80\x80", 4, 4, 0x10000, "the first of four bytes"},
	{"\xf0\x90\x80", 3, 0, 0, "four bytes, cut"},
	{"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff, "the last of all"},
	{"\xf4\x90\x80\x80", 4, 0, 0, "beyond the last"},
	{"\xf8\x88\x80\x80\x80", 5, 0, 0, "five bytes"},
	{"\xff", 1, 0, 0, "a byte that never stands"},
};

static void
tame(void)
{
	char text[] = "a\x1b[2J\xc2\x9b\xc3\xa9\xff\x7f\n\xe2\x82";

	ok(strcmp(cg_text_tame(text), "a?[2J??\xc3\xa9?????") == 0,
	   "what a terminal should not get becomes question marks");
}

int
main(void)
{
	tame();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t code = 0;

		ok(cg_utf8_get((const uint8_t *)cases[i].bytes, cases[i].n, &code) ==
		           cases[i].used &&
		       code == cases[i].code,
		   cases[i].name);
	}
	ok(cg_utf8_is_clean("", 0), "nothing is clean");
	ok(cg_utf8_is_clean("a b\xc2\xa0\xc3\xa9", 7), "text is clean");
	ok(!cg_utf8_is_clean("a\x1f", 2), "a control character is not");
	ok(!cg_utf8_is_clean("a\x7f", 2), "nor is delete");
	ok(!cg_utf8_is_clean("\xc2\x9f", 2), "nor the controls above ASCII");
	ok(!cg_utf8_is_clean("\xc2", 1), "nor half a character");
	return done();
}
