#include <stdio.h>
#include "corograph.h"

int
main(void)
{
	printf("# callgrind format\ncreator: corograph-callgrind %s\n", cg_version());
	return fflush(stdout) != 0;
}
