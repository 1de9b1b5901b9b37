/* A thread's texts: a few buffers in turn, which grow to what they once held. */
#include "texts.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

enum { PRINTED = 512 };

static _Thread_local struct {
	char *bytes[CG_TEXTS];
	size_t caps[CG_TEXTS];
	unsigned next;
} texts;

/* Room for so many bytes, or NULL. */
static char *
room_for(size_t length)
{
	unsigned i = texts.next++ % CG_TEXTS;

	if (cg_grow(&texts.bytes[i], &texts.caps[i], length, 1) != CG_OK)
		return NULL;
	return texts.bytes[i];
}

static struct cg_text
copy(const char *bytes, size_t length)
{
	char *room = length ? room_for(length) : NULL;

	if (!room)
		return (struct cg_text){"", 0};
	memcpy(room, bytes, length);
	return (struct cg_text){room, length};
}

struct cg_text
cg_texts_of(PyObject *string)
{
	struct cg_text text = {"", 0};
	const char *utf8;
	Py_ssize_t length;
	PyObject *bytes;

	if (!string || !PyUnicode_Check(string))
		return text;
	utf8 = PyUnicode_AsUTF8AndSize(string, &length);
	if (utf8)
		return copy(utf8, (size_t)length);
	PyErr_Clear();
	bytes = PyUnicode_AsEncodedString(string, "utf-8", "backslashreplace");
	if (bytes)
		text = copy(PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
	else
		PyErr_Clear();
	Py_XDECREF(bytes);
	return text;
}

struct cg_text
cg_texts_print(const char *format, va_list args)
{
	char *room = room_for(PRINTED);
	int n = room ? vsnprintf(room, PRINTED, format, args) : -1;

	if (n < 0)
		return (struct cg_text){"", 0};
	return (struct cg_text){room, n < PRINTED ? (size_t)n : PRINTED - 1};
}

void
cg_texts_release(void)
{
	for (int i = 0; i < CG_TEXTS; i++) {
		cg_free(texts.bytes[i]);
		texts.bytes[i] = NULL;
		texts.caps[i] = 0;
	}
}
