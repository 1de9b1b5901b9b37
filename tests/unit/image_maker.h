/*
 * Images for tests, made by hand in memory: a header, slabs, and records that the test
 * fills itself. Ticks are nanoseconds: the clock starts at MADE_START and runs at rate 1.
 */
#ifndef CG_IMAGE_MAKER_H
#define CG_IMAGE_MAKER_H
#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "corograph.h"

#ifndef MADE_SLABS
#define MADE_SLABS 64
#endif
enum { MADE_START = 1000000 };

struct maker {
	uint8_t *base;
	size_t size;
	cg_ref slab[CG_IMG_TYPES]; /* the last one of each type */
};

static inline struct cg_img_header *
made_header(const struct maker *m)
{
	return (void *)m->base;
}

static inline void *
made_at(const struct maker *m, cg_ref ref)
{
	return m->base + (size_t)ref * CG_IMG_UNIT;
}

static inline void
maker_init(struct maker *m)
{
	struct cg_img_header *header;

	*m = (struct maker){.size = (size_t)MADE_SLABS * CG_IMG_SLAB};
	m->base = aligned_alloc(CG_IMG_SLAB, m->size);
	if (!m->base)
		abort();
	memset(m->base, 0, m->size);
	header = made_header(m);
	memcpy(header->magic, CG_IMG_MAGIC, sizeof header->magic);
	header->version = CG_IMG_VERSION;
	header->header_size = sizeof *header;
	header->pid = 4242;
	header->clock_kind = CG_CLOCK_MADE_UP;
	atomic_store(&header->slab_count, 1);
	atomic_store(&header->state, CG_IMG_RECORDING);
	header->start = (struct cg_clock_pair){MADE_START, MADE_START, MADE_START};
	header->latest = header->start;
}

static inline void
maker_release(struct maker *m)
{
	free(m->base);
}

/* A new slab of a type. */
static inline cg_ref
made_slab(struct maker *m, enum cg_img_type type, cg_ref owner)
{
	uint32_t count = atomic_load(&made_header(m)->slab_count);
	struct cg_img_slab *slab = (void *)(m->base + (size_t)count * CG_IMG_SLAB);

	if (count == MADE_SLABS)
		abort();
	slab->type = type;
	slab->owner = owner;
	atomic_store(&slab->used, 2);
	atomic_store(&made_header(m)->slab_count, count + 1);
	m->slab[type] = count * CG_IMG_SLAB_UNITS;
	return m->slab[type];
}

/* A new record of a type, zeroed and published. */
static inline cg_ref
made(struct maker *m, enum cg_img_type type, uint32_t units)
{
	struct cg_img_slab *slab;
	uint32_t used;

	if (!m->slab[type])
		made_slab(m, type, 0);
	slab = made_at(m, m->slab[type]);
	if (atomic_load(&slab->used) + units > CG_IMG_SLAB_UNITS)
		slab = made_at(m, made_slab(m, type, 0));
	used = atomic_load(&slab->used);
	atomic_store(&slab->used, used + units);
	return m->slab[type] + used;
}

static inline cg_ref
made_bytes(struct maker *m, const char *bytes, uint32_t n)
{
	cg_ref ref = made(m, CG_IMG_STRINGS, (n + 4 + CG_IMG_UNIT - 1) / CG_IMG_UNIT);
	struct cg_img_string *string = made_at(m, ref);

	string->length = n;
	memcpy(string->bytes, bytes, n);
	return ref;
}

static inline cg_ref
made_string(struct maker *m, const char *text)
{
	return made_bytes(m, text, (uint32_t)strlen(text));
}

static inline cg_ref
made_function(struct maker *m, const char *name, enum cg_kind kind)
{
	cg_ref ref = made(m, CG_IMG_FUNCTIONS, 1);
	struct cg_img_function *function = made_at(m, ref);

	function->name = made_string(m, name);
	function->file = kind == CG_KIND_BUILTIN ? 0 : made_string(m, "app.py");
	function->line = kind == CG_KIND_BUILTIN ? 0 : 7;
	function->kind = kind;
	return ref;
}

static inline struct cg_img_node *
made_node_at(const struct maker *m, cg_ref ref)
{
	return made_at(m, ref);
}

static inline cg_ref
made_node(struct maker *m, cg_ref parent, cg_ref function, uint64_t calls, uint64_t run)
{
	cg_ref ref = made(m, CG_IMG_NODES, 2);
	struct cg_img_node *node = made_at(m, ref);

	node->parent = parent;
	node->function = function;
	node->calls = calls;
	node->run = run;
	return ref;
}

/* A thread with its root, an empty stack and no time. */
static inline cg_ref
made_thread(struct maker *m, uint32_t id)
{
	cg_ref ref = made(m, CG_IMG_THREADS, 4);
	struct cg_img_thread *thread = made_at(m, ref);

	thread->id = id;
	thread->live = 1;
	thread->root = made_node(m, 0, 0, 0, 0);
	thread->current = thread->root;
	thread->native_id = 4242 + id;
	thread->count = 1;
	thread->first = thread->last = MADE_START;
	return ref;
}

static inline struct cg_img_thread *
made_thread_at(const struct maker *m, cg_ref ref)
{
	return made_at(m, ref);
}

static inline cg_ref
made_activation(struct maker *m, cg_ref node, enum cg_act_state state)
{
	cg_ref ref = made(m, CG_IMG_ACTIVATIONS, 2);
	struct cg_img_activation *act = made_at(m, ref);

	act->node = act->start_node = node;
	act->state = (uint8_t)state;
	return ref;
}

static inline struct cg_img_activation *
made_activation_at(const struct maker *m, cg_ref ref)
{
	return made_at(m, ref);
}
#endif
