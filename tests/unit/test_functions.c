/* Function rows: which functions are one, and in which order they stand. */
#include "made_records.h"

static struct made m;

static uint32_t
function(const char *name, const char *file, uint32_t line, enum cg_kind kind)
{
	uint32_t f = made_function(&m, name, kind);

	m.functions[f].file = made_string(&m, file);
	m.functions[f].line = line;
	return f;
}

int
main(void)
{
	struct cg_graph *graph;
	uint32_t root, unused, i;
	static const struct {
		const char *name, *file;
		uint32_t line;
		enum cg_kind kind;
	} rows[] = {
		{"<built-in method time.sleep>", "", 0, CG_KIND_BUILTIN},
		{"g", "a.py", 3, CG_KIND_FUNCTION},
		{"f", "a.py", 20, CG_KIND_FUNCTION},
		{"f", "a.py", 20, CG_KIND_COROUTINE},
		{"h", "a.py", 20, CG_KIND_FUNCTION},
		{"f", "b.py", 1, CG_KIND_FUNCTION},
	};
	enum { ROWS = sizeof rows / sizeof *rows };

	made_init(&m);
	root = made_thread(&m, "t");
	unused = function("unused", "a.py", 1, CG_KIND_FUNCTION);
	m.functions[unused].module = made_string(&m, "a");
	for (i = ROWS; i-- > 0;)
		made_node(&m, root,
		          function(rows[i].name, rows[i].file, rows[i].line, rows[i].kind),
		          CG_EDGE_CALL, 1);
	/* the same function again, under strings that are not the same */
	m.strings[m.records.string_count] = (struct cg_rec_string){(char[]){"h"}, 1};
	i = function("h", "a.py", 20, CG_KIND_FUNCTION);
	m.functions[i].name = m.records.string_count++;
	m.functions[i].module = made_string(&m, "pkg.a");
	made_node(&m, root, i, CG_EDGE_CALL, 1);
	graph = made_graph(&m);
	eq(graph->function_count, ROWS, "equal ones share a row, unused ones have none");
	for (i = 0; i < ROWS; i++) {
		const struct cg_function *f = &graph->functions[i];

		ok(!strcmp(f->name, rows[i].name) && !strcmp(f->file, rows[i].file) &&
		       f->line == rows[i].line && f->kind == rows[i].kind,
		   "by file, line, name and kind");
	}
	eq(made_row(graph, "h")->calls, 2, "a row has the sum");
	ok(!strcmp(made_row(graph, "h")->module, "pkg.a"), "and the module that is known");
	ok(!strcmp(made_row(graph, "g")->module, ""), "or none");
	cg_graph_free(graph);
	return done();
}
