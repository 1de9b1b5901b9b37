#!/usr/bin/env python3
"""What recording costs is measured, stored, and taken off when asked; TAP.

Nothing here knows how much it is: only what must hold however slow the machine is.
"""
import gc
import io
import json
import os
import pstats
import re
import sys
import types

from harness import corograph as command
from harness import FREE_THREADED, record, run, test, write
from hooks import corograph

PROGRAM = """
def mix(x):
    return (x * 3 + 7) % 1009
def small(n):
    x = 1
    for _ in range(n):
        x = mix(x)
def large(n):
    x = 1
    for _ in range(n):
        x = (x * 3 + 7) % 1009
def items(n):
    yield from range(n)
async def leaf(n):
    for _ in range(n):
        await asyncio.sleep(0)
async def both():
    await asyncio.gather(leaf(50), leaf(50))
import asyncio
for _ in range(10):
    small(5000)
    large(5000)
    list(items(500))
asyncio.run(both())
"""
SMALL = "def f(): pass\nfor _ in range(100): f()\nlen('')\n"


def costs(trace):
    """What the trace's META says, by name."""
    meta = next(line for line in command("dump", trace).stdout.splitlines() if line.startswith("meta"))
    return {name: int(n) for name, n in re.findall(r" costs\.([a-z_.]+)=(\d+)", meta)}


def both(trace):
    """Its report as it is, and compensated."""
    done = [command("report", "--format=json", *more, trace) for more in ([], ["--compensate"])]
    assert [d.returncode for d in done] == [0, 0], done
    return [json.loads(d.stdout) for d in done]


def by_name(data):
    return {(f["name"], f["file"], f["line"], f["kind"]): f for f in data["functions"]}


@test("the cost is stored, told, and taken off")
def _():
    write("app.py", PROGRAM)
    trace = record("app.py", options=["-q"]).trace
    assert costs(trace).get("call.outer", 0) + costs(trace).get("call.inner", 0) > 0, costs(trace)
    assert "\ncost        call " in command("info", trace).stdout
    raw, less = both(trace)
    one, two = by_name(raw), by_name(less)
    assert list(one) == list(two)
    for key, f in one.items():
        for name in ("calls", "primitive_calls", "suspensions", "raised", "self_await_ns", "await_ns"):
            assert f[name] == two[key][name], (key, name)
        for name in ("self_run_ns", "self_cpu_ns", "run_ns", "cpu_ns", "work_ns", "hosted_ns", "wall_ns"):
            assert f[name] >= two[key][name], (key, name)
        assert two[key]["self_cpu_ns"] <= two[key]["self_run_ns"], key
    for data in raw, less:
        runs = sum(f["self_run_ns"] for f in data["functions"])
        assert runs == sum(t["run_ns"] for t in data["threads"]), data["threads"]
    taken = sum(one[k]["self_run_ns"] - two[k]["self_run_ns"] for k in one)
    assert taken == less["trace"]["compensated"]["taken_ns"] > 0


@test("the half with more calls loses more of its share")
def _():
    write("app.py", PROGRAM)
    raw, less = both(record("app.py", options=["-q"]).trace)
    share = []
    for data in raw, less:
        run_of = {f["name"]: f["run_ns"] for f in data["functions"]}
        share.append(run_of["small"] / (run_of["small"] + run_of["large"]))
    assert share[1] < share[0], share


@test("without C functions nothing of them is measured")
def _():
    trace = record("-c", SMALL, options=["-q", "--no-builtins"]).trace
    assert costs(trace) and not [name for name in costs(trace) if name.startswith("c_call")]


@test("a tool that would see us measure is let alone")
def _():
    seen = []
    sys.settrace(lambda frame, event, arg: seen.append(frame.f_code.co_filename))
    try:
        with corograph.profile() as p:
            pass
    finally:
        sys.settrace(None)
    assert "<corograph>" not in seen, seen
    p.save("t.coro")
    assert not costs("t.coro"), costs("t.coro")
    try:
        p.print(compensate=True)
    except corograph.Error as error:
        assert "leave --compensate out" in str(error)
    else:
        raise AssertionError("compensated by nothing")


@test("measuring leaves nothing behind")
def _():
    before = gc.isenabled(), sys.gettrace(), sys.getprofile()
    with corograph.profile() as p:
        pass
    assert (gc.isenabled(), sys.gettrace(), sys.getprofile()) == before
    names = {f["name"] for f in p.functions}
    assert not names & {"leaf", "calls", "starts", "items", "chain"}, names
    if FREE_THREADED:
        gc.collect()  # there functions die no sooner
    assert not [f for f in gc.get_objects() if isinstance(f, types.FunctionType)
                and f.__code__.co_filename == "<corograph>"]
    assert "corograph" not in [getattr(sys, "monitoring", None) and sys.monitoring.get_tool(n)
                               for n in range(6)]


@test("a Profile prints and exports compensated numbers")
def _():
    with corograph.profile() as p:
        exec(compile(SMALL * 20, "small.py", "exec"), {})
    text = io.StringIO()
    p.print(file=text, compensate=True)
    assert "\ncompensated: " in text.getvalue(), text.getvalue()
    totals = []
    for compensate in False, True:
        p.export("pstats", "p.pstats", compensate=compensate)
        totals.append(pstats.Stats("p.pstats").total_tt)
        p.export("callgrind", "p.out", compensate=compensate)
        with open("p.out") as file:
            assert ("\ndesc: Compensated: yes\n" in file.read()) == compensate
        p.export("speedscope", "p.json", compensate=compensate)
        assert os.path.getsize("p.json")
    assert totals[1] < totals[0], totals


run()
