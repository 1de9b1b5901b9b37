/* The first half stays on this thread: without another nothing but time is lost. */
#include "halves.h"

#include <pthread.h>
#include <unistd.h>

/* A thread costs as much as what is done with some thousand places. */
enum { PLACES_EACH = 1 << 15 };

struct call {
	void (*half)(void *arg);
	void *arg;
};

static void *
call_make(void *arg)
{
	struct call *call = arg;

	call->half(call->arg);
	return NULL;
}

bool
cg_halves_pay(uint32_t places)
{
	return places >= 2 * PLACES_EACH && sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

void
cg_halves_do(void (*half)(void *arg), void *first, void *second)
{
	struct call call = {half, second};
	pthread_t thread;
	bool started = pthread_create(&thread, NULL, call_make, &call) == 0;

	half(first);
	if (started)
		pthread_join(thread, NULL);
	else
		half(second);
}
