/* The word that was probably meant. */
#ifndef CG_CLI_SUGGEST_H
#define CG_CLI_SUGGEST_H
#include <stddef.h>

/* How many letters must be changed, added, dropped or swapped to make b of a. */
size_t cg_suggest_distance(const char *a, const char *b);

/* True when `distance` is near enough for `word` to be a slip of the fingers. */
int cg_suggest_near(const char *word, size_t distance);

#endif
