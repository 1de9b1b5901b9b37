/*
 * What functions are called in viewers that know a function by three things alone: its
 * name, the last part of its file, and the last part of the object (library) it is from.
 * Titles are unique in these three.
 */
#ifndef CG_EXPORTERS_TITLES_H
#define CG_EXPORTERS_TITLES_H
#include "rows.h"

/* Per row its title, `module::name`, and its object, the top-level package. */
struct cg_titles {
	struct cg_intern texts;
	uint32_t *name;   /* owned; ids in texts */
	uint32_t *object; /* owned; ids in texts */
};

/* Make them for all rows. Release with cg_titles_release, after success only. CG_NOMEM. */
enum cg_status cg_titles_init(struct cg_titles *titles, const struct cg_rows *rows,
                              const struct cg_graph *graph);

void cg_titles_release(struct cg_titles *titles);

#endif
