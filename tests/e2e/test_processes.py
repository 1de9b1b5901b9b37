#!/usr/bin/env python3
"""Every process of a program has a trace of its own with `record --subprocesses`."""
import glob
import os
import re
import signal
import subprocess
import sys

from figures import calls_of, check_trace
from harness import COROGRAPH, PYTHON, corograph, record, run, test, write

CHILD = """
import os, sys
def step(): pass
def child_only():
    for _ in range(int(sys.argv[1])): step()
child_only()
"""


def family(source, *arguments, options=(), script="app.py"):
    """Record a script with --subprocesses: {trace's name: its report}, and the run."""
    write(script, source)
    done = record(script, *arguments, options=["--subprocesses", *options], trace="app.coro")
    assert not glob.glob("*.live"), (os.listdir("."), done.stderr)
    return {name: check_trace(name) for name in sorted(glob.glob("*.coro"))}, done


def total(traces, name):
    """Calls of a function in all traces, and in how many of them it was called."""
    calls = [calls_of(data, name) for data in traces.values()]
    return sum(calls), sum(c > 0 for c in calls)


def parent(trace):
    """(pid, name of the trace) of the parent as `info` tells it, or None."""
    done = corograph("info", trace)
    assert done.returncode == 0, done.stderr
    found = re.search(r"^parent +(\d+) in (.+)$", done.stdout, re.M)
    return found and (int(found.group(1)), found.group(2))


def pid(trace):
    return int(re.search(r"^pid +(\d+)$", corograph("info", trace).stdout, re.M).group(1))


def check_family(traces, children):
    """As many children as that, all of the first process and named after their pids."""
    assert len(traces) == children + 1, sorted(traces)
    assert parent("app.coro") is None
    for name in traces:
        if name != "app.coro":
            assert name == f"app.{pid(name)}.coro", name
            assert parent(name) == (pid("app.coro"), "app.coro"), (name, parent(name))


@test("forked children: os._exit, an ordinary end and a kill, each in its own trace")
def _():
    traces, done = family("""
import os, signal, sys
def step(): pass
def child(n):
    for _ in range(n): step()
    if n == 10: os._exit(0)
    if n == 30: os.kill(os.getpid(), signal.SIGKILL)
    sys.exit(0)
for n in 10, 20, 30:
    if os.fork() == 0:
        child(n)
for _ in range(3):
    os.wait()
for _ in range(5): step()
""")
    assert done.returncode == 0, done.stderr
    check_family(traces, 3)
    assert sorted(calls_of(data, "step") for data in traces.values()) == [5, 10, 20, 30]
    assert total(traces, "child") == (3, 3)
    assert "3 more processes in app.*.coro" in done.stderr, done.stderr
    modules = [f for data in traces.values() for f in data["functions"]
               if f["name"] == "<module>" and f["file"].endswith("app.py")]
    assert sorted(f["calls"] for f in modules) == [0, 0, 0, 1]
    assert sorted(f["begun_before"] for f in modules) == [0, 1, 1, 1]


@test("without --subprocesses there is one trace, and the summary tells of the forks")
def _():
    write("child.py", CHILD)
    write("app.py", "import os, subprocess, sys\n"
                    "def mine(): pass\n"
                    "if os.fork() == 0: mine(); os._exit(0)\n"
                    "os.wait()\n"
                    "subprocess.check_call([sys.executable, 'child.py', '3'])\n"
                    "assert 'corograph' not in os.environ.get('PYTHONPATH', '')\n"
                    "mine()")
    done = record("app.py", trace="app.coro")
    assert done.returncode == 0, done.stderr
    assert glob.glob("*.coro") == ["app.coro"] and "more process" not in done.stderr
    assert calls_of(check_trace("app.coro"), "mine") == 1
    assert "the children are not in it" in done.stderr, done.stderr


@test("a grandchild names the child that forked it, and a fork in a thread is its thread's")
def _():
    traces, done = family("""
import os, threading
def step(): pass
def grandchild():
    step(); os._exit(0)
def child():
    step(); step()
    if os.fork() == 0: grandchild()
    os.wait()
    os._exit(0)
def in_thread():
    if os.fork() == 0: child()
    os.wait()
t = threading.Thread(target=in_thread)
t.start()
t.join()
""")
    assert done.returncode == 0, done.stderr
    assert total(traces, "step") == (3, 2) and len(traces) == 3
    of = {calls_of(data, "step"): name for name, data in traces.items()}
    assert parent(of[2]) == (pid("app.coro"), "app.coro")
    assert parent(of[1]) == (pid(of[2]), of[2])
    assert len(traces[of[2]]["threads"]) == 1, traces[of[2]]["threads"]


@test("subprocess of a Python, through a shell too, and no trace of what is no Python")
def _():
    write("child.py", CHILD)
    traces, done = family("""
import subprocess, sys
def mine(): pass
mine()
for n in "10", "20":
    subprocess.check_call([sys.executable, "child.py", n])
subprocess.check_call("'%s' child.py 30; true" % sys.executable, shell=True)
subprocess.check_call(["true"])
""")
    assert done.returncode == 0, done.stderr
    check_family(traces, 3)
    assert total(traces, "step") == (60, 3) and total(traces, "child_only") == (3, 3)
    assert total(traces, "mine") == (1, 1)


@test("a process that executes another Python has a trace for each, the second in the first")
def _():
    write("child.py", CHILD)
    traces, done = family("""
import os, sys
def mine(): pass
mine()
os.execv(sys.executable, [sys.executable, "child.py", "7"])
""")
    assert done.returncode == 0, done.stderr
    check_family(traces, 1)
    other, = set(traces) - {"app.coro"}
    assert pid(other) == pid("app.coro")
    assert total(traces, "mine") == (1, 1) and calls_of(traces[other], "step") == 7


MULTIPROCESSING = """
import multiprocessing, sys
def step(): pass
def task(n):
    for _ in range(n): step()
    return n
def starts():
    context = multiprocessing.get_context(sys.argv[1])
    ps = [context.Process(target=task, args=(n,)) for n in (10, 20, 30)]
    for p in ps: p.start()
    for p in ps: p.join()
    assert [p.exitcode for p in ps] == [0, 0, 0]
    for _ in range(5): step()
if __name__ == "__main__":
    starts()
"""


def check_multiprocessing(kind, helpers):
    traces, done = family(MULTIPROCESSING, kind)
    assert done.returncode == 0, done.stderr
    assert len(traces) == 4 + helpers, (sorted(traces), done.stderr)
    assert sorted(calls_of(data, "step") for data in traces.values()) \
        == helpers * [0] + [5, 10, 20, 30]
    assert total(traces, "task") == (3, 3) and total(traces, "starts") == (1, 1)


@test("multiprocessing by fork")
def _():
    check_multiprocessing("fork", 0)


@test("multiprocessing by spawn: the resource tracker is a process, too")
def _():
    check_multiprocessing("spawn", 1)


@test("multiprocessing by forkserver: the server and the tracker are processes, too")
def _():
    check_multiprocessing("forkserver", 2)


@test("the workers of a ProcessPoolExecutor")
def _():
    traces, done = family("""
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
def step(): pass
def task(n):
    for _ in range(n): step()
    return n
if __name__ == "__main__":
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        assert list(pool.map(task, range(20))) == list(range(20))
""")
    assert done.returncode == 0, done.stderr
    assert total(traces, "task")[0] == 20 and total(traces, "step")[0] == 190
    assert calls_of(traces["app.coro"], "task") == 0
    assert 2 <= len(traces) <= 3, sorted(traces)


@test("processes that outlive the program are waited for")
def _():
    write("late.py", "import os, time\n"
                     "def step(): pass\n"
                     "while os.getppid() == int(os.environ['STARTER']): time.sleep(0.01)\n"
                     "for _ in range(9): step()\n")
    traces, done = family("""
import os, subprocess, sys
subprocess.Popen([sys.executable, "late.py"], env=dict(os.environ, STARTER=str(os.getpid())))
""")
    assert done.returncode == 0, done.stderr
    assert total(traces, "step") == (9, 1) and len(traces) == 2


@test("a signal ends the wait; what still runs can be read and records on")
def _():
    write("app.py", """
import os, signal, time
def step(): pass
if os.fork() == 0:
    step()
    open("ready", "w").close()
    while True: time.sleep(0.02)
while not os.path.exists("ready"): time.sleep(0.01)
open("pid", "w").write(str(os.getppid()))
""")
    command = [COROGRAPH, "record", "--python", PYTHON, "--subprocesses", "-o", "app.coro",
               "app.py"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not os.path.exists("app.coro"):
            assert process.poll() is None, process.stderr.read()
        process.send_signal(signal.SIGINT)
        # The child that is left holds the pipe: the line is read, and not the file's end.
        line = process.stderr.readline()
        process.wait()
    live, = glob.glob("app.*.coro.live")
    os.kill(int(live.split(".")[1]), signal.SIGKILL)
    assert process.returncode == 0 and "1 still runs" in line, line
    assert calls_of(check_trace("app.coro"), "step") == 0


@test("thousands of threads and a fork among them: counts are exact, one thread in the child")
def _():
    traces, done = family("""
import os, threading
def step(): pass
def short(): step()
def round():
    ts = [threading.Thread(target=short) for _ in range(20)]
    for t in ts: t.start()
    for t in ts: t.join()
for _ in range(5): round()
if os.fork() == 0:
    round()
    os._exit(0)
os.wait()
""")
    assert done.returncode == 0, done.stderr
    check_family(traces, 1)
    assert sorted(calls_of(data, "step") for data in traces.values()) == [20, 100]


@test("a child's own status and the program's reach the shell")
def _():
    traces, done = family("import os, sys\n"
                          "if os.fork() == 0: os._exit(3)\n"
                          "sys.exit(os.WEXITSTATUS(os.wait()[1]) + 4)\n")
    assert done.returncode == 7 and len(traces) == 2, done


run()
