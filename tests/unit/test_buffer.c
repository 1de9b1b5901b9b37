/* What each put writes, and that a failure sticks and keeps what was there. */
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "tap.h"

static bool
holds(const struct cg_buffer *b, const void *bytes, size_t n)
{
	return b->status == CG_OK && b->len == n && !memcmp(b->data, bytes, n);
}

static void
puts_bytes(void)
{
	struct cg_buffer b;

	cg_buffer_init(&b);
	cg_buffer_put_u8(&b, 0xab);
	cg_buffer_put_le16(&b, 0x1234);
	cg_buffer_put_le32(&b, 0xdeadbeef);
	cg_buffer_put_le64(&b, 0x0102030405060708);
	ok(holds(&b, "\xab\x34\x12\xef\xbe\xad\xde\x08\x07\x06\x05\x04\x03\x02\x01", 15),
	   "fixed widths are little-endian");
	cg_buffer_clear(&b);
	cg_buffer_put_varint(&b, 300);
	cg_buffer_put_svarint(&b, -2);
	cg_buffer_put_varint(&b, 0);
	ok(holds(&b, "\xac\x02\x03\x00", 4), "variable width");
	cg_buffer_clear(&b);
	cg_buffer_put(&b, "a\0b", 3);
	cg_buffer_put(&b, NULL, 0);
	cg_buffer_put_str(&b, "cd");
	ok(holds(&b, "a\0bcd", 5), "bytes and strings");
	cg_buffer_release(&b);
	ok(!b.data && b.len == 0 && b.cap == 0, "released is empty");
}

static void
formats(void)
{
	struct cg_buffer b;
	bool same = true;

	cg_buffer_init(&b);
	for (int i = 0; i < 1000; i++)
		cg_buffer_printf(&b, "%04d,", i);
	same = b.len == 5000 && !memcmp(b.data + 4990, "0998,0999,", 10);
	ok(same && b.status == CG_OK, "formatted text is appended without its NUL");
	cg_buffer_clear(&b);
	cg_buffer_printf(&b, "%s", "");
	ok(b.len == 0 && b.status == CG_OK, "even if empty");
	cg_buffer_release(&b);
}

static void
extends(void)
{
	struct cg_buffer b;
	uint8_t *at;

	cg_buffer_init(&b);
	ok(cg_buffer_extend(&b, 0) && b.len == 0, "by nothing is not a failure");
	at = cg_buffer_extend(&b, 1 << 20);
	ok(at && b.len == 1 << 20, "by a large piece");
	if (at)
		memset(at, 7, 1 << 20);
	ok(!cg_buffer_extend(&b, SIZE_MAX), "beyond size_t is refused");
	ok(b.status == CG_NOMEM && b.len == 1 << 20, "and keeps what was there");
	cg_buffer_release(&b);
}

static void
write_all(struct cg_buffer *b)
{
	for (int i = 0; i < 100; i++) {
		cg_buffer_put_le64(b, (uint64_t)i);
		cg_buffer_printf(b, "line %d\n", i);
	}
}

static void
failing_memory(void)
{
	struct cg_buffer good, b;
	int tries = 0;
	bool prefix = true;

	cg_buffer_init(&good);
	cg_buffer_init(&b);
	write_all(&good);
	do {
		cg_buffer_release(&b);
		cg_alloc_fail_at(tries++);
		write_all(&b);
		cg_alloc_fail_at(-1);
		prefix =
			prefix && b.len <= good.len && (!b.len || !memcmp(b.data, good.data, b.len));
	} while (b.status && tries < 100);
	ok(tries > 2 && tries < 100, "fails at each allocation, then succeeds");
	ok(prefix, "what a failure leaves is a prefix");
	ok(holds(&b, good.data, good.len), "the last try is whole");
	cg_alloc_fail_at(0);
	cg_buffer_release(&b);
	cg_buffer_put_u8(&b, 1);
	cg_buffer_put_u8(&b, 2);
	ok(b.status == CG_NOMEM && b.len == 0, "a failure sticks");
	cg_buffer_clear(&b);
	cg_buffer_put_u8(&b, 3);
	ok(holds(&b, "\3", 1), "until it is cleared");
	cg_buffer_release(&b);
	cg_buffer_release(&good);
}

int
main(void)
{
	puts_bytes();
	formats();
	extends();
	failing_memory();
	return done();
}
