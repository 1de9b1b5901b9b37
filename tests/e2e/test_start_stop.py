#!/usr/bin/env python3
"""Recordings that begin and end anywhere: what is open there, and again and again; TAP."""
import asyncio
import gc
import os
import signal
import sys
import threading

from harness import run, test
from hooks import corograph, counts, one, recorded

COUNTED = ("calls", "suspensions", "raised", "unfinished", "begun_before")


def step():
    pass


def numbers(p, **expected):
    """Every named function has exactly those numbers; those not given are 0."""
    for name, wanted in expected.items():
        f = one(p, name)
        found = {k: f[k] for k in COUNTED if f[k] or k in wanted}
        assert found == wanted, f"{name}: {found}, expected {wanted}"


def sound(p):
    """What holds in every recording."""
    for f in p.functions:
        assert all(f[k] >= 0 for k in f if k.endswith("_ns")), f
        assert f["calls"] == f["finished"] + f["raised"] + f["unfinished"], f
        assert f["self_cpu_ns"] <= f["self_run_ns"], f


@test("a start deep down: what is open has begun before, what follows is counted")
def _():
    def deep(n):
        if n:
            return deep(n - 1)
        corograph.start()
        step()

    def outer():
        deep(50)
        step()
        return corograph.stop()

    p = outer()
    numbers(p, deep={"begun_before": 51}, outer={"begun_before": 1}, step={"calls": 2})
    sound(p)


@test("a stop deep down: what is open is unfinished, and the next recording knows no more")
def _():
    def deep(n):
        if n:
            return deep(n - 1)
        step()
        return corograph.stop()

    def outer():
        corograph.start()
        p = deep(50)
        corograph.start()
        step()
        return p, corograph.stop()

    p, q = outer()
    numbers(p, deep={"calls": 51, "unfinished": 51}, outer={"begun_before": 1}, step={"calls": 1})
    numbers(q, outer={"begun_before": 1}, step={"calls": 1})
    assert not [f for f in q.functions if f["name"].endswith("deep")], q.functions
    sound(p), sound(q)


@test("a coroutine, generator and async generator that were suspended before the start")
def _():
    def gen():
        yield 1
        step()
        yield 2

    class Wait:
        def __await__(self):
            yield

    async def inner():
        await Wait()
        step()

    async def outer():
        await inner()
        await inner()

    async def agen():
        yield 1
        step()
        yield 2

    def drain(g):
        assert list(g) == [2]

    async def read(a):
        assert [x async for x in a] == [2]

    def work(g, c, a):
        drain(g)
        c.send(None)
        try:
            c.send(None)
        except StopIteration:
            pass
        try:
            read(a).send(None)
        except StopIteration:
            pass

    g, c, a = gen(), outer(), agen()
    next(g)
    c.send(None)
    try:
        a.__anext__().send(None)
    except StopIteration:
        pass
    p = recorded(work, g, c, a)
    numbers(p, gen={"begun_before": 1}, outer={"begun_before": 1},
            inner={"calls": 1, "suspensions": 1, "begun_before": 1},
            agen={"begun_before": 1}, step={"calls": 4}, drain={"calls": 1}, read={"calls": 1})
    assert one(p, "outer")["await_ns"] < one(p, "work")["wall_ns"], "waited before the start"
    sound(p)


@test("what was suspended before the start and is closed, thrown into or dropped")
def _():
    def gen():
        try:
            yield 1
        finally:
            step()

    def work(gens):
        gens.pop().close()
        try:
            gens.pop().throw(KeyError)
        except KeyError:
            pass
        gens.pop()

    gens = [gen() for _ in range(3)]
    for g in gens:
        next(g)
    p = recorded(work, gens)
    numbers(p, gen={"begun_before": 3}, step={"calls": 3}, work={"calls": 1})
    sound(p)


@test("tasks that run across a start and a stop")
def _():
    async def leaf(n):
        for _ in range(n):
            await asyncio.sleep(0)
            step()

    async def root(n):
        await leaf(n)

    async def main():
        tasks = [asyncio.create_task(root(4)) for _ in range(3)]
        for _ in range(3):
            await asyncio.sleep(0)
        corograph.start(builtins=False)
        tasks += [asyncio.create_task(root(100)) for _ in range(2)]
        await asyncio.gather(*tasks[:3])
        p = corograph.stop()
        for t in tasks[3:]:
            t.cancel()
        return p

    p = asyncio.run(main())
    numbers(p, main={"begun_before": 1, "suspensions": 0})
    for name in "leaf", "root":
        f = one(p, name)
        assert (f["calls"], f["unfinished"], f["begun_before"], f["raised"]) == (2, 2, 3, 0), f
    sound(p)


@test("a recording inside a generator, a coroutine, a callback, a destructor, a signal handler")
def _():
    profiles = []

    def toggle():
        if corograph.is_running():
            profiles.append(corograph.stop())
        else:
            corograph.start()

    def gen():
        toggle()
        yield step()
        yield step()
        toggle()
        yield

    async def coro():
        toggle()
        step()
        await asyncio.sleep(0)
        step()
        toggle()

    class Dies:
        def __del__(self):
            toggle()

    def by_destructor():
        Dies()
        step()
        step()
        Dies()

    def by_collector():
        for _ in range(2):
            d = Dies()
            d.me = d
            del d
            gc.collect()
            step()
            if corograph.is_running():
                step()

    def by_signal():
        old = signal.signal(signal.SIGUSR1, lambda *_: toggle())
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGUSR1)
            if corograph.is_running():
                step()
                step()
        signal.signal(signal.SIGUSR1, old)

    def by_sort():
        toggle()
        sorted([2, 1], key=lambda n: step() or n)
        toggle()

    def by_callback():
        sorted([2, 1], key=lambda n: (toggle(), step(), step(), n)[-1])

    def drive():
        list(gen())

    cases = {"gen": drive, "coro": lambda: asyncio.run(coro()), "by_destructor": by_destructor,
             "by_collector": by_collector, "by_signal": by_signal, "by_sort": by_sort,
             "by_callback": by_callback}
    for name, function in cases.items():
        for _ in range(3):
            function()
            assert not corograph.is_running(), name
            p = profiles.pop()
            assert one(p, "step")["calls"] == 2, (name, one(p, "step"))
            assert one(p, name)["begun_before"] == 1, (name, one(p, name))
            assert one(p, name)["calls"] == 0, (name, one(p, name))
            sound(p)


@test("hundreds of recordings, each with its own numbers")
def _():
    def gen():
        while True:
            yield step()

    g = gen()
    for n in range(300):
        corograph.start(builtins=n % 2 == 0)
        for _ in range(n % 7):
            next(g)
        p = corograph.stop()
        if n % 50 < 7:
            assert [f["calls"] for f in p.functions if f["name"].endswith("step")] == \
                [n % 7] * (n % 7 > 0), (n, p.functions)


@test("started in one thread, stopped in another, other threads at work all the while")
def _():
    go_on, counted = True, [0, 0]

    def busy(i):
        while go_on:
            step()
            counted[i] += 1

    def in_thread(function, *args):
        out = []
        t = threading.Thread(target=lambda: out.append(function(*args)))
        t.start()
        t.join()
        return out[0]

    def lap():
        before = sum(counted)
        while sum(counted) < before + 100:
            pass

    threads = [threading.Thread(target=busy, args=(i,), name=f"busy-{i}") for i in range(2)]
    for t in threads:
        t.start()
    try:
        for _ in range(15):
            before = sum(counted)
            in_thread(corograph.start)
            mid = sum(counted)
            lap()
            end = sum(counted)
            p = in_thread(corograph.stop)
            after = sum(counted)
            assert end - mid - 2 <= one(p, "step")["calls"] <= after - before + 4
            busy_now = one(p, "busy")
            assert (busy_now["calls"], busy_now["begun_before"]) == (0, 2), busy_now
            assert {"busy-0", "busy-1"} <= {t["name"] for t in p.threads}, p.threads
            sound(p)
    finally:
        go_on = False
        for t in threads:
            t.join()


@test("recordings with files, started while others are still being written")
def _():
    def toggle(i):
        for n in range(12):
            try:
                corograph.start(f"{i}-{n}.coro")
                step()
            except corograph.Error:
                pass
            try:
                corograph.stop()
            except corograph.Error:
                pass

    old = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=toggle, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    sys.setswitchinterval(old)
    if corograph.is_running():
        corograph.stop()
    names = set(os.listdir())
    assert names and names <= {f"{i}-{n}.coro" for i in range(4) for n in range(12)}, names


@test("a generator that one recording left open goes on in the next, in another thread too")
def _():
    def gen():
        yield step()
        yield step()
        yield step()

    g = gen()
    p = recorded(next, g)
    numbers(p, gen={"calls": 1, "suspensions": 1, "unfinished": 1}, step={"calls": 1})
    out = []
    t = threading.Thread(target=lambda: out.append(recorded(next, g)))
    t.start()
    t.join()
    numbers(out[0], gen={"begun_before": 1}, step={"calls": 1})
    numbers(recorded(list, g), gen={"begun_before": 1}, step={"calls": 1})


@test("an exception that flies through a start and a stop")
def _():
    def fails():
        try:
            raise KeyError
        finally:
            corograph.start()
            step()

    def catches():
        try:
            fails()
        except KeyError:
            step()

    def ends():
        try:
            raise KeyError
        finally:
            profiles.append(corograph.stop())

    profiles = []
    catches()
    try:
        ends()
    except KeyError as error:
        assert error.__traceback__.tb_next.tb_next is None
    p = profiles[0]
    numbers(p, fails={"begun_before": 1}, catches={"begun_before": 1}, step={"calls": 2},
            ends={"calls": 1, "unfinished": 1})
    sound(p)


@test("the block of a recording may end by a close or when its generator is dropped")
def _():
    def gen():
        with corograph.profile() as p:
            profiles.append(p)
            step()
            yield
            step()

    profiles = []
    g = gen()
    next(g)
    step()
    g.close()
    numbers(profiles[0], step={"calls": 2}, gen={"begun_before": 1})
    assert not corograph.is_running()
    g = gen()
    next(g)
    del g
    assert not corograph.is_running()
    numbers(profiles[1], step={"calls": 1}, gen={"begun_before": 1})


if sys.version_info >= (3, 12):
    @test("the tool number is free again after hundreds of recordings")
    def _():
        for _ in range(200):
            recorded(step)
        assert [sys.monitoring.get_tool(i) for i in range(6)] == [None] * 6


@test("a hundred recordings leave no type and no callback behind")
def _():
    def ours():
        gc.collect()
        return sum(type(o).__module__.startswith("corograph._corograph") or
                   isinstance(o, type) and o.__module__.startswith("corograph._corograph")
                   for o in gc.get_objects())

    def some(n):
        for _ in range(n):
            thread = threading.Thread(target=recorded, args=(lambda: None,))
            thread.start()
            thread.join()
        return ours()

    assert some(3) == some(100)


run()
