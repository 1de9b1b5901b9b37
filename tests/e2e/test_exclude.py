#!/usr/bin/env python3
"""Code that is left out, by --exclude and by --include; TAP.

Each situation is a program in two files: app.py is recorded, lib.py is not. It is recorded
three ways: without lib, with nothing but app, and all of it. Counts and edges are exact.
"""
import os
import sys

from figures import check_trace, edges_named
from harness import corograph, record, run, test, write
from hooks import corograph as api

LEFT_OUT = """
import asyncio, functools, threading, time
def apply(function, *args):
    return function(*args)
def nest(n, function):
    return nest(n - 1, function) if n else function()
def swallow(function):
    try:
        return function()
    except ValueError:
        return None
def items(n):
    for i in range(n):
        yield i
def mapped(function, values):
    for v in values:
        yield function(v)
def handed(generator):
    return (yield from generator)
async def wait(coroutine):
    return await coroutine
async def deep(n, coroutine):
    return await (deep(n - 1, coroutine) if n else coroutine)
async def rest():
    await asyncio.sleep(0)
async def guarded(coroutine):
    try:
        return await coroutine
    except ValueError:
        await asyncio.sleep(0)
async def each(values):
    for v in values:
        await asyncio.sleep(0)
        yield v
async def spawn(coroutine):
    return await asyncio.create_task(coroutine)
async def several(*functions):
    for f in functions:
        by_hand(f())
        await f()
def by_hand(coroutine):
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        pass
def make_task(coroutine):
    return asyncio.create_task(coroutine)
def in_thread(function):
    t = threading.Thread(target=apply, args=(function,))
    t.start()
    t.join()
def spin(secs):
    end = time.perf_counter() + secs
    while time.perf_counter() < end:
        pass
"""

# name: program, {(caller, callee): {kind: calls}}, {function: (calls, suspensions, raised)}
CASES = {
    "a call through left out code is its recorded caller's": ("""
def leaf(): pass
def main():
    lib.apply(leaf)
    lib.nest(20, leaf)
    leaf()
main()
""", {("<module>", "main"): {"call": 1}, ("main", "leaf"): {"call": 3}},
        {"main": (1, 0, 0), "leaf": (3, 0, 0)}),
    "recursion through left out code": ("""
def f(n):
    return lib.apply(f, n - 1) if n else 0
f(9)
""", {("<module>", "f"): {"call": 1}, ("f", "f"): {"call": 9}}, {"f": (10, 0, 0)}),
    "an exception goes through left out code, or ends in it": ("""
def fail(): raise ValueError
def main():
    for _ in range(3):
        try:
            lib.nest(3, fail)
        except ValueError:
            pass
        lib.swallow(fail)
main()
""", {("<module>", "main"): {"call": 1}, ("main", "fail"): {"call": 6}},
        {"main": (1, 0, 0), "fail": (6, 0, 6)}),
    "a generator that is left out calls what is recorded": ("""
def twice(x): return 2 * x
def main():
    assert sum(lib.mapped(twice, lib.items(5))) == 20
main()
""", {("<module>", "main"): {"call": 1}, ("main", "twice"): {"call": 5}},
        {"main": (1, 0, 0), "twice": (5, 0, 0)}),
    "a generator that left out code consumes": ("""
def numbers():
    try:
        yield 1
        yield 2
        yield 3
    finally:
        pass
def main():
    list(lib.mapped(str, numbers()))
    list(lib.handed(numbers()))
    g = lib.handed(numbers())
    next(g)
    g.close()
    g = lib.handed(numbers())
    next(g)
    try:
        g.throw(KeyError)
    except KeyError:
        pass
main()
""", {("<module>", "main"): {"call": 1}, ("main", "numbers"): {"call": 4}},
        {"main": (1, 0, 0), "numbers": (4, 8, 2)}),
    "a chain goes on through coroutines that are left out": ("""
async def leaf():
    await asyncio.sleep(0.01)
    await lib.rest()
async def main():
    await lib.wait(leaf())
    await lib.deep(20, leaf())
asyncio.run(main())
""", {("<module>", "main"): {"spawn": 1}, ("main", "leaf"): {"await": 2}},
        {"main": (1, 4, 0), "leaf": (2, 4, 0)}),
    "exceptions and cancellation in such a chain": ("""
async def fail():
    await asyncio.sleep(0)
    raise ValueError
async def sleeper():
    try:
        await lib.wait(asyncio.sleep(60))
    finally:
        await asyncio.sleep(0)
async def main():
    await lib.guarded(fail())
    try:
        await lib.wait(fail())
    except ValueError:
        pass
    t = asyncio.create_task(lib.wait(sleeper()))
    await asyncio.sleep(0)
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        pass
asyncio.run(main())
""", {("<module>", "main"): {"spawn": 1}, ("main", "fail"): {"await": 2}},
        {"fail": (2, 2, 2), "sleeper": (1, 2, 1), "main": (1, 5, 0)}),
    "what a task that is left out awaits stands for the task": ("""
async def handle():
    await asyncio.sleep(0)
async def main():
    tasks = [lib.make_task(lib.deep(2, handle())) for _ in range(4)]
    await asyncio.gather(*tasks)
asyncio.run(lib.wait(main()))
""", {}, {"handle": (4, 4, 0), "main": (1, 1, 0)}),
    "several coroutines of one task": ("""
async def first():
    await asyncio.sleep(0)
async def second():
    await asyncio.sleep(0)
async def main():
    await lib.make_task(lib.several(first, second))
asyncio.run(main())
""", {}, {"first": (2, 2, 0), "second": (2, 2, 0), "main": (1, 1, 0)}),
    "a task that left out code makes is its caller's": ("""
async def work():
    await asyncio.sleep(0)
async def main():
    await lib.spawn(work())
    t = lib.make_task(work())
    await t
asyncio.run(main())
""", {("<module>", "main"): {"spawn": 1}, ("main", "work"): {"spawn": 2}},
        {"work": (2, 2, 0), "main": (1, 2, 0)}),
    "an async generator that is left out": ("""
async def leaf(): await asyncio.sleep(0)
async def main():
    async for x in lib.each([1, 2, 3]):
        await leaf()
    async for x in lib.each([1, 2, 3]):
        break
asyncio.run(main())
""", {("<module>", "main"): {"spawn": 1}, ("main", "leaf"): {"await": 3}},
        {"leaf": (3, 3, 0), "main": (1, 7, 0)}),
    "a thread whose own code is left out": ("""
def work(): pass
def main():
    lib.in_thread(work)
main()
""", {("<module>", "main"): {"call": 1}}, {"work": (1, 0, 0), "main": (1, 0, 0)}),
    "nothing but left out code runs": ("""
lib.spin(0.01)
lib.in_thread(lib.apply.__class__)
""", {}, {"<module>": (1, 0, 0)}),
}
WAYS = {"without lib": ["--exclude", "lib.py"], "app alone": ["--include", "app"],
        "app without what lies beside": ["--include", "./*.py", "--exclude", "./lib.py"]}


def recorded(name, *options):
    """A case's program, recorded with --no-builtins: its report."""
    write("lib.py", LEFT_OUT)
    write("app.py", "import asyncio, sys, lib\n" + CASES[name][0])
    done = record("app.py", options=["--no-builtins", *options])
    assert done.returncode == 0, done.stderr
    return check_trace(done.trace)


def of_file(data, file):
    return [f for f in data["functions"] if os.path.basename(f["file"]) == file]


def own_edges(data):
    """{(caller, callee): {kind: calls}} between functions of app.py."""
    ours = {f["name"] for f in of_file(data, "app.py")}
    out = {}
    for (caller, callee, kind), calls in edges_named(data).items():
        if caller in ours and callee in ours and calls:
            out.setdefault((caller, callee), {})[kind] = calls
    return out


def counts(data):
    return {f["name"]: (f["calls"], f["suspensions"], f["raised"])
            for f in of_file(data, "app.py")}


for case in CASES:
    @test(case)
    def _(case=case):
        _, edges, expected = CASES[case]
        whole = counts(recorded(case))
        for way, options in WAYS.items():
            data = recorded(case, *options)
            assert not of_file(data, "lib.py"), (way, of_file(data, "lib.py"))
            found = counts(data)
            found = {name: found[name] for name in expected}
            assert found == expected, (way, found)
            assert {name: whole[name] for name in expected} == expected, whole
            if edges:
                assert own_edges(data) == edges, (way, own_edges(data))


@test("a task that is left out has a row, by the name of what stands for it")
def _():
    data = recorded("what a task that is left out awaits stands for the task",
                    "--exclude", "lib.py", "--exclude", "asyncio")
    names = [f["name"] for f in data["functions"]]
    rows = {}
    for t in data["tasks"]:
        name = names[t["root"]]
        rows[name] = rows.get(name, 0) + t["count"]
    assert rows == {"main": 1, "handle": 4}, rows


@test("each coroutine that such a task awaits stands for it, and none that it drives by hand")
def _():
    data = recorded("several coroutines of one task", "--exclude", "lib.py")
    names = [f["name"] for f in data["functions"]]
    ours = {f["name"] for f in of_file(data, "app.py")}
    rows = {names[t["root"]]: t["count"] for t in data["tasks"] if names[t["root"]] in ours}
    assert rows == {"main": 1, "first": 1, "second": 1}, rows


@test("time in left out code is its caller's own")
def _():
    write("lib.py", LEFT_OUT)
    write("app.py", "import lib\ndef main():\n    lib.spin(0.2)\nmain()\n")
    done = record("app.py", options=["--exclude", "lib"])
    main, = [f for f in check_trace(done.trace)["functions"] if f["name"] == "main"]
    assert main["self_run_ns"] >= 200_000_000 and main["self_run_ns"] == main["run_ns"], main


@test("C functions that left out code calls are left out, its sleep is its caller's")
def _():
    write("lib.py", LEFT_OUT)
    write("app.py", "import lib, time\ndef main():\n    lib.apply(time.sleep, 0.1)\n"
                    "    len('abc')\nmain()\n")
    data = check_trace(record("app.py", options=["--exclude", "lib"]).trace)
    names = {f["name"] for f in data["functions"]}
    assert "<built-in method builtins.len>" in names, names
    assert "<built-in method time.sleep>" not in names, names


GLOBS = {  # what a function of package/part/one.py answers to
    "package": True, "package/part": True, "package/part/one.py": True, "package.part": True,
    "package.part.one": True, "pack*": True, "*/one.py": True, "*one*": True, "*": True,
    "./package": True, "./package/part/one.py": True, "{here}/package": True, "{here}": True,
    "../{name}/package": True, ".": True, "package/": True,
    "part": False, "one": False, "one.py": False, "ackage": False, "package.two": False,
    "package.p": False, "./part": False, "{here}/pack": False, "..": True, "json": False,
}


@test("what a glob matches")
def _():
    here = os.path.realpath(".")
    os.makedirs("package/part")
    write("package/__init__.py", "")
    write("package/part/__init__.py", "")
    write("package/part/one.py", "def function():\n    pass\n")
    write("app.py", "from package.part.one import function\nfunction()\n")
    for glob, matches in GLOBS.items():
        glob = glob.format(here=here, name=os.path.basename(here))
        data = check_trace(record("app.py", options=["--exclude", glob]).trace)
        assert matches == (not of_file(data, "one.py")), (glob, matches)
        data = check_trace(record("app.py", options=["--include", glob]).trace)
        assert matches == bool(of_file(data, "one.py")), (glob, matches)


@test("modules of the standard library, those in the interpreter too, and installed packages")
def _():
    os.makedirs("site-packages/thing")
    write("site-packages/thing/__init__.py", "def of_thing(): pass\n")
    write("app.py", "import sys\nsys.path.insert(0, 'site-packages')\nimport json, os, thing\n"
                    "json.dumps([1]), os.path.join('a', 'b'), thing.of_thing()\n")

    def names(*options):
        data = check_trace(record("app.py", options=options).trace)
        return {f["name"] for f in data["functions"]}

    wanted = {"dumps", "join", "of_thing"}
    assert wanted <= names()
    for glob, name in (("json", "dumps"), ("posixpath", "join"), ("thing", "of_thing")):
        assert not names("--exclude", glob) & {name}, glob
        assert wanted - {name} <= names("--exclude", glob), glob
    assert not [n for n in names("--exclude", "importlib", "--exclude", "zipimport")
                if n == "_find_and_load"]


@test("what is left out is told by info, report and JSON")
def _():
    write("app.py", "pass\n")
    done = record("app.py", options=["--exclude", "a:b", "--exclude", "json", "--include", "*"])
    data = check_trace(done.trace)
    told = data["trace"]
    assert told["exclude"] == "a\\:b:json" and told["include"] == "*", told
    for command in "info", "report":
        said = corograph(command, done.trace).stdout
        assert "a\\:b:json" in said, said


@test("a glob that no code matches is told")
def _():
    write("app.py", "import json\njson.dumps([])\n")
    done = record("app.py", options=["--exclude", "json", "--exclude", "absent",
                                     "--include", "gone", "--include", "app"])
    for option, told in (("--exclude absent", True), ("--include gone", True),
                         ("--exclude json", False), ("--include app", False)):
        assert ("matches " + option + ";" in done.stderr) == told, done.stderr


@test("globs that cannot be meant are refused")
def _():
    write("app.py", "pass\n")
    for option in "--exclude", "--include":
        done = record("app.py", options=[option, ""])
        assert done.returncode == 2 and "empty" in done.stderr, done.stderr
    for bad in {"exclude": [""]}, {"include": "a\0b"}, {"include": 3}, {"exclude": [None]}:
        try:
            api.start(**bad)
        except (api.Error, TypeError, ValueError):
            continue
        api.stop()
        raise AssertionError(bad)


@test("the processes that a program starts leave out the same")
def _():
    write("lib.py", LEFT_OUT)
    write("app.py", "import os, subprocess, sys, lib\ndef work():\n    pass\nlib.apply(work)\n"
                    "if len(sys.argv) < 2:\n"
                    "    os.chdir('/')\n"
                    "    subprocess.run([sys.executable, os.environ['APP'], 'again'])\n"
                    "    if os.fork() == 0:\n"
                    "        lib.apply(work)\n"
                    "        sys.exit()\n"
                    "    os.wait()\n")
    done = record("app.py", options=["--subprocesses", "--exclude", "./lib.py"],
                  env={"APP": os.path.abspath("app.py")})
    assert done.returncode == 0, done.stderr
    traces = [f for f in os.listdir(".") if f.endswith(".coro")]
    assert len(traces) == 3, traces
    for trace in traces:
        data = check_trace(os.path.abspath(trace))
        assert not of_file(data, "lib.py"), trace
        assert "work" in {f["name"] for f in data["functions"]}, trace


def left():
    step()


def step():
    pass


@test("recordings of one process leave out what each of them is told to")
def _():
    write("other.py", "def other(function):\n    function()\n")
    sys.path.insert(0, os.path.abspath("."))
    import other
    sys.path.pop(0)

    def names(**options):
        with api.profile(builtins=False, **options) as p:
            for _ in range(3):
                other.other(left)
        return {f["name"]: f["calls"] for f in p.functions if f["calls"]}

    everything = {"other": 3, "left": 3, "step": 3}
    for _ in range(3):
        assert names() == everything
        assert names(exclude=["./other.py"]) == {"left": 3, "step": 3}
        assert names(exclude="*/" + os.path.basename(__file__)) == {"other": 3}
        assert names(include=["./other.py"]) == {"other": 3}
        assert names(include=os.path.abspath("other.py"), exclude=["other"]) == {}
    assert names() == everything


@test("a start and a stop in left out code")
def _():
    write("further.py", "def inside(first, then):\n    first()\n    then()\n")
    sys.path.insert(0, os.path.abspath("."))
    import further
    sys.path.pop(0)

    def begin():
        api.start(exclude=["./further.py"], builtins=False)
        step()

    def end():
        step()
        return profiles.append(api.stop())

    profiles = []
    further.inside(begin, end)
    functions = {f["name"].rpartition(".")[2]: f for f in profiles[0].functions}
    assert "inside" not in functions, functions
    assert functions["step"]["calls"] == 2 and functions["end"]["unfinished"] == 1
    assert functions["begin"]["begun_before"] == 1


run()
