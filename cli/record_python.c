/*
 * Finds an interpreter and asks it questions. It is asked by running it with -I, so that
 * neither the environment nor the current folder has a say in the answer.
 */
#define _GNU_SOURCE /* pipe2 */
#include "record_python.h"
#include "message.h"
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MAX = 65536 };

static const char about_question[] =
	"import sys, _imp\n"
	"sys.stdout.write('%s\\n%d.%d.%d\\n%s\\n' % ((sys.implementation.name,)"
	" + sys.version_info[:3] + (_imp.extension_suffixes()[0],)))";

static const char folders_question[] =
	"import sys\n"
	"sys.stdout.buffer.write('\\n'.join(sys.path).encode('utf-8', 'surrogateescape'))";

int
cg_python_find(struct cg_python *python, const char *wanted)
{
	const char *environment = getenv("VIRTUAL_ENV");

	if (!wanted && environment && *environment &&
	    cg_path_print(python->name, "%s/bin/python", environment) &&
	    cg_path_program(python->path, python->name))
		return 0;
	if (!cg_path_print(python->name, "%s", wanted ? wanted : "python3") ||
	    !cg_path_program(python->path, python->name))
		return cg_cli_fail("%s: %s; name an interpreter with --python",
		                   wanted ? wanted : "python3", strerror(errno));
	return 0;
}

/* In the child: become the interpreter, with nothing to read and silent about errors. */
static void
question_exec(const char *path, const char *flags, const char *question, int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(null, 2) < 0)
		_exit(127);
	execl(path, path, flags, "-c", question, (char *)NULL);
	_exit(127);
}

static size_t
answer_read(int in, char *answer)
{
	size_t used = 0;
	ssize_t n;

	while (used < ANSWER_MAX - 1) {
		n = read(in, answer + used, ANSWER_MAX - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	answer[used] = '\0';
	return used;
}

/* Run `path flags -c question`; its output goes to answer[ANSWER_MAX]. */
static bool
question_ask(const char *path, const char *flags, const char *question, char *answer)
{
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid == 0)
		question_exec(path, flags, question, ends[1]);
	close(ends[1]);
	if (pid > 0)
		answer_read(ends[0], answer);
	close(ends[0]);
	if (pid < 0)
		return false;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int
cg_python_ask(struct cg_python *python)
{
	char *answer = malloc(ANSWER_MAX);
	char implementation[32];
	int code = 0;

	if (!answer)
		return cg_cli_fail("out of memory");
	if (!question_ask(python->path, "-IS", about_question, answer) ||
	    sscanf(answer, "%31s\n%31s\n%127s\n", implementation, python->version,
	           python->suffix) != 3)
		code = cg_cli_fail("%s: is no Python 3, or does not run", python->path);
	else if (strcmp(implementation, "cpython") != 0)
		code = cg_cli_fail("%s: this is %s; only CPython can be recorded", python->path,
		                   implementation);
	free(answer);
	return code;
}

bool
cg_python_folders(const struct cg_python *python, struct cg_words *folders)
{
	char *answer = malloc(ANSWER_MAX);
	char folder[PATH_MAX];
	bool good = answer != NULL;

	if (good && question_ask(python->path, "-B", folders_question, answer)) {
		for (char *line = strtok(answer, "\n"); line && good; line = strtok(NULL, "\n"))
			if (line[0] == '/' && cg_path_print(folder, "%s/corograph", line))
				good = cg_words_add(folders, folder);
	}
	free(answer);
	return good;
}
