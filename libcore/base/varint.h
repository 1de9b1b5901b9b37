/* Unsigned integers on disk: seven bits a byte, least significant first. */
#ifndef CG_BASE_VARINT_H
#define CG_BASE_VARINT_H
#include <stddef.h>
#include <stdint.h>

enum { CG_VARINT_MAX = 10 };

/* Write v to out, which has room for CG_VARINT_MAX. Returns bytes written. */
size_t cg_varint_put(uint8_t *out, uint64_t v);

/*
 * Read one integer from in[0..n). Returns bytes read, or 0 when the input is cut,
 * overflows 64 bits or is not in its shortest form; *v is then unchanged.
 */
size_t cg_varint_get(const uint8_t *in, size_t n, uint64_t *v);
#endif
