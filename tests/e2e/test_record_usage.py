#!/usr/bin/env python3
"""What `record` refuses, before anything has run: one line, the right exit code."""
import os
import shutil
import signal
import subprocess
import sys

from harness import BIN, COROGRAPH, PYTHON, Skip, call, corograph, function, record, report, run, test, write

MARK = "open('ran', 'w').close()"


def refused(done, code, *words):
    assert done.returncode == code, done
    assert done.stdout == "", done
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("corograph: "), done.stderr
    for word in words:
        assert word in lines[0], (word, lines[0])
    assert not os.path.exists("ran"), "the program ran"


@test("a command line that is wrong is exit code 2")
def _():
    refused(corograph("record"), 2, "--help")
    refused(corograph("record", "--"), 2)
    refused(corograph("record", "--pyhton", "x", "s.py"), 2, "--python")
    refused(corograph("record", "-x", "s.py"), 2, "-x")
    refused(corograph("record", "-o"), 2, "-o needs a value")
    refused(corograph("record", "--no-builtins=1", "s.py"), 2)
    refused(corograph("record", "--python", "x", "--", "y"), 2)
    refused(corograph("recrod", "s.py"), 2, "record")
    refused(corograph("--frobnicate"), 2)
    assert corograph().returncode == 2


@test("what a new user types is answered with what to type")
def _():
    write("app.py", MARK)
    refused(corograph("app.py"), 2, "'record app.py'")
    refused(corograph("nonsense"), 2, "no command 'nonsense'; try")
    os.mkdir("bin")
    write("bin/mytool", f"#!{PYTHON}\n", executable=True)
    refused(record("mytool", env={"PATH": os.path.abspath("bin") + ":" + os.environ["PATH"]}), 1,
            "corograph record -- mytool")
    refused(record("my-tool-of-no-path"), 1, "my-tool-of-no-path: No such file")
    assert corograph("-V").stdout == corograph("--version").stdout != ""
    done = record("-c", "pass", options=["-q"])
    refused(corograph("report", "--sort", "self_rum", done.trace), 2, "'self_run'")
    refused(corograph("report", "--sort", "colour", done.trace), 2, "calls, ")
    os.mkdir("folder")
    write("folder/__main__.py", "")
    assert corograph("record", "--python", PYTHON, ".", cwd="folder").returncode == 0
    assert [n.split(".")[0] for n in os.listdir("folder") if n.endswith(".coro")] == ["python"]


@test("a clock that there is not is refused")
def _():
    refused(corograph("record", "--clock", "sundial", "-c", MARK), 2, "exact")


@test("the default clock may be named")
def _():
    assert record("-c", "pass", options=["--clock", "exact"]).returncode == 0


@test("a script, a command or an interpreter that is not there")
def _():
    refused(record("none.py"), 1, "none.py", "No such file")
    refused(record("--", "no-such-command"), 1, "no-such-command")
    refused(record("-c", MARK, python="no-such-python"), 1, "no-such-python", "--python")
    write("not_python", "#!/bin/sh\nexit 1\n", executable=True)
    refused(record("-c", MARK, python="./not_python"), 1, "not_python")
    write("plain", "text")
    refused(record("--", "./plain"), 1, "plain", "Permission denied")


@test("an output that cannot be written")
def _():
    os.mkdir("folder")
    refused(record("-c", MARK, trace="folder"), 1, "folder", "-o")
    refused(record("-c", MARK, trace="none/out.coro"), 1, "none", "No such file")
    refused(record("-c", MARK, trace="/dev/null"), 1, "/dev/null")
    write("file", "")
    refused(record("-c", MARK, trace="file/out.coro"), 1)
    refused(record("-c", MARK, trace="/proc/out.coro"), 1, "/proc")


@test("an image that is there already is kept")
def _():
    write("out.coro.live", "precious")
    refused(record("-c", MARK), 1, "out.coro.live")
    with open("out.coro.live") as file:
        assert file.read() == "precious"


@test("a folder for the output that this user may not write to")
def _():
    if os.getuid() == 0:
        os.mkdir("shut")
        os.chmod("shut", 0o755)
        done = call("setpriv", "--reuid=65534", "--clear-groups", "true")
        if done.returncode:
            return
        os.chmod(".", 0o755)
        refused(call("setpriv", "--reuid=65534", "--clear-groups", *command("shut/o.coro")), 1)
    else:
        os.mkdir("shut", 0o555)
        refused(record("-c", MARK, trace="shut/o.coro"), 1, "shut")


def command(trace):
    return [COROGRAPH, "record", "-o", trace, "--python", PYTHON, "-c", MARK]


@test("an older trace of that name is replaced")
def _():
    write("out.coro", "old")
    done = record("-c", "pass")
    assert done.returncode == 0, done
    with open("out.coro", "rb") as file:
        assert file.read() != b"old"


@test("a Python that would not let the recorder in")
def _():
    for flags in (["-I"], ["-E"], ["-S"], ["-OI"], ["-W", "ignore", "-E"], ["-Xdev", "-bS"]):
        refused(record("--", PYTHON, *flags, "-c", MARK), 1, f"-{flags[-1][-1]}")
    write("tool", f"#!{PYTHON} -I\n{MARK}\n", executable=True)
    refused(record("--", "./tool"), 1, "-I")
    write("tool", f"#!/usr/bin/env -S {PYTHON} -E\n{MARK}\n", executable=True)
    refused(record("--", "./tool"), 1, "-E")


@test("-I and -S behind the program are the program's own")
def _():
    done = record("--", PYTHON, "-c", "import sys; print(sys.argv)", "-I", "-S")
    assert done.stdout == "['-c', '-I', '-S']\n", done


@test("a command that starts no Python, or one that cannot be reached")
def _():
    done = record("--", "true")
    assert done.returncode == 1 and "nothing was recorded" in done.stderr, done
    done = record("--", "sh", "-c", "exit 6")
    assert done.returncode == 6 and "nothing was recorded" in done.stderr, done
    done = record("--", "sh", "-c", f'"{PYTHON}" -I -c "print(1)"')
    assert done.returncode == 1 and done.stdout == "1\n" and "-I" in done.stderr, done
    done = record("--", "sh", "-c", "kill -9 $$")
    assert done.returncode == -signal.SIGKILL, done


@test("when the recording cannot begin the program runs, and record says why")
def _():
    if sys.version_info < (3, 12):
        raise Skip("there is no sys.monitoring that others could hold")
    os.mkdir("site")
    write("site/sitecustomize.py", "import sys\nfor n in 2, 3, 4: sys.monitoring.use_tool_id(n, 'other')\n")
    done = record("-c", "print(1)", env={"PYTHONPATH": os.path.abspath("site")})
    assert done.returncode == 1 and done.stdout == "1\n", done
    assert "nothing was recorded" in done.stderr and "sys.monitoring" in done.stderr, done.stderr
    assert os.listdir(".") == ["site"], os.listdir(".")


@test("a Python that goes on when the command has ended keeps its recording")
def _():
    write("go.py", "import os, time\ndef f(): pass\nf()\nopen('up', 'w').close()\n"
                   "while os.path.exists('up') and not os.path.exists('stop'): time.sleep(0.01)\n")
    done = record("--", "sh", "-c", f'"{PYTHON}" go.py >/dev/null 2>&1 & while ! test -e up; do sleep 0.1; done')
    assert done.returncode == 0 and "still runs" in done.stderr, done
    assert done.stderr.count("\n") == 1 and not os.path.exists(done.trace)
    assert function(report(done.trace), "f")["calls"] == 1
    write("stop", "")


@test("where files are mapped badly the image is kept in memory")
def _():
    if os.getuid() or not shutil.which("bindfs"):
        raise Skip("this needs root and bindfs")
    os.mkdir("real")
    os.mkdir("fuse")
    if call("bindfs", "real", "fuse").returncode:
        raise Skip("nothing can be mounted here")
    try:
        before = set(os.listdir("/dev/shm"))
        done = record("-c", "import os; print(os.listdir('fuse'))", trace="fuse/out.coro")
        assert done.stdout == "[]\n" and "memory" in done.stderr, done
        assert os.listdir("real") == ["out.coro"] and set(os.listdir("/dev/shm")) == before
    finally:
        call("umount", "fuse")


@test("a Python without a module")
def _():
    write("other", "#!/bin/sh\nprintf 'cpython\\n3.99.1\\n.cpython-399-any.so\\n'\n", executable=True)
    refused(record("-c", MARK, python="./other"), 1, "3.99.1", "configure", "make")
    write("pypy", "#!/bin/sh\nprintf 'pypy\\n3.9.1\\n.pypy39.so\\n'\n", executable=True)
    refused(record("-c", MARK, python="./pypy"), 1, "pypy")


@test("modules are found beside the program, in COROGRAPH_MODULE_PATH, in Python's own path")
def _():
    modules = os.path.join(os.path.dirname(BIN), "lib", "corograph")
    os.makedirs("alone/bin")
    command = shutil.copy(COROGRAPH, "alone/bin/corograph")
    argv = [command, "record", "-q", "-o", "out.coro", "--python", PYTHON, "-c", MARK]
    nowhere = {"COROGRAPH_MODULE_PATH": None, "PYTHONPATH": None}
    refused(call(*argv, env=nowhere), 1, "there is no module")
    own = os.path.abspath("own*[dir")
    os.mkdir(own)
    os.symlink(modules, os.path.join(own, "corograph"))
    os.makedirs("alone/lib/some-machine")
    for env, link in (({"COROGRAPH_MODULE_PATH": "/none::" + modules}, None), ({"PYTHONPATH": own}, None),
                      ({"COROGRAPH_MODULE_PATH": os.path.join(own, "corograph")}, None),
                      ({}, "alone/lib/corograph"), ({}, "alone/lib64"), ({}, "alone/lib/some-machine/corograph")):
        if link:
            os.symlink(os.path.dirname(modules) if link.endswith("64") else modules, link)
        done = call(*argv, env=dict(nowhere, **env))
        assert done.returncode == 0 and os.path.exists("ran"), (env, link, done)
        os.remove("ran")
        os.remove("out.coro")
        if link:
            os.remove(link)


@test("the default name of a trace")
def _():
    write("my.app.py", "print(__import__('os').getpid())")
    for argv, name in ((["my.app.py"], "my.app"), (["./my.app.py"], "my.app"), (["-m", "my.app"], "my.app"),
                       (["-c", "import os; print(os.getpid())"], "python")):
        if argv[0] == "-m":
            os.mkdir("my")
            os.rename("my.app.py", "my/app.py")
        done = corograph("record", "--python", PYTHON, *argv)
        assert os.path.exists(f"{name}.{done.stdout.strip()}.coro"), (done, os.listdir("."))


@test("one line at the end says what to do next; -q leaves it out")
def _():
    done = record("-c", "pass")
    assert done.stderr.startswith("corograph: out.coro: ") and done.stderr.count("\n") == 1, done.stderr
    assert "corograph report out.coro" in done.stderr
    assert record("-c", "pass", options=["-q"]).stderr == ""


@test("the help names every option and goes to standard output")
def _():
    for argv in (["record", "--help"], ["help", "record"], ["record", "-h"]):
        done = corograph(*argv)
        assert done.returncode == 0 and done.stderr == ""
        for word in ("--output", "--python", "--no-builtins", "-m MODULE", "-c CODE", "--quiet"):
            assert word in done.stdout, word
    assert "record" in corograph("help").stdout
    assert corograph("--version").stdout.startswith("corograph ")
    with open("/dev/full", "w") as full:
        done = subprocess.run([COROGRAPH, "help"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1 and "standard output" in done.stderr


run()
