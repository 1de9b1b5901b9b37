/*
 * The JSON report of a graph. With a path as argument it writes a trace there instead, that
 * has something in every table: tests/e2e/test_report.py reads it with `corograph report`.
 */
#include "made_records.h"
#include "trace/save.h"

static struct made m;
static char text[1 << 20];
static size_t length, calls, most, stop_at;

static bool
keep(void *arg, const char *piece, size_t n)
{
	if (arg != &m || (stop_at && ++calls == stop_at))
		return false;
	if (n > most)
		most = n;
	memcpy(text + length, piece, n);
	length += n;
	text[length] = '\0';
	return true;
}

static enum cg_status
write_report(const struct cg_graph *graph)
{
	length = calls = most = 0;
	return cg_graph_write_json(graph, keep, &m);
}

static void
sample(const char *name)
{
	uint32_t t, module, foo, sleep, a, b, c;

	made_init(&m);
	m.records.costs.call = (struct cg_tick_cost){10 * CG_COSTS_OF, 5 * CG_COSTS_OF};
	m.records.costs.c_call = (struct cg_tick_cost){8 * CG_COSTS_OF, 4 * CG_COSTS_OF};
	module = made_function(&m, "<module>", CG_KIND_FUNCTION);
	foo = made_function(&m, name, CG_KIND_COROUTINE);
	sleep = made_function(&m, "<built-in method time.sleep>", CG_KIND_BUILTIN);
	t = made_thread(&m, "MainThread");
	a = made_node(&m, t, module, CG_EDGE_CALL, 100);
	m.nodes[a].hosted = 300;
	b = made_node(&m, t, foo, CG_EDGE_SPAWN, 200);
	m.nodes[b].origin = a;
	m.nodes[b].await = 50;
	m.nodes[b].suspensions = 1;
	c = made_node(&m, b, sleep, CG_EDGE_CALL, 100);
	m.nodes[c].gap = 100;
	made_spawn(&m, a, b, 1);
	m.spawns[0].name = made_string(&m, "Task-1");
	made_spawn(&m, CG_NONE, b, 2);
	m.tasks[m.records.task_count++] = (struct cg_rec_task){
		.name = made_string(&m, "Task-1"), .start = 1200, .end = 1450, .parked = 50};
	m.holds[m.records.hold_count++] = (struct cg_rec_hold){.node = b,
	                                                       .over_10ms = 3,
	                                                       .over_50ms = 2,
	                                                       .over_100ms = 1,
	                                                       .longest = 150,
	                                                       .held = 200};
	m.threads[0].native_id = UINT64_MAX;
	m.threads[0].first = 1010;
	m.threads[0].last = 2000;
	m.records.pid = 7;
	m.records.start.real_ns = -1;
	m.command[m.records.command_count++] = made_string(&m, "app.py");
	m.command[m.records.command_count++] = made_string(&m, "");
}

static const char expected[] =
	"{\"schema\": \"corograph-report/1\",\n"
	"\"trace\": {\"complete\": true, \"python\": \"3.11.7\", "
	"\"clock\": {\"wall\": \"made_up\", \"cpu\": \"thread_cputime_gap\"}, "
	"\"start_unix_ns\": -1, \"elapsed_ns\": 1000, \"command\": [\"app.py\", \"\"], "
	"\"pid\": 7, \"lost_events\": 0, \"takeovers\": 0, \"include\": \"\", \"exclude\": \"\", \"compensated\": null},\n"
	"\"functions\": [\n"
	"{\"name\": \"<built-in method time.sleep>\", \"file\": \"\", \"line\": 0, "
	"\"kind\": \"builtin\", \"calls\": 1, \"primitive_calls\": 1, \"finished\": 1, "
	"\"raised\": 0, \"unfinished\": 0, \"begun_before\": 0, \"suspensions\": 0, "
	"\"wall_ns\": 100, \"run_ns\": 100, \"await_ns\": 0, \"hosted_ns\": 0, \"cpu_ns\": 0, "
	"\"work_ns\": 100, \"self_run_ns\": 100, \"self_await_ns\": 0, \"self_cpu_ns\": 0, "
	"\"inexact\": false},\n"
	"{\"name\": \"<module>\", \"file\": \"app.py\", \"line\": 1, "
	"\"kind\": \"function\", \"calls\": 1, \"primitive_calls\": 1, \"finished\": 1, "
	"\"raised\": 0, \"unfinished\": 0, \"begun_before\": 0, \"suspensions\": 0, "
	"\"wall_ns\": 400, \"run_ns\": 100, \"await_ns\": 0, \"hosted_ns\": 300, "
	"\"cpu_ns\": 100, \"work_ns\": 400, \"self_run_ns\": 100, \"self_await_ns\": 0, "
	"\"self_cpu_ns\": 100, \"inexact\": false},\n"
	"{\"name\": \"Tab\\u0009here \\\"q\\\" \\\\ \\u007f \xc3\xa9\xe2\x82\xac\", "
	"\"file\": \"app.py\", \"line\": 2, "
	"\"kind\": \"coroutine\", \"calls\": 1, \"primitive_calls\": 1, \"finished\": 1, "
	"\"raised\": 0, \"unfinished\": 0, \"begun_before\": 0, \"suspensions\": 1, "
	"\"wall_ns\": 350, \"run_ns\": 300, \"await_ns\": 50, \"hosted_ns\": 0, "
	"\"cpu_ns\": 200, \"work_ns\": 300, \"self_run_ns\": 200, \"self_await_ns\": 50, "
	"\"self_cpu_ns\": 200, \"inexact\": false}],\n"
	"\"edges\": [\n"
	"{\"caller\": 1, \"callee\": 2, \"kind\": \"spawn\", \"calls\": 1, \"wall_ns\": 350, "
	"\"run_ns\": 300, \"await_ns\": 50, \"cpu_ns\": 200},\n"
	"{\"caller\": 2, \"callee\": 0, \"kind\": \"call\", \"calls\": 1, \"wall_ns\": 100, "
	"\"run_ns\": 100, \"await_ns\": 0, \"cpu_ns\": 0}],\n"
	"\"threads\": [\n"
	"{\"id\": 1, \"name\": \"MainThread\", \"native_id\": 18446744073709551615, "
	"\"creator\": null, \"count\": 1, \"run_ns\": 400, \"cpu_ns\": 300, "
	"\"first_ns\": 10, \"last_ns\": 1000}],\n"
	"\"tasks\": [\n"
	"{\"name\": \"Task-1\", \"root\": 2, \"creator\": 1, \"count\": 1, \"span_ns\": 0, "
	"\"run_ns\": 300, \"await_ns\": 50, \"cpu_ns\": 200, \"longest_ns\": 0},\n"
	"{\"name\": \"Tab\\u0009here \\\"q\\\" \\\\ \\u007f \xc3\xa9\xe2\x82\xac\", "
	"\"root\": 2, \"creator\": null, \"count\": 2, \"span_ns\": 0, \"run_ns\": 0, "
	"\"await_ns\": 0, \"cpu_ns\": 0, \"longest_ns\": 0}]}\n";

static void
whole(void)
{
	struct cg_graph *graph;

	sample("Tab\there \"q\" \\ \x7f \xc3\xa9\xe2\x82\xac");
	graph = made_graph(&m);
	stop_at = 0;
	eq(write_report(graph), CG_OK, "a report is written");
	if (!ok(!strcmp(text, expected), "keys, order and numbers of the contract"))
		fprintf(stderr, "%s", text);
	cg_graph_free(graph);
}

/* Names longer than any buffer, and enough of them for several pieces. */
static void
pieces(void)
{
	static char name[20000];
	struct cg_graph *graph;
	size_t whole_length, good;

	made_init(&m);
	memset(name, 'x', sizeof name - 1);
	made_node(&m, made_thread(&m, "t"), made_function(&m, name, CG_KIND_FUNCTION),
	          CG_EDGE_CALL, 1);
	graph = made_graph(&m);
	stop_at = 0;
	eq(write_report(graph), CG_OK, "a long name is written");
	ok(strstr(text, name) && most <= 4096, "in pieces of bounded size");
	whole_length = length;
	for (good = 0, stop_at = 1; stop_at < 10 && write_report(graph) == CG_IO; stop_at++)
		good += calls == stop_at && length < whole_length;
	eq(good, 6, "a refused piece ends the writing at once, whichever it is");
	cg_graph_free(graph);
}

int
main(int argc, char **argv)
{
	if (argc == 2) {
		sample("\"q\", \\ \xc3\xa9\xe2\x82\xac"); /* a trace has no control characters */
		return cg_trace_write_file(&m.records, argv[1], 6, NULL) != CG_OK;
	}
	whole();
	pieces();
	return done();
}
