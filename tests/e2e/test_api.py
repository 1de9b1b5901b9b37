#!/usr/bin/env python3
"""The package: starting, stopping, a Profile; TAP on stdout."""
import asyncio
import contextlib
import inspect
import io
import os
import pathlib
import pstats
import threading

from harness import corograph as command
from harness import run, test, write
from hooks import corograph, counts, one


def busy():
    return sum(range(100))


@test("profile() as a context manager gives a Profile with numbers after its block")
def _():
    with corograph.profile() as p:
        busy()
        try:
            p.functions
        except corograph.Error as error:
            assert "still runs" in str(error)
        else:
            raise AssertionError("numbers before the end")
        assert "recording" in repr(p)
    assert counts(p, "busy") == [(1, 0, 0)]
    assert p.path is None and repr(p).startswith("<corograph.Profile in memory: "), p


@test("profile() as an async context manager")
def _():
    async def main():
        async with corograph.profile() as p:
            await asyncio.sleep(0.01)
            busy()
        return p

    p = asyncio.run(main())
    assert counts(p, "busy") == [(1, 0, 0)]
    assert one(p, "main")["begun_before"] == 1


@test("an exception leaves the block as it came, and the recording has ended")
def _():
    try:
        with corograph.profile() as p:
            raise KeyError("mine")
    except KeyError as error:
        assert error.args == ("mine",)
    assert not corograph.is_running() and p.functions


@test("a path of any kind is where the trace goes, whatever folder one goes to")
def _():
    os.mkdir("elsewhere")
    here = os.getcwd()
    for path in "a.coro", pathlib.Path("b é.coro"), b"c\xff.coro":
        corograph.start(path)
        busy()
        os.chdir("elsewhere")
        p = corograph.stop()
        os.chdir(here)
        assert os.path.exists(path) and p.path == os.path.abspath(os.fsdecode(path))
        assert counts(p, "busy") == [(1, 0, 0)]
    assert not [name for name in os.listdir() if name.endswith(".live")]
    assert os.listdir("elsewhere") == []


@test("the trace is one that the command reads, with the same numbers")
def _():
    with corograph.profile("out.coro") as p:
        busy()
    done = command("report", "--format", "json", "out.coro")
    import json
    assert json.loads(done.stdout)["functions"] == p.functions


@test("print() writes a table, the sorted column first, limited as asked")
def _():
    with corograph.profile() as p:
        for _ in range(3):
            busy()
    out = io.StringIO()
    p.print(sort="calls", limit=3, file=out)
    lines = out.getvalue().splitlines()[2:]
    assert len(lines) == 5 and lines[0].split()[:2] == ["calls", "susp."], lines
    assert int(lines[1].split()[0]) >= int(lines[2].split()[0]), lines
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        p.print(limit=None)
    assert "busy" in shown.getvalue()


@test("print() knows the command's views and filters, and says what it does not know")
def _():
    with corograph.profile() as p:
        busy()
    for view in "tree", "tasks", "threads", "blocking":
        out = io.StringIO()
        p.print(view=view, file=out)
        assert out.getvalue().strip(), view
    out = io.StringIO()
    p.print("self_run_ns", None, out, function="busy", module=None)
    assert " busy (test_api.py:" in out.getvalue() and " sum" not in out.getvalue(), out
    message = fails(corograph.Error, lambda: p.print(view="everything"))
    assert "everything" in message and "tree" in message, message


def fails(kind, function, *args, **more):
    """What the exception says that a call raises."""
    try:
        function(*args, **more)
    except kind as error:
        return str(error)
    raise AssertionError(f"{function} raised nothing")


def called(p):
    """Names, without what encloses them, and counts of what was called."""
    return {f["name"].rpartition(".")[2]: f["calls"] for f in p.functions if f["calls"]}


@test("a recording shows nothing of what starts, looks at and ends it")
def _():
    def user():
        corograph.is_running()
        corograph.snapshot()
        busy()

    def all_of_it():
        corograph.start(builtins=False)
        user()
        return corograph.stop()

    assert called(all_of_it()) == {"user": 1, "busy": 1}
    with corograph.profile(builtins=False) as p:
        user()
    assert called(p) == {"user": 1, "busy": 1}

    async def main():
        async with corograph.profile(builtins=False) as p:
            user()
        return p

    assert called(asyncio.run(main())) == {"user": 1, "busy": 1}


@test("snapshot(): numbers so far, any number of times, from any thread; it goes on")
def _():
    seen = []

    def look():
        seen.append(corograph.snapshot())

    fails(corograph.Error, corograph.snapshot)
    with corograph.profile(builtins=False) as p:
        for n in range(3):
            busy()
            look()
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        busy()
    assert [one(s, "busy")["calls"] for s in [*seen, p]] == [1, 2, 3, 3, 4]
    assert one(seen[1], "look")["unfinished"] == 1 and one(p, "look")["unfinished"] == 0
    walls = [sum(t["run_ns"] for t in s.threads) for s in seen]
    assert walls == sorted(walls) and walls[0] > 0, walls
    seen[0].save("snapshot.coro")
    assert command("verify", "snapshot.coro").returncode == 0
    assert corograph.load("snapshot.coro").functions == seen[0].functions


@test("save(), load() and export() of a Profile in memory and of one in a file")
def _():
    for path in None, "kept.coro":
        with corograph.profile(path) as p:
            busy()
        p.save("copy \u00e9.coro")
        again = corograph.load(pathlib.Path("copy \u00e9.coro"))
        assert again.report["functions"] == p.functions and again.path.endswith("copy \u00e9.coro")
        for name in "callgrind", "pstats", "speedscope":
            p.export(name, f"out.{name}")
            assert os.path.getsize(f"out.{name}") > 0
        p.export("pstats", pathlib.Path("out.pstats"))
        assert any(key[2] == "busy" for key in pstats.Stats("out.pstats").stats)
        assert "csv" in fails(corograph.Error, p.export, "csv", "out.csv")
    assert not [name for name in os.listdir() if name.startswith(".corograph-")]
    message = fails(corograph.FileError, p.save, "no/such/folder.coro")
    assert "no/such" in message, message


@test("errors are one family: what is missing, what is damaged, what is used wrongly")
def _():
    assert issubclass(corograph.FileError, corograph.Error)
    assert issubclass(corograph.FileError, OSError)
    assert "missing.coro" in fails(corograph.FileError, corograph.load, "missing.coro")
    write("text.coro", "no trace")
    assert "text.coro" in fails(corograph.Error, corograph.load, "text.coro")
    assert "start" in fails(corograph.Error, corograph.stop)
    fails(corograph.FileError, corograph.start, "no/folder/out.coro")
    corograph.start()
    assert "already" in fails(corograph.Error, corograph.start)
    corograph.stop()
    assert not corograph.is_running()


@test("a decorated function is recorded while it runs, and stays what it was")
def _():
    @corograph.profile(builtins=False)
    def add(a, b=2, *, c=3):
        "Adds."
        busy()
        return a + b + c

    assert add(1, c=4) == 7 and not corograph.is_running()
    assert (add.__name__, add.__doc__) == ("add", "Adds.")
    assert str(inspect.signature(add)) == "(a, b=2, *, c=3)"
    assert called(add.recording.last) == {"add": 1, "busy": 1}
    assert add(1) == 6 and called(add.recording.last) == {"add": 1, "busy": 1}

    @corograph.profile
    def fails_with(error):
        raise error

    fails(KeyError, fails_with, KeyError("mine"))
    assert one(fails_with.recording.last, "fails_with")["raised"] == 1

    @corograph.profile(builtins=False)
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    assert fib(10) == 55
    assert counts(fib.recording.last, "fib") == [(177, 0, 0)]


@test("a decorated function is part of a recording that runs already, anybody's")
def _():
    @corograph.profile(builtins=False)
    def inner():
        busy()

    @corograph.profile(builtins=False)
    def outer():
        inner()
        assert corograph.is_running()

    outer()
    assert inner.recording.last is None and not corograph.is_running()
    assert called(outer.recording.last) == {"outer": 1, "inner": 1, "busy": 1}
    with corograph.profile(builtins=False) as p:
        inner()
        assert corograph.is_running()
    assert called(p) == {"inner": 1, "busy": 1}
    inner()
    assert called(inner.recording.last) == {"inner": 1, "busy": 1}

    async def child():
        await asyncio.sleep(0)

    decorated = corograph.profile(child)

    async def main():
        await asyncio.gather(decorated(), decorated())

    with corograph.profile(builtins=False) as p:
        asyncio.run(main())
    assert one(p, "child")["calls"] == 2


@test("a decorated coroutine is recorded from its first step to its end, overlaps in one")
def _():
    @corograph.profile("fetch.coro", builtins=False)
    async def fetch(n):
        await asyncio.sleep(0.001 * n)
        return n

    async def main():
        return await asyncio.gather(*(fetch(n) for n in range(5)))

    assert inspect.iscoroutinefunction(fetch)
    fetch(1).close()
    assert not corograph.is_running() and fetch.recording.last is None
    assert asyncio.run(main()) == [0, 1, 2, 3, 4] and not corograph.is_running()
    assert one(corograph.load("fetch.coro"), "fetch")["calls"] == 5


@test("decorated generators pass on what is sent, thrown and returned")
def _():
    @corograph.profile(builtins=False)
    def echo():
        got = None
        while got != "stop":
            try:
                got = yield got
            except ValueError as error:
                got = error.args[0]
        return "done"

    assert inspect.isgeneratorfunction(echo)
    it = echo()
    assert next(it) is None and it.send(5) == 5 and it.throw(ValueError("x")) == "x"
    assert fails(StopIteration, it.send, "stop") == "done"
    assert counts(echo.recording.last, "echo") == [(1, 3, 0)]
    it = echo()
    next(it)
    it.close()
    assert not corograph.is_running()

    @corograph.profile(builtins=False)
    async def echo_later():
        got = None
        while got != "stop":
            await asyncio.sleep(0)
            try:
                got = yield got
            except ValueError as error:
                got = error.args[0]

    async def main():
        it = echo_later()
        assert await it.__anext__() is None and await it.asend(5) == 5
        assert await it.athrow(ValueError("x")) == "x"
        try:
            await it.asend("stop")
        except StopAsyncIteration:
            pass
        first = echo_later.recording.last
        it = echo_later()
        await it.__anext__()
        await it.aclose()
        return first

    assert inspect.isasyncgenfunction(echo_later)
    assert one(asyncio.run(main()), "echo_later")["calls"] == 1
    assert not corograph.is_running()


@test("the programs of doc/api.md do what they say")
def _():
    with open(os.path.join(os.environ["CG_SRC"], "doc", "api.md"), encoding="utf-8") as file:
        programs = file.read().split("```python\n")[1:]
    assert len(programs) >= 3
    for program in programs:
        code = program.split("```")[0]
        exec(compile(code, "api.md", "exec"), {"asyncio": asyncio, "corograph": corograph})


@test("a full disk is an OSError of stop(); the image stays readable")
def _():
    corograph.start("out.coro")
    busy()
    os.mkdir("out.coro")  # nothing can be put in its place
    try:
        corograph.stop()
    except OSError as error:
        assert error.filename and error.filename.endswith("out.coro"), error
    else:
        raise AssertionError("written over a folder")
    assert not corograph.is_running() and os.path.exists("out.coro.live")


run()
