/* The one type that tells an async generator's yield from its await. */
#include "events.h"

#include <string.h>

bool
cg_is_async_yield_type(PyTypeObject *type)
{
	static PyTypeObject *known; /* a static type of the interpreter's: never freed */

	if (known)
		return type == known;
	if (strcmp(type->tp_name, "async_generator_wrapped_value") != 0)
		return false;
	known = type;
	return true;
}
