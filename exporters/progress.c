/* Progress is one line that writes itself over; it counts what was written. */
#include "progress.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_MS = 2000, AGAIN_MS = 200 };

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void
cg_progress_init(struct cg_progress *progress, const char *format,
                 struct cg_output *output, bool quiet)
{
	*progress = (struct cg_progress){.format = format,
	                                 .output = output,
	                                 .silent = quiet || !isatty(STDERR_FILENO),
	                                 .next = now_ms() + FIRST_MS};
}

bool
cg_progress_write(void *progress, const char *bytes, size_t n)
{
	struct cg_progress *p = progress;

	if (!cg_output_write(p->output, bytes, n))
		return false;
	p->bytes += n;
	if (p->silent || now_ms() < p->next)
		return true;
	p->next = now_ms() + AGAIN_MS;
	p->shown = true;
	fprintf(stderr, "\rcorograph-%s: %llu MB", p->format,
	        (unsigned long long)(p->bytes / 1000000));
	return true;
}

void
cg_progress_end(struct cg_progress *progress)
{
	int error = errno;

	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
	errno = error;
}
