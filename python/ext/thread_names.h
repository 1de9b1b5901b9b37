/* The names that a program gave its threads. */
#ifndef CG_THREAD_NAMES_H
#define CG_THREAD_NAMES_H
#include "compat.h"

#include "collector/collector.h"

/* The Thread object of a frame of threading.Thread._bootstrap: a new reference, or NULL. */
PyObject *cg_thread_bootstrapped(const cg_frame *frame);

/*
 * The name of the thread with that identity (PyThreadState's thread_id); `frame` may be
 * the frame it begins with, or NULL. The text is the thread's own (texts.h).
 */
bool cg_thread_name_find(unsigned long ident, const cg_frame *frame, struct cg_text *name);
#endif
