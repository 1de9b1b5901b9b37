/* `export_text FORMAT ...`: corograph-FORMAT on text graphs, for the tests in Python. */
#include "exporters/exporter.h"
#include "text_graph.h"

#include <string.h>

static const struct cg_exporter *const exporters[] = {
	&cg_exporter_callgrind,
	&cg_exporter_pstats,
	&cg_exporter_speedscope,
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(exporters) / sizeof(exporters[0]); i++)
		if (strcmp(exporters[i]->format, argv[1]) == 0)
			return cg_export_main(exporters[i], text_graph_open, text_graph_free,
			                      argc - 1, argv + 1);
	return 99;
}
