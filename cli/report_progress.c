/*
 * A word to people who wait: when a report takes longer than two seconds, a terminal shows a
 * line until it is there. A timer's signal writes it, so that reading itself knows nothing.
 */
#include "report.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE = 2 /* seconds */ };

static volatile sig_atomic_t shown;

static void
show(int number)
{
	static const char line[] = "corograph: reading the trace...";
	ssize_t written = write(STDERR_FILENO, line, sizeof(line) - 1);

	(void)number;
	shown = written > 0;
}

void
cg_report_progress_begin(void)
{
	const char *term = getenv("TERM");
	struct sigaction action = {.sa_handler = show, .sa_flags = SA_RESTART};

	if (!isatty(STDERR_FILENO) || !term || strcmp(term, "dumb") == 0)
		return;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGALRM, &action, NULL) == 0)
		alarm(PATIENCE);
}

void
cg_report_progress_end(void)
{
	static const char clear[] = "\r\x1b[K";

	alarm(0);
	if (shown && write(STDERR_FILENO, clear, sizeof(clear) - 1) < 0)
		return; /* nobody to tell */
	shown = 0;
}
