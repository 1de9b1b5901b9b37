/* What is rare in the format, or of any length. */
#include "marshal.h"

enum { DIGIT_BITS = 15 };

/* 15-bit digits, the lowest first, the highest not 0: at most five. */
char *
cg_marshal_long(char *p, uint64_t v)
{
	unsigned digits = 0;

	for (uint64_t rest = v; rest; rest >>= DIGIT_BITS)
		digits++;
	p = cg_marshal_tagged(p, 'l', digits, 4);
	for (; digits; digits--, v >>= DIGIT_BITS)
		p = cg_little_endian(p, v & ((1u << DIGIT_BITS) - 1), 2);
	return p;
}

uint32_t
cg_marshal_define_tuple(struct cg_marshal *m, unsigned char n)
{
	cg_stream_tagged(m->stream, (char)(')' | CG_MARSHAL_DEFINED), n, 1);
	return m->defined++;
}

uint32_t
cg_marshal_define_text(struct cg_marshal *m, const char *text)
{
	size_t n = strlen(text);

	cg_stream_tagged(m->stream, (char)('u' | CG_MARSHAL_DEFINED), n, 4);
	cg_stream_put(m->stream, text, n);
	return m->defined++;
}
