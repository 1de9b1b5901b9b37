/* The tables of the help in a form for programs. */
#include "describe.h"
#include "options.h"

#include <stdio.h>
#include <string.h>

static void
describe_lines(const char *what, const char *text)
{
	while (text && *text) {
		int n = (int)strcspn(text, "\n");

		printf("%s\t%.*s\n", what, n, text);
		text += text[n] ? n + 1 : n;
	}
}

static void
describe_option(const struct cg_option *o)
{
	printf("option\t%.*s\t%s\t%s\t%s\t", o->letter ? 1 : 0, &o->letter,
	       o->name ? o->name : "", o->argument ? o->argument : "", o->help);
	for (size_t i = 0; o->choices && o->choices[i]; i++)
		printf("%s%s", i ? "," : "", o->choices[i]);
	printf("\n");
}

static void
describe_usage(const struct cg_usage *usage)
{
	describe_lines("synopsis", usage->synopsis);
	for (const struct cg_option *o = usage->options; o->letter || o->name; o++)
		if (o->help)
			describe_option(o);
	describe_option(&cg_option_help);
	describe_lines("example", usage->examples);
}

int
cg_describe(const struct cg_command *const *commands, const char *name,
            const char *examples)
{
	for (size_t i = 0; commands[i]; i++) {
		if (!name) {
			printf("command\t%s\t%s\n", commands[i]->name, commands[i]->summary);
		} else if (strcmp(name, commands[i]->name) == 0) {
			describe_lines("summary", commands[i]->summary);
			describe_usage(commands[i]->usage);
			return CG_EXIT_OK;
		}
	}
	if (!name)
		describe_lines("example", examples);
	return name ? CG_EXIT_USAGE : CG_EXIT_OK;
}
