#include <stdio.h>
#include "corograph.h"

int
main(void)
{
	printf("corograph %s\n", cg_version());
	return fflush(stdout) != 0;
}
