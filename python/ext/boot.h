/* The start of a recording under `corograph record`. */
#ifndef CG_EXT_BOOT_H
#define CG_EXT_BOOT_H
#include "compat.h"

/*
 * boot(folder): called by the shim `folder`/sitecustomize.py and by nothing else. Takes
 * every sign of the shim away, imports the real sitecustomize and starts the recording
 * that `folder`/boot describes. Raises what the real sitecustomize raised, an ImportError
 * when there is none, just as its import would have done.
 */
PyObject *cg_boot(PyObject *module, PyObject *folder);

#endif
