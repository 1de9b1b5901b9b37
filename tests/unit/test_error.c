/* Errors: one printable line, whatever went into it. */
#include "base/error.h"

#include <errno.h>
#include <string.h>

#include "tap.h"

int
main(void)
{
	struct cg_error error;
	char text[1000];

	errno = ENOSPC;
	eq(cg_error_set(&error, CG_CORRUPT, 7, "chunk %d", 3), CG_CORRUPT,
	   "the status comes back");
	eq(errno, ENOSPC, "errno stays");
	ok(error.status == CG_CORRUPT && error.offset == 7 &&
	       strcmp(error.text, "chunk 3") == 0,
	   "all is there");
	eq(cg_error_set(NULL, CG_IO, 0, "x"), CG_IO, "nobody need ask");
	cg_error_set(&error, CG_IO, CG_NO_OFFSET, "%s", "a\nb\x1b[1m\x7f\xc3\xa9");
	ok(strcmp(error.text, "a?b?[1m?\xc3\xa9") == 0, "control characters do not pass");
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	cg_error_set(&error, CG_IO, CG_NO_OFFSET, "%s", text);
	eq(strlen(error.text), sizeof error.text - 1, "a long text is cut");
	return done();
}
