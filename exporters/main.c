/* The entry of every corograph-FORMAT: local.mk says which format a program is. */
#include "exporter.h"

int
main(int argc, char **argv)
{
	return cg_export_main(&CG_EXPORTER, cg_graph_open, cg_graph_free, argc, argv);
}
