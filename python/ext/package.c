/* Packages by path, and event loops' by name as well. */
#include "package.h"

#include <string.h>

static const char *const loops[] = {"asyncio", "uvloop", "trio",
                                    "anyio",   "curio",  "gevent"};

/* Does the text begin with that word, and end or go on with `end` after it? */
static bool
begins_with(struct cg_text text, const char *word, char end)
{
	size_t n = strlen(word);

	return text.length >= n && memcmp(text.bytes, word, n) == 0 &&
	       (text.length == n || text.bytes[n] == end);
}

static bool
begins_with_loop(struct cg_text text, char end)
{
	for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
		if (begins_with(text, loops[i], end))
			return true;
	return false;
}

static struct cg_text
from(struct cg_text text, size_t at)
{
	return (struct cg_text){text.bytes + at, text.length - at};
}

/* Is what comes before `at` a folder that packages are installed in? */
static bool
is_site(struct cg_text file, size_t at)
{
	struct cg_text folder = {file.bytes, at};
	size_t start = at;

	while (start > 0 && folder.bytes[start - 1] != '/')
		start--;
	folder = (struct cg_text){folder.bytes + start, at - start};
	return begins_with(folder, "site-packages", '\0') ||
	       begins_with(folder, "dist-packages", '\0') ||
	       (folder.length > 7 && memcmp(folder.bytes, "python3", 7) == 0);
}

bool
cg_package_is_loop(struct cg_text module, struct cg_text file)
{
	if (module.length)
		return begins_with_loop(module, '.');
	for (size_t i = 1; i < file.length; i++)
		if (file.bytes[i] == '/' && is_site(file, i) &&
		    begins_with_loop(from(file, i + 1), '/'))
			return true;
	return false;
}

const char *
cg_package_path(const char *file)
{
	struct cg_text text = {file, strlen(file)};

	for (size_t i = text.length; i-- > 1;)
		if (file[i] == '/' && is_site(text, i))
			return file + i + 1;
	return NULL;
}
