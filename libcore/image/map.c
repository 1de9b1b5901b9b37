/*
 * Reserving, growing and leaving the memory of an image.
 *
 * The idea to know: address space is taken once with PROT_NONE, so that mapping the next
 * part of the file with MAP_FIXED can never move what pointers already point into. The
 * file grows with posix_fallocate, so a full disk is an error here and not a signal later.
 */
#include "image/map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	FIRST_GROWTH = 1 << 20,
	LARGEST_GROWTH = 64 << 20,
	HIGH_FD = 900 /* daemons close the low ones */
};

#define MOST_RESERVED ((size_t)CG_IMG_UNIT << 32)
#define LEAST_RESERVED ((size_t)64 << 20)

void
cg_image_boot_id(char out[40])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, out, 36);
		close(fd);
	}
	out[n == 36 ? 36 : 0] = '\0';
}

static enum cg_status
reserve(struct cg_image *image)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

	for (size_t size = MOST_RESERVED; size >= LEAST_RESERVED; size /= 2) {
		void *at = mmap(NULL, size, PROT_NONE, flags, -1, 0);

		if (at != MAP_FAILED) {
			image->base = at;
			image->reserved = size;
			return CG_OK;
		}
	}
	return CG_NOMEM;
}

static enum cg_status
open_file(struct cg_image *image, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int high;

	if (fd < 0)
		return CG_IO;
	high = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
	if (high >= 0) {
		close(fd);
		fd = high;
	}
	(void)flock(fd, LOCK_EX | LOCK_NB);
	image->fd = fd;
	return CG_OK;
}

/*
 * Beyond the limit of a file's size there is SIGXFSZ, which would kill a program that does
 * not ignore it: so it is not tried.
 */
static int
allocate(int fd, size_t from, size_t to)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < to)
		return EFBIG;
	return posix_fallocate(fd, (off_t)from, (off_t)(to - from));
}

static enum cg_status
grow_file(struct cg_image *image, size_t size)
{
	int error = allocate(image->fd, image->mapped, size);

	if (error) {
		errno = error;
		return CG_IO;
	}
	return CG_OK;
}

static enum cg_status
grow(struct cg_image *image)
{
	size_t by = image->mapped < FIRST_GROWTH ? FIRST_GROWTH : image->mapped;
	size_t size = image->mapped + (by > LARGEST_GROWTH ? LARGEST_GROWTH : by);
	int flags = MAP_FIXED | (image->fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS);

	if (size > image->reserved)
		return CG_LIMIT;
	if (image->fd >= 0 && grow_file(image, size))
		return CG_IO;
	if (mmap(image->base + image->mapped, size - image->mapped, PROT_READ | PROT_WRITE,
	         flags, image->fd, image->fd >= 0 ? (off_t)image->mapped : 0) == MAP_FAILED)
		return CG_NOMEM;
	image->mapped = size;
	return CG_OK;
}

static void
fill_header(struct cg_image *image)
{
	struct cg_img_header *header = cg_image_header(image);

	header->version = CG_IMG_VERSION;
	header->header_size = sizeof *header;
	header->pid = (uint32_t)getpid();
	cg_image_boot_id(header->boot_id);
	atomic_store(&header->slab_count, 1);
	memcpy(header->magic, CG_IMG_MAGIC, sizeof header->magic);
}

enum cg_status
cg_image_create(struct cg_image *image, const char *path)
{
	enum cg_status status;
	int saved;

	memset(image, 0, sizeof *image);
	image->fd = -1;
	pthread_mutex_init(&image->lock, NULL);
	status = reserve(image);
	if (!status && path)
		status = open_file(image, path);
	if (!status)
		status = grow(image);
	if (!status) {
		fill_header(image);
		return CG_OK;
	}
	saved = errno;
	if (image->fd >= 0)
		unlink(path);
	cg_image_release(image);
	errno = saved;
	return status;
}

void
cg_image_release(struct cg_image *image)
{
	if (image->base)
		munmap(image->base, image->reserved);
	if (image->fd >= 0)
		close(image->fd);
	pthread_mutex_destroy(&image->lock);
	memset(image, 0, sizeof *image);
	image->fd = -1;
}

static void
stop_growing(struct cg_image *image, enum cg_status status)
{
	image->error = errno;
	image->status = status;
	cg_image_header(image)->status = status;
}

cg_ref
cg_image_add_slab(struct cg_image *image, enum cg_img_type type, cg_ref owner)
{
	struct cg_img_header *header = cg_image_header(image);
	struct cg_img_slab *slab;
	cg_ref first = 0;
	uint32_t count;

	pthread_mutex_lock(&image->lock);
	count = atomic_load_explicit(&header->slab_count, memory_order_relaxed);
	if (!image->status && (size_t)(count + 1) * CG_IMG_SLAB > image->mapped) {
		enum cg_status status = grow(image);

		if (status)
			stop_growing(image, status);
	}
	if (!image->status) {
		first = count * CG_IMG_SLAB_UNITS;
		slab = cg_image_at(image->base, first);
		slab->type = type;
		slab->owner = owner;
		atomic_store(&slab->used, 2);
		atomic_store_explicit(&header->slab_count, count + 1, memory_order_release);
	}
	pthread_mutex_unlock(&image->lock);
	return first;
}

cg_ref
cg_image_take(struct cg_image *image, struct cg_slab_cursor *cursor,
              enum cg_img_type type, cg_ref owner, uint32_t units)
{
	cg_ref ref;

	if (cursor->end - cursor->next < units) {
		cg_ref first = cg_image_add_slab(image, type, owner);

		if (!first)
			return 0;
		cursor->next = first + 2;
		cursor->end = first + CG_IMG_SLAB_UNITS;
	}
	ref = cursor->next;
	cursor->next += units;
	return ref;
}

void
cg_image_leave(struct cg_image *image)
{
	if (!image->base)
		return;
	mmap(image->base, image->mapped, PROT_READ | PROT_WRITE,
	     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (image->fd >= 0)
		close(image->fd);
	image->fd = -1;
}
