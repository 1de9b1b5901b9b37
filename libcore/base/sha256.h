/* SHA-256 (FIPS 180-4), to tell whether a file is the one it was. */
#ifndef CG_BASE_SHA256_H
#define CG_BASE_SHA256_H
#include <stddef.h>
#include <stdint.h>

enum { CG_SHA256_SIZE = 32 };

struct cg_sha256 {
	uint32_t state[8];
	uint64_t bytes; /* taken so far */
	uint8_t block[64];
};

/* Begin, take bytes any number of times, end with the digest. Nothing fails. */
void cg_sha256_init(struct cg_sha256 *sha);
void cg_sha256_put(struct cg_sha256 *sha, const void *bytes, size_t n);
void cg_sha256_end(struct cg_sha256 *sha, uint8_t digest[CG_SHA256_SIZE]);
#endif
