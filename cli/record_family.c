/*
 * A recording of many processes: who they were stands in a list that they keep themselves
 * (python/ext/processes.c), a line "PID SUFFIX" each. From a suffix come the names of the
 * image and of the trace.
 */
#include "record_family.h"
#include "command.h"
#include "message.h"
#include "paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The length of a name of n bytes without .coro at its end. */
static int
stem_length(const char *name, size_t n)
{
	return (int)(n > 5 && strncmp(name + n - 5, ".coro", 5) == 0 ? n - 5 : n);
}

bool
cg_family_stem(const struct cg_output *output, char *out)
{
	size_t n = strlen(output->live) - strlen(".live");

	return cg_path_print(out, "%.*s", stem_length(output->live, n), output->live);
}

static bool
member_add(struct cg_family *family, const struct cg_member *member)
{
	size_t size = (family->count + 1) * sizeof(*family->members);
	struct cg_member *members = realloc(family->members, size);

	if (!members)
		return false;
	family->members = members;
	members[family->count++] = *member;
	return true;
}

bool
cg_family_read(struct cg_family *family, const struct cg_boot *boot)
{
	char path[PATH_MAX], line[96];
	FILE *file = NULL;
	bool good = true;

	family->count = 0;
	if (cg_path_print(path, "%s/processes", boot->folder))
		file = fopen(path, "re");
	while (file && good && fgets(line, sizeof(line), file)) {
		struct cg_member member = {0};
		long pid;

		if (sscanf(line, "%ld %47s", &pid, member.suffix) < 1)
			continue;
		member.pid = (pid_t)pid;
		good = member_add(family, &member);
	}
	if (file)
		fclose(file);
	return good;
}

bool
cg_family_is_first(const struct cg_family *family, pid_t pid)
{
	bool first = false;

	for (size_t i = 0; i < family->count; i++)
		if (family->members[i].pid == pid)
			first = !family->members[i].suffix[0];
	return first;
}

/* 0, or an exit code after a message. */
static int
member_finish(struct cg_family *family, const char *live, const char *path)
{
	struct cg_error error;
	enum cg_status status = cg_trace_finish(live, path, false, NULL, &error);

	if (status == CG_IO && errno == EBUSY) {
		family->running++;
		return CG_EXIT_OK;
	}
	if (status)
		return cg_cli_error(path, &error);
	if (family->traces++ == 0)
		snprintf(family->traces_name, sizeof(family->traces_name), "%s", path);
	return CG_EXIT_OK;
}

int
cg_family_finish(struct cg_family *family, const struct cg_output *output)
{
	char stem[PATH_MAX], live[PATH_MAX], path[PATH_MAX];
	int code = CG_EXIT_OK, n = stem_length(output->path, strlen(output->path));

	if (!cg_family_stem(output, stem))
		return cg_cli_fail("%s: the name is too long", output->path);
	for (size_t i = 0; i < family->count; i++) {
		const char *suffix = family->members[i].suffix;
		int bad;

		/* Without an image: it could not make one, and may have entered itself again. */
		if (!suffix[0] || !cg_path_print(live, "%s%s.live", stem, suffix) ||
		    !cg_path_print(path, "%.*s%s", n, output->path, suffix) ||
		    access(live, F_OK) != 0)
			continue;
		bad = member_finish(family, live, path);
		code = code ? code : bad;
	}
	if (family->traces > 1)
		cg_path_print(family->traces_name, "%.*s.*.coro", n, output->path);
	return code;
}

void
cg_family_release(struct cg_family *family)
{
	free(family->members);
	family->members = NULL;
}
