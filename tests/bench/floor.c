/*
 * The least that a profiler can cost: the events that Corograph registers, C functions
 * included, with callbacks that do nothing, or that only read the clock.
 *
 * A module of its own, built by tests/bench/run for each Python: nothing else uses it.
 */
#include <Python.h>

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__) || defined(__i386__)
#define READ_CLOCK() __builtin_ia32_rdtsc()
#else
#include <time.h>
static uint64_t
READ_CLOCK(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}
#endif

static uint64_t last;

static void
read_clock(void)
{
	*(volatile uint64_t *)&last = READ_CLOCK();
}

#if PY_VERSION_HEX >= 0x030c0000
struct callback {
	PyObject head;
	vectorcallfunc call;
};

static PyObject *
do_nothing(PyObject *self, PyObject *const *args, size_t n, PyObject *names)
{
	(void)self, (void)args, (void)n, (void)names;
	Py_RETURN_NONE;
}

static PyObject *
do_read(PyObject *self, PyObject *const *args, size_t n, PyObject *names)
{
	(void)self, (void)args, (void)n, (void)names;
	read_clock();
	Py_RETURN_NONE;
}

/* A CALL of a Python function needs no reading: its start follows at once. */
static PyObject *
do_read_call(PyObject *self, PyObject *const *args, size_t n, PyObject *names)
{
	(void)self, (void)n, (void)names;
	if (!PyFunction_Check(args[2]) && !PyMethod_Check(args[2]))
		read_clock();
	Py_RETURN_NONE;
}

static const struct {
	const char *name;
	vectorcallfunc read;
} events[] = {
	{"PY_START", do_read},  {"PY_RESUME", do_read}, {"PY_THROW", do_read},
	{"PY_YIELD", do_read},  {"PY_RETURN", do_read}, {"PY_UNWIND", do_read},
	{"CALL", do_read_call}, {"C_RETURN", do_read},  {"C_RAISE", do_read},
};

static PyMemberDef members[] = {
	{"__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct callback, call), Py_READONLY,
     NULL},
	{NULL, 0, 0, 0, NULL},
};
static PyType_Slot slots[] = {
	{Py_tp_call, PyVectorcall_Call},
	{Py_tp_members, members},
	{0, NULL},
};
static PyType_Spec spec = {
	.name = "_floor.Callback",
	.basicsize = sizeof(struct callback),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
	.slots = slots,
};

static int
register_one(PyObject *monitoring, PyObject *bits, PyTypeObject *type, size_t i, int clock)
{
	PyObject *bit = PyObject_GetAttrString(bits, events[i].name);
	struct callback *callback = bit ? PyObject_New(struct callback, type) : NULL;
	PyObject *done;
	long value = callback ? PyLong_AsLong(bit) : -1;

	if (!callback)
		return -1;
	callback->call = clock ? events[i].read : do_nothing;
	done = PyObject_CallMethod(monitoring, "register_callback", "iOO", 4, bit, callback);
	return done ? (int)value : -1;
}

static PyObject *
start(PyObject *self, PyObject *arg)
{
	PyObject *monitoring = PySys_GetObject("monitoring");
	PyObject *bits = PyObject_GetAttrString(monitoring, "events");
	PyTypeObject *type = (PyTypeObject *)PyType_FromSpec(&spec);
	int all = 0;

	(void)self;
	if (!bits || !type ||
	    !PyObject_CallMethod(monitoring, "use_tool_id", "is", 4, "floor"))
		return NULL;
	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		int bit = register_one(monitoring, bits, type, i, PyObject_IsTrue(arg));

		if (bit < 0)
			return NULL;
		all |= bit;
	}
	return PyObject_CallMethod(monitoring, "set_events", "ii", 4, all);
}
#else
static int
do_nothing(PyObject *self, PyFrameObject *frame, int what, PyObject *arg)
{
	(void)self, (void)frame, (void)what, (void)arg;
	return 0;
}

static int
do_read(PyObject *self, PyFrameObject *frame, int what, PyObject *arg)
{
	(void)self, (void)frame, (void)what, (void)arg;
	read_clock();
	return 0;
}

static PyObject *
start(PyObject *self, PyObject *arg)
{
	PyThreadState *t = PyInterpreterState_ThreadHead(PyInterpreterState_Get());

	(void)self;
	for (; t; t = PyThreadState_Next(t))
		_PyEval_SetProfile(t, PyObject_IsTrue(arg) ? do_read : do_nothing, NULL);
	Py_RETURN_NONE;
}
#endif

static PyMethodDef methods[] = {
	{"start", start, METH_O, "start(clock): register the callbacks, for good"},
	{NULL, NULL, 0, NULL},
};
static struct PyModuleDef module = {
	.m_base = PyModuleDef_HEAD_INIT,
	.m_name = "_floor",
	.m_size = -1,
	.m_methods = methods,
};

PyMODINIT_FUNC PyInit__floor(void);

PyMODINIT_FUNC
PyInit__floor(void)
{
	return PyModule_Create(&module);
}
