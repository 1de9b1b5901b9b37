/*
 * Arcs are found by a hash of both ends. A slot has 32 more bits of the hash than its place
 * says, so that an arc itself is hardly ever looked at in vain.
 */
#include "arcs.h"
#include "memory.h"

#include <string.h>

enum { FIRST_SLOTS = 256, ARC_LIMIT = 1 << 30 };

enum cg_status
cg_arcs_init(struct cg_arcs *arcs, unsigned costs, uint32_t expected)
{
	struct cg_arcs made = {.slot_count = FIRST_SLOTS};

	made.width = (unsigned)(sizeof(struct cg_arc) / sizeof(uint64_t)) + costs;
	while (made.slot_count < ARC_LIMIT && made.slot_count / 2 < expected)
		made.slot_count *= 2;
	made.slots = cg_memory_array(made.slot_count, sizeof(*made.slots));
	if (!made.slots)
		return CG_NOMEM;
	*arcs = made;
	return CG_OK;
}

void
cg_arcs_close(struct cg_arcs *arcs)
{
	cg_memory_free(arcs->slots);
	arcs->slots = NULL;
	arcs->slot_count = 0;
}

void
cg_arcs_release(struct cg_arcs *arcs)
{
	cg_memory_free(arcs->words);
	cg_memory_free(arcs->slots);
	*arcs = (struct cg_arcs){0};
}

/* The slot of an arc, or the free one where it belongs. */
static struct cg_arc_slot *
slot_find(const struct cg_arcs *arcs, const struct cg_arc_search *search)
{
	uint32_t tag = (uint32_t)(search->hash >> 32), mask = arcs->slot_count - 1;

	for (uint32_t i = (uint32_t)search->hash & mask;; i = (i + 1) & mask) {
		struct cg_arc_slot *slot = &arcs->slots[i];

		if (!slot->arc || (slot->tag == tag &&
		                   cg_arc_is_sought(cg_arcs_at(arcs, slot->arc - 1), search)))
			return slot;
	}
}

static enum cg_status
slots_double(struct cg_arcs *arcs)
{
	uint32_t want = 2 * arcs->slot_count, mask = want - 1;
	struct cg_arc_slot *slots = cg_memory_array(want, sizeof(*slots));

	if (!slots)
		return CG_NOMEM;
	for (uint32_t arc = 0; arc < arcs->count; arc++) {
		const struct cg_arc *a = cg_arcs_at(arcs, arc);
		uint64_t hash = cg_hash_mix((uint64_t)a->caller << 32 | a->callee);
		uint32_t i = (uint32_t)hash & mask;

		while (slots[i].arc)
			i = (i + 1) & mask;
		slots[i] = (struct cg_arc_slot){(uint32_t)(hash >> 32), arc + 1};
	}
	cg_memory_free(arcs->slots);
	arcs->slots = slots;
	arcs->slot_count = want;
	return CG_OK;
}

/* Put an arc that was not there into its slot. */
static enum cg_status
arc_add(struct cg_arcs *arcs, const struct cg_arc_search *search, struct cg_arc_slot *slot)
{
	struct cg_arc *arc;
	enum cg_status status = CG_OK;

	if (arcs->count >= arcs->slot_count / 2) {
		status = arcs->count < ARC_LIMIT ? slots_double(arcs) : CG_LIMIT;
		if (status)
			return status;
		slot = slot_find(arcs, search);
	}
	status = cg_memory_grow(&arcs->words, &arcs->cap,
	                        ((size_t)arcs->count + 1) * arcs->width, sizeof(uint64_t));
	if (status)
		return status;
	arc = cg_arcs_at(arcs, arcs->count);
	memset(arc, 0, arcs->width * sizeof(uint64_t));
	arc->caller = search->caller;
	arc->callee = search->callee;
	*slot = (struct cg_arc_slot){(uint32_t)(search->hash >> 32), ++arcs->count};
	return CG_OK;
}

enum cg_status
cg_arc_search_all(const struct cg_arc_search *search, struct cg_arcs *arcs,
                  uint32_t *found)
{
	struct cg_arc_slot *slot = slot_find(arcs, search);
	enum cg_status status = CG_OK;

	*found = slot->arc ? slot->arc - 1 : arcs->count;
	if (!slot->arc)
		status = arc_add(arcs, search, slot);
	return status;
}
