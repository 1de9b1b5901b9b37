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
#include <sys/statfs.h>
#include <unistd.h>

/* Where pages of a file that is shared travel to a server or to another process. */
static const unsigned long maps_badly[] = {
	0x6969,     /* NFS */
	0x517b,     /* SMB */
	0xff534d42, /* CIFS */
	0xfe534d42, /* SMB2 */
	0x01021997, /* 9p */
	0x65735546, /* FUSE */
	0x00c36400, /* Ceph */
	0x5346414f, /* AFS */
};

#define MEMORY_FOLDER "/dev/shm"

static bool
folder_maps_badly(const char *folder)
{
	struct statfs st;

	if (statfs(folder, &st) != 0)
		return false;
	for (size_t i = 0; i < sizeof(maps_badly) / sizeof(maps_badly[0]); i++)
		if ((unsigned long)st.f_type == maps_badly[i])
			return access(MEMORY_FOLDER, W_OK | X_OK) == 0;
	return false;
}

/* The image's name: PATH.live, or one in memory that nobody else has. */
static bool
live_name(struct cg_output *output, pid_t pid)
{
	char absolute[PATH_MAX], folder[PATH_MAX];

	if (!cg_path_absolute(absolute, output->path) ||
	    !cg_path_print(output->beside, "%s.live", absolute))
		return false;
	cg_path_folder(folder, absolute);
	output->moved = folder_maps_badly(folder);
	if (!output->moved)
		return cg_path_print(output->live, "%s", output->beside);
	return cg_path_print(output->live, MEMORY_FOLDER "/%s.%ld.%ld.live",
	                     cg_path_base(absolute), (long)getuid(), (long)pid);
}

bool
cg_output_name(struct cg_output *output, const char *wanted, const char *name, pid_t pid)
{
	bool good = wanted ? cg_path_print(output->path, "%s", wanted)
	                   : cg_path_print(output->path, "%s.%ld.coro", name, (long)pid);

	return good && live_name(output, pid);
}

/* Make a file of that name and remove it. */
static int
file_try(const char *path, const char *trace)
{
	char word[PATH_MAX];
	struct stat st;
	int fd;

	if (lstat(path, &st) == 0)
		return cg_cli_fail("%s: is there already: a recording that still runs, or one "
		                   "that was not finished ('corograph report %s' reads it); "
		                   "choose another name or remove it",
		                   path, cg_path_quoted(word, trace));
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0) {
		cg_path_folder(word, path);
		return cg_cli_fail("%s: no trace can be written there: %s; name another place "
		                   "with -o",
		                   word, strerror(errno));
	}
	close(fd);
	unlink(path);
	return 0;
}

int
cg_output_check(const struct cg_output *output)
{
	char folder[PATH_MAX];
	struct stat st;
	int code;

	cg_path_folder(folder, output->path);
	if (stat(folder, &st) != 0)
		return cg_cli_fail("%s: %s", folder, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return cg_cli_fail("%s: not a folder", folder);
	if (stat(output->path, &st) == 0 && !S_ISREG(st.st_mode))
		return cg_cli_fail("%s: is %s, name a file with -o", output->path,
		                   S_ISDIR(st.st_mode) ? "a folder" : "no regular file");
	code = file_try(output->beside, output->path);
	if (!code && output->moved)
		code = file_try(output->live, output->live);
	return code;
}
