/* The words for enum cg_status: one phrase each, for messages such as "FILE: PHRASE". */
#include "base/status.h"

static const char *const texts[] = {
	[CG_OK] = "ok",
	[CG_NOMEM] = "out of memory",
	[CG_IO] = "input or output error",
	[CG_FORMAT] = "not a Corograph trace",
	[CG_CORRUPT] = "damaged trace",
	[CG_UNSUPPORTED] = "trace of a newer version",
	[CG_TRUNCATED] = "trace without its end",
	[CG_LIMIT] = "beyond a limit of the format",
	[CG_USE] = "call not allowed here",
};

const char *
cg_status_text(enum cg_status status)
{
	size_t i = (size_t)status;

	return i < sizeof texts / sizeof *texts ? texts[i] : "unknown status";
}
