/*
 * Tables: order, layout for people, CSV. The last column takes what width is left, and where
 * that is too little for its names the columns that say least are left out.
 */
#include "table.h"

#include "cell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	PAGE_WIDTH = 132, /* when nothing says otherwise */
	NAME_LEAST = 8,   /* however narrow the page */
	NAME_MOST = 1000, /* however wide */
	TEXT_LEAST = 12,  /* of a text that is not last, however narrow the page */
	COLUMNS_MOST = 32,
	TEXT_SIZE = 4 * NAME_MOST + 8
};

#define BOLD "\x1b[1m"
#define DIM "\x1b[2m"
#define PLAIN "\x1b[0m"

struct cg_style
cg_style_of(FILE *out)
{
	struct cg_style style = {.width = PAGE_WIDTH};
	const char *columns = getenv("COLUMNS"), *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	unsigned long wanted = columns ? strtoul(columns, NULL, 10) : 0;
	struct winsize size;

	if (wanted)
		style.width = wanted < 10000 ? (unsigned)wanted : 10000;
	else if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
		style.width = size.ws_col;
	style.colours = isatty(fileno(out)) && !(no_color && *no_color) && term &&
	                strcmp(term, "dumb") != 0;
	return style;
}

static bool
column_is_end(const struct cg_column *c)
{
	return !c->key;
}

static bool
column_is_for(const struct cg_column *c, enum cg_column_where where)
{
	return c->where == CG_COLUMN_BOTH || c->where == where;
}

static bool
column_is_text(const struct cg_column *c)
{
	return c->kind >= CG_COLUMN_TEXT;
}

static uint64_t
number_at(const struct cg_column *c, const void *row)
{
	const char *field = (const char *)row + c->offset;

	if (c->kind == CG_COLUMN_NUMBER)
		return *(const uint32_t *)(const void *)field;
	return *(const uint64_t *)(const void *)field;
}

static const struct cg_function *
function_at(const struct cg_column *c, const void *row)
{
	const char *field = (const char *)row + c->offset;

	if (c->kind == CG_COLUMN_ITSELF)
		return row;
	return *(const struct cg_function *const *)(const void *)field;
}

static const char *
text_at(const struct cg_column *c, const void *row)
{
	const char *field = (const char *)row + c->offset;
	const struct cg_function *f;

	switch (c->kind) {
	case CG_COLUMN_FUNCTION:
	case CG_COLUMN_ITSELF:
		f = function_at(c, row);
		return f ? f->name : "";
	case CG_COLUMN_KIND:
		return cg_kind_name((enum cg_kind) * (const uint32_t *)(const void *)field);
	case CG_COLUMN_EDGE:
		return cg_edge_kind_name((enum cg_edge_kind) *
		                         (const uint32_t *)(const void *)field);
	default:
		return *(const char *const *)(const void *)field;
	}
}

const struct cg_column *
cg_table_column(const struct cg_table *table, const char *key)
{
	for (const struct cg_column *c = table->columns; !column_is_end(c); c++) {
		const char *a = c->key, *b = key;

		for (; *a && (*a == *b || (*a == '_' && *b == '-')); a++, b++)
			;
		if (!*a && !*b)
			return c;
	}
	return NULL;
}

/* A row on its way to its place. */
struct sorted {
	const void *row;
	const char *text; /* NULL: by number */
	uint64_t number;
	size_t index;
};

static int
compare_sorted(const void *pa, const void *pb)
{
	const struct sorted *a = pa, *b = pb;
	int order = a->text ? strcmp(a->text, b->text) : 0;

	if (order)
		return order;
	if (a->number != b->number)
		return a->number > b->number ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

bool
cg_table_sort(struct cg_table *table, const struct cg_column *by)
{
	struct sorted *sorted = calloc(table->count + 1, sizeof(*sorted));

	if (!sorted)
		return false;
	for (size_t i = 0; i < table->count; i++) {
		sorted[i] = (struct sorted){.row = table->rows[i], .index = i};
		if (column_is_text(by))
			sorted[i].text = text_at(by, table->rows[i]);
		else
			sorted[i].number = number_at(by, table->rows[i]);
	}
	qsort(sorted, table->count, sizeof(*sorted), compare_sorted);
	for (size_t i = 0; i < table->count; i++)
		table->rows[i] = sorted[i].row;
	free(sorted);
	return true;
}

static size_t
rows_within(const struct cg_table *table, size_t limit)
{
	return limit && limit < table->count ? limit : table->count;
}

/* A time, as "~1.5 s" where it is approximate. */
static const char *
time_text(const struct cg_column *c, const void *row, char out[CG_CELL_MAX])
{
	const char *second = (const char *)row + c->second;
	char exact[CG_CELL_MAX];

	cg_cell_time(exact, number_at(c, row));
	snprintf(out, CG_CELL_MAX, "%s%.*s",
	         c->second && *(const uint32_t *)(const void *)second ? "~" : "",
	         CG_CELL_MAX - 2, exact);
	return out;
}

/* A value other than a function, for people. */
static const char *
cell_text(const struct cg_column *c, const void *row, char out[CG_CELL_MAX])
{
	uint64_t second;

	if (column_is_text(c))
		return text_at(c, row);
	if (c->kind == CG_COLUMN_TIME)
		return time_text(c, row, out);
	if (c->kind == CG_COLUMN_CALLS) {
		memcpy(&second, (const char *)row + c->second, sizeof(second));
		return cg_cell_calls(out, number_at(c, row), second);
	}
	snprintf(out, CG_CELL_MAX, "%" PRIu64, number_at(c, row));
	return out;
}

/* The page while it is written. */
struct page {
	const struct cg_table *table;
	const struct cg_column *columns[COLUMNS_MOST]; /* those for people */
	size_t widths[COLUMNS_MOST];
	unsigned count;
	struct cg_style style;
	char *here; /* the working directory, or NULL */
	FILE *out;
};

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
indent_of(const struct page *page, const void *row)
{
	if (page->table->indent == SIZE_MAX)
		return 0;
	return 2 * (size_t) *
	       (const unsigned *)(const void *)((const char *)row + page->table->indent);
}

/* How wide the last column's text of a row would be, places in their short form. */
static size_t
last_width(const struct page *page, const struct cg_column *c, const void *row)
{
	size_t width = cg_cell_width(text_at(c, row)) + indent_of(page, row);
	const struct cg_function *f;
	char place[TEXT_SIZE];

	if (c->kind != CG_COLUMN_FUNCTION && c->kind != CG_COLUMN_ITSELF)
		return width;
	f = function_at(c, row);
	if (!f || !*f->file)
		return width;
	return width + 1 + cg_cell_width(cg_cell_short_place(place, sizeof(place), f));
}

/* How wide a column would be with `rows` rows. */
static size_t
column_width(const struct page *page, unsigned i, size_t rows)
{
	const struct cg_column *c = page->columns[i];
	size_t width = cg_cell_width(c->title);
	bool last = i + 1 == page->count;

	for (size_t r = 0; r < rows; r++) {
		char cell[CG_CELL_MAX];
		const void *row = page->table->rows[r];

		width = larger(width, last ? last_width(page, c, row)
		                           : cg_cell_width(cell_text(c, row, cell)));
	}
	if (column_is_text(c) && !last)
		width = smaller(width, larger(TEXT_LEAST, page->style.width / 5));
	return width;
}

/* The column that is to go while the last one has only `left` characters; 0: none. */
static unsigned
column_to_drop(const struct page *page, size_t left)
{
	unsigned found = 0;

	for (unsigned i = 1; i + 1 < page->count; i++)
		if (page->columns[i]->room > left &&
		    page->columns[i]->room > page->columns[found]->room)
			found = i;
	return found;
}

static void
page_drop(struct page *page, unsigned i)
{
	size_t after = --page->count - i;

	memmove(page->columns + i, page->columns + i + 1, after * sizeof(*page->columns));
	memmove(page->widths + i, page->widths + i + 1, after * sizeof(*page->widths));
}

static void
page_measure(struct page *page, size_t rows)
{
	size_t used = 0, wanted, left;

	for (unsigned i = 0; i < page->count; i++) {
		page->widths[i] = column_width(page, i, rows);
		used += page->widths[i] + 2;
	}
	wanted = page->widths[page->count - 1];
	used -= wanted + 2;
	for (;;) {
		unsigned i;

		left = page->style.width > used ? page->style.width - used : 0;
		i = left < wanted ? column_to_drop(page, left) : 0;
		if (!i)
			break;
		used -= page->widths[i] + 2;
		page_drop(page, i);
	}
	page->widths[page->count - 1] = smaller(larger(left, NAME_LEAST), NAME_MOST);
}

/* A function's name, and where it is when there is room: a place cut in two says nothing. */
static void
print_function(const struct page *page, const struct cg_function *f, size_t width)
{
	static const char *const before[] = {"", DIM}, *const after[] = {"", PLAIN};
	char text[TEXT_SIZE];
	size_t name = cg_cell_width(f->name);

	fputs(cg_cell_name(text, sizeof(text), f->name, width), page->out);
	cg_cell_place(text, sizeof(text), f, page->here);
	if (name + 1 + cg_cell_width(text) > width)
		cg_cell_short_place(text, sizeof(text), f);
	if (*text && name + 1 + cg_cell_width(text) <= width)
		fprintf(page->out, " %s%s%s", before[page->style.colours], text,
		        after[page->style.colours]);
}

static void
print_last(const struct page *page, const struct cg_column *c, const void *row)
{
	size_t width = page->widths[page->count - 1];
	size_t indent = smaller(indent_of(page, row), width / 2);
	const struct cg_function *f = NULL;
	char text[TEXT_SIZE];

	fprintf(page->out, "%*s", (int)indent, "");
	if (c->kind == CG_COLUMN_FUNCTION || c->kind == CG_COLUMN_ITSELF)
		f = function_at(c, row);
	if (f)
		print_function(page, f, width - indent);
	else
		fputs(cg_cell_shorten(text, sizeof(text), text_at(c, row), width - indent),
		      page->out);
	fputc('\n', page->out);
}

static void
print_cell(const struct page *page, unsigned i, const char *text)
{
	char cut[TEXT_SIZE];
	int padding;

	if (cg_cell_width(text) > page->widths[i])
		text = cg_cell_name(cut, sizeof(cut), text, page->widths[i]);
	padding = (int)(page->widths[i] - cg_cell_width(text));
	if (column_is_text(page->columns[i]))
		fprintf(page->out, "%s%*s  ", text, padding, "");
	else
		fprintf(page->out, "%*s%s  ", padding, "", text);
}

static void
print_head(const struct page *page)
{
	unsigned last = page->count - 1;

	fputs(page->style.colours ? BOLD : "", page->out);
	for (unsigned i = 0; i < last; i++)
		print_cell(page, i, page->columns[i]->title);
	fprintf(page->out, "%s%s\n", page->columns[last]->title,
	        page->style.colours ? PLAIN : "");
}

void
cg_table_print(const struct cg_table *table, size_t limit, struct cg_style style,
               FILE *out)
{
	struct page page = {.table = table, .style = style, .out = out};
	size_t rows = rows_within(table, limit);

	for (const struct cg_column *c = table->columns; !column_is_end(c); c++)
		if (column_is_for(c, CG_COLUMN_PEOPLE) && page.count < COLUMNS_MOST)
			page.columns[page.count++] = c;
	page.here = getcwd(NULL, 0);
	page_measure(&page, rows);
	print_head(&page);
	for (size_t r = 0; r < rows; r++) {
		char cell[CG_CELL_MAX];

		for (unsigned i = 0; i + 1 < page.count; i++)
			print_cell(&page, i, cell_text(page.columns[i], table->rows[r], cell));
		print_last(&page, page.columns[page.count - 1], table->rows[r]);
	}
	free(page.here);
}

static void
print_csv_text(const char *text, FILE *out)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

void
cg_table_print_csv(const struct cg_table *table, size_t limit, const char *mark, FILE *out)
{
	const struct cg_column *first = table->columns;
	size_t rows = rows_within(table, limit);

	while (!column_is_for(first, CG_COLUMN_CSV))
		first++;
	for (const struct cg_column *c = first; !column_is_end(c); c++)
		if (column_is_for(c, CG_COLUMN_CSV))
			fprintf(out, "%s%s%s", c == first ? "" : ",", c->key,
			        c->kind == CG_COLUMN_TIME ? "_ns" : "");
	fprintf(out, "%s%s\n", mark ? "," : "", mark ? mark : "");
	for (size_t r = 0; r < rows; r++) {
		for (const struct cg_column *c = first; !column_is_end(c); c++) {
			if (!column_is_for(c, CG_COLUMN_CSV))
				continue;
			fputs(c == first ? "" : ",", out);
			if (column_is_text(c))
				print_csv_text(text_at(c, table->rows[r]), out);
			else
				fprintf(out, "%" PRIu64, number_at(c, table->rows[r]));
		}
		fputs(mark ? ",1\n" : "\n", out);
	}
}
