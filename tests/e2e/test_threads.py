#!/usr/bin/env python3
"""Threads of every kind and subinterpreters under `record`, with exact counts."""
import glob
import sys

from figures import calls_of, check_trace
from harness import Skip, function, program, record, run, test, write

INTERPRETERS = program("interpreters.py")


def recorded(source, *options):
    """Record a script: its report, and what it printed."""
    write("app.py", source)
    done = record("app.py", options=options, trace="app.coro")
    assert done.returncode == 0, done.stderr
    return check_trace("app.coro"), done


@test("5 000 short threads: every call counted, one row, and the image does not grow")
def _():
    data, done = recorded("""
import os, threading
def step(): pass
def short(): step()
def start(n):
    for _ in range(n // 10):
        ts = [threading.Thread(target=short) for _ in range(10)]
        for t in ts: t.start()
        for t in ts: t.join()
    print(os.path.getsize("app.coro.live"))
start(500)
start(4500)
""", "--no-builtins")
    assert calls_of(data, "short") == calls_of(data, "step") == 5000
    assert sum(t["count"] for t in data["threads"]) == 5001, data["threads"]
    assert len(data["threads"]) <= 11, len(data["threads"])
    few, many = map(int, done.stdout.split())
    assert many <= few + 2 * 65536, (few, many)


@test("threads of _thread alone")
def _():
    data, _ = recorded("""
import _thread
def step(): pass
def raw(lock):
    for _ in range(20): step()
    lock.release()
locks = [_thread.allocate_lock() for _ in range(50)]
for lock in locks:
    lock.acquire()
    _thread.start_new_thread(raw, (lock,))
for lock in locks: lock.acquire()
""")
    assert calls_of(data, "raw") == 50 and calls_of(data, "step") == 1000


@test("threads that C code makes, each call a new thread state")
def _():
    data, _ = recorded("""
import ctypes, threading
def step(): pass
def body(_):
    for _ in range(20): step()
    return None
def alone(n):
    libc = ctypes.CDLL(None)
    run = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(body)
    for _ in range(n):
        ident = ctypes.c_ulong()
        assert libc.pthread_create(ctypes.byref(ident), None, run, None) == 0
        libc.pthread_join(ident, None)
alone(25)
""")
    if sys.version_info >= (3, 12):
        assert function(data, "body")["calls"] == 25 and calls_of(data, "step") == 500
    else:
        # The profile hook is set on threads as they are found: some calls go before.
        assert calls_of(data, "body") <= 25 and calls_of(data, "step") <= 500


@test("daemon threads that run while the interpreter ends")
def _():
    data, _ = recorded("""
import threading
def step(): pass
ready = threading.Barrier(4)
def forever():
    step()
    ready.wait()
    while True: pass
for _ in range(3): threading.Thread(target=forever, daemon=True).start()
ready.wait()
""")
    f = function(data, "forever")
    # Killed where they stand, when that is before 3.14: an end that no return is.
    assert (f["calls"], f["finished"], f["raised"] + f["unfinished"]) == (3, 0, 3), f
    assert calls_of(data, "step") == 3


def interpreters(*options):
    done = record(INTERPRETERS, options=options, trace="app.coro")
    if "no interpreters" in done.stdout:
        raise Skip("this Python has no module for subinterpreters")
    assert done.returncode == 0 and done.stdout == "done\n", (done.stdout, done.stderr)
    assert "not recorded" not in done.stderr, done.stderr
    assert glob.glob("*.coro*") == ["app.coro"]
    data = check_trace("app.coro")
    assert calls_of(data, "step") == 160 and function(data, "one")["calls"] == 8
    assert calls_of(data, "foreign") == 0


@test("subinterpreters, with the lock shared or their own, run and are not recorded")
def _():
    interpreters()


@test("subinterpreters of a program that is recorded with its processes")
def _():
    interpreters("--subprocesses")


run()
