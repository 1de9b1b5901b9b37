/* Work on a large tree in two halves, one of them on a thread of its own. */
#ifndef CG_EXPORTERS_HALVES_H
#define CG_EXPORTERS_HALVES_H
#include <stdbool.h>
#include <stdint.h>

/* Does a second thread pay, for so many places? */
bool cg_halves_pay(uint32_t places);

/*
 * Call `half` with `first` and with `second`, at once where a thread can be had, and else
 * one after the other.
 */
void cg_halves_do(void (*half)(void *arg), void *first, void *second);

#endif
