#!/usr/bin/env python3
"""Calls of what a global names, which from Python 3.12 on need not be told: counts stay exact,
whatever becomes of the global; TAP on stdout."""
import builtins
import ctypes
import dis
import gc
import os
import sys
import threading
import types
import weakref

from harness import FREE_THREADED, Skip, call, run, test, write
from hooks import one, recorded

REST = sys.version_info >= (3, 12) and not FREE_THREADED
ABS = "<built-in method builtins.abs>"
N = 50
SOURCE = """
def work(x): return x
def calls(n):
    for i in range(n): work(i)
def steps(n):
    for i in range(n):
        work(i)
        yield
async def waits(n):
    for i in range(n):
        work(i)
        await pause()
def throws(n):
    for i in range(n):
        try: yield
        except KeyError: work(i)
class pause:
    def __await__(self): yield
"""


def module(source=SOURCE, **more):
    """A module of that source, whose functions have its dict for globals; more builtins."""
    made = types.ModuleType("made")
    made.__dict__["__builtins__"] = {**vars(builtins), **more}
    exec(compile(source, "made.py", "exec"), made.__dict__)
    return made


def others(**more):
    """Other globals for the code of such a module: `work` is a C function."""
    return {"__builtins__": vars(builtins), "work": abs, **more}


def rests(function):
    """Is some call in it told no more, by its instructions as they are now?"""
    names = {number: name for name, number in dis._all_opmap.items()}
    now = function.__code__._co_code_adaptive[::2]
    return any(i.opname == "CALL" and names.get(now[i.offset // 2]) != "INSTRUMENTED_CALL"
               for i in dis.get_instructions(function))


def check_rest(function):
    assert not REST or rests(function), "every call of it is told"


def check_told(function):
    assert not REST or not rests(function), "some call of it is not told"


def count(p, name):
    return sum(f["calls"] for f in p.functions
               if name in (f["name"], f["name"].rpartition(".")[2]))


def check(p, works, abses):
    """The calls of `work` and of `abs` in a Profile."""
    found = count(p, "work"), count(p, ABS)
    assert found == (works, abses), f"{found} calls, not {(works, abses)}"


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


def owned():
    """A module whose function calls what another module, `owner`, has; and that one."""
    owner = module("def work(x): return x\n")
    m = module("""
def calls(n):
    for i in range(n): owner.work(i)
""")
    m.owner = owner
    return m, owner


class Stand:
    """In the place of a module."""
    work = staticmethod(abs)


def stand(x):
    """The same, and it can be called."""
    return x


stand.work = abs


def other_module():
    made = types.ModuleType("made")
    made.work = abs
    return made


OWNER_WAYS = {
    "the attribute": lambda m, owner: setattr(owner, "work", abs),
    "an item of the owner's dict": lambda m, owner: owner.__dict__.update(work=abs),
    "another module": lambda m, owner: setattr(m, "owner", other_module()),
    "no module": lambda m, owner: setattr(m, "owner", Stand),
    "a function": lambda m, owner: setattr(m, "owner", stand),
    "the owner's dict is made anew": lambda m, owner: (owner.__dict__.clear(),
                                                       owner.__dict__.update(work=abs)),
}


@test("what is called as an attribute of a module, which changes or is another")
def _():
    for way, change in OWNER_WAYS.items():
        m, owner = owned()

        def program():
            m.calls(N)
            check_rest(m.calls)
            change(m, owner)
            m.calls(N)
            check_told(m.calls)
        try:
            check(recorded(program, builtins=True), N, N)
        except AssertionError as e:
            raise AssertionError(f"{way}: {e}") from e


@test("attributes of classes and of instances are told")
def _():
    m = module("""
class owner:
    @staticmethod
    def work(x): return x
def calls(n):
    for i in range(n): owner.work(i)
def calls_of(n, it):
    for i in range(n): it.work(i)
""")

    def program():
        m.calls(N)
        check_told(m.calls)
        m.owner.work = abs
        m.calls(N)
        m.calls_of(N, m.owner)
        check_told(m.calls_of)
    check(recorded(program, builtins=True), N, 2 * N)


@test("what owns a callee and is called, too, is to become no other function")
def _():
    m, owner = owned()
    exec("def itself(n):\n    for i in range(n): owner(i)\n", m.__dict__)

    def first(x):
        return x

    def program():
        m.calls(N)
        m.owner = first  # tells again, and is judged anew
        m.itself(N)
        m.owner = owner
        m.calls(N)
        m.owner = stand
        m.itself(N)
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
        del m
        gc.collect()
        dicts = [{} for _ in range(100)]
        names = next((d for d in dicts if id(d) == place), dicts[0])
        names.update(others())
        types.FunctionType(code, names)(N)
    check(recorded(program, builtins=True), N, N)


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


@test("a recording after another: the global changed when nothing was recorded")
def _():
    m = module()
    check(recorded(m.calls, N, builtins=True), N, 0)
    m.work = abs
    check(recorded(m.calls, N, builtins=True), 0, N)
    check(recorded(m.calls, N, builtins=True), 0, N)


@test("another tool hears of all calls as before")
def _():
    if not REST:
        raise Skip("nothing rests on this Python")
    m, heard = module(), []
    tool, monitoring = 5, sys.monitoring
    monitoring.use_tool_id(tool, "other")
    monitoring.register_callback(tool, monitoring.events.CALL,
                                 lambda code, at, callee, first: heard.append(callee))
    monitoring.set_local_events(tool, m.calls.__code__, monitoring.events.CALL)

    def program():
        m.calls(N)
        m.work = abs
        m.calls(N)
    try:
        check(recorded(program, builtins=True), N, N)
    finally:
        monitoring.set_local_events(tool, m.calls.__code__, 0)
        monitoring.free_tool_id(tool)
    assert len(heard) == 2 * N + 2 and heard.count(abs) == N, len(heard)


@test("where others watch dicts, all there can be, every call is told")
def _():
    if not REST:
        raise Skip("nothing rests on this Python")
    kind = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
                             ctypes.c_void_p)
    callback, taken = kind(lambda *args: 0), []
    try:
        while True:
            taken.append(ctypes.pythonapi.PyDict_AddWatcher(callback))
    except RuntimeError:
        pass
    m = module()

    def program():
        m.calls(N)
        check_told(m.calls)
        m.work = abs
        m.calls(N)
    check(recorded(program, builtins=True), N, N)
    for number in taken:
        ctypes.pythonapi.PyDict_ClearWatcher(number)
    check(recorded(m.calls, N, builtins=True), 0, N)


@test("a forked child goes on, and may record itself")
def _():
    write("child.py", f"""
import os, sys
sys.path.insert(0, {os.environ["CG_PYTHONPATH"]!r})
import corograph
def work(x): return x
def calls(n):
    for i in range(n): work(i)
corograph.start(builtins=True)
calls({N})
pid = os.fork()
if pid == 0:
    work = abs
    calls({N})
    corograph.start(builtins=True)
    calls({N})
    p = corograph.stop()
    os._exit(sum(f["calls"] for f in p.functions if f["name"] == {ABS!r}) != {N})
status = os.waitpid(pid, 0)[1]
work = abs
calls({N})
p = corograph.stop()
sys.exit(status or sum(f["calls"] for f in p.functions if f["name"] == {ABS!r}) != {N})
""")
    done = call(sys.executable, "child.py")
    assert done.returncode == 0, done.stderr


@test("nothing stays behind: code and globals are what they were, and can be freed")
def _():
    m = module()
    flags, code = m.calls.__code__.co_flags, m.calls.__code__.co_code
    gone = weakref.ref(m.calls.__code__)
    recorded(m.calls, N, builtins=True)
    assert (m.calls.__code__.co_flags, m.calls.__code__.co_code) == (flags, code)
    calls = weakref.ref(m.calls)
    del m, code
    gc.collect()
    assert calls() is None and gone() is None


run()
