#!/usr/bin/env python3
"""A forked child leaves its parent's recording alone."""
from figures import calls_of, check_trace
from harness import program, record, run, test


@test("the parent's calls are counted, the children's are not, the summary says so")
def _():
    done = record(program("forks.py"))
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
    data = check_trace(done.trace)
    assert calls_of(data, "parent_only") == 3000
    assert calls_of(data, "child_only") == 0
    assert "forked" in done.stderr, done.stderr


@test("a child that outlives its parent changes nothing either")
def _():
    done = record("-c", "import os, time\n"
                        "if os.fork() == 0:\n"
                        "    for _ in range(200): time.sleep(0.001)\n"
                        "    os._exit(0)\n"
                        "def parent_only(): pass\n"
                        "parent_only()")
    assert done.returncode == 0, done.stderr
    assert calls_of(check_trace(done.trace), "parent_only") == 1


run()
