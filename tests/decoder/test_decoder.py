#!/usr/bin/env python3
"""Recorded programs: the independent decoder reads the same records and computes the same
report as `corograph`."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.environ["CG_SRC"], "tests", "e2e")]
import decode  # noqa: E402
import report as second  # noqa: E402
from compare import same  # noqa: E402
from harness import corograph, record, report, run, test, write  # noqa: E402

PROGRAMS = {
    "plain calls, recursion, C functions, exceptions": """
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def odd(n): return n and even(n - 1)
def even(n): return not n or odd(n - 1)
def fail(): raise ValueError("no")
fib(12)
even(40)
for _ in range(3):
    try: fail()
    except ValueError: pass
sorted([3, 1, 2], key=lambda v: -v)
""",
    "generators and async generators": """
import asyncio
def count(n):
    for i in range(n): yield i
def outer(n): yield from count(n)
async def ticks(n):
    for i in range(n):
        await asyncio.sleep(0.001)
        yield i
async def inner():
    async for _ in ticks(5): pass
    return sum(outer(9))
half = outer(5)
next(half)
asyncio.run(inner())
list(half)
""",
    "tasks that make tasks, and wait for each other": """
import asyncio
async def leaf(n):
    await asyncio.sleep(0.001 * n)
    if n == 3: raise RuntimeError
async def crawl(depth):
    tasks = [asyncio.create_task(crawl(depth - 1)) for _ in range(2)] if depth else []
    tasks.append(asyncio.ensure_future(leaf(depth)))
    await asyncio.gather(*tasks, return_exceptions=True)
async def never(): await asyncio.sleep(60)
async def main():
    lost = asyncio.create_task(never(), name="lost")
    await asyncio.gather(crawl(3), crawl(2))
    lost.cancel()
asyncio.run(main())
""",
    "threads, one after another and at once": """
import threading, time
def work(n):
    for _ in range(n): time.sleep(0.001)
for _ in range(3):
    t = threading.Thread(target=work, args=(2,))
    t.start()
    t.join()
both = [threading.Thread(target=work, args=(3,), name=f"at once {i}") for i in range(2)]
for t in both: t.start()
for t in both: t.join()
""",
    "a coroutine driven by hand, and dropped": """
class Step:
    def __await__(self): yield 1; yield 2
async def steps():
    await Step()
    await Step()
def drive(c):
    c.send(None)
c = steps()
for _ in range(3): drive(c)
c.close()
d = steps()
d.send(None)
del d
""",
    "names that are hard to show": """
def f(): pass
for name in ("a b", "\\n", "\\x1b[1m", "\\ud800", "\\u65e5\\u672c", "\\x85", '"', "<b>"):
    f.__code__ = f.__code__.replace(co_name=name)
    f()
""",
    "an end in the middle of everything": """
import asyncio, os
async def deep(n):
    if n: await deep(n - 1)
    await asyncio.sleep(0.001)
    os._exit(0)
async def main():
    asyncio.create_task(asyncio.sleep(9))
    await deep(5)
asyncio.run(main())
""",
}


compared = []


def compare(trace):
    """The trace, and its archive: in order, read alike, and the same report."""
    archive = trace + ".packed"
    done = corograph("pack", "-q", trace, "-o", archive)
    assert done.returncode == 0, done.stderr
    for name in trace, archive:
        compare_one(name)
        compared.append(name)


def compare_one(trace):
    done = corograph("verify", trace)
    assert done.returncode == 0 and ": ok, " in done.stdout, done.stderr
    done = corograph("dump", trace, encoding="utf-8")
    for ours, theirs in zip(decode.dump(decode.read(trace)), done.stdout.split("\n")):
        assert ours == theirs, (ours, theirs)
    same("report", second.report(trace), report(trace))


def check(name, text):
    @test(f"{name}: both read the same")
    def _():
        done = record(write("program.py", text))
        assert done.returncode == 0, done.stderr
        compare(done.trace)


for name, text in PROGRAMS.items():
    check(name, text)


@test("the seed program: both read the same, in less than 96 KB")
def _():
    done = record(os.path.join(os.environ["CG_SRC"], "examples", "seed.py"))
    assert done.returncode == 0, done.stderr
    compare(done.trace)
    size = os.path.getsize(done.trace)
    assert size < 96 * 1024, size


@test("the good part of the corpus: the decoder computes the report too")
def _():
    folder = os.path.join(os.environ["CG_SRC"], "tests", "corpus", "good")
    for name in sorted(os.listdir(folder)):
        same(name, second.report(os.path.join(folder, name)), report(os.path.join(folder, name)))
        compared.append(name)


@test("how many there were")
def _():
    print(f"# {len(compared)} traces: both read the same and compute the same report")
    assert len(compared) >= 25, compared


run()
