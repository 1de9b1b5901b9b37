#!/usr/bin/env python3
"""Tasks of trio, anyio and uvloop, from the package index: counts, creators, names."""
import os

from figures import calls_of, check_trace
from harness import packaged, packages, record, run, test, write

KIND = "loops"  # apart: a server would take a uvloop that it finds
THERE = os.path.join(packages(KIND), "python")


def tasks(source, *options):
    """Record a program: {(root, creator): (count, name)} of the tasks of its own."""
    write("app.py", source)
    done = record("app.py", options=options, python=THERE)
    assert done.returncode == 0, done.stderr
    data = check_trace(done.trace)
    functions = data["functions"]
    return {(functions[t["root"]]["name"],
             None if t["creator"] is None else functions[t["creator"]]["name"]):
            (t["count"], t["name"])
            for t in data["tasks"] if functions[t["root"]]["file"].endswith("app.py")}


def expect(source, wanted):
    """The same counts by creator with C functions and without."""
    for options in (), ("--no-builtins",):
        found = tasks(source, *options)
        assert {key: count for key, (count, _) in found.items()} == wanted, (options, found)
    return found


TRIO = """
import trio
async def leaf(n=1):
    for _ in range(n): await trio.sleep(0)
async def starts(task_status):
    await leaf()
    task_status.started()
    await leaf()
async def parent(group):
    for _ in range(4): group.start_soon(leaf)
async def main():
    async with trio.open_nursery() as group:
        group.start_soon(leaf, 3, name="a name")
        group.start_soon(parent, group)
        group.start_soon(parent, group)
        await trio.to_thread.run_sync(lambda: None)
def begin():
    trio.run(main)
begin()
"""


@test("trio: start_soon and the caller of trio.run are the creators")
def _():
    packaged("trio", KIND)
    found = expect(TRIO, {("main", "begin"): 1, ("leaf", "main"): 1, ("parent", "main"): 2,
                          ("leaf", "parent"): 8})
    assert found["leaf", "main"][1] == "a name", found


ANYIO = """
import anyio, sys
async def leaf():
    await anyio.sleep(0)
async def parent(group):
    for _ in range(4): group.start_soon(leaf)
async def main():
    async with anyio.create_task_group() as group:
        group.start_soon(leaf, name="a name")
        group.start_soon(parent, group)
        group.start_soon(parent, group)
def begin():
    anyio.run(main, backend="BACKEND")
begin()
"""


def anyio_on(backend):
    """The root of such a task may be a coroutine of anyio's own: its creator tells."""
    write("app.py", ANYIO.replace("BACKEND", backend))
    for options in (), ("--no-builtins",):
        done = record("app.py", options=options, python=THERE)
        assert done.returncode == 0, done.stderr
        data, made = check_trace(done.trace), {}
        for t in data["tasks"]:
            name = None if t["creator"] is None else data["functions"][t["creator"]]["name"]
            made[name] = made.get(name, 0) + t["count"]
        assert (made["main"], made["parent"]) == (3, 8), (options, made)
        assert set(made) == {"main", "parent", "begin"}, (options, made)
        assert calls_of(data, "leaf") == 9 and calls_of(data, "parent") == 2


@test("anyio's task groups on asyncio")
def _():
    packaged("anyio", KIND)
    anyio_on("asyncio")


@test("anyio's task groups on trio")
def _():
    packaged("anyio", KIND)
    packaged("trio", KIND)
    anyio_on("trio")


@test("uvloop: create_task, gather, ensure_future")
def _():
    packaged("uvloop", KIND)
    expect("""
import asyncio, uvloop
async def leaf():
    await asyncio.sleep(0)
async def parent():
    await asyncio.gather(leaf(), leaf())
    await asyncio.ensure_future(leaf())
async def main():
    await asyncio.create_task(parent())
    await asyncio.create_task(parent())
def begin():
    loop = uvloop.new_event_loop()
    loop.run_until_complete(main())
    loop.close()
begin()
""", {("main", "begin"): 1, ("parent", "main"): 2, ("leaf", "parent"): 6})


run()
