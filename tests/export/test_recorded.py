#!/usr/bin/env python3
"""Exports of programs recorded for real: the numbers are those of the JSON report."""
import json
import marshal
import os
import re
import sys

sys.path.insert(0, os.path.join(os.environ["CG_SRC"], "tests", "e2e"))

import test_callgrind
import test_pstats
import test_speedscope
from harness import corograph, record, report, run, test, write
from model import clean

PROGRAMS = {
    "tasks": """
import asyncio
async def leaf(n):
    await asyncio.sleep(n / 1000)
    return sum(range(1000))
async def crawl(depth):
    await leaf(depth)
    if depth:
        await asyncio.gather(*[asyncio.create_task(crawl(depth - 1)) for _ in range(2)])
    return await leaf(1)
asyncio.run(crawl(4))
""",
    "by hand": """
import time
class Step:
    def __await__(self):
        yield 1
async def inner(n):
    for _ in range(n):
        await Step()
async def outer(n):
    await inner(n)
    return sum(range(1000))
def drive(coro):
    while True:
        try:
            coro.send(None)
        except StopIteration:
            return
        time.sleep(0.001)
async def within():
    drive(outer(2))
    await inner(1)
for n in range(4):
    drive(outer(n))
drive(within())
""",
    "recursion": """
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def a(n):
    return n and b(n - 1)
def b(n):
    return n and a(n - 1)
fib(15), a(50), b(49)
""",
    "threads": """
import threading
def work(n):
    return sorted(range(n), key=lambda x: -x)
def tree(n):
    yield n
    if n:
        yield from tree(n - 1)
ts = [threading.Thread(target=work, args=(5000,), name="w</script>\\n") for _ in range(3)]
for t in ts: t.start()
work(2000)
for t in ts: t.join()
list(tree(30))
""",
    "deep": """
import sys
sys.setrecursionlimit(20000)
def down(n):
    return down(n - 1) if n else 0
down(6000)
""",
    "async generators": """
import asyncio
async def numbers(n):
    for i in range(n):
        await asyncio.sleep(0.001)
        yield i
async def main():
    async for i in numbers(5):
        if i == 3:
            break
    return [x async for x in numbers(3)]
asyncio.run(main())
""",
}


def export(trace, form, *options):
    done = corograph("export", form, trace, "-q", "-o", "out", *options)
    assert done.returncode == 0 and not done.stderr, done.stderr
    with open("out", "rb") as file:
        return file.read()


def name_of(f):
    return re.sub(" at 0x[0-9a-f]+", "", clean(f["name"]))


def rows(data):
    """Functions of a report by what exports know them by, those of several rows left out."""
    out, order, twice = {}, [], set()
    for f in data["functions"]:
        key = (clean(f["file"]), f["line"], name_of(f))
        if key in out:
            twice.add(key)
        else:
            order.append(key)
        out[key] = f
    return {k: v for k, v in out.items() if k not in twice}, order


def times(f):
    """wall, run, await and cpu, self and inclusive, as exports have them."""
    own = {"run": f["self_run_ns"], "await": f["self_await_ns"], "cpu": f["self_cpu_ns"]}
    all_ = {"run": f["run_ns"], "await": f["await_ns"], "cpu": f["cpu_ns"]}
    for t in own, all_:
        t["wall"] = t["run"] + t["await"]
    return own, all_


def check_pstats(trace, data):
    functions, order = rows(data)
    for metric in ("wall", "run", "await", "cpu"):
        stats = marshal.loads(export(trace, "pstats", "--metric", metric))
        assert not (bad := [f for f in test_pstats.faults(stats) if "roots" in f or metric == "wall"]), bad
        assert len(stats) == 1 + len(data["threads"]) + len(order)
        for (file, line, name), f in functions.items():
            got = stats[file if f["kind"] != "builtin" else "~", line, name]
            own, all_ = times(f)
            want = (f["primitive_calls"], f["calls"], own[metric] / 1e9, all_[metric] / 1e9)
            assert got[:4] == want, (metric, name, got[:4], want)


def check_edges(trace, data):
    """A caller's entry has the numbers of the report's edge, where that is of one kind."""
    stats = marshal.loads(export(trace, "pstats", "--metric", "run"))
    functions, _ = rows(data)
    seen = {}
    for e in data["edges"]:
        seen.setdefault((e["caller"], e["callee"]), []).append(e)
    checked = 0
    for (caller, callee), edges in seen.items():
        ends = [data["functions"][i] for i in (caller, callee)]
        keys = [("~" if f["kind"] == "builtin" else clean(f["file"]), f["line"], name_of(f))
                for f in ends]
        if len(edges) > 1 or edges[0]["kind"] == "spawn" or not all(
                (clean(f["file"]), f["line"], name_of(f)) in functions for f in ends):
            continue
        got, e = stats[keys[1]][4][keys[0]], edges[0]
        assert (got[0], got[3]) == (max(1, e["calls"]), e["run_ns"] / 1e9), (keys, got, e)
        checked += 1
    assert checked


def check_callgrind(trace, data):
    profile = test_callgrind.Profile(export(trace, "callgrind"))
    assert not profile.faults, profile.faults[:3]
    functions, order = rows(data)
    numbers = profile.order[1 + len(data["threads"]):]
    assert len(numbers) == len(order), (len(numbers), len(order))
    for key, number in zip(order, numbers):
        if key not in functions:
            continue
        own, all_ = times(functions[key])
        got = profile.functions[number]
        assert key[2] in profile.bound[number][0], (key, profile.bound[number])
        assert (got[0], {m: got[1][m] for m in own}) == (key[1], own), (key, got, own)
        assert got[1]["susp"] == functions[key]["suspensions"], key
        for m, want in all_.items():
            assert profile.inclusive(number, m) == want, (key, m, profile.inclusive(number, m), want)
    root = {m: profile.inclusive(profile.order[0], m) for m in ("wall", "run", "await", "cpu", "susp")}
    total = {m: sum(f[1][m] for f in profile.functions.values()) for m in root}
    assert root == total == profile.totals, (root, total, profile.totals)
    assert root["run"] == sum(t["run_ns"] for t in data["threads"]), root


def check_speedscope(trace, data):
    d = json.loads(export(trace, "speedscope"))
    assert not (bad := list(test_speedscope.faults(d))), bad[:3]
    functions, _ = rows(data)
    metric = {"Wall": "wall", "Run": "run", "Await": "await", "CPU": "cpu"}
    for p in d["profiles"]:
        m = metric.get(p["name"].split()[0])
        own, all_, total = {}, {}, {}
        stacks = test_speedscope.stacks(d, p)
        for path, weight in stacks.items():
            total[path] = total.get(path, 0) + weight
            if len(path) > 1:
                total[path[:-1]] = total.get(path[:-1], 0) - weight
            if path[-1] not in path[:-1]:
                all_[path[-1]] = all_.get(path[-1], 0) + weight
        for path, weight in total.items():
            own[path[-1]] = own.get(path[-1], 0) + weight
        deep = ("[deep stack]", "", 0) in all_
        for (file, line, name), f in functions.items():
            key = (name, file, line)
            if m:
                want_own, want_all = (x[m] for x in times(f))
                assert all_.get(key, 0) == want_all or deep, (p["name"], key, all_.get(key), want_all)
                assert own.get(key, 0) == want_own or deep, (p["name"], key, own.get(key), want_own)
            else:
                want = f["calls" if p["name"].startswith("Calls") else "suspensions"]
                assert own.get(key, 0) == want or deep, (p["name"], key, own.get(key), want)


def check(name, text):
    @test(f"{name}: every export has the report's numbers")
    def _():
        done = record(write("program.py", text))
        assert done.returncode == 0, done.stderr
        data = report(done.trace)
        check_pstats(done.trace, data)
        check_edges(done.trace, data)
        check_callgrind(done.trace, data)
        check_speedscope(done.trace, data)
        wall = marshal.loads(export(done.trace, "pstats"))
        under = marshal.loads(export(done.trace, "pstats", "--tasks", "creator"))
        root = ("<program>", 0, "<program>")
        assert abs(wall[root][3] - under[root][3]) < 1e-9 * (1 + wall[root][3])


for program, source in PROGRAMS.items():
    check(program, source)


@test("export says what it cannot run")
def _():
    for words, code, text in ([], 2, "to which format?"), (["../x"], 2, "is no format"), (
            ["none"], 2, "no program corograph-none"), (["pstats"], 2, "which trace?"), (
            ["speedscop"], 2, "did you mean 'speedscope'?"), (
            ["pstats", "none.coro"], 1, "corograph-pstats: none.coro: "):
        done = corograph("export", *words)
        assert done.returncode == code and text in done.stderr, (words, done)


@test("a program in PATH is a format, and gets its arguments as they are")
def _():
    write("corograph-own", '#!/bin/sh\nprintf "%s|" "$0" "$@"\nexit 7\n', executable=True)
    done = corograph("export", "--", "own", "a b", "--", "-x",
                     env={"PATH": os.getcwd() + ":" + os.environ["PATH"]})
    assert done.returncode == 7 and done.stdout.endswith("corograph-own|a b|--|-x|"), done


@test("damaged traces are exit 3, an empty one too")
def _():
    trace = record("-c", "print(1)").trace
    with open(trace, "rb") as file:
        whole = file.read()
    for name, content in ("empty", b""), ("text", b"hello\n"), ("cut", whole[:len(whole) // 2]):
        with open(name, "wb") as file:
            file.write(content)
        for form in ("callgrind", "pstats", "speedscope"):
            done = corograph("export", form, name)
            assert done.returncode == 3 and done.stderr.count("\n") == 1, done
            assert done.stderr.startswith(f"corograph-{form}: {name}: "), done
    assert not [n for n in os.listdir() if n.startswith((".", "callgrind"))], os.listdir()
    done = corograph("export", "pstats", ".")
    assert done.returncode == 1, done


run()
