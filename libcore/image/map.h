/*
 * The memory of an image: reserved once, mapped as it grows, never moved.
 *
 * One process writes it. Slabs may be asked for by any of its threads.
 */
#ifndef CG_IMAGE_MAP_H
#define CG_IMAGE_MAP_H
#include "corograph.h"
#include "image/image.h"

#include <pthread.h>

struct cg_image {
	uint8_t *base;         /* page aligned; NULL when there is no image */
	size_t reserved;       /* bytes of address space */
	size_t mapped;         /* bytes that can be written */
	int fd;                /* the file, locked while we write, or -1 */
	pthread_mutex_t lock;  /* for growing */
	enum cg_status status; /* why it stopped growing, CG_OK while it can */
	int error;             /* the errno of that */
};

/*
 * Make an image: a new file at `path`, which must not exist, or private memory when path
 * is NULL. The header's magic, version, pid and boot are set. CG_IO (errno: EEXIST, ENOSPC,
 * ...) or CG_NOMEM; nothing is left behind then.
 */
enum cg_status cg_image_create(struct cg_image *image, const char *path);

/* Unmap it and close its file, which stays. The image is then empty. */
void cg_image_release(struct cg_image *image);

/*
 * A new slab of that type for that owner (0: nobody's). Its first reference, or 0 when
 * there is no room: image->status then says why.
 */
cg_ref cg_image_add_slab(struct cg_image *image, enum cg_img_type type, cg_ref owner);

/*
 * In a forked child, before anything else: private memory takes the image's place, so
 * that pointers stay valid and the parent's numbers safe. Async-signal-safe.
 */
void cg_image_leave(struct cg_image *image);

/* Write the system's boot id, "" when there is none. */
void cg_image_boot_id(char out[40]);

static inline void *
cg_image_at(const uint8_t *base, cg_ref ref)
{
	return (void *)(base + (size_t)ref * CG_IMG_UNIT);
}

static inline cg_ref
cg_image_ref(const uint8_t *base, const void *thing)
{
	return (cg_ref)((size_t)((const uint8_t *)thing - base) / CG_IMG_UNIT);
}

static inline struct cg_img_header *
cg_image_header(const struct cg_image *image)
{
	return (struct cg_img_header *)image->base;
}

/* The head of the slab that a thing lies in. */
static inline struct cg_img_slab *
cg_image_slab_of(const uint8_t *base, cg_ref ref)
{
	return cg_image_at(base, ref - ref % CG_IMG_SLAB_UNITS);
}

/* Hands out records of one type from slabs it asks for. Zero-initialised is empty. */
struct cg_slab_cursor {
	cg_ref next, end;
};

/*
 * A zeroed record of `units`, not yet published. 0 when there is no room. The caller fills
 * it, then calls cg_image_publish.
 */
cg_ref cg_image_take(struct cg_image *image, struct cg_slab_cursor *cursor,
                     enum cg_img_type type, cg_ref owner, uint32_t units);

/* Make a filled record visible to readers. */
static inline void
cg_image_publish(const uint8_t *base, cg_ref ref, uint32_t units)
{
	struct cg_img_slab *slab = cg_image_slab_of(base, ref);
	uint32_t used = ref % CG_IMG_SLAB_UNITS + units;

	atomic_store_explicit(&slab->used, used, memory_order_release);
}
#endif
