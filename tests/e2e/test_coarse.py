#!/usr/bin/env python3
"""record --clock coarse: exact counts, statistical times; TAP on stdout."""
import json
import os
import signal

import harness
from figures import check_trace
from harness import function, record, report, run, test, write
from hooks import corograph

STEP = 50_000_000  # ns: the kernel moves the clock at least so often, on a busy machine too
NOTE = "coarse clock: counts are exact, times are statistical"

KINDS = """
import asyncio, contextlib, threading
def plain(n): return plain(n - 1) if n else len([])
def fails(): raise ValueError
def gen(n):
    for i in range(n): yield plain(1)
def through(n): yield from gen(n)
async def agen(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i
async def leaf(): await asyncio.sleep(0)
async def job(n):
    for _ in range(n): await leaf()
    return [i async for i in agen(n)]
async def top():
    await asyncio.gather(*(job(5) for _ in range(20)))
    task = asyncio.ensure_future(job(1000))
    await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError): await task
def main():
    for _ in range(200):
        plain(3)
        list(through(3))
        with contextlib.suppress(ValueError): fails()
    asyncio.run(top())
    threads = [threading.Thread(target=plain, args=(5,)) for _ in range(4)]
    for t in threads: t.start()
    for t in threads: t.join()
main()
"""

SHARES = """
import time
def spin(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end: pass
def long(): spin(0.9)
def short(): spin(0.3)
def idle(): time.sleep(0.3)
def main():
    for f in (long, short, idle):
        begin = time.perf_counter()
        f()
        print(f.__name__, time.perf_counter() - begin)
main()
"""


def counts(trace):
    return {(f["name"], f["line"]): (f["calls"], f["finished"], f["raised"], f["suspensions"])
            for f in report(trace)["functions"] if f["file"].endswith("app.py")}


@test("counts are those of the exact clock, whatever starts, suspends and ends")
def _():
    write("app.py", KINDS)
    exact, coarse = (record("app.py", options=["--clock", clock], trace=clock + ".coro")
                     for clock in ("exact", "coarse"))
    assert exact.returncode == coarse.returncode == 0, coarse
    assert counts(exact.trace) == counts(coarse.trace) and len(counts(exact.trace)) > 9
    check_trace(coarse.trace)


@test("what ran for long has about its time, on the processor or not")
def _():
    write("app.py", SHARES)
    done = record("app.py", options=["--clock", "coarse", "--no-builtins"])
    assert done.returncode == 0, done
    took = {name: float(seconds) * 1e9 for name, seconds in
            (line.split() for line in done.stdout.splitlines())}
    data = report(done.trace)
    for name in took:  # each end may be a step off
        wall = function(data, name)["wall_ns"]
        assert abs(wall - took[name]) <= 2 * STEP, (name, wall, took)
    assert function(data, "idle")["cpu_ns"] <= 0.2 * took["idle"], data
    assert function(data, "long")["cpu_ns"] <= function(data, "long")["wall_ns"]


@test("report and info say what clock it was")
def _():
    write("app.py", KINDS)
    for clock in "exact", "coarse":
        trace = record("app.py", options=["--clock", clock]).trace
        shown = harness.corograph("report", trace).stdout
        assert (NOTE in shown) == (clock == "coarse"), shown
        assert (report(trace)["trace"]["clock"]["wall"] == "clock_monotonic_coarse") == \
            (clock == "coarse")
        os.remove(trace)


@test("nobody can compensate for what that clock cannot measure, and is told")
def _():
    write("app.py", KINDS)
    trace = record("app.py", options=["--clock", "coarse"]).trace
    done = harness.corograph("report", "--compensate", trace)
    assert done.returncode != 0 and "what recording cost" in done.stderr, done


@test("the package: clock='coarse', and an error for any other word")
def _():
    p = corograph.start(clock="coarse")
    corograph.stop()
    assert p.report["trace"]["clock"]["wall"] == "clock_monotonic_coarse"
    with corograph.profile(clock="coarse") as p:
        pass
    assert p.report["trace"]["clock"]["wall"] == "clock_monotonic_coarse"
    try:
        corograph.start(clock="sundial")
    except ValueError as why:
        assert "exact" in str(why)
    else:
        raise AssertionError("a clock that there is not")
    assert not corograph.is_running()


@test("other processes of the program read the same clock")
def _():
    write("app.py", "import subprocess, sys\n"
                    "subprocess.run([sys.executable, '-c', 'print(1)'], check=True)\n")
    done = record("app.py", options=["--clock", "coarse", "--subprocesses"], trace="app.coro")
    assert done.returncode == 0, done
    traces = [name for name in os.listdir(".") if name.endswith(".coro")]
    assert len(traces) == 2, traces
    for trace in traces:
        assert report(trace)["trace"]["clock"]["wall"] == "clock_monotonic_coarse", trace


@test("a killed program's image is read with its clock")
def _():
    write("app.py", "import os, signal, time\ndef f():\n"
                    "    end = time.monotonic() + 0.3\n    while time.monotonic() < end: pass\n"
                    "f()\nos.kill(os.getpid(), signal.SIGKILL)\n")
    done = record("app.py", options=["--clock", "coarse"])
    assert done.returncode == -signal.SIGKILL, done
    wall = function(report(done.trace), "f")["wall_ns"]
    assert 0.3e9 - 2 * STEP <= wall, wall
    assert json.loads(harness.corograph("report", "--format", "json", done.trace).stdout)


if __name__ == "__main__":
    run()
