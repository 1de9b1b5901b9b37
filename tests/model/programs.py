"""Random programs, from a seed: functions, generators, coroutines and async generators that
call, await, yield, throw, close, cancel and drop one another."""
import random

HEAD = """
import asyncio, contextlib, itertools, types
F = [FUEL]
S = []
class E(Exception): pass
class Aw:
    def __init__(self, n): self.n = n
    def __await__(self):
        for _ in range(self.n):
            yield
@types.coroutine
def old(n):
    for _ in range(n):
        yield
@contextlib.contextmanager
def cm():
    try: yield 1
    finally: pass
@contextlib.asynccontextmanager
async def acm():
    await asyncio.sleep(0)
    try: yield 1
    finally: await Aw(1)
class Thru:
    def __init__(self, way, *what): self.it = way(*what)
    def __await__(self): return self.it
def not_none(x): return F[0] % 2
def drive(c, n, end):
    try:
        for _ in range(n): c.send(None)
        if end == 1: c.throw(E())
        if end == 2: c.close()
    except (StopIteration, E, RuntimeError): pass
async def shed(tasks):
    for t in tasks:
        t.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
"""
TAIL = """
async def top():
    tasks = []
    try: await c0(tasks)
    except (E, RuntimeError): pass
    await shed(tasks)
def main():
    try: f0([])
    except (E, RuntimeError): pass
    asyncio.run(top())
"""
NAMES = {"f": "def f%d(T):", "g": "def g%d(T):", "c": "async def c%d(T):",
         "a": "async def a%d(T):"}

# What may stand in a body: by the kinds of body where it may, %X a function of kind X.
PLAIN = ["%f(T)", "len(T)", "raise E()", "S.append(%g(T))", "next(S[-1], None) if S else None",
         "S.pop().close() if S else None", "for _ in %g(T): pass", "list(%g(T))",
         "for _ in %g(T): break", "drive(%g(T), %n, %n)", "drive(%c(T), %n, %n)",
         "with cm(): %f(T)", "drive(Aw(2).__await__(), %n, %n)", "sorted([3, 1], key=abs)",
         "g = %g(T); next(g, None); del g", "sum(x for x in %g(T) if x)",
         "g = %g(T); drive(g, 1, 0); drive(g, 1, 1)"]
ASYNC = ["await %c(T)"] * 4 + [
    "await asyncio.sleep(0)", "await Aw(%n)", "await old(%n)",
    "async for _ in %a(T): pass", "async for _ in %a(T): break",
    "[x async for x in %a(T)]", "async with acm(): await %c(T)", "async with acm(): raise E()",
    "T.append(asyncio.ensure_future(%c(T)))", "T.append(asyncio.create_task(%c(T)))",
    "await asyncio.gather(%c(T), %c(T))",
    "await asyncio.gather(%c(T), %c(T), return_exceptions=True)",
    "await asyncio.wait_for(%c(T), 5)", "t = asyncio.ensure_future(%c(T)); T.append(t); "
    "await asyncio.sleep(0); t.cancel(); await asyncio.wait([t])",
    "t = asyncio.ensure_future(%c(T)); T.append(t); await asyncio.shield(t)",
    "g = %a(T); await g.__anext__(); await g.aclose()",
    "g = %a(T); await g.asend(None); await g.athrow(E())",
    "await Thru(filter, not_none, old(%n))", "await Thru(map, next, [old(%n), old(%n)])",
    "g = old(%n); await Thru(map, next, [g]); %f(T); drive(g, 1, %n)",
    "%c(T).close()", "await asyncio.wait([asyncio.ensure_future(%c(T))])"]
OWN = {"f": [], "g": ["yield 1", "yield 2", "yield from %g(T)"] * 3 + [
    "yield from map(next, [%g(T)])", "yield from filter(None, %g(T))",
    "yield from itertools.chain(%g(T), %g(T))", "S.append(%g(T)); yield from map(next, S[-1:])"], "c": ASYNC,
       "a": ASYNC + ["yield 1", "yield 2"] * 6}
GUARDS = ["except E: %s", "except (E, RuntimeError): pass", "except BaseException: %s; raise",
          "finally: %s", "except (asyncio.CancelledError, GeneratorExit): raise",
          "except (StopAsyncIteration, StopIteration): pass", "except E: raise"]


class Maker:
    def __init__(self, seed, size=4):
        self.random, self.size = random.Random(seed), size

    def fill(self, text):
        while "%" in text:
            at = text.index("%")
            kind = text[at + 1]
            what = (self.random.randrange(4) if kind == "n" else
                    "%s%d" % (kind, self.random.randrange(self.size)))
            text = "%s%s%s" % (text[:at], what, text[at + 2:])
        return text

    def line(self, kind):
        own = self.random.random() < 0.7
        return self.fill(self.random.choice(OWN[kind] if own and OWN[kind] else PLAIN))

    def body(self, kind, deep=0):
        lines = []
        for _ in range(self.random.randrange(1, 4)):
            if deep < 2 and self.random.random() < 0.3:
                guard = self.random.choice(GUARDS)
                lines += ["try:"] + ["    " + l for l in self.body(kind, deep + 1)]
                lines.append(guard.replace("%s", self.line(kind) if "pass" not in guard and
                                           self.random.random() < 0.5 else "len(T)"))
            else:
                lines.append(self.line(kind))
        return [part for line in lines for part in split(line)]

    def program(self):
        text = [HEAD.replace("FUEL", str(self.random.randrange(20, 120)))]
        for kind, name in NAMES.items():
            for i in range(self.size):
                text.append(name % i)
                text.append("    F[0] -= 1")
                text.append("    if F[0] <= 0: return")
                text += ["    " + line for line in self.body(kind)]
                if kind in "ga":
                    text.append("    if not T: yield 0")
        return "\n".join(text) + TAIL


def split(line):
    """A guard's statement goes on a line of its own: it may be a compound one."""
    for word in ("except", "finally"):
        if line.startswith(word):
            head, rest = line.split(": ", 1)
            again = rest.endswith("; raise") and ["    raise"] or []
            return [head + ":", "    " + rest.removesuffix("; raise")] + again
    return [line]


def make(seed):
    """The source of a program with a function main()."""
    return Maker(seed).program()
