/* Looking around in an image as a test does: all records of a type, nodes by their path. */
#ifndef CG_TESTS_IMAGE_WALK_H
#define CG_TESTS_IMAGE_WALK_H
#include "collector/collector.h"

/* Goes over the records of one type: start with {image, type, units}. */
struct walk {
	const struct cg_image *image;
	enum cg_img_type type;
	uint32_t units; /* of a record */
	uint32_t slab, unit;
};

/* The next record's reference; 0 at the end. */
cg_ref walk_next(struct walk *walk);

/* The thread whose tree holds a node, by the number of its record. */
uint32_t node_thread(const struct cg_image *image, cg_ref node);

/* Is that the name of the node's function? */
bool node_is_named(const struct cg_image *image, cg_ref node, const char *name,
                   size_t length);

/*
 * The node at a path: "1/main~foo" is below the root of thread 1, `/` a CALL edge, `~` an
 * AWAIT edge, `+` a SPAWN edge, which begins at the root again; "+foo@main" also names the
 * function of its creator, "@-" none. 0: there is none.
 */
cg_ref node_at(const struct cg_image *image, const char *path);

/* The path of a node, for messages. */
void node_path(const struct cg_image *image, cg_ref node, char *out, size_t size);

static inline const struct cg_img_node *
node_of(const struct cg_image *image, cg_ref ref)
{
	return cg_image_at(image->base, ref);
}

#endif
