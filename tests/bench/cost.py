"""One process of the benchmark: all programs under one tool.

usage: cost.py TOOL SCALE

Prints JSON: for each program the seconds of one operation, the best of several short runs;
short, so that some of them are not disturbed on a machine that others use too.
"""
import asyncio
import json
import os
import sys
import threading
import time
import types

RUNS = 21


def leaf():
    pass


def call(n):
    for _ in range(n):
        leaf()


def fib_of(n):
    return n if n < 2 else fib_of(n - 1) + fib_of(n - 2)


FIB, FIB_CALLS = 17, 5167


def fib(n):
    for _ in range(n // FIB_CALLS):
        fib_of(FIB)


def c_call(n):
    text = "abc"
    for _ in range(n):
        len(text)


def numbers(n):
    for i in range(n):
        yield i


def generator_step(n):
    for _ in numbers(n):
        pass


@types.coroutine
def steps(n):
    for _ in range(n):
        yield


async def outer(n):
    await steps(n)


def coroutine_step(n):
    for _ in outer(n).__await__():
        pass


async def sleeps(n):
    for _ in range(n):
        await asyncio.sleep(0)


def await_asyncio(n):
    loop.run_until_complete(sleeps(n))


async def nothing():
    pass


async def tasks(n):
    for _ in range(n):
        await loop.create_task(nothing())


def task(n):
    loop.run_until_complete(tasks(n))


def thread(n):
    for _ in range(n):
        t = threading.Thread(target=leaf)
        t.start()
        t.join()


# name, function, operations in one run
PROGRAMS = [
    ("call", call, 20_000),
    ("fib", fib, 3 * FIB_CALLS),
    ("c_call", c_call, 20_000),
    ("generator", generator_step, 20_000),
    ("coroutine", coroutine_step, 10_000),
    ("await", await_asyncio, 1_000),
    ("task", task, 350),
    ("thread", thread, 20),
]


def begin_cprofile():
    import cProfile
    tool = cProfile.Profile()
    tool.enable()
    return tool


def begin_yappi(clock):
    import yappi
    yappi.set_clock_type(clock)
    yappi.start()


def begin_viztracer():
    from viztracer import VizTracer
    tool = VizTracer(verbose=0, tracer_entries=100_000)
    tool.start()
    return tool


def begin_corograph(**options):
    import corograph
    corograph.start(**options)


def begin_floor(clock):
    import _floor
    _floor.start(clock)


TOOLS = {
    "bare": lambda: None,
    "nothing": lambda: begin_floor(False),
    "clock": lambda: begin_floor(True),
    "corograph": begin_corograph,
    "no-builtins": lambda: begin_corograph(builtins=False),
    "coarse": lambda: begin_corograph(clock="coarse"),
    "coarse no-builtins": lambda: begin_corograph(clock="coarse", builtins=False),
    "excluded": lambda: begin_corograph(exclude=["*"]),
    "cProfile": begin_cprofile,
    "yappi wall": lambda: begin_yappi("wall"),
    "yappi cpu": lambda: begin_yappi("cpu"),
    "viztracer": begin_viztracer,
}


def best_of(run, n):
    best = float("inf")
    for _ in range(RUNS):
        start = time.perf_counter()
        run(n)
        best = min(best, time.perf_counter() - start)
    return best / n


def main():
    global loop
    tool, scale = sys.argv[1], float(sys.argv[2])
    loop = asyncio.new_event_loop()
    held = TOOLS[tool]()
    took = {name: best_of(run, max(FIB_CALLS if name == "fib" else 1, int(n * scale)))
            for name, run, n in PROGRAMS}
    sys.stdout.write(json.dumps(took) + "\n")
    sys.stdout.flush()
    del held
    os._exit(0)  # what the tool does at its end is not what is measured here


if __name__ == "__main__":
    main()
