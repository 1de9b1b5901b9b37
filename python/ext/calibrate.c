/*
 * Measuring what recording costs.
 *
 * The idea to know: nothing but a real recording knows, as half of the cost is the
 * interpreter's. So small loops of our own run bare, and then in a recording of their own,
 * with hooks for them alone. What a loop takes longer is what its events cost; which side of
 * the clock readings it fell on, the nodes tell. The work that a call is by itself is taken
 * to be half the caller's. The least of several rounds counts.
 */
#include "calibrate.h"

#include "collector/hot.h"
#include "events.h"
#include "hooks.h"

#include <string.h>

enum { TIMES = 64, ROUNDS = 4 };

enum loop { EMPTY, CALLS, C_CALLS, STARTS, STEPS, LINKS, LOOPS };

/* The loops, and what they call. */
static const char *const names[] = {"empty", "calls", "c_calls", "starts", "steps",
                                    "links", "leaf",  "none",    "items",  "chain"};
enum { FUNCTIONS = sizeof names / sizeof *names };
static const char source[] = "def leaf(): pass\n"
							 "def none():\n"
							 "    return\n"
							 "    yield\n"
							 "def items(r):\n"
							 "    for _ in r: yield\n"
							 "def chain(r, items=items): yield from items(r)\n"
							 "def empty(r):\n"
							 "    for _ in r: pass\n"
							 "def calls(r, leaf=leaf):\n"
							 "    for _ in r: leaf()\n"
							 "def c_calls(r, id=id):\n"
							 "    for _ in r: id(r)\n"
							 "def starts(r, none=none):\n"
							 "    for _ in r:\n"
							 "        for _ in none(): pass\n"
							 "def steps(r, items=items):\n"
							 "    for _ in items(r): pass\n"
							 "def links(r, chain=chain):\n"
							 "    for _ in chain(r): pass\n";

/* The ticks of TIMES rounds of a loop, bare or of the nodes of a recorded one. */
struct times {
	uint64_t bare;
	uint64_t depth[3]; /* the loop itself, what it calls, what that one calls */
};

struct calibration {
	PyObject *scope, *range;
	PyObject *functions[FUNCTIONS]; /* borrowed from the scope */
	const struct cg_settings *settings;
	struct times least[LOOPS], sums[LOOPS];
};

/* What was measured in this process, without and with C functions. */
static struct {
	bool done;
	struct cg_tick_costs costs;
} known[2];

static bool
prepare(struct calibration *c)
{
	PyObject *code = Py_CompileString(source, "<corograph>", Py_file_input);
	PyObject *done = NULL;

	c->scope = PyDict_New();
	c->range = PyObject_CallFunction((PyObject *)&PyRange_Type, "i", TIMES);
	if (code && c->scope && c->range &&
	    PyDict_SetItemString(c->scope, "__builtins__", PyEval_GetBuiltins()) == 0)
		done = PyEval_EvalCode(code, c->scope, c->scope);
	for (int i = 0; done && i < FUNCTIONS; i++)
		c->functions[i] = PyDict_GetItemString(c->scope, names[i]);
	Py_XDECREF(done);
	Py_XDECREF(code);
	memset(c->least, 0xff, sizeof c->least);
	return done != NULL;
}

/* The functions and their globals hold each other. */
static void
release(struct calibration *c)
{
	if (c->scope)
		PyDict_Clear(c->scope);
	Py_CLEAR(c->scope);
	Py_CLEAR(c->range);
}

static void
keep_less(uint64_t *least, uint64_t value)
{
	if (value < *least)
		*least = value;
}

static int
run(const struct calibration *c, int loop)
{
	PyObject *done = PyObject_CallOneArg(c->functions[loop], c->range);

	Py_XDECREF(done);
	return done ? 0 : -1;
}

static int
run_bare(struct calibration *c, int loop)
{
	uint64_t start = cg_ticks(c->settings->clock);
	int result = run(c, loop);

	keep_less(&c->least[loop].bare, cg_ticks(c->settings->clock) - start);
	return result;
}

/* What the nodes have got more than before. */
static void
keep_nodes(struct calibration *c, int loop, struct cg_thread *th)
{
	PyObject *code = PyFunction_GET_CODE(c->functions[loop]);
	const struct cg_img_node *node =
		cg_child(th, th->root, cg_code_key((PyCodeObject *)code), CG_EDGE_CALL);

	for (int i = 0; i < 3 && node; i++) {
		keep_less(&c->least[loop].depth[i], node->run - c->sums[loop].depth[i]);
		c->sums[loop].depth[i] = node->run;
		node = node->last_child ? cg_image_at(th->base, node->last_child) : NULL;
	}
}

static int
run_recorded(struct calibration *c, struct cg_thread *th)
{
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < LOOPS; i++) {
			if (i == C_CALLS && !c->settings->builtins)
				continue;
			if (run(c, i) < 0)
				return -1;
			keep_nodes(c, i, th);
		}
	return 0;
}

/* All that a node needs is that functions differ. */
static bool
describe(void *arg, uint64_t key, struct cg_function_info *info)
{
	static uint32_t line;

	(void)arg;
	(void)key;
	*info = (struct cg_function_info){.line = ++line};
	return true;
}

static int
record(struct calibration *c, struct cg_collector *collector)
{
	PyObject *codes[FUNCTIONS];
	struct cg_thread *th;
	int result = 0;

	for (int i = 0; i < FUNCTIONS; i++)
		codes[i] = PyFunction_GET_CODE(c->functions[i]);
	if (cg_recorder_begin(collector, c->settings->clock, 0) < 0)
		return -1;
	cg_recorder_go();
	th = cg_recorder_seat((PyCodeObject *)codes[0]);
	if (th)
		result = cg_hooks_arm_for(codes, FUNCTIONS, c->settings->builtins);
	if (th && result == 0) {
		result = run_recorded(c, th);
		cg_hooks_disarm();
	}
	(void)cg_recorder_end();
	return result;
}

/* In a recording of its own, whatever the calling thread is in the midst of. */
static int
record_apart(struct calibration *c)
{
	struct cg_settings settings = *c->settings;
	struct cg_here here = cg_here;
	struct cg_collector *collector;
	int result;

	settings.path = NULL;
	settings.ops = (struct cg_ops){.describe = describe, .cpu = cg_recorder_cpu};
	if (cg_collector_new(&collector, &settings))
		return 0;
	cg_here.closed = 0;
	result = record(c, collector);
	here.seat = cg_here.seat;
	cg_here = here;
	cg_collector_free(collector);
	return result;
}

static uint64_t
above(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* What is left of ticks of TIMES, less `starts` of generators, as ticks of CG_COSTS_OF. */
static uint32_t
cost(uint64_t ticks, uint64_t less, uint32_t starts)
{
	uint64_t left = above(above(ticks, less) * CG_COSTS_OF, starts) / TIMES;

	return left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}

/* Half of what a loop takes longer than another, bare. */
static uint64_t
half_of(const struct calibration *c, enum loop loop, enum loop less)
{
	return above(c->least[loop].bare, c->least[less].bare) / 2;
}

/* Of a loop over the range that calls something in each round. */
static struct cg_tick_cost
cost_of_calls(const struct calibration *c, enum loop loop)
{
	const struct times *t = &c->least[loop];
	uint64_t empty = c->least[EMPTY].depth[0], half = half_of(c, loop, EMPTY);

	return (struct cg_tick_cost){cost(t->depth[1], half, 0),
	                             cost(t->depth[0], half + empty, 0)};
}

/* Here the range is gone through by what is stepped, which is started once. */
static struct cg_tick_cost
cost_of_steps(const struct calibration *c, const struct cg_tick_cost *start)
{
	const struct times *t = &c->least[STEPS];
	uint64_t empty = c->least[EMPTY].depth[0], half = half_of(c, STEPS, EMPTY);

	return (struct cg_tick_cost){cost(t->depth[1], half + empty, start->inner),
	                             cost(t->depth[0], half, start->outer)};
}

static struct cg_tick_cost
cost_of_links(const struct calibration *c, const struct cg_tick_cost *start)
{
	const struct times *one = &c->least[STEPS], *two = &c->least[LINKS];
	uint64_t half = half_of(c, LINKS, STEPS), rest = two->depth[0] + two->depth[1];

	return (struct cg_tick_cost){cost(two->depth[2], one->depth[1] + half, start->inner),
	                             cost(rest, one->depth[0] + half, start->outer)};
}

/* Has each loop got the nodes that are asked for? A recording may be out of memory. */
static bool
is_whole(const struct calibration *c)
{
	static const int deepest[LOOPS] = {0, 1, 1, 1, 1, 2};

	for (int i = 0; i < LOOPS; i++)
		if ((i != C_CALLS || c->settings->builtins) &&
		    c->least[i].depth[deepest[i]] == UINT64_MAX)
			return false;
	return true;
}

static int
measure(struct calibration *c, struct cg_tick_costs *costs)
{
	for (int round = 0; round < ROUNDS; round++)
		for (int i = 0; i < LOOPS; i++)
			if (run_bare(c, i) < 0)
				return -1;
	if (record_apart(c) < 0)
		return -1;
	if (!is_whole(c))
		return 0;
	costs->call = cost_of_calls(c, CALLS);
	if (c->settings->builtins)
		costs->c_call = cost_of_calls(c, C_CALLS);
	costs->start = cost_of_calls(c, STARTS);
	costs->step = cost_of_steps(c, &costs->start);
	costs->link = cost_of_links(c, &costs->start);
	return 0;
}

static int
calibrate(struct cg_tick_costs *costs, const struct cg_settings *settings)
{
	struct calibration c = {.settings = settings};
	bool collecting = cg_gc_set(false); /* of ours it would be of the program's, too */
	int result = 0;

	if (prepare(&c))
		result = measure(&c, costs);
	else
		PyErr_Clear();
	release(&c);
	if (collecting)
		cg_gc_set(true);
	return result;
}

/* A handler of a signal has raised. Ctrl-C is for the program, which may catch it. */
static int
interrupted(void)
{
	if (!PyErr_ExceptionMatches(PyExc_KeyboardInterrupt))
		return -1;
	PyErr_Clear();
	PyErr_SetInterrupt();
	return 0;
}

int
cg_calibrate(struct cg_tick_costs *costs, const struct cg_settings *settings)
{
	bool which = settings->builtins;

	*costs = (struct cg_tick_costs){0};
	if (settings->clock == CG_CLOCK_COARSE || !cg_hooks_alone() ||
	    _PyInterpreterState_GetEvalFrameFunc(PyInterpreterState_Main()) !=
	        _PyEval_EvalFrameDefault)
		return 0;
	if (!known[which].done) {
		if (calibrate(&known[which].costs, settings) < 0)
			return interrupted();
		known[which].done = true;
	}
	*costs = known[which].costs;
	return 0;
}
