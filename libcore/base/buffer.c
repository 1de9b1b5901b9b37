/*
 * The growing buffer. Everything is appended through cg_buffer_extend, the only place that
 * can fail and the only one that touches the status.
 */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/varint.h"

void
cg_buffer_init(struct cg_buffer *b)
{
	*b = (struct cg_buffer){.status = CG_OK};
}

void
cg_buffer_release(struct cg_buffer *b)
{
	cg_free(b->data);
	cg_buffer_init(b);
}

void
cg_buffer_clear(struct cg_buffer *b)
{
	b->len = 0;
	b->status = CG_OK;
}

uint8_t *
cg_buffer_extend(struct cg_buffer *b, size_t n)
{
	uint8_t *at;

	if (b->status)
		return NULL;
	/* At least one byte, so that an empty extension of an empty buffer is not NULL. */
	if (n > SIZE_MAX - b->len)
		b->status = CG_NOMEM;
	else
		b->status = cg_grow(&b->data, &b->cap, b->len + n ? b->len + n : 1, 1);
	if (b->status)
		return NULL;
	at = b->data + b->len;
	b->len += n;
	return at;
}

void
cg_buffer_put(struct cg_buffer *b, const void *p, size_t n)
{
	uint8_t *at = cg_buffer_extend(b, n);

	if (at && n)
		memcpy(at, p, n);
}

void
cg_buffer_put_str(struct cg_buffer *b, const char *s)
{
	cg_buffer_put(b, s, strlen(s));
}

static void
put_le(struct cg_buffer *b, uint64_t v, size_t n)
{
	uint8_t *at = cg_buffer_extend(b, n);

	for (size_t i = 0; at && i < n; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}

void
cg_buffer_put_u8(struct cg_buffer *b, uint8_t v)
{
	put_le(b, v, 1);
}

void
cg_buffer_put_le16(struct cg_buffer *b, uint16_t v)
{
	put_le(b, v, 2);
}

void
cg_buffer_put_le32(struct cg_buffer *b, uint32_t v)
{
	put_le(b, v, 4);
}

void
cg_buffer_put_le64(struct cg_buffer *b, uint64_t v)
{
	put_le(b, v, 8);
}

void
cg_buffer_put_varint(struct cg_buffer *b, uint64_t v)
{
	uint8_t bytes[CG_VARINT_MAX];

	cg_buffer_put(b, bytes, cg_varint_put(bytes, v));
}

void
cg_buffer_put_svarint(struct cg_buffer *b, int64_t v)
{
	cg_buffer_put_varint(b, cg_zigzag(v));
}

void
cg_buffer_printf(struct cg_buffer *b, const char *format, ...)
{
	va_list args;
	uint8_t *at;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		b->status = CG_USE;
	at = cg_buffer_extend(b, (size_t)n + 1);
	if (!at)
		return;
	va_start(args, format);
	vsnprintf((char *)at, (size_t)n + 1, format, args);
	va_end(args);
	b->len--;
}
