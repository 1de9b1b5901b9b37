/* One letter says what follows; its top bit makes the object one that can be referred to. */
#include "marshal.h"

enum { DEFINE = 0x80, DIGIT_BITS = 15 };

void
cg_marshal_dict(struct cg_marshal *m)
{
	cg_stream_byte(m->stream, '{');
}

void
cg_marshal_dict_end(struct cg_marshal *m)
{
	cg_stream_byte(m->stream, '0');
}

void
cg_marshal_tuple(struct cg_marshal *m, unsigned char n)
{
	cg_stream_tagged(m->stream, ')', n, 1);
}

/* Beyond 31 bits: 15-bit digits, the lowest first, the highest not 0. */
static void
put_long(struct cg_marshal *m, uint64_t v)
{
	unsigned digits = 0;

	for (uint64_t rest = v; rest; rest >>= DIGIT_BITS)
		digits++;
	cg_stream_tagged(m->stream, 'l', digits, 4);
	for (; digits; digits--, v >>= DIGIT_BITS)
		cg_stream_le(m->stream, v & ((1u << DIGIT_BITS) - 1), 2);
}

void
cg_marshal_integer(struct cg_marshal *m, uint64_t v)
{
	if (v > INT32_MAX) {
		put_long(m, v);
		return;
	}
	cg_stream_tagged(m->stream, 'i', v, 4);
}

void
cg_marshal_float(struct cg_marshal *m, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	cg_stream_tagged(m->stream, 'g', bits, 8);
}

uint32_t
cg_marshal_define_tuple(struct cg_marshal *m, unsigned char n)
{
	cg_stream_tagged(m->stream, (char)(')' | DEFINE), n, 1);
	return m->defined++;
}

uint32_t
cg_marshal_define_text(struct cg_marshal *m, const char *text)
{
	size_t n = strlen(text);

	cg_stream_tagged(m->stream, (char)('u' | DEFINE), n, 4);
	cg_stream_put(m->stream, text, n);
	return m->defined++;
}

void
cg_marshal_again(struct cg_marshal *m, uint32_t number)
{
	cg_stream_tagged(m->stream, 'r', number, 4);
}
