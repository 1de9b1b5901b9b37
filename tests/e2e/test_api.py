#!/usr/bin/env python3
"""The package: starting, stopping, a Profile; TAP on stdout."""
import asyncio
import contextlib
import io
import os
import pathlib

from harness import corograph as command
from harness import run, test
from hooks import corograph, counts, one


def busy():
    return sum(range(100))


@test("profile() as a context manager gives a Profile with numbers after its block")
def _():
    with corograph.profile() as p:
        busy()
        try:
            p.functions
        except corograph.Error as error:
            assert "still runs" in str(error)
        else:
            raise AssertionError("numbers before the end")
        assert "recording" in repr(p)
    assert counts(p, "busy") == [(1, 0, 0)]
    assert p.path is None and repr(p) == "<corograph.Profile in memory>", repr(p)


@test("profile() as an async context manager")
def _():
    async def main():
        async with corograph.profile() as p:
            await asyncio.sleep(0.01)
            busy()
        return p

    p = asyncio.run(main())
    assert counts(p, "busy") == [(1, 0, 0)]
    assert one(p, "main")["begun_before"] == 1


@test("an exception leaves the block as it came, and the recording has ended")
def _():
    try:
        with corograph.profile() as p:
            raise KeyError("mine")
    except KeyError as error:
        assert error.args == ("mine",)
    assert not corograph.is_running() and p.functions


@test("a path of any kind is where the trace goes, whatever folder one goes to")
def _():
    os.mkdir("elsewhere")
    here = os.getcwd()
    for path in "a.coro", pathlib.Path("b é.coro"), b"c\xff.coro":
        corograph.start(path)
        busy()
        os.chdir("elsewhere")
        p = corograph.stop()
        os.chdir(here)
        assert os.path.exists(path) and p.path == os.path.abspath(os.fsdecode(path))
        assert counts(p, "busy") == [(1, 0, 0)]
    assert not [name for name in os.listdir() if name.endswith(".live")]
    assert os.listdir("elsewhere") == []


@test("the trace is one that the command reads, with the same numbers")
def _():
    with corograph.profile("out.coro") as p:
        busy()
    done = command("report", "--format", "json", "out.coro")
    import json
    assert json.loads(done.stdout)["functions"] == p.functions


@test("print() writes a table, the sorted column first, limited as asked")
def _():
    with corograph.profile() as p:
        for _ in range(3):
            busy()
    out = io.StringIO()
    p.print(sort="calls", limit=3, file=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 4 and lines[0].split()[:2] == ["calls", "susp"], lines
    assert int(lines[1].split()[0]) >= int(lines[2].split()[0]), lines
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        p.print(limit=None)
    assert "busy" in shown.getvalue()


@test("a full disk is an OSError of stop(); the image stays readable")
def _():
    corograph.start("out.coro")
    busy()
    os.mkdir("out.coro")  # nothing can be put in its place
    try:
        corograph.stop()
    except OSError as error:
        assert error.filename and error.filename.endswith("out.coro"), error
    else:
        raise AssertionError("written over a folder")
    assert not corograph.is_running() and os.path.exists("out.coro.live")


run()
