/*
 * The recorder: what the hooks need to know for every event.
 *
 * One recording at a time, of the main interpreter. Each thread keeps a pointer to its
 * cg_thread and the epoch it was made in; any start, stop or fork changes the epoch, so
 * one comparison tells whether the pointer holds.
 *
 * Everything here is called with the GIL held, or attached to the interpreter where there
 * is none, unless it says otherwise.
 */
#ifndef CG_RECORDER_H
#define CG_RECORDER_H
#include "compat.h"

#include "collector/hot.h"
#include "collector/thread.h"

#define CG_EPOCH_OFF UINT64_MAX

struct cg_recorder {
	CG_ATOMIC uint64_t epoch; /* of the recording, or CG_EPOCH_OFF: no thread's equals it */
	CG_ATOMIC uint64_t quick; /* the same where the clock is quick, else CG_EPOCH_OFF */
	enum cg_clock_kind clock;
	uint64_t ms;                              /* ticks in a millisecond, about */
	struct cg_collector *CG_ATOMIC collector; /* NULL: nothing is recorded */
};

struct cg_stack;

/* A thread's entry in the recorder's list. */
struct cg_seat {
	struct cg_seat *next;
	struct cg_thread *thread;
	uint64_t epoch;
	uint64_t tstate_id;     /* of the thread state it was made for */
	unsigned long ident;    /* of the thread */
	bool kept;              /* made on the thread's behalf, which has not come yet */
	struct cg_stack *stack; /* what is open there, to be entered (prefill.h), or NULL */
	bool named;
	unsigned asked; /* the round in which its name was asked for last */
	bool lost;      /* events of the thread are missing: its stack is to be read anew */
	bool ended;
	uint64_t end;     /* tick */
	uint64_t end_cpu; /* what its CPU clock said then: later nobody can ask it */
};

/* A thread's own part. */
struct cg_here {
	uint64_t epoch;
	struct cg_thread *thread; /* valid while epoch is the recorder's */
	PyObject *callable;       /* C function being entered, borrowed: for its name */
	PyObject *globals; /* of the frame being entered when it is not on top, borrowed */
	const cg_frame *ignored; /* frame whose next unwinding means nothing, or NULL */
	const cg_frame *thrown;  /* frame that the evaluator is to throw into, or NULL */
	bool closing;            /* with GeneratorExit */
	struct cg_seat *seat;    /* this thread's entry in the recorder's list */
	uint64_t parked;         /* epoch to go on with, while it is closed */
	uint32_t closed;         /* calls of the package itself that run: no events */
};

extern CG_HIDDEN struct cg_recorder cg_recorder;
extern CG_HIDDEN _Thread_local struct cg_here cg_here
	__attribute__((tls_model("initial-exec")));

/*
 * Prepare to record into that collector; events are let through from cg_recorder_go on.
 * -1: a Python exception is set.
 */
int cg_recorder_begin(struct cg_collector *collector, enum cg_clock_kind clock,
                      uint64_t ms);

/* Now. May be called while the world stands still (world.h). */
void cg_recorder_go(void);

/* Record no more. The collector is the caller's again, and no thread uses it. */
struct cg_collector *cg_recorder_end(void);

/*
 * In a forked child: leave the parent's image. Async-signal-safe; the GIL need not be
 * held. cg_recorder_lock is to be held over the fork, so that no other thread holds it.
 */
void cg_recorder_leave(void);
void cg_recorder_lock(void);
void cg_recorder_unlock(void);

/*
 * The calling thread's record, made at its first event; `code` is what runs. NULL: there
 * is no recording, or no room.
 */
struct cg_thread *cg_recorder_attach(PyCodeObject *code);

/* The same while the package's own calls run, which the above takes for no events. */
struct cg_thread *cg_recorder_seat(PyCodeObject *code);

/* The calling thread's record when it has one, even while it is closed, else NULL. */
struct cg_thread *cg_recorder_own(void);

/* The record of a thread that may be another, or NULL. */
struct cg_thread *cg_recorder_find(const PyThreadState *tstate);

/* No events of the calling thread from here on, until it is opened as often. */
void cg_recorder_close(void);
void cg_recorder_open(void);

/*
 * The seat for another thread, made on its behalf; it finds it at its first event. Calls no
 * Python. NULL: no room.
 */
struct cg_seat *cg_recorder_attach_other(PyThreadState *tstate, PyCodeObject *code);

/* Is a record kept for the calling thread that it has not come for yet? */
bool cg_recorder_is_kept(void);

/* A kept seat whose stack has not been entered yet, or NULL. */
struct cg_seat *cg_recorder_find_stack(void);

/* What another thread may have missed events of is marked; it is `lost` then. */
void cg_recorder_mark_lost(const PyThreadState *tstate);

/* The calling thread has no record any more: its next event is as a new thread's. */
void cg_recorder_detach(void);

/* CPU time of the thread that the record is made for. For cg_ops. */
uint64_t cg_recorder_cpu(void *arg);

/* Ask again for the names of the threads that have none. */
void cg_recorder_name_threads(void);

/* Is the thread's record at hand in cg_here.thread, and the clock one of the quick ones? */
static inline bool
cg_recorder_is_quick(void)
{
	return CG_LIKELY(cg_here.epoch == cg_load(&cg_recorder.quick));
}

/*
 * Clocks for which there are hooks that read nothing else: the processor's counter and the
 * coarse clock. Which one is settled where hooks are registered, not asked at each event.
 */
static inline bool
cg_recorder_clock_is_quick(void)
{
	return cg_clock_is_counter(cg_recorder.clock) || cg_recorder.clock == CG_CLOCK_COARSE;
}

static inline uint64_t
cg_quick_tick(bool coarse)
{
	return coarse ? cg_ticks_coarse() : cg_ticks_counter();
}

static inline struct cg_thread *
cg_recorder_thread(PyCodeObject *code)
{
	if (CG_LIKELY(cg_here.epoch == cg_load(&cg_recorder.epoch)))
		return cg_here.thread;
	return cg_recorder_attach(code);
}

static inline uint64_t
cg_recorder_tick(void)
{
	return cg_ticks(cg_recorder.clock);
}
#endif
