/* Comparing records: column by column, as the layouts name them. */
#include <string.h>

#include "trace/layout.h"

static bool
same_columns(const struct cg_column *columns, uint32_t count, const void *a, const void *b)
{
	for (uint32_t i = 0; i < count; i++)
		if (cg_column_load(&columns[i], a) != cg_column_load(&columns[i], b))
			return false;
	return true;
}

static bool
same_table(const struct cg_layout *layout, const struct cg_records *a,
           const struct cg_records *b)
{
	const char *left, *right;
	uint32_t count, other;

	memcpy(&left, (const char *)a + layout->array, sizeof left);
	memcpy(&right, (const char *)b + layout->array, sizeof right);
	memcpy(&count, (const char *)a + layout->count, sizeof count);
	memcpy(&other, (const char *)b + layout->count, sizeof other);
	if (count != other)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!same_columns(layout->columns, layout->column_count,
		                  left + i * layout->stride, right + i * layout->stride))
			return false;
	return true;
}

static bool
same_strings(const struct cg_records *a, const struct cg_records *b)
{
	if (a->string_count != b->string_count)
		return false;
	for (uint32_t i = 0; i < a->string_count; i++)
		if (a->strings[i].length != b->strings[i].length ||
		    memcmp(a->strings[i].bytes, b->strings[i].bytes, a->strings[i].length))
			return false;
	return true;
}

bool
cg_records_equal(const struct cg_records *a, const struct cg_records *b)
{
	if (!same_strings(a, b) || a->complete != b->complete ||
	    !same_columns(cg_meta_columns, cg_meta_column_count, a, b))
		return false;
	for (int i = 0; i < CG_LAYOUTS; i++)
		if (!same_table(&cg_layouts[i], a, b))
			return false;
	for (uint32_t i = 0; i < a->node_count; i++)
		if (a->nodes[i].parent != b->nodes[i].parent)
			return false;
	return true;
}
