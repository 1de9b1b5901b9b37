/*
 * Looks at a command without running it: an interpreter by its name, a script by its
 * first line. A Python started with -I, -E or -S cannot be reached, and that is better
 * said before the program runs than after.
 */
#include "record_command.h"
#include "paths.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_SHEBANG = 512, WORDS = 16 };

static bool
is_python(const char *path)
{
	const char *base = cg_path_base(path);

	if (strncmp(base, "python", 6) != 0)
		return false;
	for (base += 6; *base; base++)
		if (!isdigit((unsigned char)*base) && *base != '.' && *base != 't' && *base != 'd')
			return false;
	return true;
}

/*
 * Look through an interpreter's own options, up to the program it runs, for one that
 * makes it deaf. -W and -X have a value, -c and -m end the options.
 */
static void
look_at_options(struct cg_command_look *look, int count, char *const *words)
{
	for (int i = 0; i < count && words[i][0] == '-' && words[i][1]; i++) {
		const char *letter = words[i] + 1;

		if (strcmp(words[i], "--check-hash-based-pycs") == 0) {
			i++;
			continue;
		}
		for (; isalnum((unsigned char)*letter); letter++) {
			if (strchr("IES", *letter)) {
				snprintf(look->deaf, sizeof(look->deaf), "-%c", *letter);
				return;
			}
			if (strchr("cm", *letter))
				return;
			if (strchr("WX", *letter)) {
				i += letter[1] == '\0';
				break;
			}
		}
	}
}

/* Skip `env`, its options and its assignments; the rest begins with the program. */
static int
words_after_env(int count, char *const *words)
{
	int i = 1;

	while (i < count && (words[i][0] == '-' || strchr(words[i], '=')))
		i++;
	return i;
}

/* Take the interpreter and its options apart: words[0] is what would run. */
static void
look_at_words(struct cg_command_look *look, int count, char *const *words)
{
	int first = 0;

	if (count && strcmp(cg_path_base(words[0]), "env") == 0)
		first = words_after_env(count, words);
	if (first >= count || !is_python(words[first]))
		return;
	if (!cg_path_program(look->interpreter, words[first]))
		look->interpreter[0] = '\0';
	look_at_options(look, count - first - 1, words + first + 1);
}

/* The words of a script's `#!` line; 0 when there is none. */
static int
shebang_read(const char *path, char *line, char **words)
{
	FILE *file = fopen(path, "re");
	size_t n;
	int count = 0;

	if (!file)
		return 0;
	n = fread(line, 1, LINE_MAX_SHEBANG - 1, file);
	fclose(file);
	line[n] = '\0';
	if (strncmp(line, "#!", 2) != 0)
		return 0;
	line[strcspn(line, "\r\n")] = '\0';
	for (char *word = strtok(line + 2, " \t"); word && count < WORDS;
	     word = strtok(NULL, " \t"))
		words[count++] = word;
	return count;
}

bool
cg_command_look(struct cg_command_look *look, int count, char **argv)
{
	char line[LINE_MAX_SHEBANG];
	char *words[WORDS];
	int n;

	*look = (struct cg_command_look){.path = ""};
	if (!cg_path_program(look->path, argv[0]))
		return false;
	if (is_python(argv[0]) || strcmp(cg_path_base(argv[0]), "env") == 0) {
		look_at_words(look, count, argv);
		return true;
	}
	n = shebang_read(look->path, line, words);
	look_at_words(look, n, words);
	return true;
}
