/* JSON strings. */
#ifndef CG_EXPORTERS_JSON_H
#define CG_EXPORTERS_JSON_H
#include "stream.h"

/* `text`, which is clean (text.h), as a JSON string with its quotes. */
void cg_json_string(struct cg_stream *stream, const char *text);

#endif
