/* UTF-8 as the Unicode standard defines it: shortest forms, no surrogates, to U+10FFFF. */
#ifndef CG_BASE_UTF8_H
#define CG_BASE_UTF8_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character that in[0..n) begins with, 0 when there is none. *code is set then. */
size_t cg_utf8_get(const uint8_t *in, size_t n, uint32_t *code);

/* Valid UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F)? */
bool cg_utf8_is_clean(const char *text, size_t n);
#endif
