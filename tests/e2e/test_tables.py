#!/usr/bin/env python3
"""Tables on a pseudo-terminal: no line is wider than the page, names stay readable, and
colours are only where they are wanted."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
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


def said_while(ours, enough):
    """What a terminal has shown until enough(data) is true, or nothing comes any more."""
    data = b""
    while not enough(data) and select.select([ours], [], [], 60)[0]:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # EIO: nobody has it open any more
            break
        if not piece:
            break
        data += piece
    return data


def on_terminal(columns, *argv, env=None):
    """The lines that a report prints on a terminal so wide.

    Its stderr is no terminal: a crowded machine could make it say that it is still reading.
    We keep the terminal open until all of it is read, as what is last written to one that is
    then closed can be lost.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    given = {"COLUMNS": None, "NO_COLOR": None, "TERM": "xterm", "LC_ALL": "C.UTF-8",
             **(env or {})}
    child = subprocess.Popen([COROGRAPH, "report", trace(), *argv], stdout=theirs,
                             stdin=subprocess.DEVNULL, env=environment(given))
    ended = threading.Thread(target=lambda: (child.wait(), os.write(theirs, b"END")))
    ended.start()
    data = said_while(ours, lambda data: data.endswith(b"END"))[:-3]
    ended.join()
    os.close(theirs)
    os.close(ours)
    assert child.returncode == 0, (child.returncode, data)
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
                assert bare == plain(coloured), (view, env, bare, coloured)


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
    wide, narrow = plain(on_terminal(200, "-n0")), plain(on_terminal(80, "-n0"))
    for column in "calls", "susp.", "wall", "cpu", "self run", "self await", "self cpu":
        assert column in wide[2], wide[2]
    for column in "self run", "self await", "self cpu":
        assert column not in narrow[2], narrow[2]
    for name in "LongName.name_of_a_method", "main (program_with_a_name.py:":
        assert any(name in line for line in narrow), name
    assert any("<method 'run' of '" in line for line in
               plain(on_terminal(80, "--sort", "name", "-n0")))


@test("a name that is cut keeps its end, and no place is cut")
def _():
    lines = plain(on_terminal(80, "-n0"))[3:]
    cut = [line for line in lines if line.endswith("_and_when_and_why_not")]
    assert len(cut) == 1 and "\u2026" in cut[0], cut
    for line in lines:
        assert "(\u2026" not in line, line
        assert line.count("(") == line.count(")"), line


@test("--module knows the program by its file's name, and as __main__")
def _():
    shown = [plain(on_terminal(200, "-n0", "--module", name))
             for name in ("program_with_a_name", "program_with_a_name.py", "__main__")]
    assert shown[0] == shown[1] == shown[2], shown
    assert len(shown[0]) >= 3 + 4 and not any("asyncio" in line for line in shown[0][3:]), shown


WORD = b"corograph: reading the trace..."


def reading(term, wait):
    """What a terminal shows on stderr for a trace that is sent when wait(terminal) returns."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen([COROGRAPH, "report", "-"], stdin=subprocess.PIPE, stderr=theirs,
                             stdout=subprocess.DEVNULL, env=environment({"TERM": term}))
    with open(trace(), "rb") as file:
        data = file.read()
    before = wait(ours)
    child.communicate(data)
    os.write(theirs, b"END")  # behind all that the child wrote
    after = said_while(ours, lambda data: data.endswith(b"END"))
    os.close(theirs)
    os.close(ours)
    assert child.returncode == 0
    return before + after[:-3]


@test("who waits on a terminal is told, and the line goes again")
def _():
    assert reading("xterm", lambda ours: said_while(ours, WORD.__eq__)) == WORD + b"\r\x1b[K"


@test("a terminal that knows no escapes is told nothing")
def _():
    assert reading("dumb", lambda ours: time.sleep(3) or b"") == b""


@test("who need not wait is told nothing")
def _():
    quick = (reading("xterm", lambda ours: b"") == b"" for _ in range(10))
    assert any(quick)  # on a crowded machine all may have to wait a while


run()
