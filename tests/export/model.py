"""Graphs for the tests of the exporters, and what the exports of one must say.

The expectations are computed here a second time, from the words of doc/exporting.md and in
the plainest way: a list of places, each with its chain of ancestors.
"""
import os
import random
import re
import subprocess
import sys
import unicodedata

CALL, AWAIT, SPAWN = range(3)
FUNCTION, COROUTINE, GENERATOR, ASYNC_GENERATOR, BUILTIN = range(5)
NUMBERS = ("run", "await", "cpu", "susp")


class Function:
    def __init__(self, name, file="", line=0, kind=FUNCTION, module=""):
        if isinstance(name, bytes):
            name = name.decode("utf-8", "surrogateescape")
        if isinstance(file, bytes):
            file = file.decode("utf-8", "surrogateescape")
        self.name, self.file, self.line, self.kind, self.module = name, file, line, kind, module


def builtin(name):
    return Function(name, kind=BUILTIN)


class Node:
    """A node of the graph; `what` is a Function, or for a thread's root its index."""

    def __init__(self, what, edge=CALL, parent=None, calls=1, run=0, await_=0, cpu=0, susp=0,
                 origin=None):
        self.what, self.edge, self.parent, self.origin = what, edge, parent, origin
        self.numbers = {"calls": calls, "run": run, "await": await_, "cpu": cpu, "susp": susp}
        self.depth = parent.depth + 1 if parent else 0


class Graph:
    def __init__(self, pid=4242, python="3.11.7", command=("app.py",)):
        self.pid, self.python, self.command = pid, python, command
        self.threads, self.functions, self.nodes = [], [], []

    def thread(self, name="MainThread", count=1):
        self.threads.append((len(self.threads) + 1, count, name))
        self.nodes.append(Node(len(self.threads) - 1, calls=0))
        return self.nodes[-1]

    def add(self, parent, function, edge=CALL, **numbers):
        """Nodes must be added depth first, as the graph has them."""
        if function not in self.functions:
            self.functions.append(function)
        self.nodes.append(Node(function, edge, parent, **numbers))
        return self.nodes[-1]

    def text(self):
        def quote(s):
            raw = s if isinstance(s, bytes) else s.encode("utf-8", "surrogateescape")
            return b"".join(b"%%%02x" % b if b < 32 or b in b"%\x7f" else bytes([b]) for b in raw)

        def line(*fields):
            return b"\t".join(quote(f) if isinstance(f, (str, bytes)) else b"%d" % f
                              for f in fields)

        index = {n: i for i, n in enumerate(self.nodes)}
        number = {f: i for i, f in enumerate(self.functions)}
        out = [line("I", self.pid, self.python, *self.command)]
        out += [line("T", *t) for t in self.threads]
        out += [line("F", f.kind, f.line, f.name, f.file, f.module) for f in self.functions]
        for n in self.nodes:
            x = n.numbers
            out.append(line("N", n.depth, number.get(n.what, n.what), n.edge, x["calls"],
                            x["susp"], x["run"], x["await"], x["cpu"],
                            -1 if n.origin is None else index[n.origin]))
        return b"\n".join(out) + b"\n"


class Place:
    def __init__(self, label, parent, numbers):
        self.label, self.parent, self.numbers = label, parent, numbers
        self.children = []
        if parent:
            parent.children.append(self)

    def chain(self):
        """Places above this one, the nearest first."""
        at = self.parent
        while at:
            yield at
            at = at.parent


def placed(graph, tasks="beside"):
    """All places; labels are "program", ("thread", index) and Functions."""
    zero = dict.fromkeys(("calls",) + NUMBERS, 0)
    one = dict(zero, calls=1)
    root = Place("program", None, one)
    out, at, mirrors, cut = [root], {}, {}, {}
    for n in graph.nodes:
        awaited = n.edge == AWAIT and n.parent.parent
        cut[n] = n.parent is not None and n.edge != SPAWN and (not awaited or cut[n.parent])
        numbers = one if n.parent is None else dict(n.numbers)
        if cut[n]:
            numbers["await"] = 0
        label = ("thread", n.what) if n.parent is None else n.what
        at[n] = Place(label, None, numbers)
        out.append(at[n])
    for n in graph.nodes:
        up = at[n.parent] if n.parent else root
        if n.edge == SPAWN and n.parent:
            up = at[n.origin] if tasks == "creator" and n.origin else root
        at[n].parent = up
        up.children.append(at[n])
    awaits = {n: n.numbers["await"] for n in graph.nodes}
    for n in reversed(graph.nodes):
        if n.edge == AWAIT and n.parent:
            awaits[n.parent] += awaits[n]
    for n in graph.nodes:
        if cut[n] and awaits[n]:
            up = mirrors.get(n.parent, root) if n.edge == AWAIT else root
            mirrors[n] = Place(n.what, up, dict(zero, **{"await": n.numbers["await"]}))
            out.append(mirrors[n])
    return out


def inclusive(places):
    """Per place its numbers and those of all below."""
    total = {p: dict(p.numbers) for p in places}
    order, stack = [], [places[0]]
    while stack:
        order.append(stack.pop())
        stack.extend(order[-1].children)
    assert len(order) == len(places)
    for p in reversed(order):
        if p.parent:
            for k, v in total[p].items():
                total[p.parent][k] += v
    return total


def value(numbers, metric):
    if metric == "wall":
        return numbers["run"] + numbers["await"]
    return numbers[metric]


class Table:
    """Rows and arcs by what `key` makes of a label, as the call graph formats have them."""

    def __init__(self, places, key):
        metrics = ("wall",) + NUMBERS
        self.rows, self.arcs = {}, {}
        total = inclusive(places)
        for p in places:
            k = key(p.label)
            above = [key(q.label) for q in p.chain()]
            row = self.rows.setdefault(k, {"calls": 0, "primitive": 0, "self": dict.fromkeys(metrics, 0),
                                           "all": dict.fromkeys(metrics, 0)})
            outer = k not in above
            row["calls"] += p.numbers["calls"]
            row["primitive"] += p.numbers["calls"] * outer
            arc = None
            if above:
                arc = self.arcs.setdefault((above[0], k), {
                    "calls": 0, "primitive": 0, "self": dict.fromkeys(metrics, 0),
                    "callee_outer": dict.fromkeys(metrics, 0), "arc_outer": dict.fromkeys(metrics, 0)})
                arc_outer = (above[0], k) not in zip(above[1:], above)
                arc["calls"] += p.numbers["calls"]
                arc["primitive"] += p.numbers["calls"] * arc_outer
            for m in metrics:
                row["self"][m] += value(p.numbers, m)
                row["all"][m] += value(total[p], m) * outer
                if arc:
                    arc["self"][m] += value(p.numbers, m)
                    arc["callee_outer"][m] += value(total[p], m) * outer
                    arc["arc_outer"][m] += value(total[p], m) * arc_outer


def seed():
    """The program of the README: foo awaits twice and works twice, under asyncio.run."""
    g = Graph()
    main = g.thread()
    s = 10 ** 9
    f = {n: Function(n, "/srv/app.py", i + 1, k, "app") for i, (n, k) in enumerate([
        ("burn_cpu", FUNCTION), ("burn_async_io", COROUTINE), ("burn_io", FUNCTION),
        ("foo", COROUTINE), ("<module>", FUNCTION)])}
    run = Function("run", "/usr/lib/python3/asyncio/runners.py", 160, FUNCTION, "asyncio.runners")
    module = g.add(main, f["<module>"])
    g.add(g.add(module, run, run=1000), builtin("<method 'poll' of 'select.epoll' objects>"),
          calls=3, run=2 * s)
    foo = g.add(main, f["foo"], SPAWN, origin=module, run=5000, cpu=4000, susp=2)
    g.add(foo, f["burn_cpu"], run=s, cpu=s)
    g.add(foo, f["burn_async_io"], AWAIT, calls=2, run=3000, await_=2 * s, susp=2)
    g.add(g.add(foo, f["burn_io"], run=100), builtin("<built-in method time.sleep>"), run=s)
    return g


def by_hand():
    """Coroutines driven by `send` from plain functions, in a task and outside of one."""
    g = Graph()
    main = g.thread()
    drive, coro, leaf = (Function(n, "/srv/d.py", i + 1, k, "d") for i, (n, k) in enumerate([
        ("drive", FUNCTION), ("coro", COROUTINE), ("leaf", COROUTINE)]))
    task = Function("task", "/srv/d.py", 9, COROUTINE, "d")
    d = g.add(main, drive, run=100)
    c = g.add(d, coro, CALL, run=10, await_=7, susp=1)
    g.add(c, leaf, AWAIT, run=3, await_=40, susp=2)
    t = g.add(main, task, SPAWN, origin=d, run=20, await_=5, susp=1)
    d = g.add(t, drive, run=50)
    c = g.add(d, coro, CALL, run=1, susp=1)
    g.add(c, leaf, AWAIT, run=2, await_=60, susp=1)
    g.add(t, coro, AWAIT, run=4, await_=8, susp=1)
    return g


def recursion():
    """f calls itself, and a and b each other; both in a task of f as well."""
    g = Graph()
    main = g.thread()
    f, a, b = (Function(n, "/srv/r.py", i + 1, COROUTINE, "r") for i, n in enumerate("fab"))
    at = main
    for i in range(5):
        at = g.add(at, f, run=10, cpu=1, calls=1 + i)
    for i in range(6):
        at = g.add(at, (a, b)[i % 2], run=20 + i, calls=2)
    t = at = g.add(main, f, SPAWN, origin=at, run=100, await_=1)
    for i in range(3):
        at = g.add(at, f, AWAIT, run=1, await_=1000, susp=1)
    g.add(t, a, AWAIT, run=5, await_=6)
    return g


NAMES = ["café", "日本語", "na\u0308ive", "\U0001f40d", "it's", 'a"b', "a\\b", "<b>bold</b>",
         "x&amp;y", "$name", "(3) odd", "tab\there", "two\nlines", "bell\x07", "del\x7f",
         "c1\u0085end", "line\u2028sep", b"bad\xffbyte", b"\xed\xb2\x80", b"\xc0\xaf",
         b"cut\xe2\x82", "</script><script>alert(1)</script>", "", "a" * 5000,
         "tag\U000e0001x"]


def names():
    g = Graph(command=("app.py", "two\nlines", "</script>", b"\xff", 'say "x\\y"'))
    main = g.thread("Thr\nead </script>")
    for i, n in enumerate(NAMES):
        file = n if i != NAMES.index("") else "/srv/empty.py"
        g.add(main, Function(n, file, i + 1), run=1000 + i)
    g.add(main, builtin("<built-in method __new__ of type object at 0xb63c60>"), run=1)
    g.add(main, builtin("<built-in method __new__ of type object at 0xb63c61>"), run=2)
    return g


def same_names():
    """Functions that only their folder, line or kind tells apart."""
    g = Graph()
    main = g.thread()
    for file, line, kind, module in [
            ("/a/__init__.py", 3, FUNCTION, "a"), ("/b/__init__.py", 3, FUNCTION, "b"),
            ("/c/__init__.py", 3, FUNCTION, ""), ("/d/e/__init__.py", 3, FUNCTION, ""),
            ("/a/x.py", 3, FUNCTION, "x"), ("/a/x.py", 9, FUNCTION, "x"),
            ("/b/x.py", 3, FUNCTION, "x"), ("/a/x.py", 3, COROUTINE, "x"),
            ("<string>", 1, FUNCTION, ""), ("<frozen importlib._bootstrap>", 5, FUNCTION, ""),
            ("setup.py", 1, FUNCTION, ""), ("/d/.hid.py", 1, FUNCTION, ""), ("", 1, FUNCTION, "")]:
        g.add(main, Function("setup", file, line, kind, module), run=10 + len(g.functions))
    return g


def no_calls():
    """Begun before the recording: time and no calls; and calls without time."""
    g = Graph()
    main = g.thread()
    f, h = Function("f", "/srv/n.py", 1, FUNCTION, "n"), Function("h", "/srv/n.py", 5, FUNCTION, "n")
    n = g.add(main, f, calls=0, run=20000)
    g.add(n, h, calls=0)
    g.add(n, builtin("<built-in method builtins.len>"), calls=3)
    return g


def huge():
    g = Graph()
    main = g.thread()
    names = [Function(n, "/srv/h.py", i + 1, FUNCTION, "h") for i, n in enumerate("abc")]
    n = g.add(main, names[0], calls=2 ** 31 - 1, run=2 ** 62)
    g.add(n, names[1], calls=2 ** 31, run=2 ** 53 + 1)
    g.add(n, names[2], calls=2 ** 63 + 5, run=1)
    return g


def saturated():
    g = Graph()
    main = g.thread()
    n = g.add(main, Function("a", "/srv/h.py", 1), run=2 ** 64 - 1, calls=2 ** 64 - 1)
    g.add(n, Function("b", "/srv/h.py", 2), run=2 ** 64 - 1, calls=2 ** 64 - 1)
    return g


def zeros():
    g = Graph()
    g.add(g.thread(), Function("a", "/srv/h.py", 1), calls=0)
    return g


def empty():
    return Graph()


def threads():
    g = Graph()
    f = Function("work", "/srv/t.py", 1, FUNCTION, "t")
    c = Function("crawl", "/srv/t.py", 5, COROUTINE, "t")
    first = g.thread()
    w = g.add(first, f, run=10 ** 6)
    g.add(first, c, SPAWN, origin=w, run=10, await_=20)
    second = g.thread("worker", count=5)
    g.add(second, f, run=3 * 10 ** 6, cpu=10 ** 6)
    g.add(second, c, SPAWN, origin=w, run=1, await_=2)
    g.add(g.thread(""), f, run=7)
    return g


def deep(levels=100_000):
    g = Graph()
    at = g.thread()
    fs = [Function(f"f{i}", "/srv/deep.py", i + 1, FUNCTION, "deep") for i in range(10)]
    g.functions = list(fs)
    for i in range(levels):
        at = Node(fs[i % 10], CALL, at, run=10)
        g.nodes.append(at)
    return g


def ring():
    """Creators that lead back to themselves, which no sound trace has."""
    g = Graph()
    main = g.thread()
    fs = [Function(n, "/srv/o.py", i + 1, COROUTINE, "o") for i, n in enumerate("abcd")]
    tasks = [g.add(main, f, SPAWN, run=10 ** i, await_=5) for i, f in enumerate(fs)]
    for i, t in enumerate(tasks[:3]):
        t.origin = tasks[(i + 1) % 3]
    tasks[3].origin = tasks[0]
    return g


def rand(seed_, nodes=60):
    """Any tree at all; task roots under threads only, creators made before their tasks."""
    rng = random.Random(seed_)
    g = Graph()
    kinds = (FUNCTION, COROUTINE, GENERATOR)
    fs = [Function(f"f{i}", "/srv/x.py", i + 1, rng.choice(kinds), "x") for i in range(7)]
    for _ in range(rng.randrange(1, 3)):
        path, made = [g.thread()], []
        for _ in range(nodes):
            path = path[:rng.randrange(max(1, len(path) - 2), len(path) + 1)]
            edge = rng.choice((CALL, CALL, AWAIT)) if len(path) > 1 else rng.choice((CALL, SPAWN))
            numbers = {k: rng.choice((0, 0, rng.randrange(10 ** 5)))
                       for k in ("run", "await_", "cpu", "susp")}
            origin = rng.choice(made) if edge == SPAWN and made else None
            path.append(g.add(path[-1], rng.choice(fs), edge, calls=rng.randrange(4),
                              origin=origin, **numbers))
            made.append(path[-1])
    return g


CASES = {f.__name__: f for f in (seed, by_hand, recursion, names, same_names, no_calls, huge,
                                 saturated, zeros, empty, threads, deep, ring)}
for _seed in range(20):
    CASES[f"random{_seed}"] = lambda _seed=_seed: rand(_seed)


def clean(text):
    """What exporters make of text: doc/exporting.md, "Text"."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    out = ""
    for c in raw.decode("utf-8", "surrogateescape"):
        n = ord(c)
        if 0xdc80 <= n <= 0xdcff:
            out += f"\\x{n - 0xdc00:02x}"
        elif unicodedata.category(c) == "Cc" or c == "/" and out[-1:] == "<":
            out += f"\\x{n:02x}"
        elif unicodedata.category(c) in ("Zl", "Zp"):
            out += f"\\u{n:04x}"
        else:
            out += c
    return out


def row_name(graph, label, short=False):
    """The name of a label's row."""
    if label == "program":
        return "<program>"
    if isinstance(label, tuple):
        number, count, name = graph.threads[label[1]]
        more = f" and {count - 1} more" if count > 1 else ""
        return clean(f"<thread {number}{' ' if name else ''}{name}{more}>")
    name = label.name
    if short and label.kind != BUILTIN and "." in name and not name.endswith("."):
        name = name.rpartition(".")[2]
    return re.sub(" at 0x[0-9a-fA-F]+", "", clean(name)) or "<unnamed>"


def row_order(graph, places, key):
    """The rows in the order in which exporters list them."""
    labels = ["program"] + [("thread", i) for i in range(len(graph.threads))] + graph.functions
    there = {key(p.label) for p in places}
    return [k for k in dict.fromkeys(map(key, labels)) if k in there]


def is_clean(text):
    return "</" not in text and not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")
                                        for c in text)


# For programs other than this Python: with a sanitizer they look for leaks, it does not.
OUTSIDE = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "ASAN_OPTIONS")}


class Exports:
    """Runs an exporter on graphs, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.program = os.path.join(os.environ["CG_BUILD"], "tests", "export", "export_text")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, graph, name="app.4242.coro"):
        with open(self.path(name), "wb") as f:
            f.write(graph.text())
        return name

    def run(self, *arguments, **more):
        for stream in ("stdout", "stderr"):
            more.setdefault(stream, subprocess.PIPE)
        return subprocess.run([self.program, *arguments], cwd=self.folder, env=OUTSIDE, **more)

    def bytes(self, graph, form, *options):
        """The export of `graph`; whatever is said on standard error is a failure."""
        done = self.run(form, self.write(graph), "-q", "-o", "out", *options)
        if done.returncode or done.stderr or done.stdout:
            raise AssertionError(f"{form} {options}: exit {done.returncode}: {done.stderr!r}")
        with open(self.path("out"), "rb") as f:
            return f.read()


class Tap:
    def __init__(self):
        self.count = self.bad = 0

    def ok(self, good, name, *why):
        self.count += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good:
            for w in why:
                print(f"# {str(w)[:600]}")

    def eq(self, got, want, name):
        self.ok(got == want, name, f"got  {got!r}", f"want {want!r}")

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")

    def done(self):
        print(f"1..{self.count}")
        sys.exit(self.bad != 0)
