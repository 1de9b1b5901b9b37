"""What the tests of calls that need not be told share: see test_sites.py."""
import builtins
import dis
import sys
import types

from harness import FREE_THREADED

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
