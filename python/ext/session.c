/*
 * Beginning and ending a recording.
 *
 * The idea to know: nothing depends on the end. The image is good at any instant; a
 * recording that is not stopped is marked as ended when the interpreter exits, in plain C.
 */
#include "session.h"

#include "base/alloc.h"
#include "calibrate.h"
#include "codes.h"
#include "failure.h"
#include "fork.h"
#include "greenlets.h"
#include "hooks.h"
#include "meta.h"
#include "names.h"
#include "prefill.h"
#include "profile.h"
#include "qualnames.h"
#include "recorder.h"
#include "sites.h"
#include "tasks.h"
#include "world.h"

#include <errno.h>
#include <string.h>

static struct {
	char *path, *out; /* of the recording that runs, owned; NULL: none */
	bool at_exit;     /* end_at_exit is registered */
} session;

/* How long the CPU clock takes to answer, ticks. */
static uint64_t
measure_cpu_clock(enum cg_clock_kind clock)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < 16; i++) {
		uint64_t before = cg_ticks(clock), took;

		(void)cg_cpu_ns();
		took = cg_ticks(clock) - before;
		if (took < best)
			best = took;
	}
	return best;
}

/* About how many ticks a millisecond has, found out in a fifth of one. */
static uint64_t
measure_ms(enum cg_clock_kind clock)
{
	struct cg_clock_pair first = cg_clock_pair_now(clock), now;
	double rate;

	while (cg_monotonic_ns() - first.mono_ns < 200 * 1000)
		;
	now = cg_clock_pair_now(clock);
	rate = cg_clock_rate(&first, &now);
	return rate > 0.0 ? (uint64_t)(rate * 1e6) : 1000 * 1000;
}

/* Each step of the coarse clock is a gap that the CPU clock is asked about. */
static void
choose_coarse(struct cg_settings *settings)
{
	settings->clock = CG_CLOCK_COARSE;
	settings->ms = 1000 * 1000;
	settings->gap_limit = settings->ms * 3 / 1000;
}

static void
choose_clock(struct cg_settings *settings)
{
	uint64_t least, cost;

	settings->clock = cg_clock_choose();
	settings->ms = measure_ms(settings->clock);
	least = settings->ms * 3 / 1000;
	cost = measure_cpu_clock(settings->clock) * 15;
	settings->gap_limit = cost > least ? cost : least;
}

/* At the interpreter's exit: no Python any more. */
static void
end_at_exit(void)
{
	struct cg_clock_pair now = cg_clock_pair_now(cg_recorder.clock);
	struct cg_collector *collector;

	cg_sites_abandon();
	if (!cg_recorder.collector)
		return;
	collector = cg_recorder_end(); /* its memory stays valid to the end */
	cg_collector_stop(collector, &now);
	if (session.out && cg_profile_write(collector, session.out) == CG_OK)
		(void)unlink(session.path);
}

static int
keep_options(const struct cg_session_options *options)
{
	session.path = options->path ? cg_strndup(options->path, SIZE_MAX) : NULL;
	session.out = options->out ? cg_strndup(options->out, SIZE_MAX) : NULL;
	if ((options->path && !session.path) || (options->out && !session.out))
		return cg_failure_set_status(CG_NOMEM, NULL, NULL);
	return 0;
}

static void
forget_options(void)
{
	cg_free(session.path);
	cg_free(session.out);
	session.path = session.out = NULL;
}

/* What is done once in a process. */
static int
prepare_process(void)
{
	int error = cg_fork_watch();

	if (error) {
		errno = error;
		return cg_failure_set_status(CG_IO, NULL, NULL);
	}
	if (!session.at_exit && Py_AtExit(end_at_exit) == 0)
		session.at_exit = true; /* else the image just ends without a stop */
	return 0;
}

/* Another interpreter may have a lock of its own: nothing here is for it. */
static int
check_interpreter(void)
{
	if (PyInterpreterState_Get() == PyInterpreterState_Main())
		return 0;
	return cg_failure_set("only the main interpreter can be recorded, this is another");
}

static int
check(void)
{
	if (check_interpreter() < 0)
		return -1;
	if (cg_recorder.collector)
		return cg_failure_set("a recording runs already: stop it first");
	return 0;
}

static int
new_collector(struct cg_collector **collector, const struct cg_session_options *options,
              struct cg_settings *settings)
{
	struct cg_tick_costs costs;
	enum cg_status status;

	settings->path = options->path;
	settings->builtins = options->wishes.builtins;
	settings->shared = !CG_HAVE_GIL;
	settings->ops = (struct cg_ops){.describe = cg_names_describe,
	                                .is_task = cg_tasks_is_task,
	                                .task_name = cg_tasks_name,
	                                .cpu = cg_recorder_cpu};
	if (options->wishes.coarse)
		choose_coarse(settings);
	else
		choose_clock(settings);
	if (cg_calibrate(&costs, settings) < 0)
		return -1;
	settings->node_budget = options->wishes.max_nodes; /* of the program alone */
	settings->start = cg_clock_pair_now(settings->clock);
	status = cg_collector_new(collector, settings);
	if (!status)
		cg_image_header(&(*collector)->image)->costs = costs;
	return status ? cg_failure_set_status(status, options->path, NULL) : 0;
}

/* Events are let through from here on. */
static void
let_go(void *prefill)
{
	cg_recorder_go();
	if (*(const bool *)prefill)
		cg_prefill_gather();
}

static void
enter_stacks(bool prefill)
{
	cg_world_stop(let_go, &prefill);
	if (prefill)
		cg_prefill_all();
	else
		cg_prefill_hide();
}

/*
 * From here on events are recorded. Where threads run at once, their hooks are on before
 * their stacks are read, so that nothing is missed in between.
 */
static int
begin(struct cg_collector *collector, const struct cg_settings *settings,
      const struct cg_session_options *options)
{
	if (cg_filter_begin(&options->wishes.filter) < 0)
		return -1;
	if (cg_recorder_begin(collector, settings->clock, settings->ms) < 0)
		goto unfiltered;
	cg_tasks_find();
	cg_sites_begin();
	if (cg_qualnames_begin() < 0 || cg_codes_begin() < 0)
		goto failed;
	if (CG_HAVE_GIL)
		enter_stacks(options->prefill);
	if (cg_hooks_arm(settings->builtins) == 0) {
		if (!CG_HAVE_GIL)
			enter_stacks(options->prefill);
		cg_greenlets_begin();
		return 0;
	}
	cg_codes_end();
failed:
	cg_sites_end();
	(void)cg_recorder_end();
unfiltered:
	cg_filter_end();
	return -1;
}

static int
start(const struct cg_session_options *options)
{
	struct cg_settings settings = {0};
	struct cg_collector *collector = NULL;

	if (check() < 0)
		return -1;
	cg_hooks_disarm(); /* of a parent, when this is a fork's child */
	forget_options();
	if (prepare_process() < 0 || keep_options(options) < 0 ||
	    new_collector(&collector, options, &settings) < 0)
		return -1;
	cg_meta_fill(collector, options);
	if (begin(collector, &settings, options) == 0)
		return 0;
	cg_collector_free(collector);
	if (options->path)
		(void)unlink(options->path);
	forget_options();
	return -1;
}

int
cg_session_start(const struct cg_session_options *options)
{
	int result;

	cg_mutex_lock(&cg_world_locks[CG_LOCK_SESSION]);
	result = start(options);
	cg_mutex_unlock(&cg_world_locks[CG_LOCK_SESSION]);
	return result;
}

/* The collector that records. NULL: none does, and a Python exception is set. */
static struct cg_collector *
running(void)
{
	if (check_interpreter() < 0)
		return NULL;
	if (!cg_recorder.collector)
		(void)cg_failure_set("no recording runs: start one first");
	return cg_recorder.collector;
}

/* Now; the calling thread's time is counted up to it: none else knows its CPU time. */
static void
settle(void *now)
{
	struct cg_clock_pair pair = cg_clock_pair_now(cg_recorder.clock);
	struct cg_thread *own = cg_recorder_own();

	if (own)
		cg_advance(own, pair.tick);
	*(struct cg_clock_pair *)now = pair;
}

/* Stop recording: from here on the collector is the caller's. NULL: a Python exception. */
static struct cg_collector *
end(void)
{
	struct cg_collector *collector = running();
	struct cg_clock_pair now;

	if (!collector)
		return NULL;
	cg_recorder_name_threads();
	cg_greenlets_end();
	cg_hooks_disarm();
	cg_sites_end();
	cg_world_stop(settle, &now);
	(void)cg_recorder_end();
	cg_codes_end();
	cg_filter_end();
	cg_collector_stop(collector, &now);
	return collector;
}

/*
 * Make the trace of the image; on failure the image stays. Without the GIL: the files are
 * the caller's, as another thread may start the next recording meanwhile.
 */
static int
write_trace(const struct cg_collector *collector, const char *path, const char *out)
{
	enum cg_status status;
	int error;

	Py_BEGIN_ALLOW_THREADS status = cg_profile_write(collector, out);
	error = errno;
	if (!status)
		(void)unlink(path);
	Py_END_ALLOW_THREADS errno = error;
	return status ? cg_failure_set_status(status, out, NULL) : 0;
}

/* Warn when others took events. Runs Python: after all else. */
static void
tell_takeovers(uint64_t times)
{
	struct cg_pending pending;

	if (!times)
		return;
	pending = cg_pending_take();
	if (PyErr_WarnFormat(PyExc_RuntimeWarning, 1,
	                     "another profiler took a thread's events %llu time(s); "
	                     "before Python 3.12 only one can have them",
	                     (unsigned long long)times) < 0)
		PyErr_WriteUnraisable(NULL);
	cg_pending_restore(pending);
}

/* The same, with the recording's files, which become the caller's. */
static struct cg_collector *
end_session(char **path, char **out)
{
	struct cg_collector *collector;

	cg_mutex_lock(&cg_world_locks[CG_LOCK_SESSION]);
	collector = end();
	if (collector) {
		*path = session.path;
		*out = session.out;
		session.path = session.out = NULL;
	}
	cg_mutex_unlock(&cg_world_locks[CG_LOCK_SESSION]);
	return collector;
}

PyObject *
cg_session_stop(void)
{
	char *path = NULL, *out = NULL;
	struct cg_collector *collector = end_session(&path, &out);
	PyObject *result = NULL;
	uint64_t takeovers;

	if (!collector)
		return NULL;
	takeovers = atomic_load(&cg_image_header(&collector->image)->takeovers);
	if (!path)
		result = cg_profile_bytes(collector);
	else if (!out || write_trace(collector, path, out) == 0)
		result = Py_NewRef(Py_None);
	cg_collector_free(collector);
	cg_free(path);
	cg_free(out);
	tell_takeovers(takeovers);
	return result;
}

/* What is recorded up to one instant. */
struct instant {
	const struct cg_collector *collector;
	struct cg_records *records;
	enum cg_status status;
};

static void
capture(void *arg)
{
	struct instant *instant = arg;
	struct cg_clock_pair now;

	settle(&now);
	instant->status = cg_profile_capture(instant->records, instant->collector, &now);
}

PyObject *
cg_session_snapshot(void)
{
	struct cg_records records;
	struct instant instant = {.records = &records};

	cg_mutex_lock(&cg_world_locks[CG_LOCK_SESSION]);
	instant.collector = running();
	if (instant.collector) {
		cg_recorder_name_threads();
		cg_world_stop(capture, &instant);
	}
	cg_mutex_unlock(&cg_world_locks[CG_LOCK_SESSION]);
	if (!instant.collector)
		return NULL;
	return cg_profile_of_records(&records, instant.status);
}

int
cg_session_is_running(void)
{
	return cg_recorder.collector != NULL;
}
