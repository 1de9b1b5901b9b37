/*
 * Text of Python's strings, copied: another thread may drop the string meanwhile. With an
 * exception set aside.
 */
#ifndef CG_TEXTS_H
#define CG_TEXTS_H
#include "compat.h"

#include "collector/collector.h"

#include <stdarg.h>

/* How many of a thread's texts last: the one before so many is overwritten. */
enum { CG_TEXTS = 4 };

/*
 * A str's text; what has no UTF-8 (lone surrogates) is written as \udcXX. Anything else,
 * NULL too, is the empty text.
 */
struct cg_text cg_texts_of(PyObject *string);

/* A formatted text, cut at 511 bytes. */
struct cg_text cg_texts_print(const char *format, va_list args)
	__attribute__((format(printf, 1, 0)));

/* The calling thread wants none of its texts any more. Needs no GIL. */
void cg_texts_release(void);
#endif
