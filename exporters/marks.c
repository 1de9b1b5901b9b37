/*
 * A walk in depth-first order without a stack: what is open shows by its end, and hardly
 * anything has to be guessed by the processor. Of a row it knows until where its outermost
 * open place goes, and of a row that is above itself those of its places whose arc is not,
 * the innermost first; what has closed since is dropped when somebody comes by.
 */
#include "marks.h"
#include "memory.h"

/* Bits of cg_share_from. */
#define OUTER_ROW (UINT64_C(1) << 32 << CG_OUTER_ROW)
#define OUTER_ARC (UINT64_C(1) << 32 << CG_OUTER_ARC)

/* What is open of a row. */
struct open {
	uint32_t end; /* of its outermost place that was open last */
	uint32_t top; /* the mark of its innermost place whose arc is not above itself */
};

struct marker {
	struct cg_marks *m;
	struct cg_shares *shares;
	const struct cg_placed *placed;
	const uint32_t *row_of; /* per label */
	const bool *keep;
	struct open *open; /* per row */
	uint32_t *link;  /* per mark that has been a top, but not OUTER_ROW: the top before */
	uint32_t *above; /* the places above, from the root on */
	uint32_t lowest; /* how many of those may be parents still */
};

/* The first place from i on that is open at `from`, or that. */
static uint32_t
next_above(const struct cg_placed *placed, uint32_t i, uint32_t from)
{
	while (i < from && placed->places[i].end <= from)
		i = placed->places[i].end;
	return i;
}

static enum cg_status
find_above(struct marker *k, uint32_t from)
{
	size_t cap = 0;
	enum cg_status status = CG_OK;

	for (uint32_t i = 0; (i = next_above(k->placed, i, from)) < from; i++) {
		status = cg_memory_grow(&k->above, &cap, k->m->above + 1u, sizeof(*k->above));
		if (status)
			return status;
		k->above[k->m->above++] = i;
	}
	k->lowest = k->m->above;
	return CG_OK;
}

static uint32_t
end_of(const struct marker *k, uint32_t mark)
{
	const struct cg_marks *m = k->m;
	uint32_t place = mark < m->above ? k->above[mark] : m->from + mark - m->above;

	return k->placed->places[place].end;
}

/* outer_of for a row that is above itself. Of its tops no two have the same caller. */
static uint64_t
outer_again(const struct marker *k, uint32_t mark, uint32_t place, uint32_t caller,
            struct open *open)
{
	const struct cg_mark *marks = k->m->marks;

	while (end_of(k, open->top) <= place)
		open->top = k->link[open->top];
	for (uint32_t at = open->top;; at = k->link[at]) {
		if (cg_share_caller(marks[at].from) == caller)
			return 0;
		if (marks[at].from & OUTER_ROW)
			break;
	}
	k->link[mark] = open->top;
	open->top = mark;
	return OUTER_ARC;
}

CG_INLINE uint64_t
outer_of(const struct marker *k, uint32_t mark, uint32_t place, uint32_t row,
         uint32_t caller)
{
	struct open *open = &k->open[row];

	if (open->end > place)
		return outer_again(k, mark, place, caller, open);
	open->end = k->placed->places[place].end;
	open->top = mark;
	return OUTER_ROW | OUTER_ARC;
}

/* Mark a place whose parent has been marked; `up`: the parent's mark, NULL at the root. */
CG_INLINE void
mark_place(const struct marker *k, uint32_t mark, uint32_t place, const struct cg_mark *up)
{
	uint32_t row = k->row_of[k->placed->places[place].label];
	uint32_t caller = up ? up->row : CG_NONE;
	bool kept = !k->keep || k->keep[row];
	uint64_t outer = kept ? outer_of(k, mark, place, row, caller) : 0;

	k->m->marks[mark] = (struct cg_mark){.from = caller | outer,
	                                     .row = kept ? row : caller,
	                                     .depth = up ? up->depth + 1u : 0,
	                                     .kept = kept};
	if (kept)
		cg_shares_count(k->shares, row);
}

/* The mark of a parent that is above: what is below that is closed for good. */
static const struct cg_mark *
parent_above(struct marker *k, uint32_t parent)
{
	while (k->lowest > 1 && k->above[k->lowest - 1] != parent)
		k->lowest--;
	return &k->m->marks[k->lowest - 1];
}

static void
mark_places(struct marker *k, uint32_t to)
{
	struct cg_marks *m = k->m;
	uint32_t levels = m->above;

	for (uint32_t n = 0; n < m->above; n++)
		mark_place(k, n, k->above[n], n ? &m->marks[n - 1] : NULL);
	for (uint32_t i = m->from; i < to; i++) {
		uint32_t parent = k->placed->places[i].parent, mark = m->above + i - m->from;
		const struct cg_mark *up = NULL;

		if (parent != CG_NONE)
			up = parent >= m->from ? &m->marks[m->above + parent - m->from]
			                       : parent_above(k, parent);
		mark_place(k, mark, i, up);
		levels = m->marks[mark].depth >= levels ? m->marks[mark].depth + 1u : levels;
	}
	m->levels = levels;
}

enum cg_status
cg_marks_init(struct cg_marks *marks, struct cg_shares *shares,
              const struct cg_placed *placed, const struct cg_rows *rows,
              const bool *keep, uint32_t from, uint32_t to)
{
	struct marker k = {.m = marks,
	                   .shares = shares,
	                   .placed = placed,
	                   .row_of = rows->of,
	                   .keep = keep,
	                   .open = cg_memory_array(rows->count, sizeof(*k.open))};
	enum cg_status status;

	*marks = (struct cg_marks){.from = from};
	status = find_above(&k, from);
	marks->count = marks->above + (to - from);
	marks->marks = cg_memory_fresh(marks->count, sizeof(*marks->marks));
	k.link = cg_memory_fresh(marks->count, sizeof(*k.link));
	if (!status && (!k.open || !marks->marks || !k.link))
		status = CG_NOMEM;
	if (!status && marks->count >= CG_NONE / 2)
		status = CG_LIMIT; /* the depth has no more bits */
	if (!status)
		mark_places(&k, to);
	cg_memory_free(k.open);
	cg_memory_free(k.link);
	cg_memory_free(k.above);
	return status;
}

void
cg_marks_release(struct cg_marks *marks)
{
	cg_memory_free(marks->marks);
	*marks = (struct cg_marks){0};
}
