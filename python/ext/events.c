/* The one type that tells an async generator's yield from its await. */
#include "events.h"

#include <stdatomic.h>
#include <string.h>

bool
cg_is_async_yield_type(PyTypeObject *type)
{
	static PyTypeObject *_Atomic known; /* a static type of the interpreter's: never freed */
	PyTypeObject *only = atomic_load_explicit(&known, memory_order_relaxed);

	if (only)
		return type == only;
	if (strcmp(type->tp_name, "async_generator_wrapped_value") != 0)
		return false;
	atomic_store_explicit(&known, type, memory_order_relaxed);
	return true;
}
