/*
 * Threads come and go while a recording runs; each has a seat in a list.
 *
 * The idea to know: a thread's end is told by the destructor of a pthread key, which runs
 * without the GIL. It only marks the seat; the next thread that comes, or the end of the
 * recording, takes the ended ones off with the GIL held.
 */
#include "recorder.h"

#include "base/alloc.h"
#include "failure.h"
#include "greenlets.h"
#include "hooks.h"
#include "origins.h"
#include "thread_names.h"

#include <pthread.h>

struct cg_recorder cg_recorder = {.epoch = CG_EPOCH_OFF};
_Thread_local struct cg_here cg_here;

/* The ended thread that this one takes off the list, or NULL. */
static _Thread_local const struct cg_seat *reaped;

static struct {
	pthread_mutex_t lock; /* guards seats; never held while Python is called */
	pthread_key_t key;
	bool has_key;
	struct cg_seat *seats;
	uint64_t last_epoch;
	pthread_t other; /* whose CPU clock to read, when for_other */
	bool for_other;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

void
cg_recorder_lock(void)
{
	pthread_mutex_lock(&state.lock);
}

void
cg_recorder_unlock(void)
{
	pthread_mutex_unlock(&state.lock);
}

/* Of the pthread key: a thread ends. Without the GIL. */
static void
thread_ends(void *arg)
{
	struct cg_seat *seat = arg;

	cg_here.epoch = 0;
	cg_here.seat = NULL;
	cg_recorder_lock();
	if (seat->epoch == cg_recorder.epoch) {
		seat->end = cg_recorder_tick();
		seat->end_cpu = cg_cpu_ns();
		seat->ended = true;
		seat = NULL; /* still in the list */
	}
	cg_recorder_unlock();
	cg_free(seat);
}

/* Take the ended threads off the list. */
static void
reap(void)
{
	struct cg_seat **link = &state.seats;
	struct cg_seat *seat;

	cg_recorder_lock();
	while ((seat = *link)) {
		if (!seat->ended) {
			link = &seat->next;
			continue;
		}
		*link = seat->next;
		reaped = seat;
		cg_thread_end(seat->thread, seat->end);
		reaped = NULL;
		cg_free(seat);
	}
	cg_recorder_unlock();
}

int
cg_recorder_begin(struct cg_collector *collector, enum cg_clock_kind clock, uint64_t ms)
{
	if (!state.has_key && pthread_key_create(&state.key, thread_ends) != 0) {
		return cg_failure_set("the process has no pthread key left");
	}
	state.has_key = true;
	cg_recorder.collector = collector;
	cg_recorder.clock = clock;
	cg_recorder.ms = ms;
	cg_recorder.epoch = ++state.last_epoch;
	cg_recorder.quick = cg_clock_is_counter(clock) ? cg_recorder.epoch : CG_EPOCH_OFF;
	return 0;
}

/* The seats of threads that live on stay theirs; those that nobody came for are freed. */
static void
clear_seats(void)
{
	struct cg_seat *seat;

	cg_recorder_lock();
	while ((seat = state.seats)) {
		state.seats = seat->next;
		if (seat->kept || seat->ended)
			cg_free(seat);
	}
	cg_recorder_unlock();
}

struct cg_collector *
cg_recorder_end(void)
{
	struct cg_collector *collector = cg_recorder.collector;

	if (collector)
		reap();
	cg_recorder.epoch = cg_recorder.quick = CG_EPOCH_OFF;
	cg_recorder.collector = NULL;
	clear_seats();
	return collector;
}

void
cg_recorder_leave(void)
{
	if (!cg_recorder.collector)
		return;
	cg_image_leave(&cg_recorder.collector->image);
	cg_recorder.collector = NULL;
	cg_recorder.epoch = cg_recorder.quick = CG_EPOCH_OFF;
	state.seats = NULL; /* their threads are gone; the memory is the parent's copy */
}

uint64_t
cg_recorder_cpu(void *arg)
{
	clockid_t clock;
	struct timespec t;

	(void)arg;
	if (reaped)
		return reaped->end_cpu;
	if (!state.for_other) {
		cg_greenlets_look(); /* a long gap: it may have been loaded meanwhile */
		return cg_cpu_ns();
	}
	if (pthread_getcpuclockid(state.other, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
name_seat(struct cg_seat *seat, const cg_frame *frame)
{
	struct cg_text name;

	if (!seat->named && cg_thread_name_find(seat->ident, frame, &name)) {
		cg_thread_name(seat->thread, name);
		seat->named = true;
	}
}

void
cg_recorder_name_threads(void)
{
	for (struct cg_seat *seat = state.seats; seat; seat = seat->next)
		if (!seat->ended)
			name_seat(seat, NULL);
}

static bool
sit_down(struct cg_seat *seat, PyThreadState *tstate, PyCodeObject *code)
{
	struct cg_thread_facts facts = {
		.first_key = (uintptr_t)code,
		.native_id = cg_tstate_native_id(tstate),
		.origin = cg_origin_of(tstate),
	};
	enum cg_status status =
		cg_thread_begin(&seat->thread, cg_recorder.collector, &facts, cg_recorder_tick());

	if (status) {
		cg_collector_lose(cg_recorder.collector);
		return false;
	}
	seat->epoch = cg_recorder.epoch;
	seat->ident = tstate->thread_id;
	seat->named = seat->ended = seat->lost = seat->kept = false;
	seat->tstate_id = tstate->id;
	name_seat(seat, cg_frame_current(tstate));
	cg_recorder_lock();
	seat->next = state.seats;
	state.seats = seat;
	cg_recorder_unlock();
	return true;
}

struct cg_thread *
cg_recorder_find(const PyThreadState *tstate)
{
	for (struct cg_seat *seat = state.seats; seat; seat = seat->next)
		if (seat->tstate_id == tstate->id && !seat->ended)
			return seat->thread;
	return NULL;
}

/* The seat that was kept for this thread, or NULL. */
static struct cg_seat *
find_kept(const PyThreadState *tstate)
{
	for (struct cg_seat *seat = state.seats; seat; seat = seat->next)
		if (seat->kept && seat->tstate_id == tstate->id)
			return seat;
	return NULL;
}

bool
cg_recorder_is_kept(void)
{
	return find_kept(cg_tstate()) != NULL;
}

void
cg_recorder_mark_lost(const PyThreadState *tstate)
{
	for (struct cg_seat *seat = state.seats; seat; seat = seat->next)
		if (seat->tstate_id == tstate->id && !seat->ended && !seat->lost) {
			seat->lost = true;
			cg_collector_lose(cg_recorder.collector);
			atomic_fetch_add(&cg_image_header(&cg_recorder.collector->image)->takeovers,
			                 1);
		}
}

void
cg_recorder_detach(void)
{
	struct cg_seat *seat = cg_here.seat;

	if (!seat || cg_here.epoch != cg_recorder.epoch)
		return;
	seat->end = cg_recorder_tick();
	seat->ended = true;
	cg_here.seat = NULL;
	cg_here.epoch = 0;
	pthread_setspecific(state.key, NULL);
	reap();
}

static void
take(struct cg_seat *seat)
{
	if (!seat->thread->img->native_id)
		seat->thread->img->native_id = cg_tstate_native_id(cg_tstate());
	seat->kept = false;
	cg_here.seat = seat;
	cg_here.thread = seat->thread;
	if (cg_here.closed)
		cg_here.parked = seat->epoch;
	else
		cg_here.epoch = seat->epoch;
	pthread_setspecific(state.key, seat);
}

void
cg_recorder_close(void)
{
	if (cg_here.closed++ == 0) {
		cg_here.parked = cg_here.epoch;
		cg_here.epoch = 0;
	}
}

void
cg_recorder_open(void)
{
	if (--cg_here.closed == 0)
		cg_here.epoch = cg_here.parked;
}

struct cg_thread *
cg_recorder_own(void)
{
	uint64_t epoch = cg_here.closed ? cg_here.parked : cg_here.epoch;

	return epoch == cg_recorder.epoch ? cg_here.thread : NULL;
}

struct cg_thread *
cg_recorder_attach(PyCodeObject *code)
{
	return cg_here.closed ? NULL : cg_recorder_seat(code);
}

struct cg_thread *
cg_recorder_seat(PyCodeObject *code)
{
	PyThreadState *tstate = cg_tstate();
	struct cg_seat *seat, *old = cg_here.seat;

	if (!cg_recorder.collector) {
		cg_hooks_disarm();
		return NULL;
	}
	reap();
	seat = find_kept(tstate);
	if (!seat) {
		seat = old ? old : cg_zalloc(1, sizeof *seat);
		if (!seat || !sit_down(seat, tstate, code)) {
			if (seat != old)
				cg_free(seat);
			return NULL;
		}
	} else if (old) {
		cg_free(old);
	}
	take(seat);
	cg_greenlets_look();
	return seat->thread;
}

struct cg_thread *
cg_recorder_attach_other(PyThreadState *tstate, PyCodeObject *code)
{
	struct cg_seat *seat = cg_zalloc(1, sizeof *seat);
	bool seated;

	if (!seat)
		return NULL;
	state.other = (pthread_t)tstate->thread_id;
	state.for_other = true;
	seated = sit_down(seat, tstate, code);
	state.for_other = false;
	if (!seated) {
		cg_free(seat);
		return NULL;
	}
	seat->kept = true;
	return seat->thread;
}
