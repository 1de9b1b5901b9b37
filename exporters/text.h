/*
 * Text that every viewer can show: valid UTF-8 on one line, without control characters
 * and without `</`, which would end a script in a page made of it.
 */
#ifndef CG_EXPORTERS_TEXT_H
#define CG_EXPORTERS_TEXT_H
#include <stddef.h>

/* Room that the clean form of n bytes may need, its NUL included. */
#define CG_TEXT_ROOM(n) (4 * (n) + 1)

/*
 * Write the clean form of `text` to `out` (CG_TEXT_ROOM bytes) and return its length.
 * Bytes that are no UTF-8 and control characters become the visible `\xNN` or `\uNNNN`,
 * the slash of `</` too.
 */
size_t cg_text_clean(char *out, const char *text);

/* Take every ` at 0x...` out of `text`: addresses differ from run to run. */
void cg_text_cut_addresses(char *text);

#endif
