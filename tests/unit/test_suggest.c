/* The word that was probably meant. */
#include "../../cli/suggest.c"

#include "tap.h"

int
main(void)
{
	eq(cg_suggest_distance("record", "record"), 0, "the same word");
	eq(cg_suggest_distance("recrod", "record"), 1, "two letters swapped");
	eq(cg_suggest_distance("recod", "record"), 1, "one left out");
	eq(cg_suggest_distance("reecord", "record"), 1, "one too many");
	eq(cg_suggest_distance("rexord", "record"), 1, "a wrong one");
	eq(cg_suggest_distance("", "dump"), 4, "nothing");
	eq(cg_suggest_distance("dump", "info"), 4, "another word");
	eq(cg_suggest_distance("abcdefghijabcdefghijabcdefghijxyz", "a"), 32, "far too long");
	ok(cg_suggest_near("record", 2) && !cg_suggest_near("record", 3), "long words");
	ok(cg_suggest_near("dump", 1) && !cg_suggest_near("dump", 2), "short words");
	return done();
}
