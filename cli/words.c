/* The list grows one by one: it holds folders and file names, a handful of them. */
#include "words.h"

#include <stdlib.h>
#include <string.h>

bool
cg_words_add(struct cg_words *list, const char *text)
{
	char **items = realloc(list->items, (list->count + 1) * sizeof(*items));
	char *copy;

	if (!items)
		return false;
	list->items = items;
	copy = strdup(text);
	if (!copy)
		return false;
	items[list->count++] = copy;
	return true;
}

void
cg_words_release(struct cg_words *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct cg_words){0};
}
