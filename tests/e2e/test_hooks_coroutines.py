#!/usr/bin/env python3
"""Coroutines, generators and async generators as the hooks see them; TAP on stdout."""
import asyncio
import sys
import time
import types

from harness import Skip, run, test
from hooks import counts, edges, one, recorded


class Pause:
    """Awaiting it hands a value up, as a future does."""

    def __await__(self):
        yield self


async def leaf(n):
    for _ in range(n):
        await Pause()
    return n


async def middle(n):
    return await leaf(n)


async def outer(n):
    return await middle(n)


def drive(coroutine):
    """Send None until it ends; what it returned."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as end:
        return end.value


@test("an await chain is entered by AWAIT edges, the first time and when specialised")
def _():
    def work():
        for _ in range(100):
            drive(outer(3))

    p = recorded(work)
    assert counts(p, "outer", "middle", "leaf") == [(100, 300, 0)] * 3, \
        counts(p, "outer", "middle", "leaf")
    assert counts(p, "__await__") == [(300, 300, 0)]
    e = edges(p)
    assert e["outer", "middle"] == {"await": 100}, e
    assert e["middle", "leaf"] == {"await": 100}, e
    assert e["leaf", "__await__"] == {"await": 300}, e
    assert e["drive", "outer"] == {"call": 100}, e


@test("another tool that watches lines or instructions changes nothing")
def _():
    def work():
        for _ in range(20):
            drive(outer(3))

    if sys.version_info < (3, 12):
        sys.settrace(lambda *_: None)
        try:
            profiles = [recorded(work)]
        finally:
            sys.settrace(None)
    else:
        profiles = []
        watch = sys.monitoring
        watch.use_tool_id(1, "watcher")
        for event in watch.events.LINE, watch.events.INSTRUCTION, watch.events.LINE:
            watch.register_callback(1, event, lambda *_: None)
            watch.set_events(1, event)
            profiles.append(recorded(work))
        watch.set_events(1, 0)
        watch.free_tool_id(1)
    for p in profiles:
        e = edges(p)
        assert e["outer", "middle"] == {"await": 20}, e
        assert e["middle", "leaf"] == {"await": 20}, e
        assert e["leaf", "__await__"] == {"await": 60}, e


@test("a chain suspends and resumes at one instant: only its leaf waits")
def _():
    def work():
        c = outer(2)
        c.send(None)
        time.sleep(0.05)
        c.send(None)
        time.sleep(0.05)
        drive(c)

    p = recorded(work)
    total = one(p, "outer")
    parts = [one(p, name) for name in ("outer", "middle", "leaf", "__await__")]
    assert total["await_ns"] > 0.1e9, total
    assert [f["self_await_ns"] for f in parts[:3]] == [0, 0, 0], parts
    assert parts[3]["self_await_ns"] == total["await_ns"]
    assert {f["await_ns"] for f in parts} == {total["await_ns"]}, parts


@test("yield from delegates by CALL edges and is idle while it is parked")
def _():
    def inner():
        yield 1
        yield 2

    def through():
        yield from inner()

    def work():
        for _ in range(50):
            for _ in through():
                pass

    p = recorded(work)
    assert counts(p, "through", "inner") == [(50, 100, 0)] * 2
    assert edges(p)["through", "inner"] == {"call": 50}
    assert one(p, "through")["await_ns"] == 0


@test("a loop over a generator is no chain, though it yields what it got")
def _():
    def inner():
        for i in range(3):
            yield i

    def through():
        for i in inner():
            time.sleep(0.01)
            yield i

    def work():
        assert list(through()) == [0, 1, 2]

    p = recorded(work)
    assert one(p, "through")["self_run_ns"] > 0.03e9
    assert one(p, "inner")["self_run_ns"] < one(p, "through")["self_run_ns"]


@test("types.coroutine has kind coroutine and waits")
def _():
    @types.coroutine
    def step():
        yield "value"

    async def user():
        await step()

    def work():
        c = user()
        c.send(None)
        time.sleep(0.02)
        drive(c)

    p = recorded(work)
    assert one(p, "step")["kind"] == "coroutine"
    assert one(p, "step")["self_await_ns"] > 0.02e9
    assert edges(p)["user", "step"] == {"await": 1}


@test("an async generator is idle at its own yield and waits at its await")
def _():
    async def numbers():
        for i in range(3):
            await asyncio.sleep(0.01)
            yield i

    async def main():
        async for _ in numbers():
            time.sleep(0.01)

    p = recorded(asyncio.run, main())
    numbers, main = one(p, "numbers"), one(p, "main")
    assert numbers["kind"] == "async_generator"
    assert numbers["calls"] == 1 and numbers["suspensions"] == 6, numbers
    assert edges(p)["main", "numbers"] == {"await": 1}
    assert 0.03e9 < numbers["await_ns"], numbers
    assert main["await_ns"] == numbers["await_ns"], (main, numbers)
    # each sleep is charged once, whatever the machine makes of its length
    assert 0.03e9 <= main["self_run_ns"] <= main["wall_ns"] - main["await_ns"], main


@test("throw reaches a chain innermost first; what it ends by is counted once each")
def _():
    def work():
        c = outer(5)
        c.send(None)
        try:
            c.throw(ValueError("thrown"))
        except ValueError:
            pass

    p = recorded(work)
    assert counts(p, "outer", "middle", "leaf", "__await__") == [(1, 1, 1)] * 4


@test("a throw that is swallowed leaves the chain as it was")
def _():
    async def unmoved():
        for _ in range(3):
            try:
                await Pause()
            except ValueError:
                pass

    async def above():
        await unmoved()

    def work():
        c = above()
        c.send(None)
        c.throw(ValueError())
        c.throw(ValueError())
        drive(c)

    p = recorded(work)
    assert counts(p, "above", "unmoved") == [(1, 1, 0), (1, 3, 0)], \
        counts(p, "above", "unmoved")
    assert edges(p)["above", "unmoved"]["await"] == 1
    assert one(p, "above")["unfinished"] == 0


@test("a throw into what never started is one call that raised; a close is nothing")
def _():
    def generator():
        yield

    async def coroutine():
        pass

    def work():
        for fresh in generator(), coroutine():
            try:
                fresh.throw(KeyError())
            except KeyError:
                pass
        generator().close()
        coroutine().close()

    p = recorded(work)
    assert counts(p, "generator", "coroutine") == [(1, 0, 1)] * 2, \
        counts(p, "generator", "coroutine")


@test("closing and dropping a suspended generator ends it")
def _():
    seen = []

    def generator(tag):
        try:
            yield
        finally:
            seen.append(tag)

    def work():
        a = generator("closed")
        next(a)
        a.close()
        b = generator("dropped")
        next(b)
        del b
        seen.append("after")

    p = recorded(work)
    assert seen == ["closed", "dropped", "after"], seen
    assert counts(p, "generator") == [(2, 2, 2)]
    assert one(p, "generator")["unfinished"] == 0


@test("what a coroutine drops as it returns is closed below its awaiter, which awaits it not")
def _():
    def leaf():
        try:
            yield
        finally:
            sum(range(1000))

    def generator():
        yield from leaf()

    async def returns():
        g = generator()
        next(g)

    async def awaits():
        await returns()

    p = recorded(drive, awaits())
    kinds = {pair: set(calls) for pair, calls in edges(p).items()}
    assert kinds["awaits", "returns"] == {"await"}, kinds
    assert "await" not in kinds.get(("awaits", "generator"), ()), kinds
    assert "await" not in kinds.get(("awaits", "leaf"), ()), kinds
    assert kinds["generator", "leaf"] == {"call"}, kinds
    assert counts(p, "generator", "leaf") == [(1, 1, 1)] * 2, counts(p, "generator", "leaf")


@test("a task's root stands on a SPAWN edge from what created it")
def _():
    async def child():
        await asyncio.sleep(0.01)

    async def parent():
        await asyncio.gather(child(), child())
        await asyncio.create_task(child())

    p = recorded(asyncio.run, parent())
    assert edges(p)["parent", "child"] == {"spawn": 3}, edges(p)["parent", "child"]
    assert counts(p, "child") == [(3, 3, 0)]
    q = recorded(lambda: asyncio.run(parent()), builtins=True)
    assert edges(q)["parent", "child"] == {"spawn": 3}, edges(q)["parent", "child"]
    names = {(q.functions[t["root"]]["name"].rpartition(".")[2], t["count"]) for t in q.tasks}
    assert ("child", 2) in names or ("child", 3) in names, q.tasks


class Named(asyncio.Task):
    """A task class of the program's own."""


@test("a task of a subclass is one too, and so is one that is written in Python")
def _():
    async def child():
        await asyncio.sleep(0)

    async def parent(task_class):
        def factory(loop, coro, **more):
            return task_class(coro, loop=loop, **more)

        loop = asyncio.get_running_loop()
        loop.set_task_factory(factory)
        await loop.create_task(child())

    for task_class in Named, asyncio.tasks._PyTask:
        for builtins in False, True:
            p = recorded(asyncio.run, parent(task_class), builtins=builtins)
            assert edges(p)["factory", "child"] == {"spawn": 1}, edges(p)


@test("a task that was made without its __init__ is no task yet, and no crash")
def _():
    class Half(asyncio.Task):
        def __init__(self):
            pass

    def makes():
        return Half.__new__(Half)

    async def root():
        pass

    async def main():
        halves = [makes(), Half()]
        task = asyncio.ensure_future(root())
        await task
        return halves

    p = recorded(asyncio.run, main())
    assert counts(p, "makes", "root") == [(1, 0, 0), (1, 0, 0)]
    assert edges(p)["main", "root"] == {"spawn": 1}, edges(p)


@test("a task that no function returns has its creator too")
def _():
    if sys.version_info < (3, 12):
        raise Skip("a call of a class is no event before 3.12")

    async def child():
        await asyncio.sleep(0)

    async def parent():
        await Named(child())

    p = recorded(asyncio.run, parent(), builtins=True)
    assert edges(p)["parent", "child"] == {"spawn": 1}, edges(p)


@test("an eager task that has ended at once may be returned")
def _():
    if sys.version_info < (3, 12):
        raise Skip("no eager tasks before 3.12")

    async def quick():
        return 1

    def make():
        return asyncio.get_running_loop().create_task(quick())

    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        assert await make() == 1

    p = recorded(asyncio.run, main())
    assert counts(p, "quick", "make") == [(1, 0, 0), (1, 0, 0)]


@test("an eager task starts inside its creator, which hosts it")
def _():
    if sys.version_info < (3, 12):
        raise Skip("no eager tasks before 3.12")

    async def child():
        time.sleep(0.02)
        await asyncio.sleep(0.01)

    async def parent():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        await asyncio.create_task(child())

    for builtins in False, True:
        p = recorded(asyncio.run, parent(), builtins=builtins)
        assert edges(p)["parent", "child"] == {"spawn": 1}, edges(p)
        assert one(p, "child")["self_run_ns"] + one(p, "child")["run_ns"] > 0.02e9
        assert one(p, "parent")["hosted_ns"] > 0.02e9, one(p, "parent")


@test("cancelling a task, waiting or not yet started, ends it by an exception")
def _():
    async def child():
        await asyncio.sleep(10)

    async def parent():
        waiting, fresh = asyncio.create_task(child()), None
        await asyncio.sleep(0)
        fresh = asyncio.create_task(child())
        waiting.cancel()
        fresh.cancel()
        await asyncio.gather(waiting, fresh, return_exceptions=True)

    p = recorded(asyncio.run, parent())
    assert counts(p, "child") == [(2, 1, 2)], counts(p, "child")
    assert one(p, "child")["unfinished"] == 0


@test("a generator that goes from thread to thread is one call")
def _():
    import threading

    def generator():
        for i in range(4):
            yield i

    def work():
        g = generator()
        next(g)
        for _ in range(3):
            t = threading.Thread(target=next, args=(g,))
            t.start()
            t.join()
        assert next(g, None) is None

    p = recorded(work)
    assert counts(p, "generator") == [(1, 4, 0)]


@test("what is open when recording begins has begun before, and counts in nothing else")
def _():
    def generator():
        yield 1
        yield 2

    old = generator()
    next(old)

    async def main():
        import corograph
        inner = asyncio.create_task(asyncio.sleep(0.05))
        await asyncio.sleep(0)
        with corograph.profile(builtins=False) as p:
            assert list(old) == [2]
            await inner
        return p

    p = asyncio.run(main())
    assert one(p, "generator")["begun_before"] == 1
    assert counts(p, "generator") == [(0, 0, 0)]
    assert one(p, "main")["begun_before"] == 1 and one(p, "main")["calls"] == 0
    assert one(p, "sleep")["begun_before"] == 1 and one(p, "sleep")["calls"] == 0


run()
