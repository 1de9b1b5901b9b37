/* Noise: events in no sensible order, as no interpreter would give them, from a seed. */
#ifndef CG_TESTS_NOISE_H
#define CG_TESTS_NOISE_H
#include "event.h"

struct noise {
	uint64_t state; /* of the generator; not 0 */
	uint64_t tick;
};

/* A number below n. */
uint64_t noise_below(struct noise *noise, uint64_t n);

/* Functions of every kind, settings drawn at random; the collector is still to be made. */
void noise_init(struct noise *noise, struct world *w, uint64_t seed);

/* Draw an event on one of a few threads. */
struct event noise_event(struct noise *noise, struct world *w);

#endif
