/*
 * Looking at an image without trusting it.
 *
 * The idea to know: what the image says is read once, checked, and used from the copy. A
 * file that changes under our eyes can give other numbers, never another address.
 */
#include "image/view.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/error.h"

enum { FIRST_UNIT = 2 };

/* Units of one record; strings have as many as they need. */
static const uint8_t units_of[CG_IMG_TYPES] = {
	[CG_IMG_FUNCTIONS] = sizeof(struct cg_img_function) / CG_IMG_UNIT,
	[CG_IMG_NODES] = sizeof(struct cg_img_node) / CG_IMG_UNIT,
	[CG_IMG_ACTIVATIONS] = sizeof(struct cg_img_activation) / CG_IMG_UNIT,
	[CG_IMG_THREADS] = sizeof(struct cg_img_thread) / CG_IMG_UNIT,
	[CG_IMG_SPAWNS] = sizeof(struct cg_img_spawn) / CG_IMG_UNIT,
	[CG_IMG_HOLDS] = sizeof(struct cg_img_hold) / CG_IMG_UNIT,
	[CG_IMG_TASKS] = sizeof(struct cg_img_task) / CG_IMG_UNIT,
	[CG_IMG_STACKS] = sizeof(struct cg_img_stack) / CG_IMG_UNIT,
};

static enum cg_status
check_header(const uint8_t *base, size_t size)
{
	const struct cg_img_header *header = (const void *)base;

	if (size < sizeof header->magic)
		return size ? CG_FORMAT : CG_TRUNCATED;
	if (memcmp(base, CG_IMG_MAGIC, sizeof header->magic) != 0)
		return CG_FORMAT;
	if (size < sizeof *header)
		return CG_TRUNCATED;
	if (header->version != CG_IMG_VERSION)
		return CG_UNSUPPORTED;
	return header->header_size == sizeof *header ? CG_OK : CG_CORRUPT;
}

enum cg_status
cg_view_init(struct cg_view *view, const void *base, size_t size)
{
	enum cg_status status = check_header(base, size);
	uint32_t count;

	if (status)
		return status;
	*view = (struct cg_view){.base = base, .size = size, .fd = -1};
	count = atomic_load_explicit(&cg_view_header(view)->slab_count, memory_order_acquire);
	view->cut = count > size / CG_IMG_SLAB;
	view->slab_count = view->cut ? (uint32_t)(size / CG_IMG_SLAB) : count;
	return CG_OK;
}

static enum cg_status
map_file(int fd, void **base, size_t *size)
{
	struct stat st;
	void *at;

	if (fstat(fd, &st))
		return CG_IO;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return CG_IO;
	}
	if (!S_ISREG(st.st_mode))
		return CG_FORMAT;
	if (st.st_size == 0)
		return CG_TRUNCATED;
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return CG_IO;
	*base = at;
	*size = (size_t)st.st_size;
	return CG_OK;
}

static const char *
reason(enum cg_status status)
{
	switch (status) {
	case CG_IO:
		return strerror(errno);
	case CG_FORMAT:
		return "not an image of a recording";
	case CG_TRUNCATED:
		return "the image ends within its header";
	case CG_UNSUPPORTED:
		return "an image of another version: read it with that version";
	default:
		return "the image's header is damaged";
	}
}

enum cg_status
cg_view_open(struct cg_view *view, const char *path, struct cg_error *error)
{
	enum cg_status status;
	struct cg_view made;
	void *base = NULL;
	size_t size = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return cg_error_set(error, CG_IO, CG_NO_OFFSET, "%s", strerror(errno));
	status = map_file(fd, &base, &size);
	if (!status)
		status = cg_view_init(&made, base, size);
	if (status) {
		cg_error_set(error, status, status == CG_IO ? CG_NO_OFFSET : 0, "%s",
		             reason(status));
		if (base)
			munmap(base, size);
		close(fd);
		return status;
	}
	made.fd = fd;
	*view = made;
	return CG_OK;
}

void
cg_view_close(struct cg_view *view)
{
	munmap((void *)(uintptr_t)view->base, view->size);
	close(view->fd);
	view->fd = -1;
}

bool
cg_view_is_live(const struct cg_view *view)
{
	if (view->fd < 0)
		return false;
	if (flock(view->fd, LOCK_SH | LOCK_NB))
		return errno == EWOULDBLOCK;
	flock(view->fd, LOCK_UN);
	return false;
}

const struct cg_img_header *
cg_view_header(const struct cg_view *view)
{
	return (const void *)view->base;
}

static const struct cg_img_slab *
slab_at(const struct cg_view *view, uint32_t slab)
{
	return (const void *)(view->base + (size_t)slab * CG_IMG_SLAB);
}

/* Units published in a slab, whatever it says. */
static uint32_t
slab_used(const struct cg_img_slab *slab)
{
	uint32_t used = atomic_load_explicit(&slab->used, memory_order_acquire);

	if (used > CG_IMG_SLAB_UNITS)
		return CG_IMG_SLAB_UNITS;
	return used < FIRST_UNIT ? FIRST_UNIT : used;
}

/* The type of a slab; CG_IMG_FREE for slab 0, which is the header's. */
static uint32_t
slab_type(const struct cg_view *view, uint32_t slab)
{
	if (slab == 0 || slab >= view->slab_count)
		return CG_IMG_FREE;
	return __atomic_load_n(&slab_at(view, slab)->type, __ATOMIC_RELAXED);
}

/* Where the record is that ref names, and the units from there to the end of its slab. */
static const void *
find(const struct cg_view *view, cg_ref ref, enum cg_img_type type, uint32_t *left)
{
	uint32_t slab = ref / CG_IMG_SLAB_UNITS, unit = ref % CG_IMG_SLAB_UNITS, used;

	if (slab_type(view, slab) != (uint32_t)type || unit < FIRST_UNIT)
		return NULL;
	used = slab_used(slab_at(view, slab));
	if (unit >= used)
		return NULL;
	*left = used - unit;
	return view->base + (size_t)ref * CG_IMG_UNIT;
}

bool
cg_view_record(const struct cg_view *view, enum cg_img_type type, cg_ref ref, void *out)
{
	uint32_t units = units_of[type], left = 0;
	const uint64_t *at = find(view, ref, type, &left);
	uint64_t words[4 * CG_IMG_UNIT / sizeof *at];
	size_t n = units * CG_IMG_UNIT / sizeof *at;

	if (!at || left < units || (ref % CG_IMG_SLAB_UNITS - FIRST_UNIT) % units != 0)
		return false;
	for (size_t i = 0; i < n; i++)
		words[i] = __atomic_load_n(&at[i], __ATOMIC_RELAXED);
	memcpy(out, words, n * sizeof *words);
	return true;
}

bool
cg_view_function(const struct cg_view *view, cg_ref ref, struct cg_img_function *out)
{
	return cg_view_record(view, CG_IMG_FUNCTIONS, ref, out);
}

bool
cg_view_node(const struct cg_view *view, cg_ref ref, struct cg_img_node *out)
{
	return cg_view_record(view, CG_IMG_NODES, ref, out);
}

bool
cg_view_activation(const struct cg_view *view, cg_ref ref, struct cg_img_activation *out)
{
	return cg_view_record(view, CG_IMG_ACTIVATIONS, ref, out);
}

bool
cg_view_thread(const struct cg_view *view, cg_ref ref, struct cg_img_thread *out)
{
	return cg_view_record(view, CG_IMG_THREADS, ref, out);
}

bool
cg_view_spawn(const struct cg_view *view, cg_ref ref, struct cg_img_spawn *out)
{
	return cg_view_record(view, CG_IMG_SPAWNS, ref, out);
}

bool
cg_view_string(const struct cg_view *view, cg_ref ref, const char **bytes,
               uint32_t *length)
{
	uint32_t left = 0, n;
	const struct cg_img_string *string = find(view, ref, CG_IMG_STRINGS, &left);

	if (!string)
		return false;
	n = __atomic_load_n(&string->length, __ATOMIC_RELAXED);
	if (n > left * CG_IMG_UNIT - sizeof *string)
		return false;
	*bytes = string->bytes;
	*length = n;
	return true;
}

enum cg_status
cg_view_table_init(struct cg_view_table *table, const struct cg_view *view,
                   enum cg_img_type type)
{
	uint32_t *first = cg_zalloc((size_t)view->slab_count + 1, sizeof *first);
	uint32_t count = 0;

	if (!first)
		return CG_NOMEM;
	for (uint32_t slab = 0; slab < view->slab_count; slab++) {
		first[slab] = count;
		if (slab_type(view, slab) == (uint32_t)type)
			count += (slab_used(slab_at(view, slab)) - FIRST_UNIT) / units_of[type];
	}
	first[view->slab_count] = count;
	*table = (struct cg_view_table){first, view->slab_count, units_of[type], count};
	return CG_OK;
}

void
cg_view_table_release(struct cg_view_table *table)
{
	cg_free(table->first);
	*table = (struct cg_view_table){0};
}

uint32_t
cg_view_table_find(const struct cg_view_table *table, cg_ref ref)
{
	uint32_t slab = ref / CG_IMG_SLAB_UNITS, unit = ref % CG_IMG_SLAB_UNITS;
	uint32_t row;

	if (slab >= table->slab_count || unit < FIRST_UNIT)
		return CG_NONE;
	row = (unit - FIRST_UNIT) / table->units;
	if ((unit - FIRST_UNIT) % table->units != 0 ||
	    row >= table->first[slab + 1] - table->first[slab])
		return CG_NONE;
	return table->first[slab] + row;
}

cg_ref
cg_view_table_next(const struct cg_view_table *table, struct cg_view_walk *walk)
{
	while (walk->slab < table->slab_count) {
		if (walk->row < table->first[walk->slab + 1] - table->first[walk->slab])
			return walk->slab * CG_IMG_SLAB_UNITS + FIRST_UNIT +
			       walk->row++ * table->units;
		walk->slab++;
		walk->row = 0;
	}
	return 0;
}
