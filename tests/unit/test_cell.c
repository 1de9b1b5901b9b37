/* Values as text: scaled times, calls, widths and places. */
#include <string.h>

#include "../../cli/cell.h"
#include "tap.h"

static void
times(void)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} rows[] = {
		{0, "0   "},
		{1, "1 ns"},
		{999, "999 ns"},
		{1000, "1.00 us"},
		{9994, "9.99 us"},
		{9996, "10.0 us"},
		{99940, "99.9 us"},
		{99960, "100 us"},
		{999499, "999 us"},
		{999500, "1.00 ms"},
		{310200000, "310 ms"},
		{999600000, "1.00 s "},
		{4003000000, "4.00 s "},
		{75300000000, "75.3 s "},
		{123456000000000, "123456 s "},
		{UINT64_MAX, "18446744074 s "},
	};
	char out[CG_CELL_MAX];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!ok(!strcmp(cg_cell_time(out, rows[i].ns), rows[i].text), rows[i].text))
			printf("# got \"%s\"\n", out);
	eq(cg_cell_trimmed("4.00 s "), 6, "without the blanks at the end");
	eq(cg_cell_trimmed("   "), 0, "which may be all");
}

static void
calls(void)
{
	char out[CG_CELL_MAX];

	ok(!strcmp(cg_cell_calls(out, 5, 5), "5"), "calls");
	ok(!strcmp(cg_cell_calls(out, 177, 1), "177/1"), "recursive calls");
	ok(!strcmp(cg_cell_calls(out, UINT64_MAX, 0), "18446744073709551615/0"), "all digits");
}

static void
texts(void)
{
	char out[64];

	eq(cg_cell_width("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d"), 3, "characters, not bytes");
	ok(!strcmp(cg_cell_shorten(out, sizeof out, "abcdef", 6), "abcdef"),
	   "what fits stays");
	ok(!strcmp(cg_cell_shorten(out, sizeof out, "abcdef", 5), "\xe2\x80\xa6"
	                                                          "cdef"),
	   "the left goes first");
	eq(cg_cell_width(out), 5, "and makes it fit");
	cg_cell_shorten(out, sizeof out, "a\xc3\xa9\xc3\xa9\xc3\xa9", 3);
	ok(!strcmp(out, "\xe2\x80\xa6\xc3\xa9\xc3\xa9"), "no character is cut in two");
	ok(!strcmp(cg_cell_shorten(out, sizeof out, "abc", 1), "\xe2\x80\xa6"), "to nothing");
}

static void
name_is(const char *name, size_t width, const char *wanted)
{
	char out[256];

	cg_cell_name(out, sizeof out, name, width);
	ok(!strcmp(out, wanted) && cg_cell_width(out) <= width, wanted);
}

static void
names(void)
{
	const char *run = "<method 'run' of '_contextvars.Context' objects>";

	name_is("Service.fetch", 13, "Service.fetch");
	name_is("Service.fetch", 8,
	        "\xe2\x80\xa6"
	        "e.fetch");
	name_is("<module>", 8, "<module>");
	name_is(run, 48, run);
	name_is(run, 20, "<method 'run' of '\xe2\x80\xa6>");
	name_is("<built-in method time.sleep>", 28, "<built-in method time.sleep>");
	name_is("<built-in method time.sleep>", 27, "<\xe2\x80\xa6time.sleep>");
	name_is("<built-in method time.sleep>", 8, "<\xe2\x80\xa6sleep>");
	name_is("<built-in method time.sleep>", 3, "\xe2\x80\xa6p>");
	eq(cg_cell_bytes("a\xc3\xa9"
	                 "b",
	                 2),
	   3, "bytes of two characters");
	eq(cg_cell_bytes("ab", 5), 2, "of all there are");
}

static void
places(void)
{
	struct cg_function f = {.name = "f", .file = "/srv/app/x.py", .module = "", .line = 7};
	char out[64];

	ok(!strcmp(cg_cell_place(out, sizeof out, &f, "/srv/app"), "(x.py:7)"),
	   "a file below the working directory");
	ok(!strcmp(cg_cell_place(out, sizeof out, &f, "/srv/ap"), "(/srv/app/x.py:7)"),
	   "one beside it");
	ok(!strcmp(cg_cell_place(out, sizeof out, &f, NULL), "(/srv/app/x.py:7)"),
	   "no working directory");
	f.module = "__main__";
	ok(!strcmp(cg_cell_place(out, sizeof out, &f, "/"), "(/srv/app/x.py:7)"),
	   "the main module's name says nothing");
	f.module = "pkg.x";
	ok(!strcmp(cg_cell_place(out, sizeof out, &f, NULL), "(pkg.x:7)"),
	   "other modules' do");
	f.file = "";
	ok(!strcmp(cg_cell_place(out, sizeof out, &f, NULL), ""), "a builtin has none");
	ok(!strcmp(cg_cell_short_place(out, sizeof out, &f), ""), "nor a short one");
	f.file = "/srv/app/x.py";
	ok(!strcmp(cg_cell_short_place(out, sizeof out, &f), "(x.py:7)"), "the file alone");
	f.file = "<frozen importlib._bootstrap>";
	f.module = "importlib._bootstrap";
	ok(!strcmp(cg_cell_short_place(out, sizeof out, &f), "(_bootstrap:7)"),
	   "of a frozen one its module");
	f.module = "";
	f.file = "/";
	ok(!strcmp(cg_cell_short_place(out, sizeof out, &f), "(/:7)"), "a folder's name");
}

int
main(void)
{
	times();
	calls();
	texts();
	names();
	places();
	return done();
}
