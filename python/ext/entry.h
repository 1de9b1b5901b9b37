/* The moment at which the interpreter has started and the program begins. */
#ifndef CG_EXT_ENTRY_H
#define CG_EXT_ENTRY_H
#include "compat.h"

/*
 * Call `entered` once, on this thread and with no exception pending, right before it runs
 * the program's first Python frame: the first that has none below and is not of the import
 * system. false: somebody else evaluates frames, and `entered` will not be called. Needs
 * the GIL.
 */
bool cg_entry_await(void (*entered)(void));

#endif
