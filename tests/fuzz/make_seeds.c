/* usage: make_seeds FOLDER. Whole traces to begin fuzzing with, no payload deflated. */
#include "../unit/records_maker.h"
#include "trace/save.h"

int
main(int argc, char **argv)
{
	static const uint32_t nodes[] = {0, 1, 3, 10, 60, 200};
	struct cg_records records;
	char path[4096];

	for (uint32_t i = 0; argc == 2 && i < sizeof nodes / sizeof *nodes; i++) {
		snprintf(path, sizeof path, "%s/%u.coro", argv[1], nodes[i]);
		made_records(&records, i + 1, nodes[i]);
		if (cg_trace_write_file(&records, path, 0, NULL)) {
			perror(path);
			return 1;
		}
		cg_records_release(&records);
	}
	return argc != 2;
}
