#!/usr/bin/env python3
"""Other tools that watch a program while it is recorded; TAP on stdout.

Each small program prints what its tool saw. That must be the same bare and recorded, and
so must the counts of the recording be: those of a recording without the tool, or, before
3.12, less what a profiler took for itself, which is said.
"""
import os
import re
import sys
import warnings

import harness
from harness import (FREE_THREADED, PYTHON, Skip, call, function, packaged, record, report, run,
                     test, write)
from hooks import corograph, one, recorded

ONE_PROFILER = sys.version_info < (3, 12)  # a thread's events go to one profile function
TAKEN = "another profiler took a thread's events"

PROGRAM = """
import sys, threading
def leaf(): return len([])
def gen():
    yield leaf()
    yield leaf()
def work(n):
    for _ in range(n):
        for _ in gen(): pass
seen = []
def see(frame, event, arg):
    name = frame.f_code.co_name
    if name in ("leaf", "gen", "work", "<module>", "tool", "body"):
        seen.append((name, event, getattr(arg, "__name__", None)))
    return see
def tool():
%s
def show(x): print(x)
work(10)
show(tool())
show(seen)
work(10)
"""

# name: (body of tool, calls of work in it, does it take the profile function?)
TOOLS = {
    "sys.setprofile": ("sys.setprofile(see)\nwork(1)\nsys.setprofile(None)", 1, True),
    "sys.setprofile in a thread": (
        "def body():\n sys.setprofile(see)\n work(1)\n sys.setprofile(None)\n"
        "t = threading.Thread(target=body)\nt.start()\nt.join()\n"
        "seen[:] = [e for e in seen if e[0] != 'body']", 1, True),
    "threading.setprofile": (
        "threading.setprofile(lambda f, e, a: f.f_code.co_name in ('leaf', 'gen') and see(f, e, a) and None)\n"
        "t = threading.Thread(target=work, args=(1,))\nt.start()\nt.join()\nthreading.setprofile(None)", 1, True),
    "sys.settrace": ("sys.settrace(see)\nwork(1)\nsys.settrace(None)", 1, False),
    "a wrong call of sys.setprofile": (
        "try: sys.setprofile()\nexcept TypeError: pass\nwork(1)\nreturn sys.getprofile()", 1, False),
    "profile": (
        "import profile, io, pstats\np = profile.Profile()\np.runcall(work, 3)\np.create_stats()\n"
        "return sorted((k[2], v[:2]) for k, v in p.stats.items() if k[2][0] != '<')", 3, True),
    "cProfile": (
        "import cProfile\np = cProfile.Profile()\np.runcall(work, 3)\np.create_stats()\n"
        "return sorted((k[2], v[:2]) for k, v in p.stats.items())", 3, True),
    "cProfile, enabled and disabled": (
        "import cProfile\np = cProfile.Profile()\np.enable()\nwork(3)\np.disable()\np.create_stats()\n"
        "return sorted((k[2], v[:2]) for k, v in p.stats.items())", 3, True),
    "bdb": (
        "import bdb\nclass B(bdb.Bdb):\n def user_line(self, frame): see(frame, 'line', None)\n"
        "B().runcall(work, 1)", 1, False),
    "tracemalloc": (
        "import tracemalloc\ntracemalloc.start()\nwork(1)\ntracemalloc.stop()", 1, False),
    "faulthandler": (
        "import faulthandler, os\nf = open(os.devnull, 'w')\nfaulthandler.dump_traceback_later(0.001, file=f)\n"
        "work(20)\nfaulthandler.cancel_dump_traceback_later()", 20, False),
}
if not ONE_PROFILER:
    TOOLS["sys.monitoring"] = (
        "m = sys.monitoring\ne = m.events\nm.use_tool_id(1, 'mine')\n"
        "m.register_callback(1, e.PY_START, lambda c, o: c.co_name in ('leaf', 'gen') and seen.append(c.co_name))\n"
        "m.register_callback(1, e.LINE, lambda c, n: m.DISABLE)\n"
        "m.set_events(1, e.PY_START | e.LINE)\nwork(2)\nm.restart_events()\nm.set_events(1, 0)\nm.free_tool_id(1)", 2, False)


def indented(text):
    return "\n".join("    " + line for line in text.splitlines())


def with_tool(name):
    """Run it both ways, compare what it printed; give the recorded one and its report."""
    body, inside, takes = TOOLS[name]
    write("app.py", PROGRAM % indented(body))
    quiet = {"PYTHONWARNINGS": "ignore::DeprecationWarning"}  # of the module profile, in 3.15
    bare = call(PYTHON, "app.py", env=quiet)
    done = record("app.py", env=quiet)
    assert bare.returncode == 0 and not bare.stderr, bare
    assert done.returncode == 0, done
    assert bare.stdout == done.stdout, f"{bare.stdout}\nis now\n{done.stdout}"
    return done, report(done.trace), inside, takes and ONE_PROFILER


def said(done, data, taken):
    """Record, report and info tell of a profiler that took events, and of nothing else."""
    trace = data["trace"]
    assert (trace["takeovers"] > 0) == taken and trace["lost_events"] == 0, trace
    shown = [harness.corograph(view, done.trace).stdout for view in ("report", "info")]
    for text in [done.stderr] + shown:
        assert (TAKEN in " ".join(text.split())) == taken and "lost" not in text, text


for name in TOOLS:
    @test(f"{name}: it sees what it would see, and the recording is whole or says what it lacks")
    def _(name=name):
        done, data, inside, taken = with_tool(name)
        full = 20 + inside
        said(done, data, taken)
        leaf, work = function(data, "leaf"), function(data, "work")
        if taken:
            assert 40 <= leaf["calls"] <= 2 * full and leaf["unfinished"] == 0, leaf
        else:
            assert leaf["calls"] == 2 * full, leaf
            assert (work["calls"], work["unfinished"]) == (2 + 1, 0), work
            assert function(data, "gen")["suspensions"] == 2 * full


@test("a profile function that stays: all is recorded, or what lacks is said")
def _():
    write("app.py", PROGRAM % "    sys.setprofile(lambda *_: None)")
    done = record("app.py")
    assert done.returncode == 0, done
    data = report(done.trace)
    leaf = function(data, "leaf")
    assert leaf["calls"] == (20 if ONE_PROFILER else 40), leaf
    said(done, data, ONE_PROFILER)


@test("stop() warns when another profiler took a thread's events, even if it has them still")
def _():
    for stays in True, False:
        corograph.start()
        sys.setprofile(lambda *_: None)
        if not stays:
            sys.setprofile(None)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            corograph.stop()
        assert (sys.getprofile() is not None) == stays
        sys.setprofile(None)
        words = [str(w.message) for w in told if w.category is RuntimeWarning]
        assert len(words) == ONE_PROFILER and all(TAKEN in w for w in words), words


@test("a recording that begins and ends under another tool leaves it at work")
def _():
    def step():
        pass

    def work():
        for _ in range(5):
            step()

    def traced(frame, event, arg):
        seen.append(event)
        return traced

    seen = []
    sys.settrace(traced)
    p = recorded(work)
    assert sys.gettrace() is traced
    sys.settrace(None)
    assert one(p, "step")["calls"] == 5 and seen.count("call") >= 6, seen
    if not ONE_PROFILER:
        sys.setprofile(lambda f, e, a: seen.append(e))
        p = recorded(work, builtins=True)
        assert sys.getprofile() is not None
        sys.setprofile(None)
        assert one(p, "step")["calls"] == 5


@test("a tool that frees all tool numbers, ours too: the numbers up to there, no crash")
def _():
    if ONE_PROFILER:
        raise Skip("sys.monitoring is new in 3.12")

    def step():
        pass

    m = sys.monitoring
    corograph.start()
    step()
    for tool in range(6):
        if m.get_tool(tool):
            m.set_events(tool, 0)
            m.free_tool_id(tool)
    step()
    p = corograph.stop()
    assert one(p, "step")["calls"] == 1
    assert one(recorded(step), "step")["calls"] == 1


@test("coverage, by its C tracer and by sys.monitoring: the same lines, the same counts")
def _():
    python = os.path.join(packaged("coverage"), "python")
    write("app.py", PROGRAM % "    pass")
    plain = function(report(record("app.py").trace), "leaf")["calls"]
    cores = ["ctrace"] if ONE_PROFILER else ["ctrace", "sysmon"]
    if FREE_THREADED and call(python, "-c", "import coverage.tracer").returncode:
        cores.remove("ctrace")  # not every coverage has one for it
    for core in cores:
        env = {"COVERAGE_CORE": core, "COVERAGE_FILE": os.path.abspath(".cov")}
        argv = ["-m", "coverage", "run", "--branch", "app.py"]
        shown = []
        for go in (lambda: call(python, *argv, env=env), lambda: record(*argv, python=python, env=env)):
            done = go()
            assert done.returncode == 0, done
            shown.append((done.stdout, call(python, "-m", "coverage", "report", "-m", env=env).stdout))
            os.unlink(".cov")
        assert shown[0] == shown[1], shown
        assert re.search(r"app.py\s+\d+", shown[0][1]), shown
        assert function(report(done.trace), "leaf")["calls"] == plain, core


run()
