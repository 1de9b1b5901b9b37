#!/usr/bin/env python3
"""`report --thread`: every view as if that thread alone had been recorded."""
import csv
import io
import json

from figures import check_trace
from harness import corograph, function, record, report, run, test, write

PROGRAM = """
import asyncio, threading, time

def shared(): pass
def only_main(): shared()
def only_worker():
    for _ in range(5): shared()

async def held(): time.sleep(0.03)
async def waits(): await asyncio.sleep(0.01)
async def main():
    only_worker()
    await asyncio.gather(held(), waits(), asyncio.create_task(waits(), name="named"))

started = threading.Event()  # threads that live at the same time have a row each
def work():
    started.wait()
    asyncio.run(main())
worker = threading.Thread(target=work, name="Worker 7")
other = threading.Thread(target=shared, name="Worker 77")
worker.start()
other.start()
started.set()
worker.join()
other.join()
only_main()
"""


def made():
    write("app.py", PROGRAM)
    done = record("app.py", options=["-q"])
    assert done.returncode == 0, done
    return done.trace


def show(trace, *options, format="json"):
    done = corograph("report", "--format", format, *options, trace)
    assert done.returncode == 0 and done.stderr == "", done
    if format == "csv":
        return list(csv.DictReader(io.StringIO(done.stdout)))
    return json.loads(done.stdout) if format == "json" else done.stdout


def names(data):
    return {f["name"] for f in data["functions"]}


@test("functions, their numbers and their edges are the thread's own, and add up")
def _():
    trace = made()
    whole = report(trace)
    numbers = {t["name"]: str(t["id"]) for t in whole["threads"]}
    assert set(numbers) == {"MainThread", "Worker 7", "Worker 77"}
    worker = show(trace, "--thread", "Worker 7")
    assert worker == show(trace, "--thread", numbers["Worker 7"])
    assert [t["name"] for t in worker["threads"]] == ["Worker 7"]
    assert function(worker, "shared")["calls"] == 5 and "only_main" not in names(worker)
    main = show(trace, "--thread", numbers["MainThread"])
    assert function(main, "shared")["calls"] == 1 and "held" not in names(main)
    assert function(whole, "shared")["calls"] == 7
    other = show(trace, "--thread", "77")
    for key in ("calls", "self_run_ns", "self_await_ns", "self_cpu_ns"):
        parts = sum(sum(f[key] for f in part["functions"]) for part in (main, worker, other))
        assert parts == sum(f[key] for f in whole["functions"]), key
    threads = {t["name"]: t for t in whole["threads"]}
    assert worker["threads"] == [dict(threads["Worker 7"], creator=None)]
    assert sum(e["calls"] for e in worker["edges"] if e["callee"] == worker["functions"].index(
        function(worker, "shared"))) == 5


@test("a part of a name means all that have it, a whole name that one")
def _():
    trace = made()
    assert [t["name"] for t in show(trace, "--thread", "Worker")["threads"]] == ["Worker 7", "Worker 77"]
    assert show(trace, "--thread", "r")["functions"] == report(trace)["functions"]
    for name in ("nobody", "99", "worker"):
        done = corograph("report", "--thread", name, trace)
        assert done.returncode == 1 and done.stdout == "" and f"'{name}'" in done.stderr, done
        assert done.stderr.count("\n") == 1 and "--view threads" in done.stderr, done


@test("every view, as a table and as CSV")
def _():
    trace = made()
    worker, main = ("--thread", "Worker 7"), ("--thread", "MainThread")
    assert {r["name"] for r in show(trace, *worker, format="csv")} == names(show(trace, *worker))
    tasks = show(trace, "--view", "tasks", *worker, format="csv")
    assert {r["root"] for r in tasks} >= {"main", "held", "waits"}, tasks
    assert {r["creator"] for r in tasks if r["root"] == "waits"} == {"main"}, tasks
    assert show(trace, "--view", "tasks", *main, format="csv") == []
    blocking = show(trace, "--view", "blocking", *worker, format="csv")
    assert [r["name"] for r in blocking if r["name"] == "held"] == ["held"], blocking
    assert show(trace, "--view", "blocking", *main, format="csv") == []
    assert [r["name"] for r in show(trace, "--view", "threads", *main, format="csv")] == ["MainThread"]
    tree = show(trace, "--view", "tree", "--min-share", "0", *worker, format="csv")
    assert any("held" in row.values() for row in tree) and not any("only_main" in row.values() for row in tree)
    for view in ("functions", "tree", "tasks", "blocking"):
        text = show(trace, "--view", view, "-n", "0", *worker, format="table")
        assert "held" in text and "only_main" not in text, view
    callers = show(trace, "--callers", "shared", *worker, format="csv")
    assert [(r["caller"], r["calls"]) for r in callers] == [("only_worker", "5")], callers


@test("a thread that slept and ended has no CPU time of the one that saw it off")
def _():
    write("app.py", "import threading, time\ndef nap(): time.sleep(0.1); time.sleep(0.1)\n"
          "while time.thread_time() < 0.5: pass\n"
          "thread = threading.Thread(target=nap, name='sleeper')\nthread.start()\nthread.join()\n")
    data = show(record("app.py", options=["-q"]).trace, "--thread", "sleeper")
    thread, = data["threads"]
    assert thread["run_ns"] > 0.15e9 > 4 * thread["cpu_ns"], thread
    assert function(data, "nap")["cpu_ns"] < function(data, "nap")["run_ns"] / 4, data


@test("the whole is as it was")
def _():
    check_trace(made())


run()
