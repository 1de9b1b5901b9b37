#!/usr/bin/env python3
"""A short turn of the long mixed run; TAP."""
import os
import sys

from harness import call, run, test

MIXED = os.path.join(os.environ["CG_SRC"], "tests", "soak", "mixed.py")


for seed in 1, 1001:
    @test(f"threads, tasks, generators, code that dies, snapshots, mixed from seed {seed} on")
    def _(seed=seed):
        done = call(sys.executable, MIXED, "2", str(seed))
        assert done.returncode == 0 and "rounds" in done.stdout, done.stdout + done.stderr


run()
