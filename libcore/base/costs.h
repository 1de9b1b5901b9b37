/*
 * What recording itself costs, as the image and the trace keep it.
 *
 * A hook's time before its clock reading falls on what was on top of the stack until then,
 * the rest on what is there after it. So each kind of thing that is recorded costs the
 * activation it is about (`inner`) and what runs below that on the stack (`outer`).
 */
#ifndef CG_BASE_COSTS_H
#define CG_BASE_COSTS_H
#include <stdint.h>

enum { CG_COSTS_OF = 1000 }; /* so many of a kind have a cost in whole ticks */

/* Ticks of CG_COSTS_OF such things. */
struct cg_tick_cost {
	uint32_t inner, outer;
};

/* All zero: not measured. */
struct cg_tick_costs {
	struct cg_tick_cost call;   /* a plain call of Python code, start to end */
	struct cg_tick_cost c_call; /* a call of a C function; 0 when they are not recorded */
	struct cg_tick_cost start;  /* start and end of what can suspend */
	struct cg_tick_cost step;   /* a suspension with the resumption after it */
	struct cg_tick_cost link;   /* the same, of each further one in a chain */
};
#endif
