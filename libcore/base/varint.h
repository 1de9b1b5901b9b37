/* Integers on disk: seven bits a byte, least significant first; the signed are zigzagged. */
#ifndef CG_BASE_VARINT_H
#define CG_BASE_VARINT_H
#include <stddef.h>
#include <stdint.h>

enum { CG_VARINT_MAX = 10 };

/* Write v to out, which has room for CG_VARINT_MAX. Returns bytes written. */
size_t cg_varint_put(uint8_t *out, uint64_t v);

/* cg_varint_get for any length; call that one. */
size_t cg_varint_get_long(const uint8_t *in, size_t n, uint64_t *v);

/*
 * Read one integer from in[0..n). Returns bytes read, or 0 when the input is cut,
 * overflows 64 bits or is not in its shortest form; *v is then unchanged.
 */
static inline size_t
cg_varint_get(const uint8_t *in, size_t n, uint64_t *v)
{
	if (n == 0 || in[0] >= 0x80)
		return cg_varint_get_long(in, n, v);
	*v = in[0];
	return 1;
}

/* Signed to unsigned so that small values of either sign stay small: 0 -1 1 -2 to 0 1 2 3. */
static inline uint64_t
cg_zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

/* The way back from cg_zigzag. */
static inline int64_t
cg_unzigzag(uint64_t v)
{
	return (int64_t)((v >> 1) ^ (v & 1 ? UINT64_MAX : 0));
}

/* Read one zigzagged integer; otherwise as cg_varint_get. */
static inline size_t
cg_svarint_get(const uint8_t *in, size_t n, int64_t *v)
{
	uint64_t raw;
	size_t used = cg_varint_get(in, n, &raw);

	if (used)
		*v = cg_unzigzag(raw);
	return used;
}
#endif
