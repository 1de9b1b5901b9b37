/* From a recording that has ended to its trace, and from a trace to its report. */
#ifndef CG_PROFILE_H
#define CG_PROFILE_H
#include "compat.h"

#include "collector/collector.h"
#include "trace/records.h"

/*
 * Write the trace of a stopped collector's image to the file `out`. Needs no Python and no
 * GIL. As cg_capture and cg_trace_write_file.
 */
enum cg_status cg_profile_write(const struct cg_collector *collector, const char *out);

/* The same as bytes: a new reference, or NULL with a Python exception. */
PyObject *cg_profile_bytes(const struct cg_collector *collector);

/*
 * A collector's records; `now` NULL: it has stopped. Else what is open counts up to that
 * moment, and the world is to stand still (world.h), so that all threads are seen at it.
 * Calls no Python. The caller's: cg_records_release.
 */
enum cg_status cg_profile_capture(struct cg_records *records,
                                  const struct cg_collector *collector,
                                  const struct cg_clock_pair *now);

/* The trace of records, which it releases: as cg_profile_bytes. `status`: of making them. */
PyObject *cg_profile_of_records(struct cg_records *records, enum cg_status status);

/*
 * The JSON report of a trace, given as its path (str or PathLike) or, with `in_memory`,
 * as the trace's own bytes. New bytes, or NULL with a Python exception.
 */
PyObject *cg_profile_report(PyObject *trace, bool in_memory);
#endif
