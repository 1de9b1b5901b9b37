/*
 * Completion walks over the words as the option parser does, but forgives everything: a
 * line that is being typed is not a mistake yet.
 */
#include "complete.h"
#include "options.h"

#include <stdio.h>
#include <string.h>

/* The word to complete: its beginning, and what stands before the part that is offered. */
struct word {
	const char *start;
	const char *before; /* "--name=" of an attached value, or "" */
	int before_length;
};

/* Where the walk over the words of a command came to. */
struct place {
	const struct cg_option *pending; /* its value comes next, or NULL */
	int operands;
	bool dashes;
	bool ended; /* only operands follow */
};

static bool
option_is_end(const struct cg_option *option)
{
	return !option->letter && !option->name;
}

static void
offer(const struct word *word, const char *text, const char *help)
{
	if (strncmp(text, word->start, strlen(word->start)) == 0)
		printf("%.*s%s\t%s\n", word->before_length, word->before, text, help);
}

static void
offer_word(void *arg, const char *text, const char *help)
{
	offer(arg, text, help);
}

static const struct cg_option *
option_named(const struct cg_usage *usage, const char *name, size_t n)
{
	for (const struct cg_option *o = usage->options; !option_is_end(o); o++)
		if (o->name && strncmp(o->name, name, n) == 0 && !o->name[n])
			return o;
	return NULL;
}

/* The option at the end of a cluster of letters whose value is the next word, or NULL. */
static const struct cg_option *
option_of_letters(const struct cg_usage *usage, const char *letters, bool *last)
{
	for (; *letters; letters++) {
		for (const struct cg_option *o = usage->options; !option_is_end(o); o++) {
			if (o->letter != *letters || !o->argument)
				continue;
			*last = o->last;
			return letters[1] ? NULL : o;
		}
	}
	return NULL;
}

static void
walk_option(struct place *place, const struct cg_usage *usage, const char *text)
{
	const struct cg_option *o;

	if (text[1] != '-') {
		place->pending = option_of_letters(usage, text + 1, &place->ended);
		return;
	}
	o = option_named(usage, text + 2, strlen(text + 2));
	if (o && o->argument) {
		place->pending = o;
		place->ended = o->last;
	}
}

static void
walk(struct place *place, const struct cg_usage *usage, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (place->pending) {
			place->pending = NULL;
		} else if (!place->ended && strcmp(argv[i], "--") == 0) {
			place->dashes = place->ended = true;
		} else if (!place->ended && argv[i][0] == '-' && argv[i][1]) {
			walk_option(place, usage, argv[i]);
		} else {
			place->operands++;
			place->ended = place->ended || usage->stop_at_operand;
		}
	}
}

static void
files(const char *suffix)
{
	printf(":files%s%s\n", suffix ? " " : "", suffix ? suffix : "");
}

static void
complete_value(const struct cg_usage *usage, const struct cg_option *o, struct word word,
               int argc, char **argv)
{
	for (size_t i = 0; o->choices && o->choices[i]; i++)
		offer(&word, o->choices[i], "");
	if (usage->words && usage->words(o, argc, argv, offer_word, &word))
		return;
	if (strcmp(o->argument, "EXE") == 0)
		printf(":commands\n");
	if (strcmp(o->argument, "FILE") == 0 || strcmp(o->argument, "OUT") == 0 ||
	    strcmp(o->argument, "EXE") == 0 || strcmp(o->argument, "GLOB") == 0)
		files(NULL);
}

static void
complete_option(const struct cg_usage *usage, const struct word *word)
{
	char text[64];

	for (const struct cg_option *o = usage->options; !option_is_end(o); o++) {
		if (!o->help)
			continue;
		if (o->name)
			snprintf(text, sizeof(text), "--%s", o->name);
		else
			snprintf(text, sizeof(text), "-%c", o->letter);
		offer(word, text, o->help);
	}
	offer(word, "--help", "show this");
}

/* A value behind `--name=`; false when the word is none. */
static bool
complete_attached(const struct cg_usage *usage, const char *text, int argc, char **argv)
{
	size_t n = strcspn(text, "=");
	const struct cg_option *o = text[n] ? option_named(usage, text + 2, n - 2) : NULL;
	struct word word = {text + n + 1, text, (int)n + 1};

	if (o && o->argument)
		complete_value(usage, o, word, argc, argv);
	return text[n];
}

static void
complete_operand(const struct cg_usage *usage, const struct place *place,
                 struct word *word, int argc, char **argv)
{
	if (usage->words && usage->words(NULL, argc, argv, offer_word, word))
		return;
	if (place->dashes && !place->operands)
		printf(":commands\n");
	files(place->ended ? NULL : usage->files);
}

static void
complete_command(const struct cg_usage *usage, int argc, char **argv)
{
	struct place place = {0};
	char *text = argv[argc - 1];
	struct word word = {text, "", 0};

	walk(&place, usage, argc - 1, argv);
	if (place.pending)
		complete_value(usage, place.pending, word, argc - 1, argv);
	else if (place.ended || text[0] != '-')
		complete_operand(usage, &place, &word, argc - 1, argv);
	else if (strncmp(text, "--", 2) != 0 ||
	         !complete_attached(usage, text, argc - 1, argv))
		complete_option(usage, &word);
}

void
cg_complete(const struct cg_command *const *commands, int argc, char **argv)
{
	bool asks_help = argc == 2 && strcmp(argv[0], "help") == 0;
	struct word word = {argc ? argv[argc - 1] : "", "", 0};

	for (size_t i = 0; commands[i]; i++) {
		if (argc == 1 || asks_help)
			offer(&word, commands[i]->name, commands[i]->summary);
		else if (argc > 1 && strcmp(commands[i]->name, argv[0]) == 0)
			complete_command(commands[i]->usage, argc - 1, argv + 1);
	}
	if (argc != 1)
		return;
	offer(&word, "help", "tell how a command is used");
	offer(&word, "--help", "show the commands");
	offer(&word, "--version", "show the version");
}
