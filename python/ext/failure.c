/* One family of exceptions: corograph.Error, and corograph.FileError, an OSError as well. */
#include "failure.h"

#include <errno.h>
#include <stdarg.h>

PyObject *
cg_failure_type(void)
{
	static PyObject *type; /* of the main interpreter */

	if (PyInterpreterState_Get() != PyInterpreterState_Main())
		return PyExc_RuntimeError;
	if (!type)
		type = PyErr_NewExceptionWithDoc(
			"corograph.Error", "What Corograph cannot do, and what to do about it.",
			PyExc_RuntimeError, NULL);
	return type;
}

PyObject *
cg_failure_file_type(void)
{
	static PyObject *type; /* of the main interpreter */
	PyObject *bases;

	if (PyInterpreterState_Get() != PyInterpreterState_Main())
		return PyExc_OSError;
	if (type || !cg_failure_type())
		return type;
	bases = PyTuple_Pack(2, PyExc_OSError, cg_failure_type());
	if (!bases)
		return NULL;
	type = PyErr_NewExceptionWithDoc(
		"corograph.FileError", "What the system says against a file of ours: an OSError.",
		bases, NULL);
	Py_DECREF(bases);
	return type;
}

int
cg_failure_set(const char *format, ...)
{
	PyObject *type = cg_failure_type();
	va_list args;

	va_start(args, format);
	if (type)
		PyErr_FormatV(type, format, args);
	va_end(args);
	return -1;
}

int
cg_failure_set_status(enum cg_status status, const char *path,
                      const struct cg_error *error)
{
	if (status == CG_NOMEM) {
		PyErr_NoMemory();
		return -1;
	}
	if (status == CG_IO && errno) {
		int number = errno; /* making the type must not change it */
		PyObject *type = cg_failure_file_type();

		errno = number;
		if (type)
			PyErr_SetFromErrnoWithFilename(type, path);
		return -1;
	}
	return cg_failure_set("%s%s%s", path ? path : "", path ? ": " : "",
	                      error && error->text[0] ? error->text : cg_status_text(status));
}
