/* Taking the records out of an image, without touching it. */
#ifndef CG_TRACE_CAPTURE_H
#define CG_TRACE_CAPTURE_H
#include "image/view.h"
#include "trace/records.h"

/* What the caller knows and the image does not. All zero: nothing. */
struct cg_capture_options {
	/*
	 * A reading of the image's clock in this boot of the system (see boot_id), later than
	 * all events; tick 0: none. It gives the rate of the clock, and with `end` 0 nothing
	 * else unless `live`: open activations then end here.
	 */
	struct cg_clock_pair now;
	/*
	 * The tick at which open activations end. 0: at the stop where the recording was
	 * stopped, else at `now` when live, else at the latest tick in the image.
	 */
	uint64_t end;
	bool live; /* the program still runs */
	/*
	 * The thread whose last gap the caller has asked the CPU clock about, and the answer
	 * in nanoseconds; 0: nobody's. Other threads' last gaps count as no CPU time.
	 */
	cg_ref asked;
	uint64_t asked_cpu_ns;
};

/*
 * Fill *records, which must be empty, from an image. Open activations count as unfinished,
 * with their time so far. Damage gives fewer records or smaller numbers, never wild ones.
 * `options` may be NULL. On success the records are the caller's: cg_records_release.
 * CG_NOMEM, CG_LIMIT; *records is then unchanged.
 */
enum cg_status cg_capture(struct cg_records *records, const struct cg_view *view,
                          const struct cg_capture_options *options);
#endif
