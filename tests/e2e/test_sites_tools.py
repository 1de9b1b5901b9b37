#!/usr/bin/env python3
"""Calls that need not be told, and other recordings, other tools, forks; TAP on stdout."""
import ctypes
import gc
import os
import sys
import weakref

from harness import Skip, call, run, test, write
from hooks import recorded
from sites import ABS, N, REST, check, check_rest, check_told, module


@test("a recording after another: the global changed when nothing was recorded")
def _():
    m = module()
    check(recorded(m.calls, N, builtins=True), N, 0)
    m.work = abs
    check(recorded(m.calls, N, builtins=True), 0, N)
    check(recorded(m.calls, N, builtins=True), 0, N)


@test("another tool hears of all calls as before")
def _():
    if not REST:
        raise Skip("nothing rests on this Python")
    m, heard = module(), []
    tool, monitoring = 5, sys.monitoring
    monitoring.use_tool_id(tool, "other")
    monitoring.register_callback(tool, monitoring.events.CALL,
                                 lambda code, at, callee, first: heard.append(callee))
    monitoring.set_local_events(tool, m.calls.__code__, monitoring.events.CALL)

    def program():
        m.calls(N)
        m.work = abs
        m.calls(N)
    try:
        check(recorded(program, builtins=True), N, N)
    finally:
        monitoring.set_local_events(tool, m.calls.__code__, 0)
        monitoring.free_tool_id(tool)
    assert len(heard) == 2 * N + 2 and heard.count(abs) == N, len(heard)


@test("where others watch dicts, all there can be, every call is told")
def _():
    if not REST:
        raise Skip("nothing rests on this Python")
    kind = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
                             ctypes.c_void_p)
    callback, taken = kind(lambda *args: 0), []
    try:
        while True:
            taken.append(ctypes.pythonapi.PyDict_AddWatcher(callback))
    except RuntimeError:
        pass
    m = module()

    def program():
        m.calls(N)
        check_told(m.calls)
        m.work = abs
        m.calls(N)
    check(recorded(program, builtins=True), N, N)
    for number in taken:
        ctypes.pythonapi.PyDict_ClearWatcher(number)
    m = module()
    check(recorded(lambda: (m.calls(N), check_rest(m.calls)), builtins=True), N, 0)


@test("a forked child goes on, and may record itself")
def _():
    write("child.py", f"""
import os, sys
sys.path.insert(0, {os.environ["CG_PYTHONPATH"]!r})
import corograph
def work(x): return x
def calls(n):
    for i in range(n): work(i)
corograph.start(builtins=True)
calls({N})
pid = os.fork()
if pid == 0:
    work = abs
    calls({N})
    corograph.start(builtins=True)
    calls({N})
    p = corograph.stop()
    os._exit(sum(f["calls"] for f in p.functions if f["name"] == {ABS!r}) != {N})
status = os.waitpid(pid, 0)[1]
work = abs
calls({N})
p = corograph.stop()
sys.exit(status or sum(f["calls"] for f in p.functions if f["name"] == {ABS!r}) != {N})
""")
    done = call(sys.executable, "child.py")
    assert done.returncode == 0, done.stderr


@test("nothing stays behind: another tool with our number hears all, what is dropped is freed")
def _():
    m = module()
    gone = weakref.ref(m.calls.__code__)
    recorded(m.calls, N, builtins=True)
    if REST:
        heard, monitoring = [], sys.monitoring
        for tool in 3, 4, 2:  # the recording takes the first of them that is free
            monitoring.use_tool_id(tool, "later")
            monitoring.register_callback(tool, monitoring.events.CALL,
                                         lambda code, at, callee, first: heard.append(callee))
            monitoring.set_events(tool, monitoring.events.CALL)
            m.calls(N)
            monitoring.set_events(tool, 0)
            monitoring.free_tool_id(tool)
        assert heard.count(m.work) == 3 * N, heard.count(m.work)
        heard.clear()
    calls = weakref.ref(m.calls)
    del m
    gc.collect()
    assert calls() is None and gone() is None


run()
