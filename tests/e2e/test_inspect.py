#!/usr/bin/env python3
"""corograph info, verify and dump: what they print, and what they say of bad files."""
import os
import re
import subprocess

from harness import call, COROGRAPH, corograph, record, run, test, write

CORPUS = os.path.join(os.environ["CG_SRC"], "tests", "corpus")
SMALL = os.path.join(CORPUS, "good", "small.coro")
CUT = os.path.join(CORPUS, "bad", "cut-in-end.coro")


@test("info tells what was recorded")
def _():
    done = record(write("app.py", "print(sum(range(9)))"), "--an", "argument")
    info = corograph("info", done.trace)
    lines = {line[:12].strip(): line[12:] for line in info.stdout.splitlines()}
    assert info.returncode == 0 and not info.stderr, info.stderr
    assert lines["trace"] == "complete", lines
    assert lines["command"].endswith("app.py --an argument"), lines
    assert int(lines["nodes"]) > 3 and int(lines["functions"]) > 2, lines
    assert "lost" not in lines and "forks" not in lines, lines


@test("info says of a damaged trace that parts are missing")
def _():
    assert corograph("info", CUT).returncode == 3
    done = corograph("info", "--salvage", CUT)
    assert done.returncode == 0 and "missing or damaged" in done.stdout, done.stdout


@test("verify has a line for each trace and the worst exit code")
def _():
    done = corograph("verify", SMALL, CUT, SMALL)
    assert done.returncode == 3, done.returncode
    assert done.stdout.count(": ok, 2 nodes, 1 functions, 1 threads, 539 bytes\n") == 2, done.stdout
    assert re.fullmatch(r"corograph: .*cut-in-end.coro: offset 538: .*\n", done.stderr), done.stderr
    done = corograph("verify", "-q", SMALL)
    assert done.returncode == 0 and not done.stdout + done.stderr
    done = corograph("verify", SMALL, "nothing.coro")
    assert done.returncode == 1 and "nothing.coro" in done.stderr, done.stderr
    assert corograph("verify").returncode == 2


@test("dump prints a line for each record")
def _():
    done = corograph("dump", SMALL)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert lines[0] == "format 1.0", lines
    assert 'string 3 "main"' in lines and "node 1 parent=0 function=0 calls=1 run=3900" in lines, lines


@test("dump stops when nobody reads on")
def _():
    with open("/dev/full", "w") as full:
        done = subprocess.run([COROGRAPH, "dump", SMALL], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "standard output" in done.stderr, done.stderr


@test("all three read standard input")
def _():
    for command in ("info", "verify", "dump"):
        with open(SMALL, "rb") as file:
            done = call(COROGRAPH, command, "-", stdin=file)
        assert done.returncode == 0 and done.stdout, (command, done.stderr)
        done = call(COROGRAPH, command, "-", stdin=os.open(CUT, os.O_RDONLY))
        assert done.returncode == 3 and "standard input" in done.stderr, (command, done.stderr)


@test("a folder, a missing file, an empty one and a text are told apart")
def _():
    write("empty", "")
    write("text", "no trace")
    for command in ("info", "verify", "dump"):
        for name, code, word in ((".", 1, "directory"), ("missing", 1, "No such file"),
                                 ("empty", 3, "empty"), ("text", 3, "not a Corograph trace")):
            done = corograph(command, name)
            assert done.returncode == code and word in done.stderr, (command, name, done.stderr)
            assert done.stderr.count("\n") == 1 and not done.stdout, done.stderr


run()
