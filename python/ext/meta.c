/* Python's version and path, the system, the command line. */
#include "meta.h"

#include "base/buffer.h"
#include "lookup.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

static void
set(struct cg_collector *collector, enum cg_img_meta which, const char *bytes,
    size_t length)
{
	struct cg_text text = {bytes, length};

	(void)cg_collector_set_meta(collector, which, text); /* a full image says so itself */
}

static void
set_object(struct cg_collector *collector, enum cg_img_meta which, const char *name)
{
	PyObject *value = PySys_GetObject(name);
	PyObject *bytes =
		value && PyUnicode_Check(value) ? PyUnicode_EncodeFSDefault(value) : NULL;

	if (bytes)
		set(collector, which, PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes));
	Py_XDECREF(bytes);
	PyErr_Clear();
}

static void
set_platform(struct cg_collector *collector)
{
	struct utsname system;
	struct cg_buffer text;

	if (uname(&system) != 0)
		return;
	cg_buffer_init(&text);
	cg_buffer_printf(&text, "%s %s", system.sysname, system.machine);
	if (!text.status)
		set(collector, CG_META_PLATFORM, (const char *)text.data, text.len);
	cg_buffer_release(&text);
}

/* What the system says, where Python does not: before 3.10. */
static void
put_command_line(struct cg_buffer *text)
{
	FILE *file = fopen("/proc/self/cmdline", "re");
	char bytes[4096];
	size_t n;

	while (file && (n = fread(bytes, 1, sizeof bytes, file)) > 0)
		cg_buffer_put(text, bytes, n);
	if (file)
		fclose(file);
}

/* The bytes that the system gave; sys.argv may be anything by now. */
static void
set_command(struct cg_collector *collector)
{
	PyObject *arguments = PySys_GetObject("orig_argv");
	struct cg_buffer text;

	cg_buffer_init(&text);
	if (!arguments)
		put_command_line(&text);
	for (Py_ssize_t i = 0;
	     arguments && PyList_Check(arguments) && i < PyList_GET_SIZE(arguments); i++) {
		PyObject *argument = PyList_GET_ITEM(arguments, i);
		PyObject *bytes =
			PyUnicode_Check(argument) ? PyUnicode_EncodeFSDefault(argument) : NULL;

		if (bytes)
			cg_buffer_put(&text, PyBytes_AS_STRING(bytes),
			              (size_t)PyBytes_GET_SIZE(bytes) + 1);
		Py_XDECREF(bytes);
	}
	PyErr_Clear();
	if (!text.status && text.len)
		set(collector, CG_META_COMMAND, (const char *)text.data, text.len);
	cg_buffer_release(&text);
}

/* Globs of one sign, as struct cg_trace_info has them. */
static void
set_globs(struct cg_collector *collector, enum cg_img_meta which, char sign,
          const struct cg_filter_spec *spec)
{
	const char *at = spec->globs, *end = at + spec->length;
	struct cg_buffer text;

	cg_buffer_init(&text);
	for (; at < end; at += strlen(at) + 1) {
		if (*at != sign)
			continue;
		if (text.len)
			cg_buffer_put_u8(&text, ':');
		for (const char *c = at + 1; *c; c++) {
			if (*c == ':')
				cg_buffer_put_u8(&text, '\\');
			cg_buffer_put_u8(&text, (uint8_t)*c);
		}
	}
	if (!text.status && text.len)
		set(collector, which, (const char *)text.data, text.len);
	cg_buffer_release(&text);
}

void
cg_meta_fill(struct cg_collector *collector, const struct cg_session_options *options)
{
	const char *version = Py_GetVersion();

	set(collector, CG_META_PYTHON, version, strcspn(version, " "));
	set_object(collector, CG_META_EXECUTABLE, "executable");
	set_platform(collector);
	set_command(collector);
	cg_image_header(&collector->image)->parent_pid = options->parent_pid;
	set_globs(collector, CG_META_INCLUDE, '+', &options->wishes.filter);
	set_globs(collector, CG_META_EXCLUDE, '-', &options->wishes.filter);
	if (options->parent)
		set(collector, CG_META_PARENT, options->parent, strlen(options->parent));
}
