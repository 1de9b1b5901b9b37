/* Integers on disk: seven bits a byte, least significant first; the signed are zigzagged. */
#ifndef CG_BASE_VARINT_H
#define CG_BASE_VARINT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CG_VARINT_MAX = 10 };

/* Write v to out, which has room for CG_VARINT_MAX. Returns bytes written. */
size_t cg_varint_put(uint8_t *out, uint64_t v);

/* cg_varint_get for any length; call that one. */
size_t cg_varint_get_long(const uint8_t *in, size_t n, uint64_t *v);

/* Eight bytes, the first lowest. */
static inline uint64_t
cg_bytes_le64(const uint8_t *in)
{
	return (uint64_t)in[0] | (uint64_t)in[1] << 8 | (uint64_t)in[2] << 16 |
	       (uint64_t)in[3] << 24 | (uint64_t)in[4] << 32 | (uint64_t)in[5] << 40 |
	       (uint64_t)in[6] << 48 | (uint64_t)in[7] << 56;
}

/* Do eight integers of one byte each stand at in[0..8)? Then they are in v[0..8). */
static inline bool
cg_varint_get_short(const uint8_t *in, uint64_t *v)
{
	if (cg_bytes_le64(in) & 0x8080808080808080u)
		return false;
	for (int i = 0; i < 8; i++)
		v[i] = in[i];
	return true;
}

/*
 * Read one integer from in[0..n). Returns bytes read, or 0 when the input is cut,
 * overflows 64 bits or is not in its shortest form; *v is then unchanged.
 */
static inline size_t
cg_varint_get(const uint8_t *in, size_t n, uint64_t *v)
{
	uint64_t word, ends;
	unsigned bits;

	if (n > 0 && in[0] < 0x80) {
		*v = in[0];
		return 1;
	}
	if (n < 8)
		return cg_varint_get_long(in, n, v);
	word = cg_bytes_le64(in);
	ends = ~word & 0x8080808080808080u;
	if (!ends)
		return cg_varint_get_long(in, n, v);
	/* Its last byte is the first whose top bit is clear; a last byte of 0 is one too many. */
	bits = (unsigned)__builtin_ctzll(ends) + 1;
	word &= UINT64_MAX >> (64 - bits);
	if (word >> (bits - 8) == 0)
		return 0;
	word = (word & 0x007f007f007f007fu) | (word & 0x7f007f007f007f00u) >> 1;
	word = (word & 0x00003fff00003fffu) | (word & 0x3fff00003fff0000u) >> 2;
	*v = (word & 0x0fffffffu) | (word & 0x0fffffff00000000u) >> 4;
	return bits / 8;
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
