#!/usr/bin/env python3
"""Threads that compute at once, where the Python lets them: every number stays exact; TAP."""
import asyncio
import os
import queue
import sys
import threading

from figures import check_report
from harness import call, run, test, write
from hooks import corograph, one

THREADS = 4
ROUNDS = 300


def together(*works):
    """Run each in a thread of its own, all from one moment on; raises what one raises."""
    gate, failed = threading.Barrier(len(works)), []

    def begin(work):
        try:
            gate.wait()
            work()
        except BaseException as error:
            failed.append(error)
            gate.abort()

    threads = [threading.Thread(target=begin, args=(work,), name=f"t{n}")
               for n, work in enumerate(works)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failed:
        raise failed[0]


def recorded(*works, builtins=False):
    """The Profile of that, with nothing astray in it."""
    with corograph.profile(builtins=builtins) as p:
        together(*works)
    return sound(p)


def sound(p):
    """What holds in every recording, with nothing lost."""
    data = p.report
    check_report(data)
    trace = data["trace"]
    assert not trace["lost_events"], trace
    p.save("p.coro")
    return p


def exact(p, **wanted):
    """Calls, or (calls, suspensions, raised), of functions: once each in the report."""
    for name, numbers in wanted.items():
        f = one(p, name)
        if isinstance(numbers, int):
            numbers = numbers, f["suspensions"], f["raised"]
        found = f["calls"], f["suspensions"], f["raised"]
        assert found == numbers and not f["unfinished"], (name, found, numbers, f)


def leaf():
    pass


def items(n):
    yield from range(n)


def fails():
    raise KeyError


def recursive(n):
    return recursive(n - 1) if n else len([])


async def deep(n):
    if n:
        await deep(n - 1)
    else:
        await asyncio.sleep(0)


async def several():
    await asyncio.gather(*[deep(3) for _ in range(5)])


def work():
    for _ in range(ROUNDS):
        leaf()
        assert sum(items(3)) == 3
        recursive(3)
        try:
            fails()
        except KeyError:
            leaf()
    for _ in range(ROUNDS // 20):
        asyncio.run(several())


def works(p, times):
    """`work` has run so often."""
    n, loops = ROUNDS * times, ROUNDS // 20 * times
    exact(p, work=times, leaf=2 * n, items=(n, 3 * n, 0), fails=(n, 0, n), recursive=4 * n,
          several=(loops, loops, 0), deep=(20 * loops, 20 * loops, 0))


@test("threads that share functions: every call, suspension and exception once")
def _():
    for builtins in False, True:
        p = recorded(*[work] * THREADS, builtins=builtins)
        works(p, THREADS)
        assert sum(t["count"] for t in p.threads if t["name"][0] == "t") == THREADS, p.threads


@test("functions that all threads meet first at the same moment are one function each")
def _():
    names = [f"fresh_{n}" for n in range(50)]
    space = {}
    exec("\n".join(f"def {name}(): pass" for name in names), space)

    def meet():
        for name in names:
            space[name]()

    p = recorded(*[meet] * THREADS)
    exact(p, meet=THREADS, **dict.fromkeys(names, THREADS))


@test("generators and coroutines that go from thread to thread")
def _():
    def numbers():
        for n in range(10):
            leaf()
            yield n

    class Step:
        def __await__(self):
            yield

    async def inner():
        await Step()
        await Step()

    async def outer():
        await inner()
        await inner()

    boxes = [queue.Queue() for _ in range(THREADS)]
    left = THREADS * 2 * 20
    lock = threading.Lock()

    def hand_on(n):
        """A step of each that comes, which goes to the next thread until it ends."""
        nonlocal left
        while True:
            thing = boxes[n].get()
            if thing is None:
                return
            try:
                thing.send(None)
                boxes[(n + 1) % THREADS].put(thing)
            except StopIteration:
                with lock:
                    left -= 1
                    if not left:
                        for box in boxes:
                            box.put(None)

    for box in boxes:
        for _ in range(20):
            box.put(numbers())
            box.put(outer())
    p = recorded(*[lambda n=n: hand_on(n) for n in range(THREADS)])
    made = THREADS * 20
    exact(p, numbers=(made, 10 * made, 0), leaf=10 * made, outer=(made, 4 * made, 0),
          inner=(2 * made, 4 * made, 0))


@test("code that is made, run and dropped in all threads")
def _():
    def churn():
        for _ in range(ROUNDS):
            space = {}
            exec("def made(): return [x for x in range(3)]\nmade()\nmade()", space)

    p = recorded(*[churn] * THREADS)
    exact(p, churn=THREADS, made=2 * THREADS * ROUNDS)


@test("short threads, started by several, share rows")
def _():
    def short():
        leaf()

    def starts():
        for _ in range(40):
            t = threading.Thread(target=short)
            t.start()
            t.join()

    p = recorded(*[starts] * THREADS)
    exact(p, starts=THREADS, short=40 * THREADS, leaf=40 * THREADS)
    assert sum(t["count"] for t in p.threads) == 41 * THREADS + 1, p.threads
    assert len(p.threads) < 30, len(p.threads)


@test("start, snapshot and stop from any thread while the others run")
def _():
    done = threading.Event()

    def busy():
        while not done.is_set():
            work()

    def controls(n):
        for _ in range(30):
            try:
                corograph.start()
            except corograph.Error as error:
                assert "runs already" in str(error), error
            for finish in corograph.snapshot, corograph.stop:
                try:
                    p = finish()
                except corograph.Error as error:
                    assert "start one first" in str(error), error
                else:
                    check_report(p.report)
            leaf()

    def control_all():
        try:
            together(*[lambda n=n: controls(n) for n in range(3)])
        finally:
            done.set()

    together(busy, busy, control_all)
    works(recorded(*[work] * 2), 2)


@test("what runs already in other threads is entered where it stands")
def _():
    stop, ready = threading.Event(), threading.Barrier(THREADS + 1)

    def endless():
        ready.wait()
        while not stop.is_set():
            recursive(5)

    threads = [threading.Thread(target=endless) for _ in range(THREADS)]
    for t in threads:
        t.start()
    ready.wait()
    try:
        for _ in range(20):
            with corograph.profile() as p:
                for _ in range(50):
                    leaf()
            f = one(p, "endless")
            assert (f["begun_before"], f["calls"]) == (THREADS, 0), f
            sound(p)
        with corograph.profile() as p:
            stop.set()
            for t in threads:
                t.join()
    finally:
        stop.set()
    f = one(p, "endless")
    assert (f["begun_before"], f["calls"], f["raised"]) == (THREADS, 0, 0), f
    sound(p)


FORKS = """
import os, sys, threading, warnings
import corograph
warnings.simplefilter("ignore")
stop = threading.Event()
def leaf(): pass
def busy():
    while not stop.is_set(): leaf()
threads = [threading.Thread(target=busy) for _ in range(3)]
for t in threads: t.start()
for n in range(10):
    corograph.start()
    pid = os.fork()
    if not pid:
        leaf()
        with corograph.profile() as p:
            for _ in range(7): leaf()
        f, = [f for f in p.functions if f["name"] == "leaf"]
        os._exit(f["calls"])
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    corograph.stop()
stop.set()
for t in threads: t.join()
print("done")
"""


@test("forks while other threads record")
def _():
    write("app.py", FORKS)
    done = call(sys.executable, "app.py", env={"PYTHONPATH": os.environ["CG_PYTHONPATH"]})
    assert (done.returncode, done.stdout) == (0, "done\n"), (done.returncode, done.stderr)


@test("the module leaves the GIL off")
def _():
    code = ("import sys, corograph; corograph.start(); corograph.stop()\n"
            "print(getattr(sys, '_is_gil_enabled', bool)())")
    done = call(sys.executable, "-c", code, env={"PYTHONPATH": os.environ["CG_PYTHONPATH"]})
    assert done.stdout == "False\n" or not hasattr(sys, "_is_gil_enabled") \
        or sys._is_gil_enabled(), done
    assert not done.stderr, done


run()
