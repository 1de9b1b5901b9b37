/* The option parser, and the help that it makes of the same tables. */
#include "options.h"
#include "corograph.h"
#include "message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_COLUMN = 26 };

/* State of one parse. */
struct parse {
	const struct cg_options *options;
	char **argv;
	int argc;
	int next;          /* the argument to look at */
	const char *shown; /* the option as it was given */
	const char *operand;
	int code; /* CG_OPTIONS_GO_ON, or what to exit with */
};

static const struct cg_option standard[] = {
	{.letter = 'h', .name = "help", .help = "show this"},
	{.letter = 'V', .name = "version", .help = "show the version"},
	{.name = NULL},
};

/* What an option does, in its own column; long words of an option get a line alone. */
static void
help_row(const struct cg_option *o)
{
	int n = printf(o->letter ? "  -%c, " : "      ", o->letter);

	n += printf("--%s%s%s", o->name, o->argument ? " " : "",
	            o->argument ? o->argument : "");
	if (n >= HELP_COLUMN)
		n = printf("\n") - 1;
	printf("%*s", HELP_COLUMN - n, "");
	for (const char *p = o->help; *p; p++) {
		putchar(*p);
		if (*p == '\n')
			printf("%*s", HELP_COLUMN, "");
	}
	putchar('\n');
}

static void
help(const struct cg_options *options)
{
	printf("usage: corograph-%s [OPTION...] TRACE\n\n%s\n\n", options->format,
	       options->about);
	for (int t = 0; t < 2; t++)
		for (const struct cg_option *o = options->tables[t]; o && o->name; o++)
			help_row(o);
	for (const struct cg_option *o = standard; o->name; o++)
		help_row(o);
}

static void
version(const struct cg_options *options)
{
	printf("corograph-%s %s\n", options->format, cg_version());
}

static void
set_number(struct parse *p, uint64_t *field, const char *value)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno)
		p->code =
			cg_say_usage(p->options->format, "%s: '%s' is not a number", p->shown, value);
	else
		*field = number;
}

static void
set_percent(struct parse *p, double *field, const char *value)
{
	char *end;
	double number = strtod(value, &end);

	if (end == value || *end || !(number >= 0 && number <= 100))
		p->code = cg_say_usage(p->options->format,
		                       "%s: '%s' is not a number from 0 to 100", p->shown, value);
	else
		*field = number;
}

/* The index of the n bytes at `word` in the choices, or -1 with the usage said. */
static int
choice_find(struct parse *p, const struct cg_option *o, const char *word, size_t n)
{
	char words[200] = "";

	for (int i = 0; o->choices[i]; i++) {
		if (strlen(o->choices[i]) == n && memcmp(o->choices[i], word, n) == 0)
			return i;
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s%s",
		         i ? ", " : "", o->choices[i]);
	}
	p->code = cg_say_usage(p->options->format, "%s: '%.*s' is none of %s", p->shown,
	                       n > 100 ? 100 : (int)n, word, words);
	return -1;
}

static void
set_list(struct parse *p, const struct cg_option *o, struct cg_list *field,
         const char *value)
{
	struct cg_list list = {0};

	for (;; value++) {
		size_t n = strcspn(value, ",");
		int found = choice_find(p, o, value, n);

		if (found < 0)
			return;
		if (memchr(list.items, found, list.count)) {
			p->code = cg_say_usage(p->options->format, "%s: '%s' is given twice",
			                       p->shown, o->choices[found]);
			return;
		}
		list.items[list.count++] = (unsigned char)found;
		value += n;
		if (!*value)
			break;
	}
	*field = list;
}

static void
apply(struct parse *p, const struct cg_option *o, void *settings, const char *value)
{
	void *field = (char *)settings + o->offset;
	int found;

	switch (o->kind) {
	case CG_OPTION_SET:
		*(bool *)field = true;
		break;
	case CG_OPTION_TEXT:
		*(const char **)field = value;
		break;
	case CG_OPTION_NUMBER:
		set_number(p, field, value);
		break;
	case CG_OPTION_PERCENT:
		set_percent(p, field, value);
		break;
	case CG_OPTION_CHOICE:
		found = choice_find(p, o, value, strlen(value));
		if (found >= 0)
			*(unsigned *)field = (unsigned)found;
		break;
	case CG_OPTION_LIST:
		set_list(p, o, field, value);
		break;
	}
}

static bool
is_named(const struct cg_option *o, char letter, const char *name, size_t n)
{
	if (letter)
		return o->letter == letter;
	return strlen(o->name) == n && memcmp(o->name, name, n) == 0;
}

static bool
is_standard(struct parse *p, char letter, const char *name, size_t n)
{
	bool is_help = is_named(&standard[0], letter, name, n);

	if (!is_help && !is_named(&standard[1], letter, name, n))
		return false;
	if (is_help)
		help(p->options);
	else
		version(p->options);
	p->code = CG_EXIT_OK;
	return true;
}

/*
 * One option, by letter or by the n bytes of its name; `attached` is a value given with
 * it, or NULL. Returns whether a value was taken.
 */
static bool
take(struct parse *p, char letter, const char *name, size_t n, const char *attached)
{
	if (is_standard(p, letter, name, n))
		return false;
	for (int t = 0; t < 2; t++) {
		for (const struct cg_option *o = p->options->tables[t]; o && o->name; o++) {
			if (!is_named(o, letter, name, n))
				continue;
			if (o->argument && !attached && p->next < p->argc)
				attached = p->argv[p->next++];
			if (o->argument && !attached)
				p->code = cg_say_usage(p->options->format, "%s needs a value", p->shown);
			else if (!o->argument && attached && !letter)
				p->code = cg_say_usage(p->options->format, "%s takes no value", p->shown);
			else
				apply(p, o, p->options->settings[t], attached);
			return o->argument;
		}
	}
	p->code = cg_say_usage(p->options->format, "there is no option %s", p->shown);
	return false;
}

static void
parse_long(struct parse *p, const char *text)
{
	size_t n = strcspn(text, "=");
	char shown[48];

	snprintf(shown, sizeof(shown), "--%.*s", n > 40 ? 40 : (int)n, text);
	p->shown = shown;
	take(p, 0, text, n, text[n] ? text + n + 1 : NULL);
}

/* Letters behind one dash: flags, and at the end one that may take the rest as value. */
static void
parse_letters(struct parse *p, const char *letters)
{
	for (; *letters && p->code == CG_OPTIONS_GO_ON; letters++) {
		char shown[3] = {'-', *letters, '\0'};

		p->shown = shown;
		if (take(p, *letters, NULL, 0, letters[1] ? letters + 1 : NULL))
			return;
	}
}

static void
parse_operand(struct parse *p, const char *text)
{
	if (p->operand)
		p->code =
			cg_say_usage(p->options->format, "one trace at a time, not '%s' too", text);
	p->operand = text;
}

int
cg_options_parse(const struct cg_options *options, int argc, char **argv,
                 const char **operand)
{
	struct parse p = {.options = options,
	                  .argv = argv,
	                  .argc = argc,
	                  .next = 1,
	                  .code = CG_OPTIONS_GO_ON};
	bool ended = false;

	while (p.next < argc && p.code == CG_OPTIONS_GO_ON) {
		const char *text = argv[p.next++];

		if (ended || text[0] != '-' || !text[1])
			parse_operand(&p, text);
		else if (strcmp(text, "--") == 0)
			ended = true;
		else if (text[1] == '-')
			parse_long(&p, text + 2);
		else
			parse_letters(&p, text + 1);
	}
	*operand = p.operand;
	return p.code;
}
