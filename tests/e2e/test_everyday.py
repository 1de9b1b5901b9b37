#!/usr/bin/env python3
"""`record` as people use it: daemons, pipes, odd folders and names, environments."""
import os
import re
import signal
import subprocess
import sys
import time
import zipapp

from harness import (BIN, COROGRAPH, PYTHON, Skip, call, corograph, environment, function, program,
                     record, report, run, test, write)

PROBE = program("probe.py")
WORK = "def f(): pass\nfor _ in range(10): f()\n"


def same(bare, argv, trace="out.coro", python=PYTHON, **more):
    """Run it bare and under `record`: the same but for the summary line. The recording."""
    more.setdefault("errors", "surrogateescape")
    one, two = call(*bare, **more), record(*argv, trace=trace, python=python, **more)
    lines = two.stderr.splitlines(True)
    assert lines and lines[-1].startswith("corograph: "), two.stderr
    assert (one.returncode, one.stdout) == (two.returncode, two.stdout), (one, two)
    assert one.stderr == "".join(lines[:-1]), (one.stderr, two.stderr)
    assert function(report(two.trace), "f")["calls"] == 10
    return two


def wait_for(path):
    """What a file holds once it is there and not empty."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if os.path.exists(path) and os.path.getsize(path):
            with open(path) as file:
                return file.read()
        time.sleep(0.02)
    raise AssertionError(f"{path} did not appear")


DAEMON = WORK + """
import os
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
os.chdir("/")
os.umask(0)
os.closerange(0, 4096)
os.open(os.devnull, os.O_RDWR); os.dup(0); os.dup(0)
while not os.path.exists(FOLDER + "/go"):
    f()
with open(FOLDER + "/daemon.part", "w") as file:
    file.write("worked")
os.rename(FOLDER + "/daemon.part", FOLDER + "/daemon")
"""


@test("a program that makes itself a daemon: what came before is recorded, the daemon works on")
def _():
    write("daemon.py", f"FOLDER = {os.getcwd()!r}\n" + DAEMON)
    done = same([PYTHON, "-c", WORK], ["daemon.py"])
    assert "forked" in done.stderr and not os.path.exists(done.trace + ".live")
    write("go", "1")
    assert wait_for("daemon") == "worked"


@test("a program that closes all its files")
def _():
    write("closer.py", WORK + "import os\nos.closerange(0, 4096)\nfor _ in range(3): os.open('seen', os.O_RDWR | os.O_CREAT)\n"
          "os.write(1, b'still here')\nos._exit(9)\n")
    done = same([PYTHON, "closer.py"], ["closer.py"])
    assert done.returncode == 9 and wait_for("seen") == "still here"


@test("a program that changes its folder, its umask, its root")
def _():
    os.mkdir("other")
    write("away.py", WORK + "import os\nos.chdir('other')\nos.umask(0o777)\nopen('new', 'w').close()\nprint(os.listdir('.'))\n"
          "if os.getuid() == 0:\n    try:\n        os.chroot('.')\n        print(os.listdir('/'))\n    except OSError as error:\n"
          "        print(error)\n")
    call(PYTHON, "away.py")
    done = same([PYTHON, "away.py"], ["away.py"], trace="here.coro")
    assert sorted(os.listdir(".")) == ["away.py", "here.coro", "other"], os.listdir(".")
    assert os.listdir("other") == ["new"] and os.access(done.trace, os.R_OK)


@test("pipes on both sides, more than they hold")
def _():
    write("filter.py", WORK + "import sys\nfor line in sys.stdin: sys.stdout.write(line.upper())\n")
    same([PYTHON, "filter.py"], ["filter.py"], input="some words\n" * 50000)


@test("a reader that goes away")
def _():
    write("flood.py", WORK + "while True: print('x' * 100)\n")
    seen = []
    for argv in ([PYTHON], [COROGRAPH, "record", "-q", "-o", "o.coro", "--python", PYTHON]):
        process = subprocess.Popen([*argv, "flood.py"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.stdout.readline()
        process.stdout.close()
        seen.append((process.stderr.read(), process.wait()))
        process.stderr.close()
    assert seen[0] == seen[1] and "BrokenPipeError" in seen[0][0], seen
    assert function(report("o.coro"), "f")["calls"] == 10


@test("a folder that may only be read: said before the program runs; -o helps")
def _():
    prefix = []
    if os.getuid() == 0:
        prefix = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
        if call(*prefix, "true").returncode:
            raise Skip("setpriv cannot take root's rights away here")
    os.mkdir("shut")
    write("shut/app.py", WORK + "print('ran')\n")
    os.chmod("shut", 0o555)
    argv = [*prefix, COROGRAPH, "record", "--python", PYTHON]
    done = call(*argv, "app.py", cwd="shut")
    assert (done.returncode, done.stdout) == (1, ""), done
    assert "-o" in done.stderr and "Permission denied" in done.stderr and "live" not in done.stderr, done.stderr
    done = call(*argv, "-o", "../out.coro", "app.py", cwd="shut")
    assert (done.returncode, done.stdout) == (0, "ran\n"), done
    assert function(report("out.coro"), "f")["calls"] == 10 and os.listdir("shut") == ["app.py"]


@test("paths with spaces, quotes and bytes that are no UTF-8")
def _():
    for name in (b"with  spaces", b"'quotes\" $HOME", "ünï".encode(), b"bytes \xff\xe9"):
        folder = os.fsdecode(name)
        os.mkdir(folder)
        script, trace = folder + "/my app.py", folder + "/my trace.coro"
        write(script, WORK + "import sys, os\nsys.stdout.buffer.write(os.fsencode(__file__ + sys.argv[1]))\n")
        same([PYTHON, script, folder], [script, folder], trace=trace)
        shown = call(COROGRAPH, "report", "-n", "0", trace, encoding="utf-8")
        assert shown.returncode == 0 and "my app.py" in shown.stdout, shown
        done = corograph("record", "--python", PYTHON, "my app.py", "x", cwd=folder, errors="surrogateescape")
        assert done.returncode == 0, done
        assert [n for n in os.listdir(folder) if re.fullmatch(r"my app\.\d+\.coro", n)], os.listdir(folder)
        again = re.search(r"next: (corograph report .*)", done.stderr).group(1)
        path = BIN + ":" + os.environ["PATH"]
        assert call("sh", "-c", again, cwd=folder, env={"PATH": path}).returncode == 0, again


@test("a zip archive with a program in it")
def _():
    os.mkdir("app")
    write("app/__main__.py", "import part\nprint(__name__, part.__file__)\n1 / part.ZERO\n")
    write("app/part.py", WORK + "ZERO = 0\n")
    zipapp.create_archive("app", "app.pyz", interpreter=PYTHON)
    same([PYTHON, "app.pyz"], ["app.pyz"])
    same(["./app.pyz"], ["--", "./app.pyz"])


@test("a package's __main__")
def _():
    os.mkdir("pack")
    write("pack/__init__.py", "print('package', __name__)\n")
    write("pack/__main__.py", WORK + "import sys\nprint(__name__, __package__, __spec__.name, sys.argv[1:])\n"
          "sys.exit('gone')\n")
    done = same([PYTHON, "-m", "pack", "-x", "--help"], ["-m", "pack", "-x", "--help"])
    assert done.returncode == 1 and "'-x', '--help'" in done.stdout


def make_venv():
    """A virtual environment with a package and its console script; returns its bin."""
    done = call(PYTHON, "-m", "venv", "--without-pip", "env")
    if done.returncode:
        raise Skip("no virtual environment can be made")
    folder = os.path.abspath("env/bin")
    site = call(folder + "/python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    write(site + "/tool.py", WORK + "import sys\ndef main():\n    print(sys.prefix, sys.executable, sys.argv)\n    return 4\n")
    write(folder + "/tool", f"#!{folder}/python\nimport sys\nfrom tool import main\nif __name__ == '__main__':\n"
                            "    sys.exit(main())\n", executable=True)
    return folder


@test("a virtual environment: by name, active, its console script")
def _():
    folder = make_venv()
    write("app.py", "import tool, sys\nsys.exit(tool.main())\n")
    python = folder + "/python"
    active = {"VIRTUAL_ENV": os.path.dirname(folder), "PATH": folder + ":" + os.environ["PATH"]}
    bare = [python, "app.py"]
    assert same(bare, ["app.py"], python=python).returncode == 4
    same(bare, ["app.py"], python=None, env=active)
    same(bare, ["--", python, "app.py"])
    same([folder + "/tool", "a"], ["--", folder + "/tool", "a"])
    same(["tool", "a"], ["--", "tool", "a"], env=active)


@test("python -X importtime shows the imports that it shows without us")
def _():
    write("app.py", WORK + "import json\n")
    argv = [PYTHON, "-X", "importtime", "app.py"]

    def imported(text):
        names = re.findall(r"^import time: +\d+ \| +\d+ \| +(\S+)$", text, re.M)
        return [name for name in names if name != "sitecustomize"]
    bare, done = call(*argv), record("--", *argv)
    assert (done.returncode, done.stdout) == (0, ""), done
    assert "json.decoder" in imported(bare.stderr)
    assert imported(done.stderr) == imported(bare.stderr), (bare.stderr, done.stderr)
    assert done.stderr.count("sitecustomize") == bare.stderr.count("sitecustomize") + 1
    assert function(report(done.trace), "f")["calls"] == 10


@test("PYTHONSTARTUP, PYTHONSAFEPATH, PYTHONHASHSEED and the like")
def _():
    write("startup.py", "raise SystemExit('not for programs')\n")
    env = {"PYTHONSTARTUP": os.path.abspath("startup.py"), "PYTHONSAFEPATH": "1", "PYTHONHASHSEED": "7",
           "PYTHONDEVMODE": "1", "PYTHONUNBUFFERED": "x", "PYTHONOPTIMIZE": "1", "PYTHONWARNINGS": "error"}
    write("app.py", WORK + "import os, sys\nprint(sys.path, sys.flags, dict(os.environ), __debug__, sep='\\n')\nprint(hash('x') if 'PYTHONHASHSEED' in os.environ else '')\n")
    same([PYTHON, "app.py"], ["app.py"], env=env)
    if sys.version_info >= (3, 11):
        same([PYTHON, "-P", "app.py"], ["--", PYTHON, "-P", "app.py"])


@test("the user's own sitecustomize and usercustomize, both with PYTHONPATH")
def _():
    os.mkdir("site")
    write("site/sitecustomize.py", "import builtins\nbuiltins.one = __file__\n")
    write("site/usercustomize.py", "import builtins\nbuiltins.two = __file__, one\n")
    write("app.py", WORK + "import sys\nprint(two, sys.path, sorted(m for m in sys.modules if 'customize' in m))\n")
    done = same([PYTHON, "app.py"], ["app.py"], env={"PYTHONPATH": os.path.abspath("site")})
    assert "usercustomize" in done.stdout


CHILDREN = WORK + """
import multiprocessing, os, subprocess, sys, warnings
# a thread that was joined may still end: fork warns of it or does not
warnings.simplefilter("ignore", DeprecationWarning)
def child(n):
    return n * n
if __name__ == "__main__":
    print(subprocess.check_output([sys.executable, "-c", "import os, sys; print(sys.path, dict(os.environ))"], text=True))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print(pool.map(child, range(4)))
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "print('exec')"])
    os.wait()
"""


@test("a program that starts Pythons of its own: theirs runs plain and is not in it")
def _():
    write("app.py", CHILDREN)
    done = same([PYTHON, "-u", "app.py"], ["--", PYTHON, "-u", "app.py"])
    assert all(f["name"] != "child" or not f["calls"] for f in report(done.trace)["functions"])
    assert sorted(os.listdir(".")) == ["app.py", "out.coro"], os.listdir(".")


@test("a program that becomes another Python: that one runs as it is")
def _():
    write("app.py", WORK + "import os, sys\nsys.stdout.flush()\nos.execv(sys.executable, [sys.executable, '-c', 'import sys; sys.exit(5)'])\n")
    assert same([PYTHON, "app.py"], ["app.py"]).returncode == 5


@test("SIGTERM that a program turns into an orderly end")
def _():
    write("server.py", WORK + "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *a: sys.exit('orderly'))\n"
          "print('ready', flush=True)\nwhile True: time.sleep(0.05)\n")
    process = subprocess.Popen([COROGRAPH, "record", "-o", "o.coro", "--python", PYTHON, "server.py"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (1, "") and err.startswith("orderly\ncorograph: o.coro: "), err
    assert function(report("o.coro"), "f")["calls"] == 10


run()
