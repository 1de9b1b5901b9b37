/* The memory of an image: growing without moving, its file, its limits, a forked child. */
#include "image/map.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[] = "image_map-XXXXXX";

static void
no_file(void)
{
	int fd = mkstemp(path);

	if (fd >= 0)
		close(fd);
	unlink(path);
}

static bool
is_header_good(const struct cg_image *image)
{
	const struct cg_img_header *header = cg_image_header(image);

	return memcmp(header->magic, CG_IMG_MAGIC, 8) == 0 &&
	       header->version == CG_IMG_VERSION && header->header_size == sizeof *header &&
	       header->pid == (uint32_t)getpid() && atomic_load(&header->slab_count) == 1;
}

/* Slabs of every type, far past the first growth, each marked and found again. */
static void
grow(struct cg_image *image)
{
	const uint8_t *base = image->base;
	bool good = true;
	cg_ref refs[200];

	for (unsigned i = 0; i < 200; i++) {
		refs[i] = cg_image_add_slab(image, (enum cg_img_type)(i % 5 + 1), i);
		good &= refs[i] != 0 && refs[i] % CG_IMG_SLAB_UNITS == 0;
		memset((uint8_t *)cg_image_at(base, refs[i]) + 128, (int)i, CG_IMG_SLAB - 128);
	}
	for (unsigned i = 0; i < 200; i++) {
		const struct cg_img_slab *slab = cg_image_slab_of(base, refs[i] + 700);
		const uint8_t *bytes = cg_image_at(base, refs[i]);

		good &= slab->type == i % 5 + 1 && slab->owner == i;
		good &= atomic_load(&slab->used) == 2 && bytes[CG_IMG_SLAB - 1] == (uint8_t)i;
	}
	ok(good && image->base == base, "slabs are added and nothing moves");
	eq(atomic_load(&cg_image_header(image)->slab_count), 201, "all are counted");
	ok(image->mapped >= (size_t)201 * CG_IMG_SLAB && image->mapped <= image->reserved,
	   "what is used is mapped");
}

static void
take(struct cg_image *image)
{
	struct cg_slab_cursor cursor = {0};
	cg_ref first = cg_image_take(image, &cursor, CG_IMG_NODES, 9, 2), next = first;
	bool good = first % CG_IMG_SLAB_UNITS == 2;
	unsigned n = 1;

	cg_image_publish(image->base, first, 2);
	eq(atomic_load(&cg_image_slab_of(image->base, first)->used), 4, "published");
	while (next - first < CG_IMG_SLAB_UNITS && n < 2000) {
		cg_ref ref = cg_image_take(image, &cursor, CG_IMG_NODES, 9, 2);

		good &= ref == next + 2 || ref % CG_IMG_SLAB_UNITS == 2;
		next = ref;
		n++;
	}
	ok(good, "records follow one another, then a new slab begins");
	eq(n, (CG_IMG_SLAB_UNITS - 2) / 2 + 1, "a slab is full");
}

static void
in_memory(void)
{
	struct cg_image image;

	ok(cg_image_create(&image, NULL) == CG_OK, "an image in memory");
	ok(is_header_good(&image) && image.fd == -1, "with its header");
	grow(&image);
	take(&image);
	cg_image_release(&image);
	ok(!image.base, "released");
	cg_image_release(&image);
}

static void
in_a_file(void)
{
	struct cg_image image, other;
	struct stat st;

	no_file();
	ok(cg_image_create(&image, path) == CG_OK, "an image in a file");
	ok(is_header_good(&image), "with its header");
	ok(cg_image_create(&other, path) == CG_IO && errno == EEXIST, "a file that exists");
	grow(&image);
	ok(stat(path, &st) == 0 && (size_t)st.st_size == image.mapped, "the file grows along");
	eq(st.st_mode & 0777, 0600, "for its owner only");
	cg_image_release(&image);
	ok(access(path, F_OK) == 0, "the file stays");
	unlink(path);
	ok(cg_image_create(&image, "no/such/folder/image") == CG_IO && errno == ENOENT,
	   "a folder that is not there");
}

/* Child: what happens when files may not grow beyond `limit` bytes. Its exit status. */
static int
with_limit(rlim_t limit)
{
	struct rlimit files = {limit, limit};
	struct cg_image image;
	enum cg_status status;
	int added = 0;

	signal(SIGXFSZ, SIG_DFL); /* which would end us */
	setrlimit(RLIMIT_FSIZE, &files);
	status = cg_image_create(&image, path);
	if (status)
		return status == CG_IO && access(path, F_OK) != 0 ? 100 : 101;
	while (added < 99 && cg_image_add_slab(&image, CG_IMG_NODES, 0))
		added++;
	if (image.status != CG_IO || cg_image_header(&image)->status != CG_IO)
		return 102;
	if (cg_image_add_slab(&image, CG_IMG_NODES, 0) || image.error == 0)
		return 103;
	cg_image_release(&image);
	return added;
}

static int
in_child(int (*run)(rlim_t), rlim_t limit)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(run(limit));
	waitpid(pid, &status, 0);
	unlink(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
full_disk(void)
{
	no_file();
	eq(in_child(with_limit, 1000), 100, "no room at all: no image, no file left behind");
	eq(in_child(with_limit, 1 << 20), 15,
	   "room for the first growth alone: then it says why");
}

static void
forked(void)
{
	struct cg_image image;
	int status = 1;
	pid_t pid;

	no_file();
	ok(cg_image_create(&image, path) == CG_OK, "an image to fork with");
	memset(image.base + CG_IMG_SLAB, 7, 64);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		bool blank;

		cg_image_leave(&image);
		blank = image.base[CG_IMG_SLAB] == 0 && image.fd == -1;
		memset(image.base, 1, image.mapped);
		_exit(blank ? 0 : 2);
	}
	waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	   "a child gets memory of its own there");
	ok(is_header_good(&image) && image.base[CG_IMG_SLAB] == 7, "its parent's stays whole");
	cg_image_release(&image);
	unlink(path);
}

int
main(void)
{
	in_memory();
	in_a_file();
	full_disk();
	forked();
	return done();
}
