/* Interned strings: one block of bytes, and a hash table of ids over it. */
#include "intern.h"
#include "hash.h"
#include "memory.h"

#include <string.h>

enum { FIRST_SLOTS = 64 };

void
cg_intern_init(struct cg_intern *strings)
{
	*strings = (struct cg_intern){0};
}

void
cg_intern_release(struct cg_intern *strings)
{
	cg_memory_free(strings->bytes);
	cg_memory_free(strings->at);
	cg_memory_free(strings->slots);
	cg_intern_init(strings);
}

/* The slot of `text`, or the empty one where it belongs. */
static uint32_t *
slot_find(const struct cg_intern *s, const char *text)
{
	uint32_t mask = s->slot_count - 1;
	uint32_t i = (uint32_t)cg_hash_text(text) & mask;

	while (s->slots[i] && strcmp(cg_intern_get(s, s->slots[i] - 1), text) != 0)
		i = (i + 1) & mask;
	return &s->slots[i];
}

static enum cg_status
slots_make(struct cg_intern *s, uint32_t want)
{
	uint32_t *old = s->slots;
	uint32_t *slots = cg_memory_array(want, sizeof(*slots));

	if (!slots)
		return CG_NOMEM;
	s->slots = slots;
	s->slot_count = want;
	for (uint32_t id = 0; id < s->count; id++)
		*slot_find(s, cg_intern_get(s, id)) = 1 + id;
	cg_memory_free(old);
	return CG_OK;
}

enum cg_status
cg_intern_reserve(struct cg_intern *strings, uint32_t count)
{
	uint32_t want = FIRST_SLOTS;

	while (want / 2 < count && want < UINT32_MAX / 4)
		want *= 2;
	return want > strings->slot_count ? slots_make(strings, want) : CG_OK;
}

enum cg_status
cg_intern_add(struct cg_intern *strings, const char *text, uint32_t *id)
{
	size_t n = strlen(text) + 1;
	uint32_t *slot;
	enum cg_status status;

	if (strings->count >= UINT32_MAX / 4)
		return CG_LIMIT;
	if (strings->count >= strings->slot_count / 2) {
		status = cg_intern_reserve(strings, strings->count + 1);
		if (status)
			return status;
	}
	slot = slot_find(strings, text);
	if (*slot) {
		*id = *slot - 1;
		return CG_OK;
	}
	status = cg_memory_grow(&strings->at, &strings->at_cap, strings->count + 1u,
	                        sizeof(*strings->at));
	if (!status)
		status = cg_memory_grow(&strings->bytes, &strings->bytes_cap,
		                        strings->bytes_len + n, 1);
	if (status)
		return status;
	memcpy(strings->bytes + strings->bytes_len, text, n);
	strings->at[strings->count] = strings->bytes_len;
	strings->bytes_len += n;
	*id = strings->count++;
	*slot = 1 + *id;
	return CG_OK;
}
