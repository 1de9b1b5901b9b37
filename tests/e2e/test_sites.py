#!/usr/bin/env python3
"""Calls of what a global names, which from Python 3.12 on need not be told: counts stay exact,
whatever becomes of the global; TAP on stdout."""
import gc
import threading
import types

from harness import Skip, run, test
from hooks import one, recorded
from sites import N, SOURCE, check, check_rest, check_told, count, module, others


@test("a call of what a global names need not be told, one of anything else is")
def _():
    m = module(SOURCE + """
def local(n, work=work):
    for i in range(n): work(i)
def chosen(n):
    for i in range(n): (work if i % 2 else abs)(i)
""")

    def program(all_told):
        m.calls(N)
        check_rest(m.calls)
        m.local(N)
        m.chosen(N)
        if all_told:
            check_told(m.local)
            check_told(m.chosen)
    check(recorded(program, True, builtins=True), 2 * N + N // 2, N // 2)
    check(recorded(program, False, builtins=False), 2 * N + N // 2, 0)


def clear(m):
    kept = m.__dict__["__builtins__"]
    m.__dict__.clear()
    m.__dict__["__builtins__"] = kept


WAYS = {
    "an assignment to the global": lambda m: exec("global work\nwork = abs", m.__dict__),
    "an attribute of the module": lambda m: setattr(m, "work", abs),
    "an item of the dict": lambda m: m.__dict__.__setitem__("work", abs),
    "an equal key": lambda m: m.__dict__.__setitem__("".join(["wo", "rk"]), abs),
    "a key of a class of its own":
        lambda m: m.__dict__.__setitem__(type("Key", (str,), {})("work"), abs),
    "update": lambda m: m.__dict__.update(work=abs),
    "an operator": lambda m: m.__dict__.__ior__({"work": abs}),
    "deletion, so that the builtin is called": lambda m: delattr(m, "work"),
    "pop": lambda m: m.__dict__.pop("work"),
    "popitem": lambda m: (m.__dict__.__setitem__("work", m.__dict__.pop("work")),
                          m.__dict__.popitem()),
    "clear": clear,
}


@test("a global that becomes a C function is counted from its first call on, however it does")
def _():
    for way, change in WAYS.items():
        m = module(work=abs)
        calls = m.calls

        def program():
            calls(N)
            check_rest(calls)
            change(m)
            calls(N)
            check_told(calls)
        try:
            check(recorded(program, builtins=True), N, N)
        except AssertionError as e:
            raise AssertionError(f"{way}: {e}") from e


@test("attributes are told, whatever they are of")
def _():
    owner, other = module("def work(x): return x\n"), types.ModuleType("other")
    other.work = abs
    m = module("""
def calls(n):
    for i in range(n): owner.work(i)
def chosen(n):
    for i in range(n):
        (other if i >= n // 2 else owner).work(i)
        ((i >= n // 2 and other) or owner).work(i)
""")
    m.owner, m.other = owner, other

    def program():
        m.calls(N)
        m.chosen(N)
        check_told(m.chosen)
        owner.work = abs
        m.calls(N)
    check(recorded(program, builtins=True), 2 * N, 2 * N)


@test("a C function that is looked up before its place rests, and called after")
def _():
    def looks_first():
        m = module(SOURCE + """
def calls_with(n, arg):
    for i in range(n): work(arg(i))
""")
        m.python, m.work = m.work, abs
        return m

    def change(m):
        m.work = m.python
        m.calls_with(2 * N, lambda i: i)
        check_told(m.calls_with)
        return 1

    m = looks_first()
    check(recorded(m.calls_with, 1, lambda i: change(m), builtins=True), 2 * N, 1)

    m, ready, done = looks_first(), threading.Event(), threading.Event()

    def wait(i):
        ready.set()
        done.wait()
        return 1

    def program():
        thread = threading.Thread(target=m.calls_with, args=(1, wait))
        thread.start()
        ready.wait()
        change(m)
        done.set()
        thread.join()
    check(recorded(program, builtins=True), 2 * N, 1)


@test("globals that are an object's own attributes, which it may change without a word")
def _():
    class Names:
        pass
    names = Names()
    names.pre = 1
    exec(SOURCE, names.__dict__)
    calls = names.calls

    def program():
        calls(N)
        names.work = abs
        calls(N)
    check(recorded(program, builtins=True), N, N)


class Key(str):
    """A key that may become equal to its text later."""
    equal = False

    def __eq__(self, other):
        return Key.equal and str.__eq__(self, other)

    __hash__ = str.__hash__


@test("keys with a comparison of their own, there before and added later")
def _():
    m, before = module(), module()
    names = {Key("other"): 1, **others(), "work": before.work}
    calls = types.FunctionType(before.calls.__code__, names)

    def program():
        calls(N)
        check_told(calls)
        m.calls(N)
        check_rest(m.calls)
        m.__dict__[Key("work")] = abs
        del m.work
        Key.equal = True
        m.calls(N)
    check(recorded(program, builtins=True), 2 * N, N)


@test("the name changes between the look at it and the call, whichever call that is")
def _():
    for kind in "work", "owner.work":
        for when in range(20):
            owner = module("def work(x): return x\n")
            m = owner if kind == "work" else module("")
            m.owner = owner
            exec(f"""
def change(i):
    if i == {when}: owner.work = abs
    return i
def calls(n):
    for i in range(n): {kind}(change(i))
""", m.__dict__)
            check(recorded(m.calls, N, builtins=True), when + 1, N - when - 1)


@test("another Python function may come in its place; a class or an object is no C function")
def _():
    m = module()

    def other(x):
        return x

    class Thing:
        def __init__(self, x):
            abs(x)

        def __call__(self, x):
            abs(x)

    def program():
        m.calls(N)
        m.work = other
        m.calls(N)
        check_rest(m.calls)
        m.work = Thing
        m.calls(N)
        m.work = Thing(1)
        m.calls(N)
        m.work = abs
        m.calls(N)
    p = recorded(program, builtins=True)
    check(p, N, 3 * N + 1)
    assert one(p, "other")["calls"] == N


@test("a global that changes again and again")
def _():
    m = module()
    work = m.work

    def program():
        for _ in range(100):
            m.work = work
            m.calls(N)
            m.work = abs
            m.calls(N)
    check(recorded(program, builtins=True), 100 * N, 100 * N)


@test("it changes while the loop runs: in what is called, and in another thread")
def _():
    def in_place(m):
        check_rest(m.calls)
        m.work = abs

    def in_a_thread(m):
        thread = threading.Thread(target=in_place, args=(m,))
        thread.start()
        thread.join()

    for change in in_place, in_a_thread, clear:
        m = module(work=abs, source="""
def work(x):
    if x == 30: change()
    return x
def calls(n):
    for i in range(n): work(i)
""")
        m.change = lambda: change(m)
        check(recorded(m.calls, N, builtins=True), 31, N - 31)


@test("the same code with other globals")
def _():
    m = module()
    other = types.FunctionType(m.calls.__code__, others())

    def program():
        m.calls(N)
        check_rest(m.calls)
        other(N)
        m.calls(N)
        other(N)
    check(recorded(program, builtins=True), 2 * N, 2 * N)


@test("the same code with other globals, begun before: frames, generators, coroutines")
def _():
    m = module()
    names = others(pause=m.pause)
    steps = types.FunctionType(m.steps.__code__, names)
    waits = types.FunctionType(m.waits.__code__, names)
    throws = types.FunctionType(m.throws.__code__, names)

    def drive(generator, send):
        for _ in range(N):
            send(generator)

    for function, other, send in (
            (m.steps, steps, next),
            (m.waits, waits, lambda c: c.send(None)),
            (m.throws, throws, lambda g: g.throw(KeyError("x")))):
        first, second = function(N + 2), other(N + 2)

        def program():
            if function is m.throws:
                next(first), next(second)
            send(second)
            drive(first, send)
            check_rest(function)
            drive(second, send)
        check(recorded(program, builtins=True), N, N + 1)
        first.close(), second.close()


@test("a frame with other globals that is open below is no obstacle to the truth")
def _():
    m = module("""
def work(x): return x
def calls(n, inner=None):
    for i in range(n):
        if inner and i == 5: inner()
        work(i)
""")
    other = types.FunctionType(m.calls.__code__, others(), argdefs=(None,))
    check(recorded(other, N, lambda: m.calls(N), builtins=True), N, N)


@test("globals that end, while their code goes on with others in their place")
def _():
    def program():
        m = module()
        m.calls(N)
        check_rest(m.calls)
        code, place = m.calls.__code__, id(m.__dict__)
        m.__dict__.clear()
        del m
        for _ in range(10000):
            names = {}
            KEPT.append(names)
            if id(names) == place:
                break
        else:
            raise Skip("no dict was made where the other had been")
        names.update(others())
        types.FunctionType(code, names)(N)
    try:
        check(recorded(program, builtins=True), N, N)
    finally:
        KEPT.clear()


KEPT = []


@test("code that ends leaves its place to other code, whose calls rest in their turn")
def _():
    def program():
        for _ in range(100):
            m = module()
            m.calls(N)
            check_rest(m.calls)
            del m
            gc.collect()
    check(recorded(program, builtins=True), 100 * N, 0)


@test("code that is made again and again")
def _():
    def program():
        for i in range(300):
            m = module()
            m.calls(N)
            if i % 3 == 0:
                m.work = abs
                m.calls(N)
    check(recorded(program, builtins=True), 300 * N, 100 * N)


@test("an exception that is thrown into a suspended chain, after the global has changed")
def _():
    m = module("""
def work(x): return x
def leaf():
    yield
    raise_it()
async def inner(): await pause()
class pause:
    def __await__(self): yield
async def outer(n):
    for i in range(n):
        try: await inner()
        except KeyError: work(i)
""")
    coroutine = m.outer(3 * N)

    def throw(n):
        for _ in range(n):
            coroutine.throw(KeyError("x"))

    def program():
        coroutine.send(None)
        throw(N)
        check_rest(m.outer)
        m.work = abs
        throw(N)
    check(recorded(program, builtins=True), N, N)
    coroutine.close()


@test("callees among other expressions")
def _():
    m = module("""
import math as maths
def work(*args, **names): return 1
def one(n, d={'a': 1}, s=[1, 2, 3]):
    for i in range(n):
        work(work(i), abs(i) + 1, d['a'], s[0:2], -i, not i, f'{i!r:>3}', (i, [i]), {'k': i})
        work(i if i else 2, maths.floor(i), i or 1, [j for j in s])
        work(*s)
        work(**d)
        work(i, a=1, b=abs(i))
        maths.floor(i)
        work(i)(2) if i > n else work(lambda: i)
def many(n):
    for i in range(n): work(%s)
""" % ", ".join(f"i + {1000 + k}" for k in range(300)))

    def program():
        m.one(N)
        m.many(N)
    works, abses = 7 * N + N, 2 * N
    p = recorded(program, builtins=True)
    check(p, works, abses)
    assert count(p, "<built-in method math.floor>") == 2 * N
    work, m.work = m.work, abs

    def changed():
        m.work = work
        m.one(N)
        m.many(N)
        m.work = maximum
        m.one(N)
        m.many(N)

    def maximum(*args, **names):
        return 1
    p = recorded(changed, builtins=True)
    check(p, works, 2 * abses)
    assert one(p, "maximum")["calls"] == works


@test("what is called is no global, though its argument comes of one that is the same")
def _():
    m = module(SOURCE + """
def chosen(n):
    callee = work
    for i in range(2 * n):
        if i == n: callee = abs
        callee(work(i))
        callee(i, *()) if i < 0 else callee(work(i) if i else i)
""")
    check(recorded(m.chosen, N, builtins=True), 2 * N + 4 * N - 1, 2 * N)


run()
