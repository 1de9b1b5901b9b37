/* Hashes for the tables here; the same on every machine and in every run. */
#ifndef CG_EXPORTERS_HASH_H
#define CG_EXPORTERS_HASH_H
#include <stdint.h>

/* Spread the bits of x over the whole word. */
static inline uint64_t
cg_hash_mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

/* A NUL-terminated string (FNV-1a, then mixed). */
static inline uint64_t
cg_hash_text(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u;

	while (*text)
		h = (h ^ (unsigned char)*text++) * 0x100000001b3u;
	return cg_hash_mix(h);
}

#endif
