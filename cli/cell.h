/* Values as text: each function writes into `out`, ends it by NUL and returns it. */
#ifndef CG_CLI_CELL_H
#define CG_CLI_CELL_H
#include "corograph.h"

enum { CG_CELL_MAX = 48 };

/* Nanoseconds with three digits that matter: "0", "999 ns", "12.3 us", "310 ms", "4.00 s ". */
char *cg_cell_time(char out[CG_CELL_MAX], uint64_t ns);

/* The length of a text without the blanks at its end. */
size_t cg_cell_trimmed(const char *text);

/* Calls as cProfile shows them: "5", or "177/1" when some were recursive. */
char *cg_cell_calls(char out[CG_CELL_MAX], uint64_t calls, uint64_t primitive);

/* Characters of a UTF-8 text. */
size_t cg_cell_width(const char *text);

/* The bytes of its first `width` characters, or of all. */
size_t cg_cell_bytes(const char *text, size_t width);

/*
 * At most `width` characters of text, the left ones replaced by one ellipsis. `size` is that
 * of `out`, at least 4 * width + 4.
 */
char *cg_cell_shorten(char *out, size_t size, const char *text, size_t width);

/*
 * A function's name in at most `width` characters. Its right end says most; of what stands
 * in <angle brackets> the name within: "<method 'run' of '_cont...>", "<...time.sleep>".
 */
char *cg_cell_name(char *out, size_t size, const char *name, size_t width);

/*
 * Where a function is: "(module:line)", or "(file:line)" when its module says nothing;
 * "" for a builtin. Files below the working directory `here` (or NULL) lose its name.
 */
char *cg_cell_place(char *out, size_t size, const struct cg_function *f, const char *here);

/* The same without folders and packages: "(app.py:12)"; "" for a builtin. */
char *cg_cell_short_place(char *out, size_t size, const struct cg_function *f);

#endif
