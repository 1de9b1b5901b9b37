#!/usr/bin/env python3
"""Threads, forks and ends of programs as the hooks see them; TAP on stdout."""
import _thread
import ctypes
import errno
import os
import subprocess
import sys
import threading
import time

from harness import Skip, run, test
from hooks import corograph, counts, one, recorded


def spin(n):
    for _ in range(n):
        step()


def step():
    pass


@test("threads that start and end while recording are counted, with their names")
def _():
    def work():
        threads = [threading.Thread(target=spin, args=(100,), name=f"spinner-{i}")
                   for i in range(5)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()

    p = recorded(work)
    assert counts(p, "spin", "step") == [(5, 0, 0), (500, 0, 0)]
    names = [t["name"] for t in p.threads]
    assert "MainThread" in names, names
    assert any(name.startswith("spinner-") for name in names), names
    assert sum(t["count"] for t in p.threads) == 6, p.threads


@test("threads that run already are recorded from their stacks on")
def _():
    go, ready, done = threading.Event(), threading.Event(), threading.Event()

    def waits():
        ready.set()
        go.wait()
        spin(50)
        done.set()

    t = threading.Thread(target=waits, name="early")
    t.start()
    ready.wait()
    with corograph.profile() as p:
        go.set()
        done.wait()
        t.join()
    assert one(p, "waits")["begun_before"] == 1 and one(p, "waits")["calls"] == 0
    assert counts(p, "spin", "step") == [(1, 0, 0), (50, 0, 0)]
    assert "early" in [t["name"] for t in p.threads], p.threads


@test("a thread without threading is recorded too")
def _():
    def work():
        lock = _thread.allocate_lock()
        lock.acquire()

        def raw():
            spin(20)
            lock.release()

        _thread.start_new_thread(raw, ())
        lock.acquire()
        time.sleep(0.01)

    p = recorded(work)
    assert counts(p, "raw", "step") == [(1, 0, 0), (20, 0, 0)]


@test("a thread that C code makes is recorded, by its second call at the latest")
def _():
    libc = ctypes.CDLL(None)
    calls = []

    @ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
    def body(_):
        calls.append(1)
        for _ in range(20):
            time.sleep(0.002)
            spin(1)
        return None

    def work():
        ident = ctypes.c_ulong()
        assert libc.pthread_create(ctypes.byref(ident), None, body, None) == 0
        end = time.monotonic() + 2
        while time.monotonic() < end and not calls:
            time.sleep(0.001)
        for _ in range(40):
            time.sleep(0.002)
            step()
        libc.pthread_join(ident, None)

    p = recorded(work)
    assert one(p, "spin")["calls"] >= (20 if sys.version_info >= (3, 12) else 5), one(p, "spin")


@test("self run is the time that the stack was not empty, in every thread")
def _():
    def work():
        threads = [threading.Thread(target=spin, args=(2000,)) for _ in range(3)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        time.sleep(0.02)

    began = time.monotonic_ns()
    p = recorded(work, builtins=True)
    took = time.monotonic_ns() - began
    main = [t for t in p.threads if t["name"] == "MainThread"]
    assert len(main) == 1 and main[0]["run_ns"] <= took, (main, took)
    assert one(p, "work")["wall_ns"] >= 0.02e9


def refused(function, word):
    try:
        function()
    except corograph.Error as error:
        assert word in str(error), error
    else:
        raise AssertionError(f"{function} was not refused")


@test("recording can be stopped and started again, from any thread")
def _():
    p = recorded(spin, 10)
    q = recorded(spin, 20)
    assert counts(p, "step") == [(10, 0, 0)] and counts(q, "step") == [(20, 0, 0)]
    assert not corograph.is_running()
    out = []
    corograph.start()
    assert corograph.is_running()
    t = threading.Thread(target=lambda: (spin(5), out.append(corograph.stop())))
    t.start()
    t.join()
    assert counts(out[0], "step") == [(5, 0, 0)]
    refused(corograph.stop, "no recording")
    corograph.start()
    refused(corograph.start, "runs already")
    corograph.stop()


@test("a fork's child records nothing and leaves its parent's numbers alone")
def _():
    with corograph.profile("out.coro") as p:
        spin(10)
        pid = os.fork()
        if pid == 0:
            spin(1000)
            good = not corograph.is_running()
            spin(1000)
            own = recorded(spin, 3)
            good = good and one(own, "step")["calls"] == 3
            os._exit(0 if good else 1)
        _, status = os.waitpid(pid, 0)
        spin(10)
    assert status == 0, status
    assert counts(p, "step") == [(20, 0, 0)]


@test("multiprocessing's forked children do their work")
def _():
    import multiprocessing

    context = multiprocessing.get_context("fork")
    with corograph.profile(builtins=False) as p:
        with context.Pool(2) as pool:
            assert pool.map(abs, [-1, -2, -3]) == [1, 2, 3]
    assert not corograph.is_running()
    assert p.functions


def child(source, *arguments, **more):
    """Run a Python program that can import the package."""
    env = dict(os.environ, PYTHONPATH=os.environ["CG_PYTHONPATH"])
    return subprocess.run([sys.executable, "-c", source, *arguments], env=env,
                          capture_output=True, text=True, timeout=60, **more)


@test("a program that ends without stop() leaves its trace, daemon threads or not")
def _():
    source = """
import corograph, sys, threading, time
corograph.start("out.coro")
def used(): pass
used()
if "daemon" in sys.argv:
    def forever():
        while True: used()
    threading.Thread(target=forever, daemon=True).start()
    time.sleep(0.05)
sys.exit(5)
"""
    import json
    for argument in "plain", "daemon":
        done = child(source, argument)
        assert done.returncode == 5 and not done.stderr, done
        assert sorted(os.listdir()) == ["out.coro"], os.listdir()
        data = json.loads(corograph._extension.extension.report("out.coro"))
        used = [f for f in data["functions"] if f["name"] == "used"]
        assert used and used[0]["calls"] >= 1, used
        os.unlink("out.coro")


@test("a program that os._exit ends leaves its image whole")
def _():
    import json
    done = child("import corograph, os; corograph.start('out.coro'); (lambda: 1)(); os._exit(3)")
    assert done.returncode == 3 and not done.stderr, done
    assert os.listdir() == ["out.coro.live"], os.listdir()
    data = json.loads(corograph._extension.extension.report("out.coro"))
    assert [f["calls"] for f in data["functions"] if f["name"] == "<lambda>"] == [1]


@test("an image that is in the way and a folder that is not there are errors")
def _():
    open("taken.coro.live", "w").close()
    for path, number in ("taken.coro", errno.EEXIST), ("no/such/x.coro", errno.ENOENT):
        try:
            corograph.start(path)
        except corograph.FileError as error:
            assert error.errno == number and error.filename.endswith(path + ".live"), error
        else:
            raise AssertionError(path)
        assert not corograph.is_running()
    assert counts(recorded(spin, 4), "step") == [(4, 0, 0)]


@test("only the main interpreter can be recorded")
def _():
    try:
        import _testcapi
        run_in_subinterp = _testcapi.run_in_subinterp
    except (ImportError, AttributeError):
        raise Skip("no _testcapi.run_in_subinterp") from None
    source = """
import sys
sys.path[:0] = %r
import corograph
try:
    corograph.start()
except RuntimeError as error:
    assert "main interpreter" in str(error), error
else:
    raise AssertionError("started")
""" % [os.environ["CG_PYTHONPATH"]]
    assert run_in_subinterp(source) == 0
    with corograph.profile() as p:
        assert run_in_subinterp("def f(): pass\nf()") == 0
        spin(2)
    assert counts(p, "step") == [(2, 0, 0)]


run()
