/* From a trace's path to its graph, of all threads or of some. */
#include "base/alloc.h"
#include "base/error.h"
#include "graph/build.h"
#include "graph/graph.h"
#include "graph/narrow.h"
#include "trace/load.h"

/* Which threads of the records `choose` takes, and how many; the caller frees *keep. */
static enum cg_status
threads_choose(bool **keep, uint32_t *chosen, const struct cg_graph *whole,
               const struct cg_records *records, cg_threads_fn choose, void *arg)
{
	uint32_t count = whole->thread_count;
	bool *rows = cg_zalloc(count, sizeof *rows);
	enum cg_status status = CG_NOMEM;

	*keep = cg_zalloc(count, sizeof **keep);
	if (!rows || !*keep)
		goto out;
	choose(arg, whole->threads, count, rows);
	*chosen = 0;
	for (uint32_t i = 0; i < count; i++) {
		(*keep)[records->nodes[whole->threads[i].root].thread] = rows[i];
		*chosen += rows[i];
	}
	status = CG_OK;
out:
	cg_free(rows);
	return status;
}

/* Make the graph again, of the chosen threads. `records` are changed. */
static enum cg_status
graph_narrow(struct cg_graph **graph, struct cg_records *records, unsigned flags,
             cg_threads_fn choose, void *arg, struct cg_error *error)
{
	struct cg_graph *narrow, *whole = *graph;
	uint32_t all = whole->thread_count, chosen;
	bool *keep;
	enum cg_status status = threads_choose(&keep, &chosen, whole, records, choose, arg);

	if (!status && chosen == all)
		goto out;
	if (!status && !chosen)
		status = CG_USE;
	if (!status)
		status = cg_records_narrow(records, keep);
	if (status)
		cg_error_set(error, status, CG_NO_OFFSET, "%s",
		             status == CG_USE ? "none of its threads is meant"
		                              : cg_status_text(status));
	else
		status = cg_graph_build(&narrow, records, flags, error);
	cg_graph_free(whole);
	if (!status)
		*graph = narrow;
out:
	cg_free(keep);
	return status;
}

enum cg_status
cg_graph_open_threads(struct cg_graph **graph, const char *path, unsigned flags,
                      cg_threads_fn choose, void *arg, struct cg_error *error)
{
	struct cg_trace_facts facts = {0};
	struct cg_records records;
	struct cg_graph *made;
	struct cg_graph_store *store;
	enum cg_status status;

	cg_records_init(&records);
	status = cg_records_load(&records, path, flags, &facts, error);
	if (!status)
		status = cg_graph_build(&made, &records, flags, error);
	if (!status && choose)
		status = graph_narrow(&made, &records, flags, choose, arg, error);
	if (!status) {
		store = (struct cg_graph_store *)made;
		store->info.version_major = facts.major;
		store->info.version_minor = facts.minor;
		*graph = made;
	}
	cg_trace_facts_release(&facts);
	cg_records_release(&records);
	return status;
}

enum cg_status
cg_graph_open(struct cg_graph **graph, const char *path, unsigned flags,
              struct cg_error *error)
{
	return cg_graph_open_threads(graph, path, flags, NULL, NULL, error);
}
