#!/usr/bin/env python3
"""Tables on a pseudo-terminal: no line is wider than the page, names stay readable, and
colours are only where they are wanted."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time

from harness import COROGRAPH, environment, record, run, test, write

ESCAPE = re.compile("\x1b\\[[0-9;]*m")
VIEWS = ([], ["--sort", "name", "-n", "0"], ["--view", "tree", "--min-share", "0", "-n", "0"],
         ["--view", "tree", "--no-fold"], ["--view", "tasks"], ["--view", "threads"],
         ["--view", "blocking"], ["--callers", "len"], ["--callees", "main"],
         ["--callees", "name_of_a_method"])
LONG = "a_function_with_quite_a_long_name_that_says_what_it_does_to_whom_and_when_and_why_not"
PROGRAM = f"""
import asyncio, contextvars, json, time
class AClassWithALongName:
    async def name_of_a_method(self):
        time.sleep(.012)
        await asyncio.sleep(.001)
        return {LONG}()
def {LONG}():
    return [len(str(i)) for i in range(50)]
async def main():
    made = AClassWithALongName()
    task = asyncio.create_task(made.name_of_a_method(), name="\u00e9" * 90)
    await task
    await made.name_of_a_method()
asyncio.run(main())
"""

_trace = []


def trace():
    """The recording of a program with names of all lengths, made once."""
    if not _trace:
        write("program_with_a_name.py", PROGRAM)
        done = record("program_with_a_name.py", *["argument"] * 30)
        assert done.returncode == 0, done.stderr
        with open(done.trace, "rb") as file:
            _trace.append(file.read())
    with open("seen.coro", "wb") as file:
        file.write(_trace[0])
    return "seen.coro"


def on_terminal(columns, *argv, env=None):
    """The lines that a report prints on a terminal so wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    given = {"COLUMNS": None, "NO_COLOR": None, "TERM": "xterm", "LC_ALL": "C.UTF-8",
             **(env or {})}
    child = subprocess.Popen([COROGRAPH, "report", trace(), *argv], stdout=theirs, stderr=theirs,
                             stdin=subprocess.DEVNULL, env=environment(given))
    os.close(theirs)
    data = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # EIO: nobody has it open any more
            break
        if not piece:
            break
        data += piece
    os.close(ours)
    assert child.wait() == 0, data
    return data.decode().replace("\r\n", "\n").splitlines()


def plain(lines):
    return [ESCAPE.sub("", line) for line in lines]


def too_wide(lines, columns):
    return [line for line in plain(lines) if len(line) > columns]


for width in 60, 80, 100, 200:
    @test(f"every view is at most {width} characters wide, with and without colours")
    def _(width=width):
        for view in VIEWS:
            coloured = on_terminal(width, *view)
            assert not too_wide(coloured, width), (view, too_wide(coloured, width))
            assert "\x1b[" in "".join(coloured), view
            for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": None}):
                bare = on_terminal(width, *view, env=env)
                assert "\x1b" not in "".join(bare), (view, env)
                assert bare == plain(coloured), (view, env)


@test("a pipe has no colours, and the width of COLUMNS")
def _():
    for width in 80, 200:
        for view in VIEWS:
            env = environment({"COLUMNS": str(width), "TERM": "xterm", "NO_COLOR": None,
                               "LC_ALL": "C.UTF-8"})
            done = subprocess.run([COROGRAPH, "report", trace(), *view], env=env,
                                  stdout=subprocess.PIPE, check=True)
            lines = done.stdout.decode().splitlines()
            assert "\x1b" not in "".join(lines), view
            assert not too_wide(lines, width), (view, too_wide(lines, width))


@test("a wide page has every column, a narrow one keeps the names")
def _():
    wide, narrow = plain(on_terminal(200)), plain(on_terminal(80))
    for column in "calls", "susp.", "wall", "cpu", "self run", "self await", "self cpu":
        assert column in wide[2], wide[2]
    for column in "self run", "self await", "self cpu":
        assert column not in narrow[2], narrow[2]
    for name in "LongName.name_of_a_method", "main (program_with_a_name.py:":
        assert any(name in line for line in narrow), name
    assert any("<method 'run' of '_context" in line for line in
               plain(on_terminal(80, "--sort", "name", "-n0")))


@test("a name that is cut keeps its end, and no place is cut")
def _():
    lines = plain(on_terminal(80, "-n0"))[3:]
    cut = [line for line in lines if line.endswith("_and_when_and_why_not")]
    assert len(cut) == 1 and "\u2026" in cut[0], cut
    for line in lines:
        assert "(\u2026" not in line, line
        assert line.count("(") == line.count(")"), line


def slowly(seconds, term):
    """What a terminal shows on stderr while a trace takes so long to arrive."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([COROGRAPH, "report", "-"], stdin=subprocess.PIPE, stderr=theirs,
                             stdout=subprocess.DEVNULL, env=environment({"TERM": term}))
    os.close(theirs)
    with open(trace(), "rb") as file:
        data = file.read()
    time.sleep(seconds)
    child.communicate(data)
    assert child.returncode == 0
    try:
        return os.read(ours, 4096).decode()
    except OSError:  # EIO: nothing was written
        return ""
    finally:
        os.close(ours)


@test("who waits on a terminal is told, and the line goes again")
def _():
    assert slowly(2.5, "xterm") == "corograph: reading the trace...\r\x1b[K"
    assert slowly(0, "xterm") == ""
    assert slowly(2.5, "dumb") == ""


run()
