#!/usr/bin/env python3
"""Programs nobody wrote for this: the same output and status, a trace that adds up."""
import json
import os
import re
import subprocess
import sys

from figures import check_trace
from harness import PYTHON, Skip, call, record, run, test


def same(*argv, clean=lambda text: text, **more):
    """Run it bare and recorded: the same status and standard output; the report."""
    bare = call(PYTHON, *argv, **more)
    done = record(*argv, **more)
    assert done.returncode == bare.returncode, done.stderr
    assert clean(done.stdout) == clean(bare.stdout), done.stdout
    return check_trace(done.trace)


@test("python -m pip --version")
def _():
    if call(PYTHON, "-c", "import pip").returncode:
        raise Skip("this Python has no pip")
    assert same("-m", "pip", "--version")["functions"]


@test("python -m json.tool on some megabytes")
def _():
    items = [{"id": n, "name": f"item {n}", "tags": ["a", "b"], "x": n / 7} for n in range(30000)]
    with open("in.json", "w") as file:
        json.dump(items, file)
    assert os.path.getsize("in.json") > 2_000_000
    data = same("-m", "json.tool", "in.json")
    assert any(f["name"] == "<module>" and f["file"].endswith("tool.py") or
               f["name"] == "main" for f in data["functions"])


@test("a program on standard input")
def _():
    same("-", input="def f(): return 6 * 7\nprint(f())\n")


@test("a test module of the standard library")
def _():
    for module in "test.test_textwrap", "test.test_heapq", "test.test_contextlib":
        if call(PYTHON, "-c", f"import {module}").returncode == 0:
            break
    else:
        raise Skip("this Python ships no tests")
    bare = call(PYTHON, "-m", "unittest", module)
    done = record("-m", "unittest", module)
    assert done.returncode == bare.returncode, done.stderr

    def ran(text):
        return re.findall(r"^(Ran \d+ tests|OK.*|FAILED.*)", text, re.M)
    assert [re.sub(" in .*", "", s) for s in ran(bare.stderr)] == ran(done.stderr), done.stderr
    check_trace(done.trace)


run()
