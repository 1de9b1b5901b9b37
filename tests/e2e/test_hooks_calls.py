#!/usr/bin/env python3
"""Plain calls, C functions and their names, beside cProfile's; TAP on stdout."""
import cProfile
import json
import random
import re
import sys
import time

from harness import run, test
from hooks import corograph, counts, edges, one, recorded

ADDRESS = re.compile(r" at 0x[0-9a-f]+")


class Point:
    """With Python methods that C code calls."""

    def __init__(self, x):
        self.x = x

    def __lt__(self, other):
        return self.x < other.x

    def __repr__(self):
        return f"Point({self.x!r})"


class Stack(list):
    """A list with a method of its own."""

    def append(self, item):
        super().append(item)


def workload():
    """Calls of many kinds: the same at every call."""
    rng = random.Random(1)
    points = [Point(rng.random()) for _ in range(50)]
    points.sort()
    text = json.dumps([repr(p) for p in points])
    data = json.loads(text)
    stack = Stack()
    for item in data:
        stack.append(item.upper().lower())
        list.append(stack, len(item))
    d = dict.fromkeys("abc", 1)
    d.update(x=2)
    object.__new__(Point)
    int.from_bytes(b"ab", "big")
    b"".join([b"a", b"b"])
    "".join(map(str, range(3)))
    max(points, key=lambda p: p.x)
    re.compile("a+(b|c)").sub(lambda m: m.group().upper(), "aabac")
    try:
        int("x")
    except ValueError:
        pass
    try:
        d.pop("missing")
    except KeyError:
        pass
    with open(__file__, encoding="utf-8") as file:
        file.readline()
    isinstance(stack, list)
    getattr(stack, "nothing", None)
    sum(x for x in range(10))
    print(end="")


def by_cprofile():
    """{name: calls} of C functions and of Python functions, as cProfile counts them."""
    c = cProfile.Profile()
    c.enable()
    workload()
    c.disable()
    builtins, functions = {}, {}
    for entry in c.getstats():
        if isinstance(entry.code, str):
            name = ADDRESS.sub("", entry.code)
            builtins[name] = builtins.get(name, 0) + entry.callcount
        else:
            functions[entry.code.co_name] = functions.get(entry.code.co_name, 0) \
                + entry.callcount
    return builtins, functions


def by_corograph():
    """The same from a recording."""
    p = recorded(workload, builtins=True)
    builtins, functions = {}, {}
    for f in p.functions:
        name, where = f["name"], functions
        if f["kind"] == "builtin":
            where = builtins
        else:
            name = name.rpartition(".")[2]
        where[name] = where.get(name, 0) + f["calls"]
    return builtins, functions


def is_own(name):
    """Is it of the profilers themselves?"""
    return any(word in name for word in ("_corograph", "_lsprof", "recorded", "__exit__", "stop"))


@test("C functions have cProfile's names and counts")
def _():
    workload()
    theirs, _ = by_cprofile()
    ours, _ = by_corograph()
    theirs = {k: v for k, v in theirs.items() if not is_own(k)}
    ours = {k: v for k, v in ours.items() if not is_own(k)}
    # where a Python method hides it, cProfile gives a C method that method's name
    for names in theirs, ours:
        hidden = [k for k in names if "append" in k or "seed" in k]
        assert sum(names.pop(k) for k in hidden) >= 100, hidden
    assert len(ours) > 25, ours
    assert ours == theirs, sorted(set(ours.items()) ^ set(theirs.items()))


@test("Python functions have cProfile's counts")
def _():
    workload()
    _, theirs = by_cprofile()
    _, ours = by_corograph()
    # a generator's resumes are calls to cProfile
    for names in theirs, ours:
        names.pop("<genexpr>", None)
    ours = {k: v for k, v in ours.items() if not is_own(k) and v}
    theirs = {k: v for k, v in theirs.items() if not is_own(k)}
    assert ours == theirs, sorted(set(ours.items()) ^ set(theirs.items()))


@test("with builtins=False their time is their callers' own")
def _():
    def caller():
        time.sleep(0.02)

    p = recorded(caller)
    assert not [f for f in p.functions if f["kind"] == "builtin"]
    assert one(p, "caller")["self_run_ns"] > 0.02e9
    q = recorded(caller, builtins=True)
    caller = one(q, "caller")
    assert caller["run_ns"] - caller["self_run_ns"] > 0.02e9, caller
    assert [f["self_run_ns"] > 0.02e9 for f in q.functions
            if f["name"] == "<built-in method time.sleep>"] == [True]


@test("what ends by an exception is counted as raised, C functions too")
def _():
    def fails(n):
        if n:
            fails(n - 1)
        int("x")

    def work():
        try:
            fails(3)
        except ValueError:
            pass

    p = recorded(work, builtins=True)
    assert counts(p, "fails", "work") == [(4, 0, 4), (1, 0, 0)]
    assert one(p, "fails")["primitive_calls"] == 1


@test("another profiler at work is not disturbed, and does not disturb")
def _():
    def work():
        return sum(map(abs, range(5)))

    if sys.version_info >= (3, 12):
        other = cProfile.Profile()
        other.enable()
        p = recorded(work, builtins=True)
        other.disable()
        assert any(getattr(e.code, "co_name", "") == "work" for e in other.getstats())
    else:
        sys.setprofile(lambda *_: None)
        try:
            recorded(work)
        except corograph.Error as error:
            assert "another profiler" in str(error), error
        else:
            raise AssertionError("two profilers in one thread")
        finally:
            sys.setprofile(None)
        p = recorded(work, builtins=True)
    assert counts(p, "work") == [(1, 0, 0)]


@test("a program may profile itself for a while")
def _():
    def before():
        pass

    def after():
        pass

    def nested():
        own = cProfile.Profile()
        own.enable()
        before()
        return own

    def work():
        before()
        own = nested()
        own.disable()
        assert sys.getprofile() is None
        for _ in range(10):
            after()

    p = recorded(work)
    full = sys.version_info >= (3, 12)
    assert one(p, "before")["calls"] == (2 if full else 1), one(p, "before")
    assert one(p, "after")["calls"] >= (10 if full else 9), one(p, "after")
    assert edges(p)["work", "after"]["call"] >= 9, edges(p)


@test("code that is made again and again under one name is one function")
def _():
    def work():
        for i in range(300):
            space = {}
            exec(compile(f"def even(): return 1\ndef odd{i % 3}(): return 2\n", "made.py",
                         "exec"), space)
            space["even"]()
            space[f"odd{i % 3}"]()

    p = recorded(work)
    assert counts(p, "even", "odd0", "odd1", "odd2") == [(300, 0, 0)] + [(100, 0, 0)] * 3, \
        counts(p, "even", "odd0", "odd1", "odd2")


@test("functions have their kind, file, line and qualified name")
def _():
    class Outer:
        class Inner:
            def method(self):
                return [x for x in "ab"], {x for x in "ab"}, (lambda: 1)()

    p = recorded(Outer.Inner().method)
    f = one(p, "method")
    assert f["name"].endswith("<locals>.Outer.Inner.method"), f
    assert f["file"] == Outer.Inner.method.__code__.co_filename, f
    assert f["line"] == Outer.Inner.method.__code__.co_firstlineno, f
    assert f["kind"] == "function", f
    assert edges(p)["method", "<lambda>"] == {"call": 1}


@test("names that are no valid text do no harm")
def _():
    def work():
        space = {}
        exec(compile("def f(): pass", "sur\udcffrogate", "exec"), space)
        space["f"]()
        code = (lambda: 1).__code__
        names = [name for name in ("co_name", "co_qualname") if hasattr(code, name)]
        eval(code.replace(**dict.fromkeys(names, "na\0me\x1b[31m")))

    p = recorded(work, builtins=True)
    assert any("rogate" in f["file"] for f in p.functions)
    assert all(c.isprintable() or c == " " for f in p.functions for c in f["name"])


@test("deep recursion, and one that goes too far, are counted whole")
def _():
    def down(n):
        return n and down(n - 1)

    def endless():
        endless()

    def work():
        down(500)
        try:
            endless()
        except RecursionError:
            pass

    p = recorded(work)
    assert counts(p, "down") == [(501, 0, 0)]
    f = one(p, "endless")
    assert f["calls"] == f["raised"] > 200 and f["unfinished"] == 0, f


@test("nothing is kept alive, and no program code runs for a name")
def _():
    class Trap:
        def __getattribute__(self, name):
            raise SystemExit(f"the program's code ran for {name}")

        def __repr__(self):
            raise SystemExit("the program's code ran")

    class Meta(type):
        def __getattribute__(cls, name):
            if name not in ("__call__", "__init__", "__dict__", "__mro__"):
                seen.append(name)
            return super().__getattribute__(name)

    class Sub(list, metaclass=Meta):
        pass

    seen = []
    trap, sub = Trap(), Sub()
    before = sys.getrefcount(trap)

    def work(arguments):
        list.append(arguments, trap)
        list.append(sub, trap)
        [].append(trap)
        id(trap)
        arguments.clear()
        list.clear(sub)

    recorded(work, [], builtins=True)
    assert sys.getrefcount(trap) == before
    assert seen == [], seen


run()
