#!/usr/bin/env python3
"""A program killed at any moment loses at most the call that each thread was in."""
import os
import random
import signal
import struct
import subprocess
import time

from figures import calls_of, check_trace
from harness import COROGRAPH, PYTHON, TIMEOUT, environment, program, run, test

KILLS = 25


def publish_and_kill(delay):
    """Record the program, kill it after a while: (its own counts, the report)."""
    with open("counts", "wb") as file:
        file.write(bytes(64))
    process = subprocess.Popen(
        [COROGRAPH, "record", "-q", "-o", "out.coro", "--python", PYTHON,
         program("publishes_counts.py"), "counts"],
        stderr=subprocess.PIPE, env=environment())
    end = time.monotonic() + TIMEOUT
    counts = (0,) * 4
    while not all(counts) and time.monotonic() < end:
        time.sleep(0.005)
        counts = read_counts()
    assert all(counts), "the program did not start"
    time.sleep(delay)
    os.kill(counts[0], signal.SIGKILL)
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == -signal.SIGKILL, process.returncode
    return read_counts(), check_trace("out.coro")


def read_counts():
    with open("counts", "rb") as file:
        return struct.unpack("4Q", file.read(32))


@test(f"kill -9 at {KILLS} moments: never more than one call a thread off")
def _():
    moments = random.Random(1)
    for _ in range(KILLS):
        counts, data = publish_and_kill(moments.uniform(0, 0.2))
        for name, published in zip(("work_one", "work_two", "step"), counts[1:]):
            ahead = calls_of(data, name) - published
            assert 0 <= ahead <= 1, (name, published, ahead)
        os.remove("out.coro")


run()
