/*
 * Functions and their texts, each kept once.
 *
 * The idea to know: a key (an address) lives as long as its code object, a function for
 * ever. Code that is made again and again under one name costs one function.
 */
#include "collector/collector.h"

#include "collector/thread.h"

#include <string.h>

static uint64_t
hash_bytes(uint64_t h, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001B3);
	return h ^ h >> 29;
}

/* At most CG_IMG_STRING_MAX bytes, not ending inside a UTF-8 sequence. */
static struct cg_text
cut(struct cg_text text)
{
	if (text.length > CG_IMG_STRING_MAX) {
		text.length = CG_IMG_STRING_MAX;
		while (text.length > 0 && (text.bytes[text.length] & 0xc0) == 0x80)
			text.length--;
	}
	return text;
}

static cg_ref
add_string(struct cg_collector *c, struct cg_text text)
{
	uint32_t size = (uint32_t)(sizeof(struct cg_img_string) + text.length);
	uint32_t units = (size + CG_IMG_UNIT - 1) / CG_IMG_UNIT;
	cg_ref ref = cg_image_take(&c->image, &c->string_slabs, CG_IMG_STRINGS, 0, units);
	struct cg_img_string *string;

	if (!ref)
		return 0;
	string = cg_image_at(c->image.base, ref);
	string->length = (uint32_t)text.length;
	if (text.length)
		memcpy(string->bytes, text.bytes, text.length);
	cg_image_publish(c->image.base, ref, units);
	return ref;
}

static bool
string_is(const struct cg_collector *c, cg_ref ref, struct cg_text text)
{
	const struct cg_img_string *string = cg_image_at(c->image.base, ref);

	return string->length == text.length &&
	       (text.length == 0 || memcmp(string->bytes, text.bytes, text.length) == 0);
}

static cg_ref
intern(struct cg_collector *c, struct cg_text text)
{
	uint64_t h;
	uint32_t same_hash = 0;
	cg_ref ref;

	text = cut(text);
	h = hash_bytes(UINT64_C(0xCBF29CE484222325), text.bytes, text.length);
	while ((ref = cg_map_get(&c->strings, h, same_hash)) && !string_is(c, ref, text))
		same_hash++;
	if (ref)
		return ref;
	ref = add_string(c, text);
	if (ref)
		(void)cg_map_put(&c->strings, h, same_hash, ref); /* else found twice: no harm */
	return ref;
}

cg_ref
cg_collector_intern(struct cg_collector *c, struct cg_text text)
{
	cg_ref ref;

	cg_collector_lock(c);
	ref = intern(c, text);
	cg_collector_unlock(c);
	return ref;
}

static bool
function_is(const struct cg_collector *c, cg_ref ref, const struct cg_img_function *f)
{
	const struct cg_img_function *g = cg_image_at(c->image.base, ref);

	return g->name == f->name && g->file == f->file && g->line == f->line &&
	       g->kind == f->kind;
}

static cg_ref
intern_function(struct cg_collector *c, const struct cg_img_function *f)
{
	uint64_t h = (uint64_t)f->name << 32 ^ (uint64_t)f->file << 8 ^ f->kind ^
	             (uint64_t)f->line << 20;
	uint32_t same_hash = 0;
	cg_ref ref;

	while ((ref = cg_map_get(&c->functions, h, same_hash)) && !function_is(c, ref, f))
		same_hash++;
	if (ref)
		return ref;
	ref = cg_image_take(&c->image, &c->function_slabs, CG_IMG_FUNCTIONS, 0, 1);
	if (!ref)
		return 0;
	*(struct cg_img_function *)cg_image_at(c->image.base, ref) = *f;
	cg_image_publish(c->image.base, ref, 1);
	(void)cg_map_put(&c->functions, h, same_hash, ref);
	return ref;
}

/* The function so described, now also known by that key; 0: no room. */
static cg_ref
add_key(struct cg_collector *c, uint64_t key, const struct cg_function_info *info)
{
	struct cg_img_function f = {0};
	cg_ref ref;

	f.name = intern(c, info->name);
	f.file = intern(c, info->file);
	f.module = info->module.length ? intern(c, info->module) : 0;
	f.line = info->line;
	f.kind = info->kind;
	f.flags = info->flags;
	if (!f.name || !f.file)
		return 0;
	ref = intern_function(c, &f);
	if (ref && cg_map_put(&c->keys, key, 0, ref))
		return 0;
	return ref;
}

cg_ref
cg_collector_find_function(struct cg_collector *c, uint64_t key)
{
	cg_ref ref;

	cg_collector_lock(c);
	ref = cg_map_get(&c->keys, key, 0);
	cg_collector_unlock(c);
	return ref;
}

cg_ref
cg_collector_function(struct cg_collector *c, uint64_t key)
{
	struct cg_function_info info = {0};
	cg_ref ref = cg_collector_find_function(c, key);

	if (ref || !c->ops.describe(c->ops.arg, key, &info))
		return ref;
	cg_collector_lock(c);
	ref = add_key(c, key, &info);
	cg_collector_unlock(c);
	return ref;
}

void
cg_collector_forget(struct cg_collector *c, uint64_t key)
{
	const uint8_t *base = c->image.base;
	struct cg_img_node *node;
	struct cg_img_function *f;
	cg_ref function;

	cg_collector_lock(c);
	function = cg_map_get(&c->keys, key, 0);
	if (function) {
		cg_map_remove(&c->keys, key, 0);
		f = cg_image_at(base, function);
		for (cg_ref ref = f->nodes; ref; ref = node->next_of_function) {
			node = cg_image_at(base, ref);
			cg_thread_forget(c, ref, node, key);
		}
		atomic_fetch_add(&c->deaths, 1);
	}
	cg_collector_unlock(c);
}
