/*
 * Clocks: where ticks come from and how they become time.
 *
 * The wall clock is the processor's counter where the kernel itself trusts it, else
 * CLOCK_MONOTONIC. Ticks are raw; pairs of readings turn differences into nanoseconds,
 * so the clock is not calibrated at the start. On demand it is a coarse one, that the kernel
 * moves some hundred times a second and that costs little to read.
 */
#ifndef CG_BASE_TICKS_H
#define CG_BASE_TICKS_H
#include <stdint.h>
#include <time.h>

/* Where ticks come from. Values are part of the image and the trace. */
enum cg_clock_kind {
	CG_CLOCK_MONOTONIC,
	CG_CLOCK_TSC,
	CG_CLOCK_CNTVCT,
	CG_CLOCK_MADE_UP,
	CG_CLOCK_COARSE
};

/* The same instant on three clocks. */
struct cg_clock_pair {
	uint64_t tick;    /* of the wall clock in use */
	uint64_t mono_ns; /* CLOCK_MONOTONIC */
	int64_t real_ns;  /* CLOCK_REALTIME */
};

/* The most exact clock of this machine: the one to give to cg_ticks. */
enum cg_clock_kind cg_clock_choose(void);

/*
 * Name of a clock in reports: "tsc", "cntvct", "clock_monotonic", "clock_monotonic_coarse".
 * Static storage.
 */
const char *cg_clock_name(enum cg_clock_kind kind);

/* Is it a clock that this version can read, and no test's? */
static inline int
cg_clock_is_real(uint32_t kind)
{
	return kind <= CG_CLOCK_COARSE && kind != CG_CLOCK_MADE_UP;
}

/* Read all three clocks as close together as can be: the best of several tries. */
struct cg_clock_pair cg_clock_pair_now(enum cg_clock_kind kind);

/* Ticks per nanosecond between two pairs; 1.0 when they are too close to tell. */
double cg_clock_rate(const struct cg_clock_pair *a, const struct cg_clock_pair *b);

/* CPU time of the calling thread, nanoseconds. */
uint64_t cg_cpu_ns(void);

static inline uint64_t
cg_monotonic_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/*
 * A build for the tests (see tests/model): the clock is a number that they move, and takes
 * the way of a processor's counter.
 */
#ifdef CG_MADE_UP_TICKS
extern volatile uint64_t cg_made_up_tick __attribute__((visibility("default")));
struct cg_clock_pair cg_made_up_pair(enum cg_clock_kind kind);
#define cg_clock_pair_now cg_made_up_pair
#endif

/* Is it a counter that cg_ticks_counter reads? */
static inline int
cg_clock_is_counter(enum cg_clock_kind kind)
{
#if defined(CG_MADE_UP_TICKS)
	(void)kind;
	return 1;
#elif defined(__x86_64__) || defined(__i386__)
	return kind == CG_CLOCK_TSC;
#elif defined(__aarch64__)
	return kind == CG_CLOCK_CNTVCT;
#else
	(void)kind;
	return 0;
#endif
}

/* The processor's counter, now: an instruction, no call. */
static inline uint64_t
cg_ticks_counter(void)
{
#if defined(CG_MADE_UP_TICKS)
	return cg_made_up_tick;
#elif defined(__x86_64__) || defined(__i386__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	uint64_t tick;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(tick));
	return tick;
#else
	return 0;
#endif
}

/* The coarse clock, now: nanoseconds of CLOCK_MONOTONIC at the kernel's last tick. */
static inline uint64_t
cg_ticks_coarse(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The wall clock of that kind, now. */
static inline uint64_t
cg_ticks(enum cg_clock_kind kind)
{
	if (__builtin_expect(cg_clock_is_counter(kind), 1))
		return cg_ticks_counter();
	return kind == CG_CLOCK_COARSE ? cg_ticks_coarse() : cg_monotonic_ns();
}
#endif
