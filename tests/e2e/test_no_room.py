#!/usr/bin/env python3
"""No room: a full disk, a limit on files, a removed folder stop the recording, not the program."""
import os
import resource
import signal
import subprocess

from harness import Skip, call, corograph, record, report, run, test, write

# More contexts than the image's first pieces hold: random stacks of fifty functions.
GROW = """
import os, random, signal, sys
random.seed(1)
functions = []
def deeper(n):
    return n and random.choice(functions)(n - 1)
for i in range(50):
    names = {"deeper": deeper}
    exec(f"def f{i}(n): return deeper(n)", names)
    functions.append(names[f"f{i}"])
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
for i in range(int(sys.argv[1])):
    deeper(20)
    if i == 200 and len(sys.argv) > 2:
        fill = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT)
        try:
            while os.write(fill, bytes(4096)): pass
        except OSError:
            pass
print("the end", flush=True)
sys.exit(7)
"""


def limited(size):
    """Makes a child's files at most that long."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def untouched(done):
    """The program ended as it does alone; what `record` said, in one line."""
    assert done.returncode == 7 and done.stdout == "the end\n", done
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("corograph: "), done.stderr
    return lines[0]


def kept(trace):
    """A recording that stopped early: in order, and it says so."""
    data = report(trace)
    assert data["trace"]["lost_events"] > 0, data["trace"]
    assert [f for f in data["functions"] if f["name"] == "f1" and f["calls"] > 10]
    assert "stopped early: no room on the disk" in corograph("report", trace).stdout
    assert corograph("verify", trace).returncode == 0


class Disk:
    """A file system of that many bytes, below the current folder."""

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        os.mkdir("disk")
        done = call("mount", "-t", "tmpfs", "-o", f"size={self.size}", "none", "disk") \
            if os.getuid() == 0 else None
        if done is None or done.returncode:
            raise Skip("no small file system: " + (done.stderr.strip() if done else "not root"))

    def __exit__(self, *_):
        subprocess.run(["umount", "disk"], check=True)


@test("a limit on the size of files: the recording stops, and is kept")
def _():
    write("grow.py", GROW)
    for options in [], ["-q"]:
        done = record("grow.py", "2000", options=options, preexec_fn=limited(1 << 20))
        assert "stopped before the program did" in untouched(done), done.stderr
        kept(done.trace)
        assert not os.path.exists("out.coro.live")


@test("a limit that leaves no room at all: the program runs, and nothing is left behind")
def _():
    write("grow.py", GROW)
    done = record("grow.py", "20", preexec_fn=limited(4096))
    assert "nothing was recorded: " in untouched(done) and "too large" in done.stderr, done.stderr
    assert not [name for name in os.listdir(".") if name.startswith("out.coro")]


@test("a limit too small for the trace alone: the recording stays in the image")
def _():
    write("grow.py", GROW)
    names = "\n".join(f"def {'x' * 200}{os.urandom(900).hex()}(): pass" for _ in range(900))
    calls = "for f in [f for n, f in list(globals().items()) if n.startswith('xx')]: f()\n"
    write("names.py", names + "\n" + calls + "print('the end')\nimport sys\nsys.exit(7)\n")
    done = record("names.py", preexec_fn=limited(1 << 20))
    line = untouched(done)
    if not os.path.exists("out.coro"):
        assert "File too large" in line and "out.coro.live" in line, line
        done.trace = "out.coro.live"
    assert report(done.trace)["functions"]
    assert not [name for name in os.listdir(".") if name.endswith(".tmp")]


@test("a full disk: the recording stops, and is kept")
def _():
    write("grow.py", GROW)
    with Disk(3 << 20):
        done = record("grow.py", "2000", trace="disk/out.coro")
        assert "stopped before the program did" in untouched(done), done.stderr
        kept("disk/out.coro")


@test("a disk that others fill in the middle: no signal, and the image is kept")
def _():
    write("grow.py", GROW)
    with Disk(8 << 20):
        done = record("grow.py", "2000", "disk/other", trace="disk/out.coro")
        line = untouched(done)
        assert "No space left on device; the recording stays in " in line, line
        assert not os.path.exists("disk/out.coro") and os.path.exists("disk/out.coro.live")
        assert not [name for name in os.listdir("disk") if name.endswith(".tmp")]
        kept("disk/out.coro")
        os.remove("disk/other")
        assert corograph("report", "disk/out.coro").returncode == 0


@test("a full disk from the start: refused before the program starts, or the program runs")
def _():
    with Disk(1 << 20):
        other = os.open("disk/other", os.O_WRONLY | os.O_CREAT)
        try:
            while os.write(other, bytes(4096)):
                pass
        except OSError:
            os.close(other)
        done = record("-c", "print('the end'); raise SystemExit(7)", trace="disk/out.coro")
        assert "nothing was recorded: " in untouched(done) and "No space" in done.stderr, done
        assert os.listdir("disk") == ["other"]


@test("a removed folder: the program runs on, and record says what happened")
def _():
    write("grow.py", "import shutil\nshutil.rmtree('gone')\n" + GROW)
    os.mkdir("gone")
    done = record("grow.py", "500", trace="gone/out.coro")
    line = untouched(done)
    assert "out.coro: the folder was removed while the program ran" in line, line
    assert not os.path.exists("gone")


@test("pack and the exporters: what does not fit is told, and nothing is left behind")
def _():
    trace = record("-c", "import argparse, json, logging, unittest").trace
    before = sorted(os.listdir("."))
    for argv in (["pack", trace, "-o", "x"], ["export", "callgrind", trace, "-o", "x"],
                 ["export", "pstats", trace, "-o", "x"], ["export", "speedscope", trace, "-o", "x"]):
        done = corograph(*argv, preexec_fn=limited(4096))
        assert done.returncode == 1 and "File too large" in done.stderr, (argv, done)
        assert len(done.stderr.splitlines()) == 1 and sorted(os.listdir(".")) == before, done
    with open("page", "wb") as page:
        done = subprocess.run([os.path.join(os.environ["CG_BIN"], "corograph"), "dump", trace],
                              stdout=page, stderr=subprocess.PIPE, text=True,
                              preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_DFL),
                                                  limited(4096)()))
    assert done.returncode == 1 and "File too large" in done.stderr, done


run()
