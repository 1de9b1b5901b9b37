#!/usr/bin/env python3
"""However a program ends, `record` ends the same way and there is a trace."""
import os
import pty
import select
import signal
import subprocess
import time

from harness import COROGRAPH, PYTHON, TIMEOUT, environment, record, run, test, write

COUNTER = """
import signal, sys, time
seen = []
for name in sys.argv[1:]:
    signal.signal(getattr(signal, name), lambda number, frame: seen.append(number))
print("ready", flush=True)
end = time.monotonic() + 20
while not seen and time.monotonic() < end:
    time.sleep(0.01)
time.sleep(0.3)
print(*seen, flush=True)
"""
SLEEPER = 'print("ready", flush=True)\nimport time\ntime.sleep(30)\n'


def start(script, *argv, **more):
    """`record` of a script, running; the script has said that it is ready."""
    process = subprocess.Popen([COROGRAPH, "record", "-q", "-o", "out.coro", "--python", PYTHON, script, *argv],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), **more)
    assert process.stdout.readline() == "ready\n"
    return process


def finish(process):
    out, err = process.communicate(timeout=TIMEOUT)
    assert os.path.exists("out.coro"), err
    assert not os.path.exists("out.coro.live")
    return out, err


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(n) for n in file.read().split()]


@test("a signal to record alone reaches the program once")
def _():
    write("counter.py", COUNTER)
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM"):
        process = start("counter.py", name)
        process.send_signal(getattr(signal, name))
        out, err = finish(process)
        assert out == f"{int(getattr(signal, name))}\n", (name, out, err)
        assert process.returncode == 0
        os.remove("out.coro")


@test("a signal that kills the program kills record")
def _():
    write("sleeper.py", SLEEPER)
    for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1"):
        process = start("sleeper.py")
        process.send_signal(getattr(signal, name))
        finish(process)
        assert process.returncode == -getattr(signal, name), (name, process.returncode)
        os.remove("out.coro")


def wait_for_sleep(pid):
    """Wait until a process has slept for a while: it is where it wants to be."""
    asleep, end = 0, time.monotonic() + 20
    while asleep < 5 and time.monotonic() < end:
        with open(f"/proc/{pid}/stat") as file:
            asleep = asleep + 1 if file.read().rpartition(")")[2].split()[0] == "S" else 0
        time.sleep(0.02)


@test("SIGINT ends it with the traceback that it has without us")
def _():
    write("sleeper.py", SLEEPER)
    process = start("sleeper.py")
    wait_for_sleep(children(process.pid)[0])
    process.send_signal(signal.SIGINT)
    _, err = finish(process)
    assert process.returncode == -signal.SIGINT
    bare = subprocess.Popen([PYTHON, "sleeper.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    bare.stdout.readline()
    wait_for_sleep(bare.pid)
    bare.send_signal(signal.SIGINT)
    assert bare.communicate()[1] == err


@test("kill -9, abort and a crash of the program")
def _():
    numbers = [signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV]
    if os.environ.get("CG_SANITIZED") == "yes":
        numbers.pop()  # the sanitizer's own handler exits
    for number in numbers:
        done = record("-c", f"import os; os.kill(os.getpid(), {int(number)})")
        assert done.returncode == -number, done
        assert os.path.exists(done.trace)
        assert f"signal {int(number)}" in done.stderr, done.stderr
        os.remove(done.trace)


@test("a signal that record was told to ignore stays ignored")
def _():
    code = "import signal; print(*map(int, map(signal.getsignal, (signal.SIGHUP, signal.SIGCHLD))))"
    done = record("-c", code, preexec_fn=lambda: (signal.signal(signal.SIGHUP, signal.SIG_IGN),
                                                  signal.signal(signal.SIGCHLD, signal.SIG_IGN)))
    assert done.stdout == "%d %d\n" % (signal.SIG_IGN, signal.SIG_IGN), done
    assert done.returncode == 0 and os.path.exists(done.trace)


@test("a program that stops stops record, and goes on with it")
def _():
    write("stopper.py", 'import os, signal\nprint("ready", flush=True)\nos.kill(os.getpid(), signal.SIGSTOP)\nprint("on")\n')
    process = start("stopper.py")
    pid, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), status
    os.kill(process.pid, signal.SIGCONT)
    out, _ = finish(process)
    assert out == "on\n" and process.returncode == 0


def terminal(argv):
    """Run argv as a terminal's own session; returns (pid, master)."""
    pid, master = pty.fork()
    if pid == 0:
        os.execve(argv[0], argv, environment())
    return pid, master


def terminal_read(master, until):
    text, end = "", time.monotonic() + 20
    while until not in text and time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            try:
                text += os.read(master, 4096).decode()
            except OSError:
                break
    return text


@test("Ctrl-C at the terminal reaches the program once and record goes on")
def _():
    write("counter.py", COUNTER)
    pid, master = terminal([COROGRAPH, "record", "-o", "out.coro", "--python", PYTHON, "counter.py", "SIGINT"])
    assert "ready" in terminal_read(master, "ready")
    os.write(master, b"\x03")
    text = terminal_read(master, "next:")
    assert f"{int(signal.SIGINT)}\r\n" in text and "2 2" not in text, text
    assert os.waitpid(pid, 0)[1] == 0
    os.close(master)
    assert os.path.exists("out.coro")


@test("Ctrl-Z at the terminal stops both, SIGCONT to the group wakes both")
def _():
    write("sleeper.py", SLEEPER.replace("sleep(30)", "sleep(1)\nprint('on')"))
    shell = os.path.abspath(write("job.sh", f'#!/bin/bash\nset -m\n"{COROGRAPH}" record -q -o out.coro --python "{PYTHON}" sleeper.py\n'
                                  'echo "stopped $?"\nfg >/dev/null\necho "ended $?"\n', executable=True))
    pid, master = terminal([shell])
    assert "ready" in terminal_read(master, "ready")
    os.write(master, b"\x1a")
    text = terminal_read(master, "ended")
    assert f"stopped {128 + signal.SIGTSTP}" in text and "on\r\n" in text and "ended 0" in text, text
    os.waitpid(pid, 0)
    os.close(master)
    assert os.path.exists("out.coro")


@test("the program is record's only child, and both are in one group")
def _():
    write("sleeper.py", SLEEPER)
    process = start("sleeper.py")
    below = children(process.pid)
    assert len(below) == 1 and os.getpgid(below[0]) == os.getpgid(process.pid)
    os.kill(below[0], signal.SIGKILL)
    finish(process)
    assert process.returncode == -signal.SIGKILL


@test("when record itself is killed the program runs on and the image stays")
def _():
    write("counter.py", COUNTER)
    process = start("counter.py", "SIGTERM")
    below = children(process.pid)[0]
    process.kill()
    process.wait()
    os.kill(below, signal.SIGTERM)
    assert process.stdout.read() == f"{int(signal.SIGTERM)}\n"
    process.stdout.close()
    process.stderr.close()
    assert os.path.exists("out.coro.live")


run()
