/* The one type that tells an async generator's yield from its await. */
#include "events.h"

#include <string.h>

bool
cg_is_async_yield_type(PyTypeObject *type)
{
	static PyTypeObject *CG_ATOMIC
		known; /* a static type of the interpreter's: never freed */
	PyTypeObject *only = cg_load(&known);

	if (only)
		return type == only;
	if (strcmp(type->tp_name, "async_generator_wrapped_value") != 0)
		return false;
	known = type;
	return true;
}
