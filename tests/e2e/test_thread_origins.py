#!/usr/bin/env python3
"""Who started each thread, exactly, in every way that Python starts one."""
import csv
import io
import os
import sys

from figures import check_trace
from harness import PYTHON, call, corograph, record, report, run, test, write

PROGRAM = """
import _thread, asyncio, threading
from concurrent.futures import ThreadPoolExecutor

def step(): pass

def by_start():
    thread = threading.Thread(target=step, name="start")
    thread.start()
    thread.join()
def by_timer():
    timer = threading.Timer(0, step)
    timer.name = "timer"
    timer.start()
    timer.join()

class Mine(threading.Thread):
    def run(self): step()
def by_subclass():
    thread = Mine(name="subclass")
    thread.start()
    thread.join()

def by_pool():
    with ThreadPoolExecutor(2, "pool") as pool: pool.submit(step).result()
def by_map():
    with ThreadPoolExecutor(1, "map") as pool: list(pool.map(lambda x: step(), [1]))

async def by_to_thread():
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(1, "loop"))
    await loop.run_in_executor(None, step)

def by_raw():
    done = _thread.allocate_lock()
    done.acquire()
    _thread.start_new_thread(raw, (done,))
    done.acquire()
def raw(done):
    step()
    done.release()

def by_thread():
    thread = threading.Thread(target=outer, name="outer")
    thread.start()
    thread.join()
def outer():
    thread = threading.Thread(target=step, name="inner")
    thread.start()
    thread.join()

def main():
    by_start(); by_timer(); by_subclass(); by_pool(); by_map(); by_raw(); by_thread()
    asyncio.run(by_to_thread())
main()
"""

WANT = {"start": "by_start", "timer": "by_timer", "subclass": "by_subclass", "pool_0": "by_pool",
        "map_0": "by_map", "loop_0": "by_to_thread", "outer": "by_thread", "inner": "outer",
        "MainThread": None}


def creators(data):
    """The functions that started the threads of each name."""
    found = {}
    for thread in data["threads"]:
        index = thread["creator"]
        name = None if index is None else data["functions"][index]["name"]
        found.setdefault(thread["name"], []).append(name)
    return found


def recorded(source, *options):
    """Record a script: its report, checked by the independent decoder, too."""
    write("app.py", source)
    done = record("app.py", options=options, trace="app.coro")
    assert done.returncode == 0, done.stderr
    return check_trace("app.coro")


@test("each way to start a thread, with calls of C functions and without")
def _():
    for options in ((), ("--no-builtins",)):
        found = creators(recorded(PROGRAM, *options))
        raw = "by_raw" if not options or sys.version_info < (3, 12) else None
        assert found.pop("", [None]) == [raw], (options, found)
        # asyncio.run ends its executor in one of its own
        ends = [found.pop(name) for name in list(found) if name.startswith("Thread-")]
        assert ends == [["main"]], ends
        assert found == {name: [by] for name, by in WANT.items()}, (options, found)


@test("shown by the report; threads that were there before the recording have none")
def _():
    write("app.py", """
import threading
import corograph
ready, go = threading.Event(), threading.Event()
def before():
    ready.set()
    go.wait()
def during(): pass
def starts():
    thread = threading.Thread(target=during, name="during")
    thread.start()
    thread.join()
thread = threading.Thread(target=before, name="before")
thread.start()
ready.wait()
corograph.start("own.coro")
starts()
go.set()
thread.join()
corograph.stop()
""")
    done = call(PYTHON, "app.py", env={"PYTHONPATH": os.environ["CG_PYTHONPATH"]})
    assert done.returncode == 0, done.stderr
    assert creators(report("own.coro")) == {"MainThread": [None], "before": [None],
                                            "during": ["starts"]}
    rows = list(csv.DictReader(io.StringIO(
        corograph("report", "own.coro", "--view", "threads", "--format", "csv").stdout)))
    assert {row["name"]: row["creator"] for row in rows} == {
        "MainThread": "", "before": "", "during": "starts"}, rows
    shown = corograph("report", "own.coro", "--view", "threads").stdout
    assert "started by" in shown and "starts" in shown, shown


@test("threads that start their likes share rows: one for each function that starts them")
def _():
    data = recorded("""
import threading, _thread
done = _thread.allocate_lock()
done.acquire()
def chain(n, starter):
    starter.join()
    if not n:
        done.release()
        return
    threading.Thread(target=chain, args=(n - 1, threading.current_thread())).start()
def first():
    ended = threading.Thread(target=int)
    ended.start()
    ended.join()
    threading.Thread(target=chain, args=(300, ended)).start()
first()
done.acquire()
""", "--no-builtins")
    found = [name for names in creators(data).values() for name in names]
    assert set(found) == {None, "first", "chain"} and len(found) < 100, found
    assert sum(t["count"] for t in data["threads"]) == 303, data["threads"]


run()
