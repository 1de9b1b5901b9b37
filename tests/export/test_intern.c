/* Interned strings: one id each, many of them, and out of memory. */
#include <string.h>

#include "exporters/memory.h"
#include "exporters/intern.h"
#include "../unit/tap.h"

enum { MANY = 20000 };

static void
ids(void)
{
	struct cg_intern s;
	uint32_t a = 9, b = 9, c = 9, id = 9;
	bool good = true;
	char text[16];

	cg_intern_init(&s);
	ok(!cg_intern_add(&s, "a", &a) && !cg_intern_add(&s, "", &b) &&
	       !cg_intern_add(&s, "a", &c) && a == 0 && b == 1 && c == 0,
	   "ids count up, equal text has one");
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < MANY; i++) {
			snprintf(text, sizeof(text), "%u", i);
			good = good && !cg_intern_add(&s, text, &id) && id == 2 + i;
		}
	}
	ok(good && s.count == MANY + 2, "many strings keep their ids");
	ok(strcmp(cg_intern_get(&s, 2 + 777), "777") == 0 && !*cg_intern_get(&s, 1),
	   "and their text");
	cg_intern_release(&s);
}

static void
no_memory(void)
{
	struct cg_intern s;
	uint32_t id = 7;
	long n = 0;

	cg_intern_init(&s);
	for (;; n++) {
		enum cg_status status;

		cg_memory_fail_at(n);
		status = cg_intern_add(&s, "text", &id);
		cg_memory_fail_at(-1);
		if (!status)
			break;
		if (status != CG_NOMEM || id != 7 || s.count)
			break;
	}
	ok(n == 2 && id == 0 && s.count == 1, "each failure leaves the set as it was");
	cg_intern_release(&s);
}

int
main(void)
{
	ids();
	no_memory();
	return done();
}
