#!/usr/bin/env python3
"""A long mixed run: everything that suspends, raises, moves and ends, recorded again and again.

usage: mixed.py SECONDS [SEED]

Each round records a random mixture of work in some threads, with numbers that are known, and
looks at them: as one recording, or as many that begin and end inside the calls, generators and
coroutines of all threads. What it says is checked, `corograph verify` reads every trace, and
memory must not grow. Plain, for a build with sanitizers, or under valgrind: `./dev soak`. The
environment is that of the tests.
"""
import asyncio
import concurrent.futures
import contextlib
import gc
import os
import random
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import weakref

sys.path.insert(0, os.environ["CG_PYTHONPATH"])
import corograph  # noqa: E402

VERIFY = os.path.join(os.environ["CG_BIN"], "corograph"), "verify"
# MiB that memory may grow by: sanitizers keep what is freed
ROOM = 256 if os.environ.get("CG_SANITIZED", "no") != "no" else 24

done = {}   # how often each function was called in this round, by its name
found = {}  # the same as the round's recordings say
lock = threading.Lock()
told = {"rounds": 0, "recordings": 0}


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


async def swallows(n):
    for i in range(n):
        try:
            await asyncio.sleep(0)
            yield i
        except ValueError:
            await asyncio.sleep(0)


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


async def async_generators(rng):
    for make in streams, swallows:
        g = make(4)
        await g.asend(None)
        what = rng.randrange(5)
        with contextlib.suppress(ValueError, StopAsyncIteration):
            if what == 0:
                await g.athrow(ValueError())
                await g.athrow(ValueError())
            elif what == 1:
                await g.aclose()
            elif what == 2:
                await g.asend(1)
            elif what == 3:
                [i async for i in g]
        count(make.__name__)
        del g
    never = streams(1)
    await never.aclose()
    if sys.version_info[:2] != (3, 11):  # it does not say what is thrown before the start
        with contextlib.suppress(ValueError):
            await streams(1).athrow(ValueError())
        count("streams")


def loops(rng):
    what = rng.choice((tasks, async_generators))
    with contextlib.suppress(RuntimeError):
        asyncio.run(what(rng))
    count(what.__name__)


def pools(rng):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        n = rng.randrange(1, 20)
        list(pool.map(recursive, [2] * n))
    count("recursive", 3 * n)


KINDS = plain, generators, code, loops, pools
if sys.version_info[:2] == (3, 13) and sysconfig.get_config_var("Py_GIL_DISABLED"):
    KINDS = plain, generators, loops, pools  # it keeps all code for good, recorded or not


def cut(rng):
    """End the recording that runs, or begin one: others may be faster."""
    with contextlib.suppress(corograph.Error):
        if not corograph.is_running():
            corograph.start(builtins=rng.random() < 0.5, max_nodes=rng.choice((1, 50, 1 << 20)),
                            clock=rng.choice(("exact", "coarse")))
        elif rng.random() < 0.3:
            corograph.snapshot()
        else:
            add(corograph.stop())


def cut_deep(n, rng):
    if n:
        cut_deep(n - 1, rng)
    cut(rng)


def cut_numbers(rng):
    for i in range(3):
        yield i
        cut(rng)


async def cut_stream(rng):
    for i in range(3):
        await asyncio.sleep(0)
        cut(rng)
        yield i


async def cut_waits(rng):
    for _ in range(3):
        await asyncio.sleep(0)
        cut(rng)


async def cut_tasks(rng):
    await asyncio.gather(*[cut_waits(rng) for _ in range(3)])
    count("cut_waits", 3)
    async for _ in cut_stream(rng):
        await waits(1)
    count("cut_stream")
    count("waits", 3)


def cuts(rng):
    n = rng.randrange(10)
    cut_deep(n, rng)
    count("cut_deep", n + 1)
    list(cut_numbers(rng))
    count("cut_numbers")
    asyncio.run(cut_tasks(rng))
    count("cut_tasks")


def work(seed, kinds=KINDS):
    rng = random.Random(seed)
    for _ in range(6):
        rng.choice(kinds)(rng)


def interfere(stop):
    """Snapshots and collections while the others run."""
    while not stop.wait(0.003):
        with contextlib.suppress(corograph.Error):
            corograph.snapshot().functions
        gc.collect(0)


def whole_round(seed):
    """One recording, which has to say what was done."""
    rng = random.Random(seed)
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
    add(p)
    for name, calls in done.items():
        assert found.get(name) == calls, (name, found.get(name), calls)


def cut_round(seed):
    """Recordings that begin and end anywhere: no call is in two of them."""
    rng = random.Random(seed)
    crowd = [threading.Thread(target=work, args=(rng.random(), KINDS + (cuts, cuts)))
             for _ in range(1 + rng.randrange(3))]
    for t in crowd:
        t.start()
    work(rng.random(), KINDS + (cuts, cuts))
    for t in crowd:
        t.join()
    gc.collect()
    with contextlib.suppress(corograph.Error):
        add(corograph.stop())
    for name, calls in done.items():
        assert found.get(name, 0) <= calls, (name, found.get(name), calls)


def add(p):
    """What a recording says, which must be sound."""
    for f in p.functions:
        name = f["name"].rpartition(".")[2]
        if os.path.basename(f["file"]) in (os.path.basename(__file__), "<string>"):
            with lock:
                found[name] = found.get(name, 0) + f["calls"]
        assert f["calls"] == f["finished"] + f["raised"] + f["unfinished"], f
        assert f["self_cpu_ns"] <= f["self_run_ns"], f
    assert not p.report["trace"]["lost_events"], p.report["trace"]
    with tempfile.TemporaryDirectory(prefix="cg-soak-") as folder:
        p.save(os.path.join(folder, "p.coro"))
        verified = subprocess.run([*VERIFY, os.path.join(folder, "p.coro")], check=False,
                                  capture_output=True, text=True)
    assert verified.returncode == 0, verified
    with lock:
        told["recordings"] += 1


def round_of(seed):
    done.clear()
    found.clear()
    (cut_round if seed % 3 == 0 else whole_round)(seed)
    told["rounds"] += 1


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main():
    end = time.monotonic() + float(sys.argv[1])
    seed = first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    early = 0
    while time.monotonic() < end or seed == first:
        try:
            round_of(seed)
        except BaseException:
            print(f"in the round of seed {seed}:", file=sys.stderr)
            raise
        seed += 1
        if seed == first + 60:
            early = resident()
    grown = resident() - early if early else 0
    print(f"{told['rounds']} rounds, {told['recordings']} recordings, all verified; resident "
          f"memory grew by {grown / 2**20:.1f} MiB since the 60th", flush=True)
    assert grown < ROOM << 20, (grown, early)


if __name__ == "__main__":
    main()
