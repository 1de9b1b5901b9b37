#!/usr/bin/env python3
"""A program cannot tell that it is recorded: the same run bare and under `record`."""
import json
import os
import sys

from harness import COROGRAPH, PYTHON, call, corograph, function, program, record, report, run, test, write

PROBE = program("probe.py")


def compare(bare, argv, **more):
    """Both ways; returns what both gave. `bare` is the command without us."""
    one = call(*bare, **more)
    two = record(*argv, options=["-q"], **more)
    for part in ("returncode", "stderr"):
        assert getattr(one, part) == getattr(two, part), \
            f"{part}: {getattr(one, part)!r} is now {getattr(two, part)!r}"
    if one.stdout != two.stdout:
        differ(one.stdout, two.stdout)
    assert os.path.exists(two.trace), "there is no trace"
    assert not os.path.exists(two.trace + ".live"), "the image was not removed"
    return two


def differ(one, two):
    """Say which part of a probe's answer differs."""
    try:
        one, two = json.loads(one), json.loads(two)
    except ValueError:
        raise AssertionError(f"{one!r} is now {two!r}") from None
    for key in one:
        assert one[key] == two[key], f"{key}: {one[key]!r} is now {two[key]!r}"


def probe(bare, argv, **more):
    two = compare(bare, argv, **more)
    return json.loads(two.stdout)


@test("a script")
def _():
    seen = probe([PYTHON, PROBE, "a", "-m", "--", "b"], [PROBE, "a", "-m", "--", "b"])
    assert seen["argv"][1:] == ["a", "-m", "--", "b"]


@test("a module, with a package around it")
def _():
    os.mkdir("pack")
    write("pack/__init__.py", "")
    with open(PROBE, encoding="utf-8") as file:
        write("pack/probe.py", file.read())
    probe([PYTHON, "-m", "pack.probe", "-q", "x"], ["-m", "pack.probe", "-q", "x"])


@test("code")
def _():
    code = f"import sys; sys.path.append({os.path.dirname(PROBE)!r}); import probe; probe.show(globals())"
    probe([PYTHON, "-c", code, "-o", "x"], ["-c", code, "-o", "x"])


@test("the program on standard input")
def _():
    text = "import sys; print(sys.argv, __name__, sys.path[0])"
    compare([PYTHON, "-", "a"], ["-", "a"], input=text)


@test("a folder with __main__.py")
def _():
    os.mkdir("app")
    write("app/__main__.py", "import sys; print(sys.argv, sys.path[0], __file__, __spec__.name)")
    compare([PYTHON, "app/", "1"], ["app/", "1"])


@test("a command: an interpreter with options")
def _():
    # Before 3.11 -Xdev imports a codec with the first source compiled, which is then ours.
    mode = "-Xdev" if sys.version_info >= (3, 11) else "-Xutf8"
    command = [PYTHON, "-O", "-W", "ignore", mode, PROBE]
    seen = probe(command, ["--", *command])
    assert seen["flags"][3] == 1


@test("a command: a script with a #! line")
def _():
    with open(PROBE, encoding="utf-8") as file:
        write("tool", f"#!{PYTHON}\n" + file.read(), executable=True)
    probe(["./tool", "x"], ["--", "./tool", "x"])


@test("a command: found in PATH, through env")
def _():
    os.mkdir("bin")
    os.symlink(PYTHON, "bin/python3")
    with open(PROBE, encoding="utf-8") as file:
        write("bin/tool", "#!/usr/bin/env python3\n" + file.read(), executable=True)
    env = {"PATH": os.path.abspath("bin") + ":" + os.environ["PATH"]}
    probe(["tool", "x"], ["--", "tool", "x"], env=env)


@test("a command: a shell script, the first Python is recorded")
def _():
    write("both.sh", f'#!/bin/sh\n"{PYTHON}" "$1"\n"{PYTHON}" -c "print(2)"\nexit 4\n', executable=True)
    one = call("./both.sh", PROBE)
    two = record("--", "./both.sh", PROBE, options=["-q"])
    assert (one.returncode, two.returncode) == (4, 4)
    assert one.stdout == two.stdout
    assert os.path.exists(two.trace)


@test("the user's PYTHONPATH")
def _():
    os.mkdir("extra")
    path = os.path.abspath("extra")
    for value in (path, path + ":" + path + "2", ":" + path, path + ":", "", ":"):
        probe([PYTHON, PROBE], [PROBE], env={"PYTHONPATH": value})
    probe([PYTHON, PROBE], [PROBE], env={"PYTHONPATH": None})


@test("TMPDIR with a slash at its end, through a link, or not there")
def _():
    os.mkdir("with:colon")
    os.mkdir("real")
    os.symlink("real", "link")
    for value in ("/tmp/", "/tmp/.//", os.path.abspath("with:colon"), os.path.abspath("link"), "/none"):
        probe([PYTHON, PROBE], [PROBE], env={"TMPDIR": value})
    assert os.listdir("real") == [], "something was left behind"


@test("the user's sitecustomize")
def _():
    os.mkdir("site")
    write("site/sitecustomize.py", "import sys, decimal\nsys.marker = __name__, __file__, list(sys.path)\n")
    seen = probe([PYTHON, PROBE], [PROBE], env={"PYTHONPATH": os.path.abspath("site")})
    assert seen["marker"] and "sitecustomize" in seen["modules"]


@test("a sitecustomize that fails")
def _():
    os.mkdir("site")
    env = {"PYTHONPATH": os.path.abspath("site")}
    for text in ("1 / 0", "import nothing_of_that_name", "raise SystemExit(3)", "raise KeyboardInterrupt"):
        write("site/sitecustomize.py", text + "\n")
        one = call(PYTHON, PROBE, env=env)
        two = record(PROBE, options=["-q"], env=env)
        assert one.returncode == two.returncode, (text, one, two)
        assert one.stdout == two.stdout or differ(one.stdout, two.stdout)
        lines = [t for t in two.stderr.splitlines() if "sitecustomize" not in t or "Error" in t]
        assert lines[-1:] == one.stderr.splitlines()[-1:], (one.stderr, two.stderr)


@test("usercustomize runs as it would")
def _():
    os.mkdir("site")
    write("site/usercustomize.py", "import sys\nsys.marker = 'user', list(sys.path)\n")
    probe([PYTHON, PROBE], [PROBE], env={"PYTHONPATH": os.path.abspath("site")})


@test("what stands on standard input is read by the program")
def _():
    seen = probe([PYTHON, PROBE], [PROBE], input="one\ntwo\n")
    assert seen["stdin"] == "one\ntwo\n"


@test("files that were passed in are there")
def _():
    read, write_end = os.pipe()
    os.write(write_end, b"hello")
    os.close(write_end)
    two = record("-c", f"import os; print(os.read({read}, 9))", pass_fds=[read])
    assert two.stdout == "b'hello'\n", two


@test("closed standard files stay closed")
def _():
    code = "import os\nopen('seen', 'w').write(str([os.path.exists(f'/proc/self/fd/{n}') for n in range(3)]))"
    for closing in ("<&-", "<&- >&-", ">&- 2>&-"):
        call("sh", "-c", f'"$1" -c "$2" {closing}', "sh", PYTHON, code)
        with open("seen") as file:
            bare = file.read()
        call("sh", "-c", f'"$0" record -q -o o.coro --python "$1" -c "$2" {closing}', COROGRAPH, PYTHON, code)
        with open("seen") as file:
            assert file.read() == bare, closing


@test("exit codes and messages")
def _():
    for code in ("pass", "import sys; sys.exit(3)", "import sys; sys.exit('a message')", "raise SystemExit(True)",
                 "import os; os._exit(5)", "import sys; sys.exit(256 + 7)"):
        compare([PYTHON, "-c", code], ["-c", code])


@test("the traceback of an exception that nobody caught")
def _():
    write("broken.py", "def inner():\n    return {}['no']\n\ndef outer():\n    inner()\n\nouter()\n")
    for argv in (["broken.py"], ["-m", "broken"], ["-c", "import broken"], ["-m", "no_such_module"]):
        two = compare([PYTHON, *argv], argv)
        assert two.returncode == 1 and two.stderr


@test("a script that cannot be compiled runs nothing, so nothing may be recorded")
def _():
    write("wrong.py", "def f(:\n")
    one, two = call(PYTHON, "wrong.py"), record("wrong.py", options=["-q"])
    assert one.returncode == two.returncode == 1
    assert two.stderr.startswith(one.stderr), two.stderr
    assert os.path.exists(two.trace) or "nothing was recorded" in two.stderr


@test("how deep a program may recurse")
def _():
    write("deep.py", "import sys\ndef f(n):\n    try:\n        return f(n + 1)\n    except RecursionError:\n"
          "        return n\nprint(f(0))\n")
    compare([PYTHON, "deep.py"], ["deep.py"])


@test("children see what they would see")
def _():
    code = (f"import subprocess, sys; print(subprocess.run([sys.executable, {PROBE!r}], capture_output=True, "
            "text=True, stdin=subprocess.DEVNULL).stdout)")
    compare([PYTHON, "-c", code], ["-c", code])


@test("the trace begins where the program does")
def _():
    write("app.py", "def f(): pass\nfor _ in range(10): f()\n")
    os.mkdir("pack")
    write("pack/__main__.py", "import app\n")
    for argv in (["app.py"], ["-m", "app"], ["-c", "import app"], ["pack"], ["-m", "pack"], ["-"]):
        done = record(*argv, options=["-q"], input="import app\n", env={"PYTHONPATH": "."})
        data = report(done.trace)
        foreign = ["site.py", "<frozen site>"] + ["<frozen zipimport>"] * (argv[0] in ("app.py", "-"))
        found = {f["name"] for f in data["functions"] if f["file"].endswith(tuple(foreign))}
        assert found == set(), (argv, found)
        assert function(data, "f")["calls"] == 10, argv
        called = {e["callee"] for e in data["edges"]}
        roots = [f["name"] for n, f in enumerate(data["functions"]) if n not in called and f["calls"]]
        first = "_run_module_as_main" if argv[0] in ("-m", "pack") else "<module>"
        assert first in roots, (argv, roots)
        about = corograph("info", done.trace).stdout
        assert "dropped" not in about, about


@test("a subinterpreter sees what it would see")
def _():
    code = ("import sys\ntry:\n    import _interpreters as i\nexcept ImportError:\n    import _xxsubinterpreters as i\n"
            "n = i.create()\ni.run_string(n, 'import sys, os; print(sys.path, list(sys.modules), dict(os.environ), "
            "sorted(sys.path_importer_cache), flush=True)')\n")
    compare([PYTHON, "-c", code], ["-c", code])


@test("nothing is left in the folder for temporary files")
def _():
    os.mkdir("tmp")
    env = {"TMPDIR": os.path.abspath("tmp"), "PYTHONDONTWRITEBYTECODE": None}
    for code in ("print(1)", "import os; os.kill(os.getpid(), 9)"):
        record("-c", code, env=env)
        assert os.listdir("tmp") == []


@test("the virtual environment's Python is the default, else python3")
def _():
    os.makedirs("env/bin")
    os.makedirs("path")
    write("env/bin/python", f'#!/bin/sh\nexec "{PYTHON}" "$@"\n', executable=True)
    write("path/python3", f'#!/bin/sh\nMARK=path exec "{PYTHON}" "$@"\n', executable=True)
    env = {"VIRTUAL_ENV": os.path.abspath("env"), "PATH": os.path.abspath("path") + ":" + os.environ["PATH"]}
    code = "import os; print(os.environ.get('MARK'))"
    assert record("-c", code, python=None, env=env, trace="1.coro").stdout == "None\n"
    env["VIRTUAL_ENV"] = None
    assert record("-c", code, python=None, env=env, trace="2.coro").stdout == "path\n"


run()
