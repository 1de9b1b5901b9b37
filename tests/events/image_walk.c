/* Walking an image without the collector's private maps: slab by slab. */
#include "image_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cg_ref
walk_next(struct walk *walk)
{
	uint32_t count = atomic_load(&cg_image_header(walk->image)->slab_count);

	for (;; walk->slab++, walk->unit = 0) {
		cg_ref first = walk->slab * CG_IMG_SLAB_UNITS;
		const struct cg_img_slab *slab = cg_image_at(walk->image->base, first);

		if (walk->slab >= count)
			return 0;
		if (walk->slab == 0 || slab->type != walk->type)
			continue;
		if (walk->unit == 0)
			walk->unit = 2;
		if (walk->unit + walk->units <= atomic_load(&slab->used)) {
			walk->unit += walk->units;
			return first + walk->unit - walk->units;
		}
	}
}

static cg_ref
owner(const struct cg_image *image, cg_ref ref)
{
	return cg_image_slab_of(image->base, ref)->owner;
}

uint32_t
node_thread(const struct cg_image *image, cg_ref node)
{
	return ((const struct cg_img_thread *)cg_image_at(image->base, owner(image, node)))->id;
}

static const struct cg_img_string *
name_of(const struct cg_image *image, cg_ref node)
{
	const struct cg_img_function *f =
		cg_image_at(image->base, node_of(image, node)->function);

	return cg_image_at(image->base, f->name);
}

bool
node_is_named(const struct cg_image *image, cg_ref node, const char *name, size_t length)
{
	const struct cg_img_string *s;

	if (!node || !node_of(image, node)->function)
		return length == 1 && *name == '-';
	s = name_of(image, node);
	return s->length == length && memcmp(s->bytes, name, length) == 0;
}

static cg_ref
thread_root(const struct cg_image *image, uint32_t id)
{
	struct walk walk = {image, CG_IMG_THREADS, 4, 0, 0};
	cg_ref ref;

	while ((ref = walk_next(&walk))) {
		const struct cg_img_thread *th = cg_image_at(image->base, ref);

		if (th->id == id)
			return th->root;
	}
	return 0;
}

/* One step of a path. */
struct step {
	cg_ref parent;
	enum cg_edge_kind edge;
	const char *name, *creator; /* creator: NULL when any will do */
	size_t length, creator_length;
};

static cg_ref
child_at(const struct cg_image *image, const struct step *step)
{
	struct walk walk = {image, CG_IMG_NODES, 2, 0, 0};
	cg_ref ref;

	while ((ref = walk_next(&walk))) {
		const struct cg_img_node *node = node_of(image, ref);

		if (node->parent != step->parent || node->edge != step->edge || !node->function ||
		    !node_is_named(image, ref, step->name, step->length))
			continue;
		if (!step->creator ||
		    node_is_named(image, node->origin, step->creator, step->creator_length))
			return ref;
	}
	return 0;
}

cg_ref
node_at(const struct cg_image *image, const char *path)
{
	static const char edges[] = "/~+";
	char *rest;
	cg_ref root = thread_root(image, (uint32_t)strtoul(path, &rest, 10));
	cg_ref ref = root;

	while (ref && *rest) {
		struct step step = {.edge = (enum cg_edge_kind)(strchr(edges, *rest) - edges)};

		step.parent = step.edge == CG_EDGE_SPAWN ? root : ref;
		step.name = ++rest;
		step.length = strcspn(rest, "/~+@");
		rest += step.length;
		if (*rest == '@') {
			step.creator = ++rest;
			step.creator_length = strcspn(rest, "/~+");
			rest += step.creator_length;
		}
		ref = child_at(image, &step);
	}
	return ref;
}

static size_t
put_name(const struct cg_image *image, cg_ref node, char *out, size_t size)
{
	const struct cg_img_string *s = name_of(image, node);
	int n = snprintf(out, size, "%.*s", (int)s->length, s->bytes);

	return (size_t)n < size ? (size_t)n : size - 1;
}

void
node_path(const struct cg_image *image, cg_ref node, char *out, size_t size)
{
	static const char edges[] = "/~+";
	cg_ref line[64];
	size_t depth = 0, used;

	for (cg_ref at = node; at && depth < 64; at = node_of(image, at)->parent)
		line[depth++] = at;
	used = (size_t)snprintf(out, size, "%u", node_thread(image, node));
	while (depth-- > 0 && used + 2 < size) {
		const struct cg_img_node *at = node_of(image, line[depth]);

		if (!at->function)
			continue;
		out[used++] = edges[at->edge];
		used += put_name(image, line[depth], out + used, size - used);
		if (at->edge == CG_EDGE_SPAWN && at->origin && used + 2 < size) {
			out[used++] = '@';
			used += put_name(image, at->origin, out + used, size - used);
		}
	}
}
