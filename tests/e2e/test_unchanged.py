#!/usr/bin/env python3
"""What a program can see of its own objects, memory and limits is as without us; TAP.

Each case is a program that prints what it sees, run bare and recorded, with and without C
functions; what it prints must be equal.
"""
import os
import re
import resource

from harness import PYTHON, call, function, record, report, run, test, write
from hooks import corograph, one

CASES = {
    "weak references die at once": """
class Thing: pass
def make(): return weakref.ref(Thing())
def local():
    t = Thing()
    return weakref.ref(t)
async def coro():
    t = Thing()
    refs.append(weakref.ref(t))
    await asyncio.sleep(0)
def gen():
    t = Thing()
    refs.append(weakref.ref(t))
    yield
    yield
refs = []
g = gen(); next(g); next(g); refs.append(weakref.ref(g)); refs.append(weakref.ref(g.gi_code))
f = lambda: 1
f(); refs.append(weakref.ref(f)); refs.append(weakref.ref(f.__code__))
c = coro(); refs.append(weakref.ref(c)); asyncio.run(c)
code = compile("def inner(): return 1\\ninner()", "x", "exec"); exec(code, {}); refs.append(weakref.ref(code))
show([r() is None for r in refs])
del g, f, c, code, gen
show([r() is None for r in refs])
show(make()() is None, local()() is None)
""",
    "the finally of what is dropped runs when it is dropped": """
def gen():
    try: yield
    finally: show("gen")
class W:
    def __await__(self): yield
async def inner():
    try: await W()
    finally: show("inner")
async def coro():
    try: await inner()
    finally: show("coro")
async def agen():
    try:
        yield 1
    finally: show("agen")
g = gen(); next(g); show(1); del g; show(2)
c = coro(); c.send(None); show(3); del c; show(4)
async def main():
    async for x in agen(): break
    show(5)
    await asyncio.sleep(0)
asyncio.run(main())
show(6)
""",
    "reference counts": """
class A:
    def m(self): return sys.getrefcount(self)
async def coro(): return 1
def gen(): yield 1
a = A(); l = []
for _ in range(50):
    a.m(); l.append(a); l.pop(); list(gen()); len(l); isinstance(a, A)
    try: coro().send(None)
    except StopIteration: pass
show([sys.getrefcount(x) for x in (a, l, A.m, A.m.__code__, gen.__code__, coro.__code__, gen, coro)])
show(a.m())
""",
    "the garbage collector": """
class Node: pass
gc.collect(); gc.disable()
before = gc.get_count()[0]
def cycle():
    n = Node(); n.me = n
for _ in range(100): cycle()
show((gc.get_count()[0] - before) // 10)  # 3.14 counts one object more now and then
show(gc.collect(), len(gc.garbage))
async def c(): pass
class Loud:
    def __del__(self): show("dead")
def loud(): l = Loud(); l.l = l
loud(); gc.collect()
show(sorted({type(o).__name__ for o in gc.get_objects()} & {"Callback", "PyCapsule"}))
""",
    "how deep functions, generators, coroutines and C functions may nest": """
def plain(n):
    try: return plain(n + 1)
    except RecursionError: return n
def through_c(n):
    try: return max([n], key=lambda _: 0) and list(map(through_c, [n + 1]))[0]
    except RecursionError: return n
def gen(n):
    try: yield from gen(n + 1)
    except RecursionError: yield n
async def coro(n):
    try: return await coro(n + 1)
    except RecursionError: return n
class Deep:
    def __getattr__(self, name): return getattr(self, name + "x")
def message():
    try: Deep().x
    except RecursionError as e: return str(e)
show(plain(1), through_c(1), next(gen(1)), asyncio.run(coro(1)), message())
sys.setrecursionlimit(300)
show(plain(1), next(gen(1)))
""",
    "tracebacks, contexts and warnings": """
import traceback
async def inner():
    await asyncio.sleep(0)
    raise KeyError("x")
async def outer():
    try: await inner()
    except KeyError as e: raise ValueError("y") from e
def call():
    try: asyncio.run(outer())
    except ValueError: traceback.print_exc(file=sys.stdout)
call()
async def never(): pass
never()
sys.stdout.flush()
def lines(): return [f.f_lineno for f in inspect_stack()], len(inspect_stack())
def inspect_stack():
    f, out = sys._getframe(), []
    while f: out.append(f); f = f.f_back
    return out
show(lines())
try: sorted([3, 1], key=lambda n: 1 // 0)
except ZeroDivisionError as e: show(len(traceback.extract_tb(e.__traceback__)), e.__context__)
warnings.warn("mine")
""",
    "what is set in an interpreter": """
show(sys.getprofile(), sys.gettrace(), threading._profile_hook, threading._trace_hook)
show(sys.get_asyncgen_hooks(), sys.get_coroutine_origin_tracking_depth(), sys.getswitchinterval())
show(sys.getrecursionlimit(), gc.get_threshold(), gc.callbacks, sys.flags.dev_mode)
show(threading.active_count(), len(sys._current_frames()), signal.getsignal(signal.SIGINT))
show([signal.getsignal(n) for n in range(1, 32)])
""",
}
HEAD = """
import asyncio, gc, signal, sys, threading, warnings, weakref
def show(*what): print(*what, flush=True)
"""


def plain(text):
    """Without addresses, which differ from run to run."""
    return re.sub(r"0x[0-9a-f]+", "0x", text)


for name, source in CASES.items():
    @test(name)
    def _(source=source):
        write("app.py", HEAD + source)
        bare = call(PYTHON, "app.py")
        assert bare.stdout, bare
        for options in ["-q"], ["-q", "--no-builtins"]:
            done = record("app.py", options=options)
            assert bare.returncode == done.returncode, done
            for one_, two in (bare.stdout, done.stdout), (bare.stderr, done.stderr):
                assert plain(one_) == plain(two), f"{options}: {one_}\nis now\n{two}"


def resident():
    """KiB of memory that this process has."""
    if os.environ.get("CG_SANITIZED") == "yes":
        return 0  # a sanitizer keeps what was freed
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 1024


def blocks(path):
    """KiB of disk that a file has."""
    return os.stat(path).st_blocks // 2


def grown(work, rounds):
    """KiB that the process and the image grew by from a tenth of the rounds to their end."""
    corograph.start("out.coro")
    work(rounds // 10)
    before = resident(), blocks("out.coro.live")
    work(rounds - rounds // 10)
    after = resident(), blocks("out.coro.live")
    return corograph.stop(), after[0] - before[0], after[1] - before[1]


@test("a program that executes new code for ever needs no more memory")
def _():
    source = ("def made():\n return 1\nclass C:\n def m(self):\n  return made()\n"
              "async def coro():\n return 1\ndef gen():\n yield 1\n")

    def work(n):
        for _ in range(n):
            space = {}
            exec(compile(source, "made.py", "exec"), space)
            space["C"]().m()
            list(space["gen"]())
            try:
                space["coro"]().send(None)
            except StopIteration:
                pass

    p, memory, image = grown(work, 6000)
    assert [one(p, name)["calls"] for name in ("made", "C.m", "coro", "gen")] == [6000] * 4
    assert memory < 4096 and image < 1024, (memory, image)


@test("hundreds of thousands of calls, generators and coroutines need no more memory")
def _():
    def leaf():
        pass

    def gen():
        yield leaf()

    async def coro():
        leaf()

    def work(n):
        for _ in range(n):
            for _ in gen():
                pass
            try:
                coro().send(None)
            except StopIteration:
                pass

    p, memory, image = grown(work, 100000)
    assert [one(p, name)["calls"] for name in ("leaf", "gen", "coro")] == [200000, 100000, 100000]
    assert memory < 2048 and image < 1024, (memory, image)


@test("many recordings leave nothing behind")
def _():
    def work(n):
        for _ in range(n):
            corograph.start()
            len([])
            corograph.stop()

    work(30)
    files, before = len(os.listdir("/proc/self/fd")), resident()
    work(150)
    assert len(os.listdir("/proc/self/fd")) == files
    assert resident() - before < 4096, resident() - before


@test("an exit in the midst of threads and tasks is the exit that it is without us")
def _():
    for n, end in enumerate(("sys.exit(3)", "os._exit(4)", "raise SystemExit", "1 / 0", "os.abort()")):
        write("app.py", "import os, sys, threading, asyncio\ndef f(): pass\ndef busy():\n    while True: f()\n"
              "for _ in range(3): threading.Thread(target=busy, daemon=True).start()\n"
              f"async def main():\n    asyncio.ensure_future(asyncio.sleep(9))\n    await asyncio.sleep(0.01)\n    {end}\n"
              "asyncio.run(main())\n")
        bare, done = call(PYTHON, "app.py"), record("app.py", options=["-q"], trace=f"{n}.coro")
        # record ends by the signal that ended the program
        assert (bare.returncode, bare.stderr) == (done.returncode, done.stderr), (end, bare, done)
        assert function(report(done.trace), "f")["calls"] > 0


run()
