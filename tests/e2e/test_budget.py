#!/usr/bin/env python3
"""A tree of calls that has no end: memory is bounded, calls and self numbers stay exact; TAP.

Real programs whose contexts explode are recorded whole and with small budgets. Whatever
folds, every function has the same counts, and self times add up to the threads' run.
"""
import os
import re

from figures import check_trace
from harness import corograph, record, run, test, write
from hooks import corograph as api

PARSER = '''
import random
TOKENS = []
def make(depth, rng):
    """Nested expressions, written into TOKENS."""
    kind = rng.randrange(4) if depth else 0
    if kind == 0:
        TOKENS.append(str(rng.randrange(9)))
    elif kind == 1:
        TOKENS.append("("); make(depth - 1, rng); TOKENS.append(")")
    elif kind == 2:
        TOKENS.append("-"); make(depth - 1, rng)
    else:
        TOKENS.append("(")
        for i in range(3):
            if i: TOKENS.append(rng.choice("+*"))
            make(depth - 1, rng)
        TOKENS.append(")")
class Parser:
    def __init__(self, tokens): self.tokens, self.at = tokens, 0
    def peek(self): return self.tokens[self.at] if self.at < len(self.tokens) else ""
    def take(self):
        self.at += 1
        return self.tokens[self.at - 1]
    def sum(self):
        n = self.product()
        while self.peek() == "+":
            self.take(); n += self.product()
        return n
    def product(self):
        n = self.unary()
        while self.peek() == "*":
            self.take(); n = n * self.unary() % 1000003
        return n
    def unary(self):
        if self.peek() == "-":
            self.take(); return -self.unary()
        return self.atom()
    def atom(self):
        if self.peek() == "(":
            self.take(); n = self.sum(); self.take(); return n
        return int(self.take())
rng = random.Random(5)
while len(TOKENS) < 6000:
    if TOKENS: TOKENS.append("+")
    make(9, rng)
Parser(TOKENS).sum()
'''
VISITOR = '''
import ast, inspect, textwrap
class Names(ast.NodeVisitor):
    def __init__(self): self.seen = 0
    def visit_Name(self, node):
        self.seen += 1
        self.generic_visit(node)
class Doubler(ast.NodeTransformer):
    def visit_Constant(self, node): return node
tree = ast.parse(inspect.getsource(ast) if len(inspect.getsource(ast)) < 80000 else
                 inspect.getsource(textwrap))
Names().visit(tree)
Doubler().visit(tree)
'''
SUSPENDING = '''
import asyncio, threading
def leaf(): pass
def tree(n):
    if n:
        yield n
        leaf()
        yield from tree(n - 1)
        yield from mirror(n - 1)
def mirror(n):
    if n:
        yield from tree(n - 1)
        yield n
async def left(n):
    if n:
        await left(n - 1)
        await right(n - 1)
    else:
        await asyncio.sleep(0)
async def right(n):
    leaf()
    if n:
        await left(n - 1)
        t = asyncio.create_task(right(n - 1))
        await t
def fail(n):
    if n % 3 == 2: raise KeyError(n)
    return fail(n - 1) if n > 1 else 0
def work():
    for n in range(9):
        try: fail(n)
        except KeyError: pass
    for _ in tree(9): pass
async def main():
    await asyncio.gather(left(6), right(5))
    g = tree(5)
    next(g)
    del g
work()
threads = [threading.Thread(target=work) for _ in range(3)]
for t in threads: t.start()
for t in threads: t.join()
asyncio.run(main())
'''
PROGRAMS = {"a recursive-descent parser": PARSER, "an AST visitor": VISITOR,
            "generators, coroutines, tasks and threads": SUSPENDING}
BUDGETS = 1, 40, 400
FOLDED = "inexact inclusive times"
COUNTED = "calls", "finished", "raised", "unfinished", "suspensions"


def recorded(*options):
    """The report of app.py, and the nodes of its trace."""
    done = record("app.py", options=options)
    assert done.returncode == 0, done.stderr
    data = check_trace(done.trace)
    info = corograph("info", done.trace).stdout
    nodes, = [line.split()[-1] for line in info.splitlines() if line.startswith("nodes ")]
    return data, int(nodes.replace(",", "")), os.path.getsize(done.trace)


def counts(data):
    """What must be the same whatever folds, of all functions but an event loop's own."""
    out = {}
    for f in data["functions"]:
        if os.path.basename(f["file"]) in ("app.py", "ast.py"):
            out[f["name"], f["line"]] = [f[k] for k in COUNTED]
    return out


for title in PROGRAMS:
    @test(title)
    def _(title=title):
        write("app.py", PROGRAMS[title])
        whole, nodes, size = recorded()
        expected = counts(whole)
        for budget in BUDGETS:
            data, kept, small = recorded("--max-nodes", str(budget))
            found = counts(data)
            assert found == expected, [(k, found.get(k), v) for k, v in expected.items()
                                       if found.get(k) != v]
            # beyond it there is one place for each caller and callee, at most
            pairs = len(whole["edges"]) + len(whole["functions"])
            assert kept <= budget + 2 * pairs, (budget, kept, pairs)
        assert nodes > 1500, nodes  # or nothing would have folded
        assert kept < nodes and small < size, (kept, nodes, small, size)


@test("self run of a function is the same, folded or not")
def _():
    write("app.py", "import time\n"
                    "def spin(n):\n    end = time.perf_counter() + n\n"
                    "    while time.perf_counter() < end: pass\n"
                    "def a(n):\n    spin(.001)\n    return n and (a(n - 1), b(n - 1))\n"
                    "def b(n):\n    spin(.0005)\n    return n and (b(n - 1), a(n - 1))\n"
                    "a(6)\n")
    for options in ["--no-builtins"], ["--no-builtins", "--max-nodes", "5"]:
        data, _, _ = recorded(*options)
        f = {f["name"]: f for f in data["functions"]}
        calls = f["a"]["calls"], f["b"]["calls"]
        assert calls == (64, 63), calls
        assert f["spin"]["self_run_ns"] >= (64 * .001 + 63 * .0005) * 1e9


@test("deep recursion, folded and not")
def _():
    write("app.py", "import sys, threading\nsys.setrecursionlimit(200000)\n"
                    "threading.stack_size(1000 << 20)\n"
                    "def down(n):\n    return down(n - 1) if n else 0\n"
                    "t = threading.Thread(target=down, args=(100000,))\nt.start()\nt.join()\n")
    for options in [], ["--max-nodes", "100"]:
        data, nodes, _ = recorded(*options)
        f, = [f for f in data["functions"] if f["name"] == "down"]
        assert (f["calls"], f["primitive_calls"]) == (100001, 1) or options, f
        assert f["calls"] == f["finished"] == 100001, f
        assert nodes < 10000 or not options, nodes


@test("the report says how many functions are folded")
def _():
    write("app.py", SUSPENDING)
    done = record("app.py", options=["--max-nodes", "40"])
    whole = record("app.py", trace="whole.coro")
    for folded, trace in (True, done.trace), (False, whole.trace):
        assert (FOLDED in corograph("report", trace).stdout) == folded, trace
        assert ("\nfolded " in corograph("info", trace).stdout) == folded, trace


@test("what a call does not fold into but past is inexact too, what is above is not")
def _():
    write("app.py", "def f(n):\n    return n and g(n)\n"
                    "def g(n):\n    return f(n - 1)\n"
                    "def main():\n    f(50)\n    other()\n"
                    "def other():\n    pass\nmain()\n")
    data, _, _ = recorded("--no-builtins", "--max-nodes", "4")
    inexact = {f["name"]: f["inexact"] for f in data["functions"]
               if os.path.basename(f["file"]) == "app.py"}
    assert inexact == {"<module>": False, "main": False, "other": False, "f": True,
                       "g": True}, inexact
    table = corograph("report", "--module", "app.py", "out.coro").stdout
    rows = [re.search(r"  (\S+)(?: \(app:\d+\)| \(app\.py:\d+\))?$", line)
            for line in table.splitlines()]
    marked = {row.group(1): "~" in row.string for row in rows if row and row.group(1) in inexact}
    assert marked == inexact, (marked, table)


@test("the processes of a program have the same bound, and so has the package's recording")
def _():
    write("app.py", PARSER + "import os, subprocess, sys\n"
                    "if len(sys.argv) < 2: subprocess.run([sys.executable, 'app.py', '-'])\n")
    done = record("app.py", options=["--subprocesses", "--max-nodes", "60"])
    assert done.returncode == 0, done.stderr
    for trace in [f for f in os.listdir(".") if f.endswith(".coro")]:
        assert FOLDED in corograph("report", trace).stdout, trace

    def down(n):
        return down(n - 1) if n else 0

    with api.profile(max_nodes=5) as p:
        down(50)
    f, = [f for f in p.functions if f["name"].endswith("down")]
    assert f["calls"] == 51, f


@test("what is no bound is refused")
def _():
    write("app.py", "pass\n")
    for bad in "0", "-1", "many", "":
        done = record("app.py", options=["--max-nodes", bad])
        assert done.returncode == 2 and "--max-nodes" in done.stderr, done.stderr
    for bad in 0, -1, 1 << 64:
        try:
            api.start(max_nodes=bad)
        except ValueError:
            continue
        api.stop()
        raise AssertionError(bad)


run()
