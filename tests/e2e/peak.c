/*
 * usage: peak FILE COMMAND [ARG...]. Runs it, writes its peak memory in KB to FILE, ends with
 * its status. A child's peak begins with its parent's: so the parent has to be small.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	struct rusage usage = {0};
	int status = 0;
	pid_t pid = argc > 2 ? fork() : -1;
	FILE *out;

	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 126;
	out = fopen(argv[1], "w");
	if (!out || fprintf(out, "%ld\n", usage.ru_maxrss) < 0 || fclose(out) != 0)
		return 126;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
