/*
 * Groups of chunks.
 *
 * The idea to know: a member is a chunk without what it shares with its neighbours: four
 * letters, flags, a length, and the payload as it is. The group is deflated and checked.
 */
#include "trace/group.h"

#include "base/varint.h"

enum { TYPE_SIZE = 4 };

void
cg_group_put(struct cg_buffer *out, const struct cg_member *member)
{
	cg_buffer_put_le32(out, member->type);
	cg_buffer_put_u8(out, member->flags);
	cg_buffer_put_varint(out, member->size);
	cg_buffer_put(out, member->payload, member->size);
}

enum cg_status
cg_group_next(const uint8_t **at, const uint8_t *end, struct cg_member *member)
{
	const uint8_t *in = *at;
	struct cg_member found = {0};
	uint64_t size = 0;
	size_t used;

	if (end - in <= TYPE_SIZE)
		return CG_CORRUPT;
	for (int i = TYPE_SIZE; i-- > 0;)
		found.type = found.type << 8 | in[i];
	found.flags = in[TYPE_SIZE];
	in += TYPE_SIZE + 1;
	used = cg_varint_get(in, (size_t)(end - in), &size);
	in += used;
	if (!used || size > (uint64_t)(end - in))
		return CG_CORRUPT;
	found.payload = in;
	found.size = (size_t)size;
	*member = found;
	*at = in + size;
	return CG_OK;
}
