/*
 * Strings on their way into records.
 *
 * Names come from programs and may hold anything; viewers choke on control characters and
 * on bytes that are not UTF-8. They are made visible here, once, so that nobody after this
 * has to think of them.
 */
#include "trace/strings.h"

#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "trace/format.h"

enum { FIRST_BUCKETS = 256 };

enum cg_status
cg_strings_init(struct cg_strings *strings)
{
	enum cg_status status;

	*strings = (struct cg_strings){0};
	cg_buffer_init(&strings->scratch);
	status = cg_strings_append(strings, "", 0);
	if (status)
		cg_strings_release(strings);
	return status;
}

void
cg_strings_release(struct cg_strings *strings)
{
	cg_arena_release(&strings->arena);
	cg_buffer_release(&strings->scratch);
	cg_free(strings->items);
	cg_free(strings->buckets);
	*strings = (struct cg_strings){0};
}

enum cg_status
cg_strings_append(struct cg_strings *strings, const char *bytes, size_t n)
{
	enum cg_status status;
	char *copy;

	if (n > CG_TRACE_STRING_MAX || strings->count >= CG_TRACE_STRINGS_MAX)
		return CG_LIMIT;
	status = cg_grow(&strings->items, &strings->cap, (size_t)strings->count + 1,
	                 sizeof *strings->items);
	if (status)
		return status;
	copy = cg_arena_take(&strings->arena, n + 1);
	if (!copy)
		return CG_NOMEM;
	memcpy(copy, bytes, n);
	copy[n] = '\0';
	strings->items[strings->count++] = (struct cg_rec_string){copy, (uint32_t)n};
	return CG_OK;
}

static void
put_visible(struct cg_buffer *out, const uint8_t *in, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cg_buffer_printf(out, "\\x%02x", in[i]);
}

static void
make_clean(struct cg_buffer *out, const uint8_t *in, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t code = 0;
		size_t used = cg_utf8_get(in + i, n - i, &code);

		if (used && cg_utf8_is_clean((const char *)in + i, used))
			cg_buffer_put(out, in + i, used);
		else
			put_visible(out, in + i, used ? used : 1);
		i += used ? used : 1;
	}
}

/* FNV-1a. */
static size_t
hash(const char *bytes, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)bytes[i]) * 0x100000001b3u;
	return (size_t)(h ^ h >> 32);
}

/* The bucket that a text has, or the free one that it may take. */
static uint32_t *
find_bucket(const struct cg_strings *strings, const char *bytes, size_t n)
{
	size_t mask = strings->bucket_count - 1;

	for (size_t at = hash(bytes, n);; at++) {
		uint32_t *bucket = &strings->buckets[at & mask];
		const struct cg_rec_string *held = &strings->items[*bucket ? *bucket - 1 : 0];

		if (!*bucket || (held->length == n && memcmp(held->bytes, bytes, n) == 0))
			return bucket;
	}
}

static enum cg_status
grow_buckets(struct cg_strings *strings)
{
	size_t count = strings->bucket_count ? strings->bucket_count * 2 : FIRST_BUCKETS;
	uint32_t *old = strings->buckets;

	if (((size_t)strings->count + 1) * 2 <= strings->bucket_count)
		return CG_OK;
	strings->buckets = cg_zalloc(count, sizeof *strings->buckets);
	if (!strings->buckets) {
		strings->buckets = old;
		return CG_NOMEM;
	}
	strings->bucket_count = count;
	cg_free(old);
	for (uint32_t i = 0; i < strings->count; i++)
		*find_bucket(strings, strings->items[i].bytes, strings->items[i].length) = i + 1;
	return CG_OK;
}

enum cg_status
cg_strings_add(struct cg_strings *strings, const char *bytes, size_t n, uint32_t *index)
{
	enum cg_status status = grow_buckets(strings);
	uint32_t *bucket;

	if (status)
		return status;
	if (!cg_utf8_is_clean(bytes, n)) {
		cg_buffer_clear(&strings->scratch);
		make_clean(&strings->scratch, (const uint8_t *)bytes, n);
		if (strings->scratch.status)
			return strings->scratch.status;
		bytes = (const char *)strings->scratch.data;
		n = strings->scratch.len;
	}
	bucket = find_bucket(strings, bytes, n);
	if (!*bucket) {
		status = cg_strings_append(strings, bytes, n);
		if (status)
			return status;
		*bucket = strings->count;
	}
	*index = *bucket - 1;
	return CG_OK;
}

void
cg_strings_give(struct cg_strings *strings, struct cg_records *records)
{
	records->strings = strings->items;
	records->string_count = strings->count;
	records->arena = strings->arena.blocks;
	strings->items = NULL;
	strings->arena.blocks = NULL;
	cg_strings_release(strings);
}
