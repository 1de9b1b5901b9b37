/* Public interface: the only header that exporters/ and cli/ include. */
#ifndef CG_H
#define CG_H
#include <stddef.h>
#include <stdint.h>

#define CG_API __attribute__((visibility("default")))

/* Version of the library, as in VERSION. Static storage. */
CG_API const char *cg_version(void);

#endif
