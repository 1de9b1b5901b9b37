/*
 * The folder holds `sitecustomize.py` (python/boot), a link to each module, so that the
 * shim finds the one of its own Python by name alone, and `boot`, what python/ext/boot.c
 * reads: fields that each end with a NUL. It stands first in PYTHONPATH, and that is all
 * that the environment shows. What goes wrong over there is left as a line in `failed`.
 */
#define _GNU_SOURCE /* asprintf */
#include "record_boot.h"
#include "cli/shim.h"
#include "message.h"
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
boot_failed(const struct cg_boot *boot)
{
	return cg_cli_fail("%s: %s", boot->folder, strerror(errno));
}

static bool
file_write(const struct cg_boot *boot, const char *name, const char *bytes, size_t n)
{
	char path[PATH_MAX];
	FILE *file;
	bool good;

	if (!cg_path_print(path, "%s/%s", boot->folder, name))
		return false;
	file = fopen(path, "wxe");
	if (!file)
		return false;
	good = fwrite(bytes, 1, n, file) == n;
	return fclose(file) == 0 && good;
}

/* TMPDIR unless it cannot stand in a path list. */
static bool
folder_make(struct cg_boot *boot)
{
	const char *base = getenv("TMPDIR");
	char absolute[PATH_MAX];

	if (!base || !*base || !realpath(base, absolute) || strchr(absolute, ':'))
		snprintf(absolute, sizeof(absolute), "/tmp");
	if (!cg_path_print(boot->folder, "%s/corograph-XXXXXX", absolute))
		return false;
	if (mkdtemp(boot->folder))
		return true;
	return false;
}

int
cg_boot_make(struct cg_boot *boot, const struct cg_words *files)
{
	char link[PATH_MAX], target[PATH_MAX];

	if (!folder_make(boot)) {
		boot_failed(boot);
		boot->folder[0] = '\0';
		return 1;
	}
	if (!file_write(boot, "sitecustomize.py", cg_boot_shim, strlen(cg_boot_shim)))
		return boot_failed(boot);
	for (size_t i = 0; i < files->count; i++)
		if (!cg_path_absolute(target, files->items[i]) ||
		    !cg_path_print(link, "%s/%s", boot->folder, cg_path_base(target)) ||
		    symlink(target, link) != 0)
			return boot_failed(boot);
	return 0;
}

/* Globs of one kind, each behind its sign. */
static void
globs_print(FILE *file, char sign, const struct cg_words *globs)
{
	for (size_t i = 0; i < globs->count; i++)
		fprintf(file, "%c%s%c", sign, globs->items[i], '\0');
}

static void
fields_print(FILE *file, const struct cg_boot_word *word)
{
	char here[PATH_MAX];

	if (!getcwd(here, sizeof(here)))
		here[0] = '\0';
	fprintf(file, "%s%cbuiltins=%d coarse=%d nodes=%llu%cpythonpath=%d%c", word->live,
	        '\0', word->builtins, word->coarse, (unsigned long long)word->max_nodes, '\0',
	        getenv("PYTHONPATH") != NULL, '\0');
	fprintf(file, "%s%c%s%c%s%c", word->trace, '\0', word->stem, '\0', here, '\0');
	globs_print(file, '+', word->include);
	globs_print(file, '-', word->exclude);
}

int
cg_boot_write(const struct cg_boot *boot, const struct cg_boot_word *word)
{
	char *fields = NULL;
	size_t n = 0;
	FILE *file = open_memstream(&fields, &n);
	bool good;

	if (!file)
		return boot_failed(boot);
	fields_print(file, word);
	good = fclose(file) == 0 && file_write(boot, "boot", fields, n) &&
	       (!word->stem[0] || file_write(boot, "processes", "", 0));
	free(fields);
	return good ? 0 : boot_failed(boot);
}

bool
cg_boot_enter(const struct cg_boot *boot)
{
	const char *path = getenv("PYTHONPATH");
	char *longer;
	bool good;

	/* An empty entry would stand for the current folder. */
	if (!path || !*path)
		return setenv("PYTHONPATH", boot->folder, 1) == 0;
	if (asprintf(&longer, "%s:%s", boot->folder, path) < 0)
		return false;
	good = setenv("PYTHONPATH", longer, 1) == 0;
	free(longer);
	return good;
}

void
cg_boot_reason(const struct cg_boot *boot, char *out, size_t size)
{
	char path[PATH_MAX];
	FILE *file = NULL;
	size_t n;

	out[0] = '\0';
	if (cg_path_print(path, "%s/failed", boot->folder))
		file = fopen(path, "re");
	if (!file)
		return;
	n = fread(out, 1, size - 1, file);
	fclose(file);
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
}

static int
entry_remove(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	remove(path);
	return 0;
}

void
cg_boot_remove(struct cg_boot *boot)
{
	if (boot->folder[0])
		nftw(boot->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	boot->folder[0] = '\0';
}
