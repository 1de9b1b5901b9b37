/*
 * Names and checks the output before the program starts: later would be too late. Whether
 * a file can be made is found out by making one: rights alone do not tell.
 */
#include "record_output.h"
#include "message.h"
#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
cg_output_name(struct cg_output *output, const char *wanted, const char *name, pid_t pid)
{
	char absolute[PATH_MAX];
	bool good = wanted ? cg_path_print(output->path, "%s", wanted)
	                   : cg_path_print(output->path, "%s.%ld.coro", name, (long)pid);

	return good && cg_path_absolute(absolute, output->path) &&
	       cg_path_print(output->live, "%s.live", absolute);
}

int
cg_output_check(const struct cg_output *output)
{
	char folder[PATH_MAX];
	struct stat st;
	int fd;

	cg_path_folder(folder, output->path);
	if (stat(folder, &st) != 0)
		return cg_cli_fail("%s: %s", folder, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return cg_cli_fail("%s: not a folder", folder);
	if (stat(output->path, &st) == 0 && !S_ISREG(st.st_mode))
		return cg_cli_fail("%s: is %s, name a file with -o", output->path,
		                   S_ISDIR(st.st_mode) ? "a folder" : "no regular file");
	if (lstat(output->live, &st) == 0)
		return cg_cli_fail("%s: is there already: a recording that still runs, or one "
		                   "that was not finished ('corograph report %s' reads it); "
		                   "choose another name or remove it",
		                   output->live, output->path);
	fd = open(output->live, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return cg_cli_fail("%s: cannot be made: %s", output->live, strerror(errno));
	close(fd);
	unlink(output->live);
	return 0;
}
