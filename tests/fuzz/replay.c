/*
 * Runs a fuzz target over the corpus, and over inputs made of a counter: what a build
 * without libFuzzer can check. usage: replay [FILE...]
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST = 1 << 20, MADE = 3000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
run_file(const char *path)
{
	uint8_t *bytes = malloc(LARGEST);
	FILE *in = fopen(path, "rb");
	size_t n;

	if (!in || !bytes) {
		perror(path);
		return 1;
	}
	n = fread(bytes, 1, LARGEST, in);
	fclose(in);
	LLVMFuzzerTestOneInput(bytes, n);
	free(bytes);
	return 0;
}

static unsigned
run_folder(const char *part)
{
	const char *source = getenv("CG_SRC");
	char folder[2048], path[4096];
	unsigned count = 0;
	struct dirent *entry;
	DIR *list;

	snprintf(folder, sizeof folder, "%s/tests/corpus/%s", source ? source : ".", part);
	list = opendir(folder);
	while (list && (entry = readdir(list)) != NULL) {
		if (!strstr(entry->d_name, ".coro"))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		count += run_file(path) == 0;
	}
	if (list)
		closedir(list);
	return count;
}

static void
run_made(void)
{
	uint64_t state = 1;
	uint8_t bytes[512];

	for (unsigned i = 0; i < MADE; i++) {
		for (size_t k = 0; k < sizeof bytes; k++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			bytes[k] = (uint8_t)(state >> 56);
			/* Small numbers are references more often than large ones. */
			if (k % 4 >= 2 && i % 3)
				bytes[k] = 0;
		}
		LLVMFuzzerTestOneInput(bytes, 8 * (1 + i % (sizeof bytes / 8)));
	}
}

int
main(int argc, char **argv)
{
	unsigned count = 0;

	for (int i = 1; i < argc; i++)
		if (run_file(argv[i]))
			return 1;
	if (argc > 1)
		return 0;
	count = run_folder("good") + run_folder("bad") + run_folder("unsupported");
	printf("%sok 1 - the corpus: %u files\n", count > 50 ? "" : "not ", count);
	fflush(stdout);
	run_made();
	printf("ok 2 - made inputs\n1..2\n");
	return fflush(stdout) != 0;
}
