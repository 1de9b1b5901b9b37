#!/usr/bin/env python3
"""Cost that does not grow: with live tasks, with distinct callees, with threads.

usage: growth.py [--rounds N] PREFIX PYTHON

Each figure is the time that recording adds, best of the recorded runs less best of the plain
ones, in turn. A free-threaded Python is asked about threads that run at once, any other about
the rest. Ends with a line for each target, as `run` does.
"""
import argparse
import asyncio
import gc
import glob
import json
import os
import subprocess
import sys
import threading
import time
import types

from machine import ask, first_in_line

TASKS = (10, 1_000, 100_000)
CALLEES = (10, 100, 1_000, 10_000)
WINDOWS, WINDOW = 6, 100_000
CALLS, THREAD_CALLS = 400_000, 100_000
MANY_THREADS = 100


def live_tasks(n):
    """Seconds of one await, of n tasks that live all the while, none of them new.

    The best of some windows of equally many awaits, after as many that nobody counts.
    """
    turns = max(1, WINDOW // n)  # of each task, in one window
    marks = []

    async def work():
        for _ in range(2 * WINDOWS * turns + 1):
            await asyncio.sleep(0)

    async def timed():
        for i in range(2 * WINDOWS * turns + 1):
            if i >= WINDOWS * turns and i % turns == 0:
                marks.append(time.perf_counter())
            await asyncio.sleep(0)

    async def crowd():
        await asyncio.gather(timed(), *(work() for _ in range(n - 1)))

    asyncio.run(crowd())
    return min(after - before for before, after in zip(marks, marks[1:])) / (n * turns)


def callees(n):
    """Seconds of one call, of n functions in turn."""
    space = {}
    exec("\n".join(f"def f{i}(): pass" for i in range(n)), space)
    functions = [space[f"f{i}"] for i in range(n)]
    best = float("inf")
    for _ in range(CALLS // n):
        begin = time.perf_counter()
        for f in functions:
            f()
        best = min(best, time.perf_counter() - begin)
    return best / n


def leaf():
    pass


def calls(n):
    for _ in range(n):
        leaf()


@types.coroutine
def pause():
    yield


def steps(n):
    """Steps of a coroutine, each a call of another one that suspends once."""
    async def inner():
        await pause()

    async def outer():
        for _ in range(n):
            await inner()

    running = outer()
    for _ in range(n):
        running.send(None)


def at_once(work, n):
    """Seconds of one operation of `work` in n threads at once: the slowest's, the best of some runs."""
    took = [[] for _ in range(WINDOWS)]
    ready = threading.Barrier(n)

    def timed():
        for run in took:
            ready.wait()
            begin = time.perf_counter()
            work(THREAD_CALLS)
            run.append(time.perf_counter() - begin)

    crowd = [threading.Thread(target=timed) for _ in range(n)]
    for t in crowd:
        t.start()
    for t in crowd:
        t.join()
    return min(max(run) for run in took) / THREAD_CALLS


def calls_at_once(n):
    return at_once(calls, n)


def steps_at_once(n):
    return at_once(steps, n)


def switches(n):
    """Seconds of start() and of stop(), the best of some, while n threads wait."""
    import corograph
    done = threading.Event()
    crowd = [threading.Thread(target=done.wait) for _ in range(n)]
    best = [float("inf")] * 2
    for t in crowd:
        t.start()
    for _ in range(7):
        marks = [time.perf_counter()]
        corograph.start()
        marks.append(time.perf_counter())
        corograph.stop()
        marks.append(time.perf_counter())
        best = [min(b, marks[i + 1] - marks[i]) for i, b in enumerate(best)]
    done.set()
    for t in crowd:
        t.join()
    return best


PROGRAMS = {f.__name__: f for f in (live_tasks, callees, calls_at_once, steps_at_once, switches)}


def one(program, n, recorded):
    """What a process of its own does: one program, plain or recorded."""
    if recorded:
        import corograph
        corograph.start()
    gc.disable()
    sys.stdout.write(json.dumps(PROGRAMS[program](n)) + "\n")
    sys.stdout.flush()
    os._exit(0)


def measure(args, program, n, recorded=False):
    env = dict(os.environ, PYTHONPATH=os.pathsep.join(args.path), PYTHONDONTWRITEBYTECODE="1")
    command = [args.python, __file__, "--one", program, str(n), "01"[recorded]]
    first = [] if program.endswith("at_once") else first_in_line()
    return json.loads(subprocess.check_output(first + command, env=env))


def rows(args, program, sizes):
    """[(n, seconds plain, seconds added)]"""
    best = {}
    for _ in range(args.rounds):
        for n in sizes:
            for recorded in (False, True):
                took = measure(args, program, n, recorded)
                best[n, recorded] = min(took, best.get((n, recorded), took))
    return [(n, best[n, False], best[n, True] - best[n, False]) for n in sizes]


def verdict(what, value, most, unit):
    return f"- {what}: {value:.2f} {unit}, at most {most}: {'ok' if value <= most else 'SHORT'}"


def table(title, found):
    print(f"| {title} | bare, ns | added, ns |\n| ---: | ---: | ---: |")
    for n, plain, added in found:
        print(f"| {n:,} | {plain * 1e9:,.0f} | {added * 1e9:,.0f} |")
    print(flush=True)


def growth(found):
    """How often the least number's cost the greatest number costs."""
    return found[-1][2] / found[0][2]


def runs_free(args):
    """Does the Python stay without its GIL while it records?"""
    env = dict(os.environ, PYTHONPATH=os.pathsep.join(args.path))
    code = "import sys, corograph; corograph.start(); print(sys._is_gil_enabled())"
    done = subprocess.run([args.python, "-c", code], env=env, capture_output=True, text=True)
    return done.stdout.strip() == "False"


def beside(args):
    """Threads that run at once, without a GIL: does recording make one slow the other down?"""
    if not runs_free(args):
        yield "- calls in two threads at once: not measured, the module wants the GIL"
        return
    for work in calls_at_once, steps_at_once:
        what = work.__name__.replace("_", " ")
        found = rows(args, work.__name__, (1, 2))
        table(f"threads, {what}", found)
        (_, plain_1, added_1), (_, plain_2, added_2) = found
        plain, recorded = plain_2 / plain_1, (plain_2 + added_2) / (plain_1 + added_1)
        print(f"Two threads take {plain:.2f} times what one takes, recorded {recorded:.2f} times.\n")
        yield verdict(f"{what}, two threads beside one", recorded / plain, 1.2, "x plain")


def within(args):
    """Live tasks, distinct callees, waiting threads."""
    found = rows(args, "live_tasks", TASKS)
    table("live tasks", found)
    yield verdict("an await, of 100,000 tasks beside 10", growth(found), 1.2, "x")
    found = rows(args, "callees", CALLEES)
    table("callees in turn", found)
    yield verdict("a call, of 10,000 callees beside 10", growth(found), 2, "x")
    took = zip(*(measure(args, "switches", MANY_THREADS) for _ in range(args.rounds)))
    for name, seconds in zip(("start", "stop"), took):
        yield verdict(f"{name} with {MANY_THREADS} threads", min(seconds) * 1e3, 10, "ms")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("prefix")
    parser.add_argument("python")
    args = parser.parse_args()
    args.path = glob.glob(os.path.join(args.prefix, "lib", "python*", "*-packages"))
    free = ask(args.python, 'bool(sysconfig.get_config_var("Py_GIL_DISABLED"))') == "True"
    print(f"### Python {ask(args.python, 'sys.version.split()[0]')}"
          f"{', free-threaded' if free else ''}\n")
    print("\n".join(list((beside if free else within)(args))) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], int(sys.argv[3]), sys.argv[4] == "1")
    main()
