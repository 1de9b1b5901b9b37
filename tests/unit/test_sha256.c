/* SHA-256 against the examples of FIPS 180-4, in one piece and in many. */
#include "base/sha256.h"

#include <string.h>

#include "tap.h"

static void
hash_is(const char *text, size_t times, size_t step, const char *want, const char *name)
{
	uint8_t digest[CG_SHA256_SIZE];
	char got[2 * CG_SHA256_SIZE + 1];
	struct cg_sha256 sha;

	cg_sha256_init(&sha);
	for (size_t t = 0; t < times; t++)
		for (size_t i = 0, n = strlen(text); i < n; i += step)
			cg_sha256_put(&sha, text + i, n - i < step ? n - i : step);
	cg_sha256_end(&sha, digest);
	for (size_t i = 0; i < CG_SHA256_SIZE; i++)
		snprintf(got + 2 * i, 3, "%02x", digest[i]);
	ok(strcmp(got, want) == 0, name);
}

int
main(void)
{
	const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	const char *two_is =
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";

	hash_is("", 1, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	        "nothing");
	hash_is("abc", 1, 3,
	        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	        "a block");
	hash_is(two, 1, 56, two_is, "two blocks");
	hash_is(two, 1, 1, two_is, "two blocks, byte by byte");
	hash_is("aaaaaaaaaa", 100000, 7,
	        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
	        "a million bytes");
	return done();
}
