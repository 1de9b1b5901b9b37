/* Tables: finding columns, order of rows, layout and CSV. */
#include <stdlib.h>
#include <string.h>

#include "../../cli/table.h"
#include "tap.h"

struct row {
	uint64_t calls, primitive, time;
	const char *text;
	uint32_t small;
	unsigned depth;
	const struct cg_function *function;
};

#define AT(field) offsetof(struct row, field)

static const struct cg_column columns[] = {
	{"calls", "calls", CG_COLUMN_CALLS, CG_COLUMN_BOTH, AT(calls), AT(primitive), 0},
	{"self_run", "self run", CG_COLUMN_TIME, CG_COLUMN_BOTH, AT(time), 0, 12},
	{"line", NULL, CG_COLUMN_NUMBER, CG_COLUMN_CSV, AT(small), 0, 0},
	{"text", "text", CG_COLUMN_TEXT, CG_COLUMN_BOTH, AT(text), 0, 20},
	{"name", "function", CG_COLUMN_FUNCTION, CG_COLUMN_PEOPLE, AT(function), 0, 0},
	{0},
};

static const struct cg_function f = {
	.name = "Service.fetch", .file = "a.py", .module = "package.service", .line = 12};
static const struct row rows[] = {
	{1, 1, 1500, "b", 7, 0, &f},
	{177, 1, 0, "a,\"q\"", 8, 1, &f},
	{5, 5, 1500, "c", 9, 2, NULL},
};
enum { ROWS = sizeof rows / sizeof *rows };

static const void *order[ROWS];
static char *written;
static size_t length;

static struct cg_table
table(void)
{
	for (size_t i = 0; i < ROWS; i++)
		order[i] = &rows[i];
	return (struct cg_table){
		.columns = columns, .rows = order, .count = ROWS, .indent = SIZE_MAX};
}

static void
sorted(const char *key, size_t a, size_t b, size_t c)
{
	struct cg_table t = table();

	ok(cg_table_sort(&t, cg_table_column(&t, key)) && t.rows[0] == &rows[a] &&
	       t.rows[1] == &rows[b] && t.rows[2] == &rows[c],
	   key);
}

/* What is written to *f until text() is called. */
static FILE *
paper(void)
{
	free(written);
	written = NULL;
	return open_memstream(&written, &length);
}

static bool
says(FILE *file, const char *text)
{
	bool same = fclose(file) == 0 && !strcmp(written, text);

	if (!same)
		printf("# got:\n%s# want:\n%s", written, text);
	return same;
}

static void
print(size_t limit, unsigned width, bool colours, size_t indent, const char *name,
      const char *text)
{
	struct cg_table t = table();
	FILE *file = paper();

	t.indent = indent;
	cg_table_print(&t, limit, (struct cg_style){width, colours}, file);
	ok(says(file, text), name);
}

int
main(void)
{
	struct cg_table t = table();
	FILE *file;

	ok(cg_table_column(&t, "self_run") == &columns[1], "a column by its key");
	ok(cg_table_column(&t, "self-run") == &columns[1], "dashes do as well");
	ok(!cg_table_column(&t, "self"), "not by a part of it");
	ok(!cg_table_column(&t, "self_run_"), "nor by more");
	sorted("calls", 1, 2, 0);
	sorted("self_run", 0, 2, 1);
	sorted("text", 1, 0, 2);
	sorted("line", 2, 1, 0);
	print(0, 80, false, SIZE_MAX, "for people",
	      "calls  self run  text   function\n"
	      "    1   1.50 us  b      Service.fetch (package.service:12)\n"
	      "177/1      0     a,\"q\"  Service.fetch (package.service:12)\n"
	      "    5   1.50 us  c      \n");
	print(1, 46, false, SIZE_MAX, "a place loses its folders where there is no room",
	      "calls  self run  text  function\n"
	      "    1   1.50 us  b     Service.fetch (a.py:12)\n");
	print(1, 42, false, SIZE_MAX, "a column goes before a name's place",
	      "calls  self run  function\n"
	      "    1   1.50 us  Service.fetch (a.py:12)\n");
	print(1, 32, false, SIZE_MAX, "but only below what it leaves room for",
	      "calls  self run  function\n"
	      "    1   1.50 us  Service.fetch\n");
	print(1, 20, false, SIZE_MAX, "the next one goes, and the name is cut",
	      "calls  function\n"
	      "    1  Service.fetch\n");
	print(1, 17, false, SIZE_MAX, "from its left",
	      "calls  function\n"
	      "    1  \xe2\x80\xa6ice.fetch\n");
	print(
		2, 80, true, AT(depth), "in colours, and indented",
		"\x1b[1mcalls  self run  text   function\x1b[0m\n"
		"    1   1.50 us  b      Service.fetch \x1b[2m(package.service:12)\x1b[0m\n"
		"177/1      0     a,\"q\"    Service.fetch \x1b[2m(package.service:12)\x1b[0m\n");
	file = paper();
	cg_table_print_csv(&t, 2, NULL, file);
	ok(says(file, "calls,self_run_ns,line,text\n"
	              "1,1500,7,b\n"
	              "177,0,8,\"a,\"\"q\"\"\"\n"),
	   "as CSV");
	file = paper();
	cg_table_print_csv(&t, 1, "special", file);
	ok(says(file, "calls,self_run_ns,line,text,special\n"
	              "1,1500,7,b,1\n"),
	   "as CSV with a mark");
	free(written);
	return done();
}
