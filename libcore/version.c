#include "config.h"
#include "corograph.h"

const char *
cg_version(void)
{
	return PACKAGE_VERSION;
}
