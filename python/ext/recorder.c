/*
 * Threads come and go while a recording runs; each has a seat in a list.
 *
 * The idea to know: a thread's end is told by the destructor of a pthread key, which runs
 * without the GIL. It only marks the seat; the next thread that comes, or the end of the
 * recording, takes the ended ones off with the GIL held.
 *
 * Without a GIL a seat is its thread's own, but for the list that it is in: only the lock
 * lets others look at it, and they may take it off when it has ended or is kept.
 */
#include "recorder.h"

#include "base/alloc.h"
#include "failure.h"
#include "greenlets.h"
#include "hooks.h"
#include "origins.h"
#include "prefill.h"
#include "texts.h"
#include "thread_names.h"
#include "world.h"

#include <pthread.h>

struct cg_recorder cg_recorder = {.epoch = CG_EPOCH_OFF};
_Thread_local struct cg_here cg_here;

/* Whose CPU time is asked for when it is not the calling thread's. */
static _Thread_local struct {
	const struct cg_seat *reaped; /* the ended thread that this one takes off the list */
	pthread_t thread;             /* whose clock to read, when for_thread */
	bool for_thread;
} other;

static struct {
	pthread_mutex_t lock; /* guards seats; never held while Python is called */
	pthread_key_t key;
	bool has_key;
	struct cg_seat *seats;
	uint64_t last_epoch;
	unsigned asking; /* rounds of asking for names */
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
	cg_texts_release();
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

static bool
has_ended(const struct cg_seat *seat)
{
	return seat->ended;
}

/* Is nobody going to free it but us? */
static bool
is_left(const struct cg_seat *seat)
{
	return seat->ended || seat->kept;
}

/* Take those off the list: a list of their own. With the lock held. */
static struct cg_seat *
take_off(bool (*which)(const struct cg_seat *seat))
{
	struct cg_seat **link = &state.seats, *seat, *taken = NULL;

	while ((seat = *link)) {
		if (!which(seat)) {
			link = &seat->next;
			continue;
		}
		*link = seat->next;
		seat->next = taken;
		taken = seat;
	}
	return taken;
}

/* End those that have ended, and free all. */
static void
clear_away(struct cg_seat *seat)
{
	struct cg_seat *next;

	for (; seat; seat = next) {
		next = seat->next;
		other.reaped = seat;
		if (seat->ended)
			cg_thread_end(seat->thread, seat->end);
		other.reaped = NULL;
		cg_prefill_drop(seat);
		cg_free(seat);
	}
}

/* Take the ended threads off the list. */
static void
reap(void)
{
	struct cg_seat *ended;

	cg_recorder_lock();
	ended = take_off(has_ended);
	cg_recorder_unlock();
	clear_away(ended);
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
	return 0;
}

void
cg_recorder_go(void)
{
	cg_recorder.epoch = ++state.last_epoch;
	cg_recorder.quick = cg_recorder_clock_is_quick() ? state.last_epoch : CG_EPOCH_OFF;
}

/* The seats of threads that live on stay theirs. */
static void
end(void *left)
{
	cg_recorder_lock();
	*(struct cg_seat **)left = take_off(is_left);
	state.seats = NULL;
	cg_recorder.epoch = cg_recorder.quick = CG_EPOCH_OFF;
	cg_recorder.collector = NULL;
	cg_recorder_unlock();
}

struct cg_collector *
cg_recorder_end(void)
{
	struct cg_collector *collector = cg_recorder.collector;
	struct cg_seat *left = NULL;

	cg_world_stop(end, &left);
	clear_away(left);
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
	if (other.reaped)
		return other.reaped->end_cpu;
	if (!other.for_thread) {
		cg_greenlets_look(); /* a long gap: it may have been loaded meanwhile */
		return cg_cpu_ns();
	}
	if (pthread_getcpuclockid(other.thread, &clock) != 0 || clock_gettime(clock, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* A seat whose name is not known and was not asked for in this round: whose it is. */
static bool
find_nameless(uint64_t *tstate_id, unsigned long *ident)
{
	struct cg_seat *seat;

	cg_recorder_lock();
	for (seat = state.seats; seat; seat = seat->next)
		if (!seat->named && !seat->ended && seat->asked != state.asking)
			break;
	if (seat) {
		seat->asked = state.asking;
		*tstate_id = seat->tstate_id;
		*ident = seat->ident;
	}
	cg_recorder_unlock();
	return seat != NULL;
}

static void
name_seat(uint64_t tstate_id, struct cg_text name)
{
	cg_recorder_lock();
	for (struct cg_seat *seat = state.seats; seat; seat = seat->next)
		if (seat->tstate_id == tstate_id && !seat->ended && !seat->named) {
			cg_thread_name(seat->thread, name);
			seat->named = true;
			break;
		}
	cg_recorder_unlock();
}

void
cg_recorder_name_threads(void)
{
	uint64_t tstate_id;
	unsigned long ident;
	struct cg_text name;

	state.asking++;
	while (find_nameless(&tstate_id, &ident))
		if (cg_thread_name_find(ident, NULL, &name))
			name_seat(tstate_id, name);
	if (!cg_here.seat)
		cg_texts_release(); /* nobody will at the thread's end */
}

/* The calling thread's, at its first event. */
static void
name_own(PyThreadState *tstate)
{
	struct cg_text name;

	if (cg_thread_name_find(tstate->thread_id, cg_frame_current(tstate), &name))
		name_seat(tstate->id, name);
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
	seat->asked = 0;
	seat->tstate_id = tstate->id;
	return true;
}

static void
put_in_list(struct cg_seat *seat)
{
	cg_recorder_lock();
	seat->next = state.seats;
	state.seats = seat;
	cg_recorder_unlock();
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
	struct cg_seat *seat;

	cg_recorder_lock();
	for (seat = state.seats; seat; seat = seat->next)
		if (seat->kept && seat->tstate_id == tstate->id)
			break;
	cg_recorder_unlock();
	return seat;
}

struct cg_seat *
cg_recorder_find_stack(void)
{
	struct cg_seat *seat;

	cg_recorder_lock();
	for (seat = state.seats; seat && !seat->stack; seat = seat->next)
		;
	cg_recorder_unlock();
	return seat;
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
	cg_recorder_lock();
	seat->end = cg_recorder_tick();
	seat->ended = true;
	cg_recorder_unlock();
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

/* The seat kept for the calling thread, its stack entered; or NULL. */
static struct cg_seat *
come_for_kept(const PyThreadState *tstate)
{
	struct cg_seat *seat = find_kept(tstate);

	if (!seat)
		return NULL;
	cg_prefill_enter(seat);
	cg_recorder_lock();
	seat->kept = false;
	cg_recorder_unlock();
	cg_free(cg_here.seat);
	return seat;
}

/* A seat in the list, the calling thread's own if it has one; NULL: no room. */
static struct cg_seat *
come(PyThreadState *tstate, PyCodeObject *code)
{
	struct cg_seat *old = cg_here.seat;
	struct cg_seat *seat = old ? old : cg_zalloc(1, sizeof *seat);

	if (!seat || !sit_down(seat, tstate, code)) {
		if (seat != old)
			cg_free(seat);
		return NULL;
	}
	put_in_list(seat);
	return seat;
}

struct cg_thread *
cg_recorder_seat(PyCodeObject *code)
{
	PyThreadState *tstate = cg_tstate();
	struct cg_seat *seat = NULL;

	cg_world_enter();
	if (!cg_recorder.collector) {
		cg_hooks_disarm();
	} else if (cg_recorder.epoch != CG_EPOCH_OFF) {
		reap();
		seat = come_for_kept(tstate);
		if (!seat)
			seat = come(tstate, code);
		if (seat) {
			name_own(tstate);
			take(seat);
			cg_greenlets_look();
		}
	}
	cg_world_leave();
	return seat ? seat->thread : NULL;
}

struct cg_seat *
cg_recorder_attach_other(PyThreadState *tstate, PyCodeObject *code)
{
	struct cg_seat *seat = cg_zalloc(1, sizeof *seat);
	bool seated;

	if (!seat)
		return NULL;
	other.thread = (pthread_t)tstate->thread_id;
	other.for_thread = true;
	seated = sit_down(seat, tstate, code);
	other.for_thread = false;
	if (!seated) {
		cg_free(seat);
		return NULL;
	}
	seat->kept = true;
	put_in_list(seat);
	return seat;
}
