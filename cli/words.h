/* A growing list of texts, each owned by the list. */
#ifndef CG_CLI_WORDS_H
#define CG_CLI_WORDS_H
#include <stdbool.h>
#include <stddef.h>

struct cg_words {
	char **items;
	size_t count;
};

/* Add a copy of `text`. False without memory; the list is then unchanged. */
bool cg_words_add(struct cg_words *list, const char *text);

/* Free all texts; the list is empty afterwards. */
void cg_words_release(struct cg_words *list);

#endif
