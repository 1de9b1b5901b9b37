/*
 * Python's marshal format, as much of it as pstats needs and every Python from 3.4 on
 * reads: dictionaries, tuples, integers, floats, strings, and references to what was
 * written before.
 *
 * A reference is numbered when the object it names begins, in the order of the file;
 * whoever writes an object with `define` keeps the number that comes back.
 */
#ifndef CG_EXPORTERS_MARSHAL_H
#define CG_EXPORTERS_MARSHAL_H
#include "stream.h"

struct cg_marshal {
	struct cg_stream *stream; /* borrowed */
	uint32_t defined;         /* how many objects can be referred to */
};

/* Keys and values follow in turn, then cg_marshal_dict_end. */
void cg_marshal_dict(struct cg_marshal *m);
void cg_marshal_dict_end(struct cg_marshal *m);

/* A tuple of n items, which follow. */
void cg_marshal_tuple(struct cg_marshal *m, unsigned char n);

void cg_marshal_integer(struct cg_marshal *m, uint64_t v);
void cg_marshal_float(struct cg_marshal *m, double v);

/* The same tuple and a string of clean UTF-8, defined; the number for cg_marshal_again. */
uint32_t cg_marshal_define_tuple(struct cg_marshal *m, unsigned char n);
uint32_t cg_marshal_define_text(struct cg_marshal *m, const char *text);

/* What was defined as `number`, once more. */
void cg_marshal_again(struct cg_marshal *m, uint32_t number);

#endif
