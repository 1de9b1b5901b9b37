#!/usr/bin/env python3
"""A long mixed run: everything that suspends, raises, moves and ends, recorded again and again.

usage: mixed.py SECONDS [SEED]

Each round records a random mixture of work in some threads, with numbers that are known, and
looks at them; what the round says is checked, and that memory does not grow. For a build with
sanitizers, or under valgrind: `./dev soak`. The environment is that of the tests.
"""
import asyncio
import concurrent.futures
import contextlib
import gc
import os
import random
import sys
import threading
import time
import weakref

sys.path.insert(0, os.environ["CG_PYTHONPATH"])
import corograph  # noqa: E402

done = {}  # how often each function was called in this round, by its name
lock = threading.Lock()


def count(name, n=1):
    with lock:
        done[name] = done.get(name, 0) + n


def leaf():
    pass


def recursive(n):
    return recursive(n - 1) if n else None


def failing(n):
    if not n:
        raise KeyError(n)
    failing(n - 1)


def numbers(n):
    try:
        yield from range(n)
    finally:
        leaf()


async def waits(n):
    for _ in range(n):
        await asyncio.sleep(0)


async def hangs():
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(0)


async def streams(n):
    for i in range(n):
        await asyncio.sleep(0)
        yield i


@contextlib.asynccontextmanager
async def context():
    await asyncio.sleep(0)
    yield
    await asyncio.sleep(0)


def plain(rng):
    n = rng.randrange(1, 40)
    for _ in range(n):
        leaf()
    recursive(n)
    try:
        failing(n)
    except KeyError:
        pass
    count("leaf", n)
    count("recursive", n + 1)
    count("failing", n + 1)


def generators(rng):
    kept = []
    for _ in range(rng.randrange(1, 8)):
        g = numbers(5)
        next(g)
        what = rng.randrange(4)
        if what == 0:
            g.close()
        elif what == 1:
            list(g)
        elif what == 2:
            with contextlib.suppress(ValueError):
                g.throw(ValueError)
        else:
            kept.append(g)
        count("numbers")
        count("leaf")
    del kept, g


def code(rng):
    for _ in range(rng.randrange(1, 5)):
        space = {"leaf": leaf}
        exec("def made():\n    leaf()\nmade()", space)
        weakref.ref(space["made"].__code__)
        count("made")
        count("leaf")


async def tasks(rng):
    n = rng.randrange(1, 6)
    await asyncio.gather(*[waits(3) for _ in range(n)])
    count("waits", n)
    t = asyncio.create_task(hangs())
    await asyncio.sleep(0)
    t.cancel()
    await asyncio.gather(t, return_exceptions=True)
    count("hangs")
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(hangs(), 0.001)
        raise AssertionError("it did not hang")
    count("hangs")
    async for i in streams(4):
        if i == rng.randrange(4):
            break
    count("streams")
    async with context():
        pass
    count("context")
    waits(1).close()
    await asyncio.get_running_loop().run_in_executor(None, leaf)
    count("leaf")


def loops(rng):
    with contextlib.suppress(RuntimeError):
        asyncio.run(tasks(rng))
    count("tasks")


def pools(rng):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        n = rng.randrange(1, 20)
        list(pool.map(recursive, [2] * n))
    count("recursive", 3 * n)


KINDS = plain, generators, code, loops, pools


def work(seed):
    rng = random.Random(seed)
    for _ in range(6):
        rng.choice(KINDS)(rng)


def interfere(stop):
    """Snapshots and collections while the others run."""
    while not stop.wait(0.003):
        with contextlib.suppress(corograph.Error):
            corograph.snapshot().functions
        gc.collect(0)


def round_of(seed):
    """One recording, which has to say what was done."""
    rng = random.Random(seed)
    done.clear()
    stop = threading.Event()
    other = threading.Thread(target=interfere, args=(stop,))
    crowd = [threading.Thread(target=work, args=(rng.random(),)) for _ in range(rng.randrange(4))]
    with corograph.profile(builtins=rng.random() < 0.5,
                           max_nodes=rng.choice((1, 50, 1 << 20))) as p:
        for t in (other, *crowd):
            t.start()
        work(rng.random())
        for t in crowd:
            t.join()
        stop.set()
        other.join()
        gc.collect()
    check(p, seed)


def check(p, seed):
    found = {}
    for f in p.functions:
        name = f["name"].rpartition(".")[2]
        if os.path.basename(f["file"]) in (os.path.basename(__file__), "<string>"):
            found[name] = found.get(name, 0) + f["calls"]
        assert f["calls"] == f["finished"] + f["raised"] + f["unfinished"], (seed, f)
        assert f["self_cpu_ns"] <= f["self_run_ns"], (seed, f)
    for name, calls in done.items():
        assert found.get(name) == calls, (seed, name, found.get(name), calls)
    assert not p.report["trace"]["lost_events"], seed


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main():
    end = time.monotonic() + float(sys.argv[1])
    seed = first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    early = 0
    while time.monotonic() < end or seed == first:
        round_of(seed)
        seed += 1
        if seed == first + 60:
            early = resident()
    grown = resident() - early if early else 0
    print(f"{seed - first} rounds, resident memory grew by {grown / 2**20:.1f} MiB "
          f"since the 60th", flush=True)
    # the allocator's and the sanitizers' own; a leak of a round's numbers would be far more
    assert grown < max(64 << 20, early // 2), (grown, early)


if __name__ == "__main__":
    main()
