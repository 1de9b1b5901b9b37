#!/usr/bin/env python3
"""Every way asyncio makes a task: how many there were, who made them, what they are called.

Each case is a row of the table: a program, and its tasks as {(root, creator): count} or,
where there is one and it has a name of its own, the name."""
import asyncio
import concurrent.futures
import os
import sys
import threading

from harness import Skip, corograph, function, record, report, run, test, write
from hooks import recorded

HERE = os.path.basename(__file__)
CASES = []


def case(expected, since=(3, 9), driver=asyncio.run):
    """Make a coroutine function a case: run it, and expect those tasks."""
    def mark(program):
        CASES.append((program, expected, since, driver))
        return program
    return mark


def tasks_of(p):
    """{(root, creator): name, where it has one, else count}, of this file's functions."""
    def last(i):
        return None if i is None else p.functions[i]["name"].rpartition(".")[2]
    out = {}
    for t in p.tasks:
        if not p.functions[t["root"]]["file"].endswith(HERE):
            continue
        named = t["name"] != p.functions[t["root"]]["name"] and not t["name"].startswith("Task-")
        out[last(t["root"]), last(t["creator"])] = t["name"] if named else t["count"]
    return out


async def child(n=1):
    for _ in range(n):
        await asyncio.sleep(0)
    return n


@case({("child", "created"): 7, ("created", "runs"): 1})
async def created():
    tasks = []
    for _ in range(7):
        tasks.append(asyncio.create_task(child()))
    await asyncio.gather(*tasks)


@case({("child", "named"): "a name"})
async def named():
    await asyncio.create_task(child(), name="a name")


@case({("child", "renamed"): "later"})
async def renamed():
    task = asyncio.create_task(child())
    task.set_name("later")
    await task


@case({("child", "gathered"): 3, ("other", "gathered"): 1})
async def gathered():
    async def other():
        return await asyncio.gather()
    assert await asyncio.gather(child(), child(), child(), other()) == [1, 1, 1, []]


@case({("child", "ensured"): 2})
async def ensured():
    await asyncio.ensure_future(child())
    task = asyncio.ensure_future(child())
    assert asyncio.ensure_future(task) is task  # no second one
    await task


@case({("child", "of_loop"): 2})
async def of_loop():
    loop = asyncio.get_running_loop()
    await loop.create_task(child())
    loop.create_task(child())
    await asyncio.sleep(0.001)


@case({("child", "waited"): 4})
async def waited():
    first = [asyncio.ensure_future(child()), asyncio.ensure_future(child(9))]
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait(first)
    await asyncio.wait([asyncio.ensure_future(child()), asyncio.ensure_future(child())])


@case({("child", "completed"): 3})
async def completed():
    for future in asyncio.as_completed([child(), child(2), child(3)]):
        await future


@case({("child", "waited_for"): 1})
async def waited_for():
    await asyncio.wait_for(asyncio.ensure_future(child()), 10)


@case({("child", "shielded"): 1})
async def shielded():
    await asyncio.shield(child())


@case({("child", "timed"): 1}, since=(3, 11))
async def timed():
    async with asyncio.timeout(10):
        await child()  # here: no task
        await asyncio.create_task(child())


@case({("child", "grouped"): 3, ("member", "grouped"): "me", ("child", "member"): 2},
      since=(3, 11))
async def grouped():
    async def member(group):
        await child()
        group.create_task(child())
        group.create_task(child())
    async with asyncio.TaskGroup() as group:
        group.create_task(member(group), name="me")
        for _ in range(3):
            group.create_task(child())


@case({("child", "callback"): 2, ("child", "later"): 1, ("child", "done"): 1})
async def from_callbacks():
    loop, made, end = asyncio.get_running_loop(), [], asyncio.Event()

    def callback():
        made.append(asyncio.ensure_future(child()))

    def later():
        made.append(loop.create_task(child()))
        made[-1].add_done_callback(done)

    def done(_):
        made.append(loop.create_task(child()))
        end.set()

    loop.call_soon(callback)
    loop.call_soon(callback)
    loop.call_later(0.001, later)
    await end.wait()
    await asyncio.gather(*made)


@case({("outer", "chained"): 1, ("middle", "outer"): 2, ("child", "middle"): 6})
async def chained():
    async def middle():
        await asyncio.gather(child(), child(), child())

    async def outer():
        await asyncio.gather(middle(), middle())
    await asyncio.create_task(outer())


@case({("child", "helper"): 2})
async def helped():
    def helper():
        return asyncio.ensure_future(child())

    async def waits():
        await helper()
    await waits()
    await helper()


@case({("child", "eager"): 3, ("at_once", "eager"): 2}, since=(3, 12))
async def eager():
    async def at_once():
        return 1
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    await asyncio.gather(child(), child(), at_once())
    await asyncio.create_task(child())
    assert await asyncio.create_task(at_once()) == 1


@case({("child", "cancelled"): 2})
async def cancelled():
    tasks = [asyncio.ensure_future(child(100)), asyncio.ensure_future(child(100))]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@case({("child", "never_started"): 1})  # it is thrown into: a call that raises
async def never_started():
    asyncio.ensure_future(child()).cancel()


@case({("again", "respawned"): 1, ("again", "again"): 49})
async def respawned():
    end = asyncio.Event()

    async def again(n):
        await asyncio.sleep(0)
        if n:
            asyncio.ensure_future(again(n - 1))
        else:
            end.set()
    asyncio.ensure_future(again(49))
    await end.wait()


# The loop makes these: whoever asked for them only left a word for it.
@case({("child", "runs"): 3})
async def from_threads():
    loop = asyncio.get_running_loop()

    def in_thread():
        return asyncio.run_coroutine_threadsafe(child(), loop).result()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        calls = [loop.run_in_executor(pool, in_thread) for _ in range(3)]
        assert await asyncio.gather(*calls) == [1, 1, 1]


@case({("worker_main", "work"): 2, ("child", "worker_main"): 4})
async def loops_in_threads():
    async def worker_main():
        await asyncio.gather(child(), child())

    def work():
        asyncio.run(worker_main())
    await asyncio.gather(asyncio.to_thread(work), asyncio.to_thread(work))


def one_after_another(program):
    for _ in range(3):
        asyncio.run(program())


@case({("several", "one_after_another"): 3, ("child", "several"): 6}, driver=one_after_another)
async def several():
    await asyncio.gather(child(), child())


def nested_loops(program):
    """A loop inside a callback of another, as nest_asyncio and notebooks do."""
    async def outside():
        await asyncio.ensure_future(child())
        asyncio.events._set_running_loop(None)
        task = inside(program)
        asyncio.events._set_running_loop(outer)
        return task

    def inside(program):
        inner = asyncio.new_event_loop()
        done = threading.Thread(target=runs_until, args=(inner, program))
        done.start()
        done.join()
        inner.close()
    outer = asyncio.new_event_loop()
    outer.run_until_complete(outside())
    outer.close()


def runs_until(loop, program):
    loop.run_until_complete(program())


@case({("nested", "runs_until"): 1, ("outside", "nested_loops"): 1, ("child", "outside"): 1,
       ("child", "nested"): 1}, driver=nested_loops)
async def nested():
    await asyncio.ensure_future(child())


def make(program, expected, since, driver):
    @test(f"{program.__name__.replace('_', ' ')}: {len(expected)} kinds of tasks")
    def _():
        if sys.version_info < since:
            raise Skip("not before %d.%d" % since)

        def runs():
            driver(program() if driver is asyncio.run else program)
        for builtins in False, True:
            found = tasks_of(recorded(runs, builtins=builtins))
            wanted = dict(expected)
            if driver is asyncio.run:
                wanted[program.__name__, "runs"] = 1
            assert found == wanted, (builtins, found)


for row in CASES:
    make(*row)


@test("200 000 short tasks, made by one or each by the one before: the image stays as it is")
def _():
    write("app.py", """
import asyncio, os
async def short(): pass
async def again(n, end):
    if n: asyncio.ensure_future(again(n - 1, end))
    else: end.set_result(None)
async def both(n):
    for _ in range(n // 100):
        for task in [asyncio.ensure_future(short()) for _ in range(100)]: await task
    end = asyncio.get_running_loop().create_future()
    asyncio.ensure_future(again(n - 1, end))
    await end
async def main():
    await both(10000)
    print(os.path.getsize("out.coro.live"))
    await both(90000)
    print(os.path.getsize("out.coro.live"))
asyncio.run(main())
""")
    done = record("app.py", options=["--no-builtins"])
    assert done.returncode == 0, done.stderr
    few, many = map(int, done.stdout.split())
    assert many <= few + 2 ** 20, (few, many)  # it grows by steps of that
    data = report(done.trace)
    assert function(data, "short")["calls"] == function(data, "again")["calls"] == 100000
    rows = {}
    for t in data["tasks"]:
        name = data["functions"][t["root"]]["name"]
        rows[name] = rows.get(name, 0) + t["count"]
    assert rows["short"] == rows["again"] == 100000, rows
    assert len(data["tasks"]) < 10, data["tasks"]


@test("a row for each task that lives, with its name, and for the slowest that ended")
def _():
    write("app.py", """
import asyncio, os
async def quick(): pass
async def slow(n): await asyncio.sleep(n)
async def fails():
    await asyncio.sleep(0.3)
    raise ValueError
async def main():
    lives = []
    for n in range(3): lives.append(asyncio.create_task(slow(1000), name="lives %d" % n))
    for _ in range(500): await asyncio.create_task(quick())
    await asyncio.gather(asyncio.create_task(slow(0.4), name="slowest"),
                         asyncio.create_task(fails(), name="fails"), return_exceptions=True)
    os._exit(0)
asyncio.run(main())
""")
    done = record("app.py")
    rows = single_rows(done.trace)
    assert {n for n, end in rows if end == "open"} >= {"lives 0", "lives 1", "lives 2"}, rows
    assert ("slowest", "finished") in rows and ("fails", "raised") in rows, rows


def single_rows(trace):
    """[(name, end)] of the single tasks that a report tells of."""

    done = corograph("report", "--view", "tasks", "-n", "0", trace)
    assert done.returncode == 0, done.stderr
    out = []
    for line in done.stdout.splitlines():
        for end in "open", "finished", "raised":
            for name in "lives 0", "lives 1", "lives 2", "slowest", "fails":
                if f" {end} " in line and f" {name} " in line:
                    out.append((name, end))
    return out


run()
