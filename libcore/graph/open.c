/* From a trace's path to its graph. */
#include "graph/build.h"
#include "graph/graph.h"
#include "trace/load.h"

enum cg_status
cg_graph_open(struct cg_graph **graph, const char *path, unsigned flags,
              struct cg_error *error)
{
	struct cg_trace_facts facts = {0};
	struct cg_records records;
	struct cg_graph_store *store;
	enum cg_status status;

	cg_records_init(&records);
	status = cg_records_load(&records, path, flags, &facts, error);
	if (!status)
		status = cg_graph_build(graph, &records, error);
	if (!status) {
		store = (struct cg_graph_store *)*graph;
		store->info.version_major = facts.major;
		store->info.version_minor = facts.minor;
	}
	cg_trace_facts_release(&facts);
	cg_records_release(&records);
	return status;
}
