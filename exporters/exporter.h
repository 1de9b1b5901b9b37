/*
 * One export format.
 *
 * To add one: write FORMAT.c with `const struct cg_exporter cg_exporter_FORMAT`, declare
 * it below, add the program to local.mk, its manual page to doc/man and its section to
 * doc/exporting.md. Everything around the format is shared: the command line, reading the
 * trace, placing its time in a tree, the output file.
 */
#ifndef CG_EXPORTERS_EXPORTER_H
#define CG_EXPORTERS_EXPORTER_H
#include "options.h"
#include "placed.h"
#include "stream.h"

/* What a format's writer gets; all borrowed. */
struct cg_export {
	const struct cg_placed *placed;
	const void *settings; /* of the format: what its options filled */
	struct cg_stream *stream;
	/* Tell the user, in one line, of something about the result; may be NULL. */
	void (*note)(const char *text);
};

struct cg_exporter {
	const char *format; /* the program is corograph-FORMAT */
	const char *about;  /* for the help: a paragraph, lines below 80 columns */
	const char *prefix; /* the default output is PREFIX, the trace's name, SUFFIX */
	const char *suffix;
	bool dash_pid;    /* NAME-PID instead of NAME.PID in between */
	const char *open; /* for the closing line: what opens the file; its name follows */
	const struct cg_option *options; /* its own; NULL for none */
	const void *defaults;            /* of its settings */
	size_t settings_size;            /* at most CG_SETTINGS_MAX */
	/* Write the export to x->stream. CG_NOMEM; the stream keeps failures of its own. */
	enum cg_status (*write)(const struct cg_export *x);
};

enum { CG_SETTINGS_MAX = 128 };

extern const struct cg_exporter cg_exporter_callgrind;
extern const struct cg_exporter cg_exporter_pstats;
extern const struct cg_exporter cg_exporter_speedscope;

/* How a trace is opened: cg_graph_open, or what a test puts in its place. */
typedef enum cg_status (*cg_open_fn)(struct cg_graph **graph, const char *path,
                                     unsigned flags, struct cg_error *error);

/* The whole program corograph-FORMAT: returns its exit code. */
int cg_export_main(const struct cg_exporter *exporter, cg_open_fn open_graph,
                   void (*free_graph)(struct cg_graph *), int argc, char **argv);

#endif
