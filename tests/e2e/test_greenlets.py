#!/usr/bin/env python3
"""Greenlets of greenlet, gevent and SQLAlchemy, from the package index: a stack each; TAP."""
import os

from figures import calls_of, check_trace, edges_named
from harness import call, corograph, function, packaged, packages, record, run, test, write

KIND = "greenlets"
THERE = os.path.join(packages(KIND), "python")


def judge(trace):
    """The report of a trace in which no event went astray."""
    data = check_trace(trace)
    about = corograph("info", trace).stdout
    assert "dropped" not in about and "unwound" not in about, about
    assert data["trace"]["lost_events"] == 0, data["trace"]
    return data


def recorded(source, *options, check=judge):
    """Record a program that prints "done" at its end, and nothing else."""
    write("app.py", source + "\nprint('done')\n")
    done = record("app.py", options=options, python=THERE)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    return check(done.trace)


def measured(source):
    """A program that records itself to out.coro."""
    write("app.py", source)
    done = call(THERE, "app.py", env={"PYTHONPATH": os.environ["CG_PYTHONPATH"]})
    assert done.returncode == 0, done.stderr
    return judge("out.coro")


def both(source):
    """With C functions and without."""
    yield recorded(source)
    yield recorded(source, "--no-builtins")


def counts(data, **wanted):
    """Calls, or (calls, raised, unfinished, begun before), of functions."""
    for name, numbers in wanted.items():
        f = function(data, name)
        found = f["calls"], f["raised"], f["unfinished"], f["begun_before"]
        if isinstance(numbers, int):
            numbers = numbers, 0, 0
        assert found == (tuple(numbers) + (0,))[:4], (name, found, numbers)


def spawns(data, *names):
    """{(creator, root): greenlets started}, of roots with those names."""
    return {(a, b): n for (a, b, kind), n in edges_named(data).items()
            if kind == "spawn" and b in names}


def near(ns, seconds):
    """A sleep is never short, and a machine may stall."""
    return seconds * 0.95e9 <= ns <= seconds * 1e9 + 8e9


@test("ping-pong: every call counts once, its creator is who first switched to it")
def _():
    packaged("greenlet", KIND)
    for data in both("""
from greenlet import greenlet
def step(): pass
def ping(n):
    for _ in range(n):
        step()
        second.switch(n)
def pong(n):
    for _ in range(n):
        step()
        first.switch(n)
def begin():
    global first, second
    first, second = greenlet(ping), greenlet(pong)
    first.switch(1000)
    second.switch()
begin()
"""):
        counts(data, ping=1, pong=1, step=2000, begin=1)
        assert spawns(data, "ping", "pong") == {("begin", "ping"): 1, ("ping", "pong"): 1}
        names = [f["name"] for f in data["functions"]]
        for e in data["edges"]:
            if names[e["callee"]] == "step":
                assert e["calls"] == 1000 and names[e["caller"]] in ("ping", "pong"), e


@test("generators, recursion and other code of one function across switches")
def _():
    packaged("greenlet", KIND)
    for data in both("""
from greenlet import greenlet, getcurrent
def numbers(n):
    for i in range(n):
        back()
        yield i
def back():
    getcurrent().parent.switch()
def deep(n):
    if n: return deep(n - 1)
    return sum(numbers(5))
def begin():
    all = [greenlet(deep) for _ in range(10)]
    for g in all: g.switch(20)
    while not all[-1].dead:
        for g in all: g.switch()
begin()
"""):
        counts(data, deep=210, numbers=10, back=50)
        assert function(data, "numbers")["suspensions"] == 50
        assert spawns(data, "deep") == {("begin", "deep"): 10}


@test("what raises, what is thrown into, what is dropped, what is left")
def _():
    packaged("greenlet", KIND)
    for data in both("""
from greenlet import greenlet, getcurrent
def fails(): raise KeyError
def waits():
    leaf()
def leaf(): getcurrent().parent.switch()
def throws():
    for start in True, False:
        g = greenlet(waits)
        if start: g.switch()
        try: g.throw(KeyError)
        except KeyError: pass
        assert g.dead
def drops():
    g = greenlet(waits)
    g.switch()
    g = None
def begin():
    try: greenlet(fails).switch()
    except KeyError: pass
    throws()
    drops()
def keeps():
    global kept
    kept = greenlet(stays)
    kept.switch()
def stays():
    leaf()
    assert False
begin()
keeps()
import os, sys
print("done", flush=True)
os._exit(0)
"""):
        counts(data, fails=(1, 1, 0), waits=(2, 2, 0), stays=(1, 0, 1), leaf=(3, 2, 1))


@test("time: what is switched out is hosted by its greenlet, nobody's run")
def _():
    packaged("greenlet", KIND)
    data = recorded("""
import time
from greenlet import greenlet, getcurrent
def rests(): time.sleep(0.2)
def worker():
    getcurrent().parent.switch()
    rests()
def begin():
    g = greenlet(worker)
    g.switch()
    rests()
    g.switch()
begin()
""")
    begin, worker, rests = (function(data, n) for n in ("begin", "worker", "rests"))
    assert near(rests["run_ns"], 0.4) and rests["hosted_ns"] == 0, rests
    assert near(begin["wall_ns"], 0.4) and near(begin["hosted_ns"], 0.2), begin
    assert near(worker["wall_ns"], 0.4) and near(worker["hosted_ns"], 0.2), worker
    assert near(begin["run_ns"], 0.2) and near(worker["run_ns"], 0.2)


@test("greenlets in several threads, one of which ends with some switched out")
def _():
    packaged("greenlet", KIND)
    for options in (), ("--no-builtins",):
        write("app.py", """
import threading
from greenlet import greenlet, getcurrent
def step(): pass
def worker():
    for _ in range(50):
        step()
        getcurrent().parent.switch()
def stays(): getcurrent().parent.switch()
def thread(last):
    for _ in range(20):
        g = greenlet(worker)
        while not g.dead: g.switch()
    if last: greenlet(stays).switch()
threads = [threading.Thread(target=thread, args=(i == 2,)) for i in range(3)]
for t in threads: t.start()
for t in threads: t.join()
""")
        done = record("app.py", options=options, python=THERE)
        assert done.returncode == 0, done.stderr
        data = check_trace(done.trace)
        counts(data, worker=60, step=3000, thread=3)
        assert function(data, "stays")["calls"] == 1
        assert spawns(data, "worker") == {("thread", "worker"): 60}


@test("threads that switch greenlets at once, each its own")
def _():
    packaged("greenlet", KIND)
    for data in both("""
import threading
from greenlet import greenlet, getcurrent
def step(): pass
def pong():
    while True:
        step()
        getcurrent().parent.switch()
def thread():
    barrier.wait()
    others = [greenlet(pong) for _ in range(5)]
    for i in range(2000): others[i % 5].switch()
barrier = threading.Barrier(4)
threads = [threading.Thread(target=thread) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
"""):
        assert function(data, "step")["calls"] == 8000, function(data, "step")
        assert function(data, "pong")["calls"] == 20, function(data, "pong")
        assert spawns(data, "pong") == {("thread", "pong"): 20}


@test("code that is left out switches, and is what greenlets begin with")
def _():
    packaged("greenlet", KIND)
    write("hub.py", """
from greenlet import greenlet, getcurrent
def home(*args): return getcurrent().parent.switch(*args)
def hop(g, *args): return g.switch(*args)
def trampoline(f, *args):
    home()
    f(*args)
    home()
def make(f):
    g = greenlet(trampoline)
    hop(g, f, 3)
    return g
""")
    source = """
import time, hub
from greenlet import greenlet
def step(): pass
def job(n):
    for _ in range(n):
        step()
        hub.home()
def bare(): hub.home()
def begin():
    jobs = [hub.make(job) for _ in range(20)]
    while jobs:
        for g in jobs: hub.hop(g)
        jobs = [g for g in jobs if not g.dead]
    g = greenlet(bare)
    hub.hop(g)
    time.sleep(0.1)
    hub.hop(g)
begin()
"""
    for options in ("--exclude", "hub"), ("--include", "app.py"), ("--exclude", "app.py"):
        data = recorded(source, *options)
        if options[1] == "app.py" and options[0] == "--exclude":
            counts(data, hop=122, trampoline=20)
            continue
        counts(data, step=60, job=20, bare=1, begin=1)
        assert not [f for f in data["functions"] if f["name"] in ("hop", "home", "trampoline")]
        assert function(data, "bare")["wall_ns"] >= 0.095e9, function(data, "bare")
        assert function(data, "begin")["wall_ns"] >= 0.095e9


@test("calls of a global that becomes a C function while its caller is switched out")
def _():
    packaged("greenlet", KIND)
    for import_first in True, False:
        data = recorded(("import greenlet" if import_first else "") + """
def work(x): return x
def calls(n):
    for i in range(n):
        work(i)
        if i == n // 2: switch()
def switch(): pass
calls(50)
import greenlet
def switch(): greenlet.getcurrent().parent.switch()
def other():
    global work
    work = abs
g = greenlet.greenlet(calls)
g.switch(50)
greenlet.greenlet(other).switch()
g.switch()
""")
        counts(data, work=50 + 26)
        assert calls_of(data, "<built-in method builtins.abs>") == 24, data["functions"]


@test("ten thousand greenlets, in turn and at once")
def _():
    packaged("greenlet", KIND)
    data = recorded("""
from greenlet import greenlet, getcurrent
def step(): pass
def short(): step()
def long():
    getcurrent().parent.switch()
    step()
def begin():
    for _ in range(10000): greenlet(short).switch()
    many = [greenlet(long) for _ in range(2000)]
    for g in many: g.switch()
    for g in many: g.switch()
begin()
""")
    counts(data, short=10000, long=2000, step=12000)
    assert os.path.getsize("out.coro") < 100000
    assert len(data["functions"]) < 1000


@test("start and stop in mid-run: what was switched out has begun before")
def _():
    packaged("greenlet", KIND)
    data = measured("""
import corograph
from greenlet import greenlet, getcurrent, settrace, gettrace
def step(): pass
def numbers():
    while True:
        getcurrent().parent.switch()
        yield
def inner():
    for n, _ in zip(range(3), numbers()): step()
def old():
    inner()
def new(): getcurrent().parent.switch()
def starts():
    corograph.start("out.coro")
    getcurrent().parent.switch()
    corograph.stop()
def main():
    seen = []
    def tracer(event, args): seen.append(event)
    settrace(tracer)
    a, b, c = greenlet(old), greenlet(starts), greenlet(new)
    a.switch()
    b.switch()
    a.switch()
    c.switch()
    a.switch()
    a.switch()
    before = len(seen)
    b.switch()
    assert b.dead and gettrace() is tracer and (before, len(seen)) == (12, 14)
main()
""")
    counts(data, main=(0, 0, 0, 1), starts=(0, 0, 0, 1), old=(0, 0, 0, 1), new=(1, 0, 1),
           inner=(0, 0, 0, 1), numbers=(0, 0, 0, 1), step=3)


@test("gevent: spawn, sleep, pool, kill; its own code creates nothing")
def _():
    packaged("gevent", KIND)
    for data in both("""
import gevent
from gevent.pool import Pool
def step(): pass
def worker(n):
    for _ in range(n):
        step()
        gevent.sleep(0)
    rests()
def rests(): gevent.sleep(0.1)
def waits(): gevent.sleep(100)
def pooled(n):
    gevent.sleep(0.001)
    return n
def begin():
    gevent.joinall([gevent.spawn(worker, 10) for _ in range(20)])
    assert sum(Pool(3).map(pooled, range(30))) == 435
    g = gevent.spawn(waits)
    gevent.sleep(0)
    g.kill()
begin()
"""):
        counts(data, worker=20, step=200, rests=20, pooled=30, waits=(1, 1, 0), begin=1)
        assert spawns(data, "worker", "pooled", "waits") == {
            ("begin", "worker"): 20, ("begin", "pooled"): 30, ("begin", "waits"): 1}
        rests = function(data, "rests")
        assert rests["hosted_ns"] > 20 * 0.095e9 and rests["run_ns"] < 8e9, rests


@test("gevent's monkey-patched threads are greenlets, too")
def _():
    packaged("gevent", KIND)
    data = recorded("""
from gevent import monkey
monkey.patch_all()
import queue, threading, time
def step(): pass
def thread(q):
    for _ in range(20):
        q.put(1)
        time.sleep(0)
        step()
def begin():
    q = queue.Queue()
    threads = [threading.Thread(target=thread, args=(q,)) for _ in range(5)]
    for t in threads: t.start()
    for _ in range(100): q.get()
    for t in threads: t.join()
begin()
""")
    counts(data, thread=5, step=100, begin=1)


BRIDGE = """
import asyncio
from greenlet import greenlet, getcurrent
def await_only(awaitable): return getcurrent().parent.switch(awaitable)
async def spawn(function, *args):
    g = greenlet(function, getcurrent())
    result = g.switch(*args)
    while not g.dead:
        try: value = await result
        except KeyError as error: result = g.throw(error)
        else: result = g.switch(value)
    return result
async def query(fail=False):
    await asyncio.sleep(0.01)
    if fail: raise KeyError
    return 1
def work(n):
    try: await_only(query(True))
    except KeyError: pass
    return sum(await_only(query()) for _ in range(n))
async def task(n): assert await spawn(work, n) == n
async def main(): await asyncio.gather(*(task(4) for _ in range(5)))
asyncio.run(main())
"""


@test("asyncio and greenlets: plain code waits through its coroutine")
def _():
    packaged("greenlet", KIND)
    for data in both(BRIDGE):
        counts(data, main=1, task=5, spawn=5, work=5, query=(25, 5, 0), await_only=(25, 5, 0))
        assert spawns(data, "work", "task") == {("spawn", "work"): 5, ("main", "task"): 5}
        assert edges_named(data)["spawn", "query", "await"] == 25
        query, work = function(data, "query"), function(data, "work")
        assert query["await_ns"] > 25 * 0.009e9 and work["hosted_ns"] > 25 * 0.009e9
        assert work["run_ns"] < work["hosted_ns"], work


@test("SQLAlchemy's asyncio layer")
def _():
    packaged("greenlet", KIND)
    packaged("aiosqlite", KIND)
    packaged("sqlalchemy", KIND)
    # threads of aiosqlite are daemons: the end may find them in the midst of calls
    data = recorded("""
import asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
def step(): pass
async def query(engine, n):
    async with engine.connect() as c:
        for _ in range(n):
            assert (await c.execute(text("select 1"))).scalar() == 1
            step()
async def main():
    engine = create_async_engine("sqlite+aiosqlite://")
    await asyncio.gather(*(query(engine, 10) for _ in range(5)))
    await engine.dispose()
asyncio.run(main())
""", check=check_trace)
    counts(data, main=1, query=5, step=50)
    assert spawns(data, "query") == {("main", "query"): 5}


@test("calls at the interpreter's end, after long pauses and of new functions")
def _():
    packaged("greenlet", KIND)
    for imports in "", "import greenlet":
        for data in both(imports + """
import sys
class Late:
    def __del__(self, n=10**5):
        while n: n -= 1
        sys_modules = [i for i in range(10)]
        (lambda: sum(sys_modules))()
sys.late = Late()
late = Late()
late.me = late
import weakref, builtins
builtins.late = Late()
"""):
            assert data["functions"]


run()
