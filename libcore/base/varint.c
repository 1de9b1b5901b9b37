/*
 * Variable-length integers. Only the shortest form is accepted, so that a value has one
 * encoding and the same numbers always give the same bytes.
 */
#include "base/varint.h"

size_t
cg_varint_put(uint8_t *out, uint64_t v)
{
	size_t n = 0;

	while (v >= 0x80) {
		out[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	out[n++] = (uint8_t)v;
	return n;
}

size_t
cg_varint_get_long(const uint8_t *in, size_t n, uint64_t *v)
{
	uint64_t got = 0;

	for (size_t i = 0; i < n && i < CG_VARINT_MAX; i++) {
		if (i == CG_VARINT_MAX - 1 && in[i] > 1)
			return 0;
		got |= (uint64_t)(in[i] & 0x7f) << (7 * i);
		if (in[i] & 0x80)
			continue;
		if (in[i] == 0 && i > 0)
			return 0;
		*v = got;
		return i + 1;
	}
	return 0;
}
