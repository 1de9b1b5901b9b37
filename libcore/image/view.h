/*
 * A checked, read-only look at an image: our own, or a file that another process writes,
 * left behind, or made to harm us.
 *
 * Nothing in the image is trusted: every reference is checked for the type of its slab, for
 * lying within what the slab has published, and for being the start of a record. Records
 * are copied out word by word, so each counter is whole while its writer goes on.
 * Views are only read: several threads may use one.
 */
#ifndef CG_IMAGE_VIEW_H
#define CG_IMAGE_VIEW_H
#include "corograph.h"
#include "image/image.h"

#include <stdbool.h>

struct cg_view {
	const uint8_t *base;
	size_t size;         /* bytes at base */
	uint32_t slab_count; /* slabs there were when the view was made, all within size */
	bool cut;            /* the header speaks of more slabs than there are bytes for */
	int fd;              /* the file, or -1 */
};

/*
 * Look at `size` bytes at `base`, aligned to CG_IMG_UNIT and valid as long as the view.
 * CG_FORMAT: no image. CG_TRUNCATED: not even a header. CG_UNSUPPORTED, CG_CORRUPT.
 */
enum cg_status cg_view_init(struct cg_view *view, const void *base, size_t size);

/*
 * Map the image in the file at `path`. The caller closes the view: cg_view_close. As
 * cg_view_init, and CG_IO. `error` may be NULL. The file may grow and change meanwhile, but
 * not shrink: no writer of images does that, and a read behind its end would be SIGBUS.
 */
enum cg_status cg_view_open(struct cg_view *view, const char *path,
                            struct cg_error *error);

/* Unmap the file of cg_view_open. */
void cg_view_close(struct cg_view *view);

/* Does the process that writes the opened file still hold its lock? */
bool cg_view_is_live(const struct cg_view *view);

/* The header. Its atomics are the writer's; the rest is constant, `latest` apart. */
const struct cg_img_header *cg_view_header(const struct cg_view *view);

/*
 * Copy the record that `ref` names into *out, which has the type's struct. false, and *out
 * untouched, when there is no such record: 0 included. Not for strings.
 */
bool cg_view_record(const struct cg_view *view, enum cg_img_type type, cg_ref ref,
                    void *out);

/* The same, by type. */
bool cg_view_function(const struct cg_view *view, cg_ref ref, struct cg_img_function *out);
bool cg_view_node(const struct cg_view *view, cg_ref ref, struct cg_img_node *out);
bool cg_view_activation(const struct cg_view *view, cg_ref ref,
                        struct cg_img_activation *out);
bool cg_view_thread(const struct cg_view *view, cg_ref ref, struct cg_img_thread *out);
bool cg_view_spawn(const struct cg_view *view, cg_ref ref, struct cg_img_spawn *out);

/* The text that `ref` names, borrowed from the image: any bytes, no NUL at its end. */
bool cg_view_string(const struct cg_view *view, cg_ref ref, const char **bytes,
                    uint32_t *length);

/*
 * The records of one type by number, in order of reference: a snapshot, so that records
 * which appear later have no number.
 */
struct cg_view_table {
	uint32_t *first; /* owned: by slab, the number of its first record */
	uint32_t slab_count;
	uint32_t units; /* of one record */
	uint32_t count; /* records */
};

/* Number the records of a type with a fixed size. CG_NOMEM. Owned: _release. */
enum cg_status cg_view_table_init(struct cg_view_table *table, const struct cg_view *view,
                                  enum cg_img_type type);
void cg_view_table_release(struct cg_view_table *table);

/* The number of the record that ref names, or CG_NONE. */
uint32_t cg_view_table_find(const struct cg_view_table *table, cg_ref ref);

/* Walks the records of a table: `struct cg_view_walk w = {0}` begins. */
struct cg_view_walk {
	uint32_t slab, row;
};

/* The next record's reference, 0 at the end. */
cg_ref cg_view_table_next(const struct cg_view_table *table, struct cg_view_walk *walk);
#endif
