/*
 * Bytes that grow at the end. The status is sticky: after a failed allocation every put is
 * ignored and the content stays a valid prefix, so that a caller checks once, at the end.
 */
#ifndef CG_BASE_BUFFER_H
#define CG_BASE_BUFFER_H
#include <stddef.h>
#include <stdint.h>
#include "base/status.h"

struct cg_buffer {
	uint8_t *data; /* owned; NULL while cap is 0 */
	size_t len, cap;
	enum cg_status status; /* the first failure, until the next clear */
};

/* An empty buffer; allocates nothing. */
void cg_buffer_init(struct cg_buffer *b);

/* Free the bytes; the buffer is then as after cg_buffer_init. */
void cg_buffer_release(struct cg_buffer *b);

/* Empty it and forget a failure, keeping its memory. */
void cg_buffer_clear(struct cg_buffer *b);

/*
 * Room for n bytes more, counted into len at once and not initialised. Borrowed until the
 * next call on b. NULL after a failure.
 */
uint8_t *cg_buffer_extend(struct cg_buffer *b, size_t n);

/* Append: n bytes, a string without its NUL, fixed-width little-endian integers. */
void cg_buffer_put(struct cg_buffer *b, const void *p, size_t n);
void cg_buffer_put_str(struct cg_buffer *b, const char *s);
void cg_buffer_put_u8(struct cg_buffer *b, uint8_t v);
void cg_buffer_put_le16(struct cg_buffer *b, uint16_t v);
void cg_buffer_put_le32(struct cg_buffer *b, uint32_t v);
void cg_buffer_put_le64(struct cg_buffer *b, uint64_t v);

/* Append an integer as base/varint.h writes it; the signed form is zigzagged first. */
void cg_buffer_put_varint(struct cg_buffer *b, uint64_t v);
void cg_buffer_put_svarint(struct cg_buffer *b, int64_t v);

/* Append formatted text without its NUL; CG_USE when the C library cannot format it. */
void cg_buffer_printf(struct cg_buffer *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
#endif
