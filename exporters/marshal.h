/*
 * Python's marshal format, as much of it as pstats needs and every Python from 3.4 on
 * reads: dictionaries, tuples, integers, floats, strings, and references to what was
 * written before. One letter says what follows; its top bit makes the object one that can
 * be referred to.
 *
 * What is small is written at a pointer and returns its end, so that a record asks for room
 * once: CG_MARSHAL_ITEM bytes for each item.
 *
 * A reference is numbered when the object it names begins, in the order of the file;
 * whoever writes an object with `define` keeps the number that comes back.
 */
#ifndef CG_EXPORTERS_MARSHAL_H
#define CG_EXPORTERS_MARSHAL_H
#include "stream.h"

enum {
	CG_MARSHAL_ITEM = 24, /* the most that an item takes, and what it makes rubbish */
	CG_MARSHAL_DEFINED = 0x80, /* the top bit */
};

struct cg_marshal {
	struct cg_stream *stream; /* borrowed */
	uint32_t defined;         /* how many objects can be referred to */
};

/* Keys and values follow in turn, then cg_marshal_dict_end. */
static inline char *
cg_marshal_dict(char *p)
{
	*p = '{';
	return p + 1;
}

static inline char *
cg_marshal_dict_end(char *p)
{
	*p = '0';
	return p + 1;
}

/* A letter, and behind it the lowest `size` bytes of v. */
static inline char *
cg_marshal_tagged(char *p, char letter, uint64_t v, unsigned size)
{
	*p = letter;
	return cg_little_endian(p + 1, v, size);
}

/* A tuple of n items, which follow. */
static inline char *
cg_marshal_tuple(char *p, unsigned char n)
{
	return cg_marshal_tagged(p, ')', n, 1);
}

/* What takes more than 31 bits. */
char *cg_marshal_long(char *p, uint64_t v);

static inline char *
cg_marshal_integer(char *p, uint64_t v)
{
	return v > INT32_MAX ? cg_marshal_long(p, v) : cg_marshal_tagged(p, 'i', v, 4);
}

static inline char *
cg_marshal_float(char *p, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return cg_marshal_tagged(p, 'g', bits, 8);
}

/* What was defined as `number`, once more. */
static inline char *
cg_marshal_again(char *p, uint32_t number)
{
	return cg_marshal_tagged(p, 'r', number, 4);
}

/*
 * To the stream: a tuple of n items, which follow, and a string of clean UTF-8, both defined.
 * The number for cg_marshal_again.
 */
uint32_t cg_marshal_define_tuple(struct cg_marshal *m, unsigned char n);
uint32_t cg_marshal_define_text(struct cg_marshal *m, const char *text);

#endif
