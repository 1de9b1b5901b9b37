/* What the interpreter calls for each event of sys.monitoring. */
#ifndef CG_CALLBACKS_H
#define CG_CALLBACKS_H
#include "compat.h"

/* A callable that costs the least to call. */
struct cg_callback {
	PyObject head;
	vectorcallfunc call;
	vectorcallfunc inner; /* what one that looks for code that is left out passes on to */
};

struct cg_event {
	const char *name; /* in sys.monitoring.events */
	vectorcallfunc call;
	vectorcallfunc coarse;   /* the same for the coarse clock */
	vectorcallfunc filtered; /* the same where code is left out */
	bool of_c;               /* only when C functions are recorded */
	bool local;              /* can be had for single code objects */
};

enum { CG_EVENTS = 9 };
extern CG_HIDDEN const struct cg_event cg_events[CG_EVENTS];

/* Objects of sys.monitoring, borrowed from it; to be set before an event comes. */
extern CG_HIDDEN struct cg_sentinels {
	PyObject *missing, *disable;
} cg_sentinels;
#endif
