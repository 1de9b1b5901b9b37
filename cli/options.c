/* The option parser and the help it makes of the same table. */
#include "options.h"
#include "command.h"
#include "message.h"
#include "suggest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP_COLUMN = 26 };

const struct cg_option cg_option_help = {
	.letter = 'h', .name = "help", .help = "show this"};

/* State of one parse. */
struct parse {
	const struct cg_usage *usage;
	void *settings;
	char **argv;
	int argc;
	int next;   /* the argument to look at */
	bool ended; /* only operands follow */
	int code;   /* CG_OPTIONS_GO_ON, or what to exit with */
};

static bool
option_is_end(const struct cg_option *option)
{
	return !option->letter && !option->name;
}

static void
help_row(char letter, const char *name, const char *argument, const char *help)
{
	char left[64];
	int n = 0;

	n += letter ? snprintf(left, sizeof(left), "  -%c", letter)
	            : snprintf(left, sizeof(left), "    ");
	if (name)
		n += snprintf(left + n, sizeof(left) - (size_t)n, "%s --%s", letter ? "," : " ",
		              name);
	if (argument)
		n += snprintf(left + n, sizeof(left) - (size_t)n, " %s", argument);
	if (n >= HELP_COLUMN)
		printf("%s\n%*s%s", left, HELP_COLUMN, "", help);
	else
		printf("%-*s%s", HELP_COLUMN, left, help);
}

void
cg_help_examples(const char *lines)
{
	printf("\nexamples:\n");
	while (*lines) {
		int n = (int)strcspn(lines, "\n");

		printf("  %.*s\n", n, lines);
		lines += lines[n] ? n + 1 : n;
	}
}

static void
help_print(const struct cg_usage *usage)
{
	const char *line = usage->synopsis;
	const char *before = "usage:";

	for (;;) {
		int n = (int)strcspn(line, "\n");

		printf("%6s corograph %s %.*s\n", before, usage->command, n, line);
		if (!line[n])
			break;
		line += n + 1;
		before = "or:";
	}
	printf("\n%s\n\n", usage->about);
	for (const struct cg_option *o = usage->options; !option_is_end(o); o++) {
		if (!o->help)
			continue;
		help_row(o->letter, o->name, o->argument, o->help);
		for (size_t i = 0; o->choices && o->choices[i]; i++)
			printf("%s%s", i ? ", " : ": ", o->choices[i]);
		printf("\n");
	}
	help_row(cg_option_help.letter, cg_option_help.name, NULL, cg_option_help.help);
	printf("\n");
	if (usage->examples)
		cg_help_examples(usage->examples);
}

static void
parse_stop(struct parse *p, int code)
{
	p->code = code;
	p->ended = true;
}

static void
set_number(struct parse *p, uint64_t *field, const char *shown, const char *value)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno) {
		parse_stop(
			p, cg_cli_usage(p->usage->command, "%s: '%s' is not a number", shown, value));
		return;
	}
	*field = number;
}

static void
set_choice(struct parse *p, const struct cg_option *o, unsigned *field, const char *shown,
           const char *value)
{
	char words[256] = "";

	for (unsigned i = 0; o->choices[i]; i++) {
		if (strcmp(value, o->choices[i]) == 0) {
			*field = i;
			return;
		}
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s%s",
		         i ? ", " : "", o->choices[i]);
	}
	parse_stop(p, cg_cli_usage(p->usage->command, "%s: '%s' is none of %s", shown, value,
	                           words));
}

static void
add_text(struct parse *p, struct cg_words *field, const char *shown, const char *value)
{
	if (!*value)
		parse_stop(p, cg_cli_usage(p->usage->command, "%s: its value is empty", shown));
	else if (!cg_words_add(field, value))
		parse_stop(p, cg_cli_fail("out of memory"));
}

static void
option_apply(struct parse *p, const struct cg_option *o, const char *shown,
             const char *value)
{
	void *field = (char *)p->settings + o->offset;

	switch (o->kind) {
	case CG_OPTION_SET:
	case CG_OPTION_CLEAR:
		*(bool *)field = o->kind == CG_OPTION_SET;
		break;
	case CG_OPTION_TEXT:
		*(const char **)field = value;
		break;
	case CG_OPTION_TEXTS:
		add_text(p, field, shown, value);
		break;
	case CG_OPTION_NUMBER:
		set_number(p, field, shown, value);
		break;
	case CG_OPTION_CHOICE:
		set_choice(p, o, field, shown, value);
		break;
	}
	if (o->last)
		p->ended = true;
}

/* The value of an option that needs one: what is attached, else the next argument. */
static const char *
option_value(struct parse *p, const char *shown, const char *attached)
{
	if (attached)
		return attached;
	if (p->next < p->argc)
		return p->argv[p->next++];
	parse_stop(p, cg_cli_usage(p->usage->command, "%s needs a value", shown));
	return NULL;
}

static void
option_unknown(struct parse *p, const char *name)
{
	const char *best = NULL;
	size_t least = SIZE_MAX;

	for (const struct cg_option *o = p->usage->options; !option_is_end(o); o++) {
		size_t distance = o->name ? cg_suggest_distance(name, o->name) : SIZE_MAX;

		if (distance < least) {
			least = distance;
			best = o->name;
		}
	}
	if (best && cg_suggest_near(name, least))
		parse_stop(p, cg_cli_usage(p->usage->command,
		                           "there is no option --%s (did you mean --%s?)", name,
		                           best));
	else
		parse_stop(p, cg_cli_usage(p->usage->command, "there is no option --%s", name));
}

static void
parse_long(struct parse *p, const char *text)
{
	char name[40];
	size_t n = strcspn(text, "=");
	const char *attached = text[n] ? text + n + 1 : NULL;
	char shown[48];

	snprintf(name, sizeof(name), "%.*s", (int)n, text);
	snprintf(shown, sizeof(shown), "--%s", name);
	if (strcmp(name, "help") == 0) {
		help_print(p->usage);
		parse_stop(p, CG_EXIT_OK);
		return;
	}
	for (const struct cg_option *o = p->usage->options; !option_is_end(o); o++) {
		if (!o->name || strcmp(o->name, name) != 0)
			continue;
		if (o->argument)
			attached = option_value(p, shown, attached);
		else if (attached)
			parse_stop(p, cg_cli_usage(p->usage->command, "%s takes no value", shown));
		if (p->code == CG_OPTIONS_GO_ON)
			option_apply(p, o, shown, attached);
		return;
	}
	option_unknown(p, name);
}

static const struct cg_option *
option_by_letter(const struct cg_usage *usage, char letter)
{
	for (const struct cg_option *o = usage->options; !option_is_end(o); o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

/* Letters behind one dash: flags, and at the end one that may take the rest as value. */
static void
parse_letters(struct parse *p, const char *letters)
{
	while (*letters && p->code == CG_OPTIONS_GO_ON) {
		char shown[3] = {'-', *letters, '\0'};
		const struct cg_option *o = option_by_letter(p->usage, *letters++);
		const char *value = NULL;

		if (!o && shown[1] == 'h') {
			help_print(p->usage);
			parse_stop(p, CG_EXIT_OK);
			return;
		}
		if (!o) {
			parse_stop(p, cg_cli_usage(p->usage->command, "there is no option %s", shown));
			return;
		}
		if (o->argument) {
			value = option_value(p, shown, *letters ? letters : NULL);
			letters = "";
		}
		if (p->code == CG_OPTIONS_GO_ON)
			option_apply(p, o, shown, value);
	}
}

int
cg_options_parse(const struct cg_usage *usage, int argc, char **argv, void *settings,
                 struct cg_operands *operands)
{
	struct parse p = {.usage = usage,
	                  .settings = settings,
	                  .argv = argv,
	                  .argc = argc,
	                  .next = 1,
	                  .code = CG_OPTIONS_GO_ON};
	int kept = 0; /* operands met so far: argv[1..kept] */

	operands->dashes = false;
	while (p.next < argc && !p.ended) {
		char *text = argv[p.next++];

		if (strcmp(text, "--") == 0) {
			operands->dashes = p.ended = true;
		} else if (strncmp(text, "--", 2) == 0) {
			parse_long(&p, text + 2);
		} else if (text[0] == '-' && text[1]) {
			parse_letters(&p, text + 1);
		} else {
			argv[1 + kept++] = text;
			p.ended = usage->stop_at_operand;
		}
	}
	if (p.code != CG_OPTIONS_GO_ON)
		return p.code;
	while (p.next < argc)
		argv[1 + kept++] = argv[p.next++];
	operands->items = argv + 1;
	operands->count = kept;
	return CG_OPTIONS_GO_ON;
}
