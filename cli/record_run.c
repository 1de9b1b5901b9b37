/*
 * Starts the program and waits for it. The program has the terminal, the process group
 * and every file that it would have without us. Signals are taken one by one with
 * sigwaitinfo, which tells who sent them: what the terminal sends reaches the program
 * anyway, what others send to this process alone is passed on.
 */
#define _GNU_SOURCE /* pipe2 */
#include "record_run.h"
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const int passed_on[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                                SIGUSR1, SIGUSR2, SIGALRM, SIGTSTP};

/* All that we watch, less what we were told to ignore: the program ignores that too. */
static void
watched_fill(sigset_t *set)
{
	struct sigaction now;

	sigemptyset(set);
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		if (sigaction(passed_on[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(set, passed_on[i]);
	for (int i = SIGRTMIN; i <= SIGRTMAX; i++)
		sigaddset(set, i);
	sigaddset(set, SIGCHLD);
}

void
cg_run_init(struct cg_run *run)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	*run = (struct cg_run){.pid = -1, .go = -1, .told = -1};
	sigaction(SIGCHLD, &action, &run->child);
}

void
cg_run_adopt(void)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void
close_both(int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/* In the child: wait for the word, then become the program. */
static void
child_become(const struct cg_run *run, const char *path, char *const *argv,
             const struct cg_boot *boot, int go, int told)
{
	char word;
	ssize_t n;
	int why;

	do
		n = read(go, &word, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		_exit(CG_EXIT_FAILED);
	if (cg_boot_enter(boot)) {
		sigaction(SIGCHLD, &run->child, NULL);
		sigprocmask(SIG_SETMASK, &run->original, NULL);
		execvp(path, argv);
	}
	why = errno;
	n = write(told, &why, sizeof(why));
	_exit(CG_EXIT_FAILED);
}

bool
cg_run_hold(struct cg_run *run, const char *path, char *const *argv,
            const struct cg_boot *boot)
{
	int go[2], told[2];

	if (pipe2(go, O_CLOEXEC) != 0)
		return false;
	if (pipe2(told, O_CLOEXEC) != 0) {
		close_both(go);
		return false;
	}
	watched_fill(&run->watched);
	sigprocmask(SIG_BLOCK, &run->watched, &run->original);
	run->pid = fork();
	if (run->pid == 0) {
		close(go[1]);
		child_become(run, path, argv, boot, go[0], told[1]);
	}
	close(go[0]);
	close(told[1]);
	run->go = go[1];
	run->told = told[0];
	if (run->pid > 0)
		return true;
	cg_run_cancel(run);
	return false;
}

static void
run_reap(struct cg_run *run)
{
	while (waitpid(run->pid, &run->status, 0) < 0 && errno == EINTR)
		;
}

bool
cg_run_go(struct cg_run *run)
{
	bool good = write(run->go, "", 1) == 1;
	int why = errno;
	ssize_t n;

	close(run->go);
	do
		n = read(run->told, &why, sizeof(why));
	while (n < 0 && errno == EINTR);
	close(run->told);
	if (good && n == 0)
		return true;
	run_reap(run);
	errno = why;
	return false;
}

void
cg_run_cancel(struct cg_run *run)
{
	int why = errno;

	close(run->go);
	close(run->told);
	if (run->pid > 0)
		run_reap(run);
	errno = why;
}

/*
 * The program stopped: stop as it did, so that a shell sees the job stopped, and when we
 * are woken alone, wake it.
 */
static void
stop_too(struct cg_run *run, int number)
{
	sigset_t set;
	int status;

	sigemptyset(&set);
	sigaddset(&set, number);
	/* While it is blocked, so that it falls together with one from the terminal. */
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	if (sigismember(&run->watched, number) == 1)
		sigprocmask(SIG_BLOCK, &set, NULL);
	if (waitpid(run->pid, &status, WNOHANG | WCONTINUED) == 0)
		kill(run->pid, SIGCONT);
}

/* Let go of processes that were left to us and have ended. */
static void
reap_adopted(const struct cg_run *run)
{
	siginfo_t info = {0};

	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid > 0 &&
	       info.si_pid != run->pid) {
		waitpid(info.si_pid, NULL, WNOHANG);
		info.si_pid = 0;
	}
}

/* True when the program has ended. */
static bool
run_check(struct cg_run *run)
{
	while (waitpid(run->pid, &run->status, WNOHANG | WUNTRACED) == run->pid) {
		if (!WIFSTOPPED(run->status))
			return true;
		stop_too(run, WSTOPSIG(run->status));
	}
	reap_adopted(run);
	return false;
}

void
cg_run_wait(struct cg_run *run)
{
	siginfo_t info;
	int number;

	for (;;) {
		number = sigwaitinfo(&run->watched, &info);
		if (number == SIGCHLD) {
			if (run_check(run))
				return;
		} else if (number > 0 && info.si_code <= 0 && info.si_pid != run->pid) {
			/* Sent by a process, not by the terminal, and not by the program. */
			kill(run->pid, number);
		}
	}
}

static bool
ends_waiting(int number)
{
	return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

bool
cg_run_wait_rest(const struct cg_run *run, void (*late)(void))
{
	const struct timespec patience = {.tv_sec = 2};
	int number;

	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid > 0)
			continue;
		if (pid < 0)
			return true; /* there are none */
		number = sigtimedwait(&run->watched, NULL, late ? &patience : NULL);
		if (ends_waiting(number))
			return false;
		if (number < 0 && errno == EAGAIN) {
			late();
			late = NULL;
		}
	}
}

int
cg_run_pass_on(const struct cg_run *run)
{
	const struct rlimit none = {0, 0};
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t set;
	int number;

	if (!WIFSIGNALED(run->status))
		return WEXITSTATUS(run->status);
	number = WTERMSIG(run->status);
	setrlimit(RLIMIT_CORE, &none);
	sigaction(number, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	return 128 + number;
}
