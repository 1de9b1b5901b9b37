/* Looking at images: what is there is found, what is not is refused. */
#include "image/view.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/alloc.h"
#include "image_maker.h"
#include "tap.h"

static struct maker m;
static struct cg_view view;

static void
good(void)
{
	cg_ref fn = made_function(&m, "f", CG_KIND_COROUTINE), thread = made_thread(&m, 1);
	struct cg_img_function function;
	struct cg_img_thread copy;
	const char *bytes;
	uint32_t length;

	eq(cg_view_init(&view, m.base, m.size), CG_OK, "an image is looked at");
	ok(!view.cut && view.fd < 0, "and is whole");
	ok(cg_view_function(&view, fn, &function) && function.line == 7,
	   "a function is found");
	ok(cg_view_string(&view, function.name, &bytes, &length) && length == 1 &&
	       bytes[0] == 'f',
	   "and its name");
	ok(cg_view_thread(&view, thread, &copy) && copy.id == 1, "a thread is found");
}

static void
bad_references(void)
{
	cg_ref node = made_thread_at(&m, m.slab[CG_IMG_THREADS] + 2)->root;
	struct cg_img_node copy = {.calls = 77};
	uint32_t length;
	const char *bytes;

	ok(cg_view_node(&view, node, &copy), "a root is a node");
	copy.calls = 77;
	ok(!cg_view_node(&view, 0, &copy), "0 is no node");
	ok(!cg_view_node(&view, node + 1, &copy), "nor is the middle of one");
	ok(!cg_view_node(&view, node + 2, &copy), "nor what is not published");
	ok(!cg_view_node(&view, m.slab[CG_IMG_NODES], &copy), "nor a slab's head");
	ok(!cg_view_node(&view, m.slab[CG_IMG_NODES] + 1, &copy), "nor what follows that");
	ok(!cg_view_node(&view, m.slab[CG_IMG_FUNCTIONS] + 2, &copy), "nor a function");
	ok(!cg_view_node(&view, UINT32_MAX, &copy), "nor what is far outside");
	ok(!cg_view_node(&view, 5, &copy), "nor what is in the header's slab");
	eq(copy.calls, 77, "and the result is untouched");
	ok(!cg_view_string(&view, node, &bytes, &length), "a node is no string");
}

static void
bad_slabs(void)
{
	cg_ref text = made_string(&m, "hello");
	struct cg_img_string *string = made_at(&m, text);
	struct cg_img_slab *slab = made_at(&m, m.slab[CG_IMG_STRINGS]);
	struct cg_img_function function;
	const char *bytes;
	uint32_t length, used = atomic_load(&slab->used);

	string->length = UINT32_MAX;
	ok(!cg_view_string(&view, text, &bytes, &length), "a string longer than its slab");
	string->length = CG_IMG_UNIT - 3;
	ok(!cg_view_string(&view, text, &bytes, &length), "one longer than what is published");
	string->length = CG_IMG_UNIT - 4;
	ok(cg_view_string(&view, text, &bytes, &length), "one that just fits is found");
	atomic_store(&slab->used, UINT32_MAX);
	string->length = CG_IMG_SLAB;
	ok(!cg_view_string(&view, text, &bytes, &length), "a slab that claims to be larger");
	atomic_store(&slab->used, used);
	slab->type = 99;
	ok(!cg_view_string(&view, text, &bytes, &length), "a slab of no known type");
	slab->type = CG_IMG_STRINGS;
	slab = made_at(&m, m.slab[CG_IMG_FUNCTIONS]);
	atomic_store(&slab->used, 0);
	ok(!cg_view_function(&view, m.slab[CG_IMG_FUNCTIONS] + 2, &function), "an empty slab");
	atomic_store(&slab->used, 3);
}

static void
tables(void)
{
	struct cg_view_table table;
	struct cg_view_walk walk = {0};
	cg_ref ref, last = 0;
	uint32_t n = 0, wrong = 0;

	for (int i = 0; i < 1200; i++) /* more than two slabs of nodes */
		made_node(&m, 0, 0, 0, 0);
	eq(cg_view_init(&view, m.base, m.size), CG_OK, "looked at again");
	eq(cg_view_table_init(&table, &view, CG_IMG_NODES), CG_OK, "nodes are numbered");
	eq(table.count, 1201, "all of them");
	while ((ref = cg_view_table_next(&table, &walk)) != 0) {
		wrong += cg_view_table_find(&table, ref) != n || ref <= last;
		last = ref;
		n++;
	}
	eq(n, 1201, "the walk meets all");
	eq(wrong, 0, "in order of reference, and each finds its number");
	eq(cg_view_table_find(&table, 0), CG_NONE, "0 has none");
	eq(cg_view_table_find(&table, last + 1), CG_NONE, "nor has the middle of a node");
	eq(cg_view_table_find(&table, last + 2), CG_NONE, "nor what is not published");
	eq(cg_view_table_find(&table, UINT32_MAX), CG_NONE, "nor what is outside");
	made_node(&m, 0, 0, 0, 0);
	eq(cg_view_table_find(&table, last + 2), CG_NONE, "nor what came later");
	cg_view_table_release(&table);
	cg_alloc_fail_at(0);
	eq(cg_view_table_init(&table, &view, CG_IMG_NODES), CG_NOMEM, "no memory");
}

static void
headers(void)
{
	struct cg_img_header *header = made_header(&m), saved = *header;

	eq(cg_view_init(&view, m.base, 0), CG_TRUNCATED, "nothing");
	eq(cg_view_init(&view, m.base, 7), CG_FORMAT, "less than a magic");
	eq(cg_view_init(&view, m.base, 100), CG_TRUNCATED, "less than a header");
	header->magic[7] = '\r';
	eq(cg_view_init(&view, m.base, m.size), CG_FORMAT, "another magic");
	*header = saved;
	header->version = CG_IMG_VERSION + 1;
	eq(cg_view_init(&view, m.base, m.size), CG_UNSUPPORTED, "another version");
	*header = saved;
	header->header_size = 8;
	eq(cg_view_init(&view, m.base, m.size), CG_CORRUPT, "another header");
	*header = saved;
	atomic_store(&header->slab_count, UINT32_MAX);
	eq(cg_view_init(&view, m.base, m.size), CG_OK, "too many slabs");
	ok(view.cut && view.slab_count == MADE_SLABS, "count as far as there are bytes");
	*header = saved;
}

static void
files(void)
{
	const char *path = "test_view.live";
	struct cg_error error = {0};
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	eq(cg_view_open(&view, path, &error), CG_TRUNCATED, "an empty file");
	if (write(fd, m.base, m.size) != (ssize_t)m.size)
		abort();
	eq(cg_view_open(&view, path, &error), CG_OK, "a file");
	ok(!cg_view_is_live(&view), "that nobody locks");
	flock(fd, LOCK_EX);
	ok(cg_view_is_live(&view), "that its writer locks");
	flock(fd, LOCK_UN);
	ok(!cg_view_is_live(&view), "that its writer left");
	cg_view_close(&view);
	if (ftruncate(fd, 3 * CG_IMG_SLAB + 17))
		abort();
	eq(cg_view_open(&view, path, NULL), CG_OK, "a file that was cut");
	ok(view.cut && view.slab_count == 3, "has the slabs that are whole");
	cg_view_close(&view);
	if (pwrite(fd, "text", 4, 0) != 4)
		abort();
	eq(cg_view_open(&view, path, &error), CG_FORMAT, "another file");
	ok(error.status == CG_FORMAT && error.offset == 0 && error.text[0], "and says so");
	close(fd);
	unlink(path);
	errno = 0;
	eq(cg_view_open(&view, path, &error), CG_IO, "no file");
	eq(errno, ENOENT, "with the reason");
	eq(cg_view_open(&view, ".", &error), CG_IO, "a directory");
	eq(cg_view_open(&view, "/dev/null", &error), CG_FORMAT, "a device");
}

int
main(void)
{
	maker_init(&m);
	good();
	bad_references();
	bad_slabs();
	tables();
	headers();
	files();
	maker_release(&m);
	return done();
}
