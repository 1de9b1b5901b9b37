/* Clean text has no control characters, so two characters are all that need escaping. */
#include "json.h"

void
cg_json_string(struct cg_stream *stream, const char *text)
{
	cg_stream_byte(stream, '"');
	for (;;) {
		size_t n = strcspn(text, "\"\\");

		cg_stream_put(stream, text, n);
		text += n;
		if (!*text)
			break;
		cg_stream_byte(stream, '\\');
		cg_stream_byte(stream, *text++);
	}
	cg_stream_byte(stream, '"');
}
