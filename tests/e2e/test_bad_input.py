#!/usr/bin/env python3
"""Bad input: the right exit code and one clear line, nothing printed raw."""
import os

from harness import corograph, record, run, test, write

READERS = (["report"], ["report", "--format", "json"], ["info"], ["verify"], ["dump"],
           ["export", "callgrind", "-o", "x.callgrind"], ["export", "pstats", "-o", "x.pstats"],
           ["export", "speedscope", "-o", "x.json"])


def refuse(path, code, *words):
    """Every command refuses that file with that code and one line."""
    for reader in READERS:
        done = corograph(*reader, path)
        at = (reader, done.returncode, done.stderr)
        assert done.returncode == code, at
        lines = done.stderr.splitlines()
        assert len(lines) == 1 and lines[0].startswith("corograph"), at
        assert path in lines[0], at
        assert all(word in lines[0] for word in words), at
        assert not os.path.exists("x.callgrind") and not os.path.exists("x.pstats"), at


@test("a missing file")
def _():
    refuse("none.coro", 1)


@test("a directory")
def _():
    os.mkdir("folder.coro")
    refuse("folder.coro", 1)


@test("an empty file")
def _():
    write("empty.coro", "")
    refuse("empty.coro", 3)


@test("a text file")
def _():
    write("text.coro", "just some text\n" * 100)
    refuse("text.coro", 3)


def good():
    trace = record("-c", "def f(): pass\nfor _ in range(10): f()").trace
    with open(trace, "rb") as file:
        return file.read()


@test("a truncated trace")
def _():
    data = good()
    for part in 0.1, 0.5, 0.9, 0.999:
        with open("cut.coro", "wb") as file:
            file.write(data[:int(len(data) * part)])
        refuse("cut.coro", 3, "offset")


@test("a flipped byte")
def _():
    data = good()
    for part in 0.02, 0.3, 0.6, 0.95:
        at = int(len(data) * part)
        with open("flip.coro", "wb") as file:
            file.write(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1:])
        refuse("flip.coro", 3)


@test("an output that cannot be written, before the program starts")
def _():
    for out in "/nowhere/at/all.coro", "/proc/x.coro":
        done = record("-c", "print('started')", trace=out)
        assert done.returncode == 1 and done.stdout == "", done
        assert len(done.stderr.splitlines()) == 1, done.stderr


@test("a script that is not there, before anything starts")
def _():
    done = record("missing.py")
    assert done.returncode in (1, 2) and "missing.py" in done.stderr, done
    assert not os.path.exists("out.coro") and not os.path.exists("out.coro.live")


@test("an interpreter without a module, before the program starts")
def _():
    write("fake-python", "#!/bin/sh\necho .cpython-39-none.so; echo 3.9.1; exit 0\n", executable=True)
    done = record("-c", "print('started')", python=None, options=["--python", "./fake-python"])
    assert done.returncode == 1 and done.stdout == "", done
    assert done.stderr.startswith("corograph: "), done.stderr


run()
