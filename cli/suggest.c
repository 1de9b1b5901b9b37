/* Edit distance with swaps of neighbours, on words of at most 31 bytes. */
#include "suggest.h"

#include <string.h>

enum { SUGGEST_MAX = 32 };

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
cg_suggest_distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	size_t d[SUGGEST_MAX][SUGGEST_MAX];

	if (n >= SUGGEST_MAX || m >= SUGGEST_MAX)
		return SUGGEST_MAX;
	for (size_t i = 0; i <= n; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= m; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		for (size_t j = 1; j <= m; j++) {
			size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			best = smaller(best, 1 + smaller(d[i - 1][j], d[i][j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = smaller(best, d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	}
	return d[n][m];
}

int
cg_suggest_near(const char *word, size_t distance)
{
	return distance <= (strlen(word) > 4 ? 2 : 1);
}
