/* From a recording that has ended to its trace, and from a trace to its report. */
#ifndef CG_PROFILE_H
#define CG_PROFILE_H
#include "compat.h"

#include "collector/collector.h"

/*
 * Write the trace of a stopped collector's image to the file `out`. Needs no Python and no
 * GIL. As cg_capture and cg_trace_write_file.
 */
enum cg_status cg_profile_write(const struct cg_collector *collector, const char *out);

/* The same as bytes: a new reference, or NULL with a Python exception. */
PyObject *cg_profile_bytes(const struct cg_collector *collector);

/*
 * The trace of a collector that records, as bytes; what is open counts up to `now`. The GIL
 * is held while the image is read, so that all threads are seen at one moment.
 */
PyObject *cg_profile_snapshot(const struct cg_collector *collector,
                              const struct cg_clock_pair *now);

/*
 * The JSON report of a trace, given as its path (str or PathLike) or, with `in_memory`,
 * as the trace's own bytes. New bytes, or NULL with a Python exception.
 */
PyObject *cg_profile_report(PyObject *trace, bool in_memory);
#endif
