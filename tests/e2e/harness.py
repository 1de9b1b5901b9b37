"""What the end-to-end tests share: where things are, how to record and report, TAP.

A test file writes functions marked with @test and ends with `run()`. Each function is one
case: it passes when it returns, and runs in an empty folder of its own.

    from harness import record, report, run, test

    @test("a script's calls are counted")
    def _():
        trace = record("-c", "print(1)").trace
        assert report(trace)["functions"]

    run()

Only the standard library: these tests run on every Python.
"""
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import traceback

BIN = os.environ["CG_BIN"]
COROGRAPH = os.path.join(BIN, "corograph")
PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
EXAMPLES = os.path.join(os.environ["CG_SRC"], "examples")
PYTHON = sys.executable
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
TIMEOUT = 120
CACHE = os.environ.get("COROGRAPH_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "corograph")

# A shell that starts us in the background, or nohup, may have told us to ignore these.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

_tests = []


class Skip(Exception):
    """Raise it to say that a case cannot run here, and why."""


def test(name):
    """Make a function a case of that name."""
    def mark(function):
        _tests.append((name, function))
        return function
    return mark


def run():
    """Run the cases, print TAP, exit with 1 when one failed."""
    print(f"1..{len(_tests)}", flush=True)
    failed = 0
    home = os.getcwd()
    for n, (name, function) in enumerate(_tests, 1):
        with tempfile.TemporaryDirectory(prefix="cg-e2e-") as folder:
            os.chdir(folder)
            try:
                function()
                line = f"ok {n} - {name}"
            except Skip as why:
                line = f"ok {n} - {name} # SKIP {why}"
            except Exception:
                failed += 1
                line = f"not ok {n} - {name}"
                for text in traceback.format_exc().splitlines():
                    print("# " + text)
            os.chdir(home)
        print(line, flush=True)
    sys.exit(failed > 0)


def environment(changes=None):
    """os.environ with changes; a value of None takes a name out."""
    env = dict(os.environ)
    for name, value in (changes or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


def call(*argv, env=None, **more):
    """Run a program to its end: CompletedProcess with text output."""
    if "input" not in more and "stdin" not in more:
        more["stdin"] = subprocess.DEVNULL
    return subprocess.run(argv, env=environment(env), capture_output=True, text=True,
                          timeout=TIMEOUT, **more)


def corograph(*argv, **more):
    """Run a command of corograph."""
    return call(COROGRAPH, *argv, **more)


def record(*argv, options=(), python=PYTHON, trace="out.coro", **more):
    """`corograph record` of what argv names, by this Python unless argv begins with "--".

    The result has, beside a CompletedProcess, `trace`: the file's name."""
    chosen = [] if argv[0] == "--" or python is None else ["--python", python]
    done = corograph("record", "-o", trace, *chosen, *options, *argv, **more)
    done.trace = os.path.abspath(trace)
    decoded(done.trace)
    return done


def decoded(trace):
    """With CG_DECODE=FILE: ask the independent decoder too, and count the trace in FILE."""
    book = os.environ.get("CG_DECODE")
    if book and os.path.isfile(trace):
        compare = os.path.join(os.environ["CG_SRC"], "tests", "decoder", "compare.py")
        done = call(sys.executable, compare, COROGRAPH, trace, book)
        assert done.returncode == 0, done.stderr


def report(trace):
    """The JSON report of a trace."""
    done = corograph("report", "--format", "json", trace)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def function(data, name):
    """The one function of a report with that qualified name."""
    found = [f for f in data["functions"] if f["name"] == name]
    assert len(found) == 1, f"{len(found)} functions are named {name}"
    return found[0]


def packages(kind="packages"):
    """The environment of one kind of packages, for this Python: its bin folder."""
    name = "%s-%d.%d%s" % (kind, *sys.version_info[:2], "t" if FREE_THREADED else "")
    return os.path.join(CACHE, name, "bin")


def packaged(name, kind="packages"):
    """packages(kind), with that package of the index installed when need be.

    Skips the case when it cannot be had. Kinds do not see each other's packages."""
    python = os.path.join(packages(kind), "python")
    home = os.path.dirname(packages(kind))
    os.makedirs(CACHE, exist_ok=True)
    with open(home + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        steps = ([PYTHON, "-m", "venv", home],
                 [python, "-m", "pip", "install", "-q", "--only-binary", ":all:", name])
        if kind == "greenlets":
            steps = steps[:1] + without_gil(python) + steps[1:]
        for step in steps[os.path.exists(python):]:
            if os.path.exists(python) and call(python, "-c", "import " + name).returncode == 0:
                break
            made = call(*step)
            if made.returncode:
                raise Skip(f"{name} cannot be had: {made.stderr.strip().splitlines()[-1:]}")
    return packages(kind)


def without_gil(python):
    """Steps that make the greenlet which leaves the GIL off, where that can be.

    The index has only one that switches it on for 3.13t, ready made; 3.5.0 is the last one
    whose sources 3.13 compiles."""
    if not FREE_THREADED or not shutil.which("g++"):
        return ()
    build = [python, "-m", "pip", "install", "-q", "--no-binary", "greenlet", "greenlet==3.5.0"]
    return ([python, "-c", "import subprocess; subprocess.call(%r)" % build],)


def program(name):
    """Path of a program in tests/e2e/programs."""
    return os.path.join(PROGRAMS, name)


def write(name, text, executable=False):
    """Make a file in the current folder."""
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    if executable:
        os.chmod(name, 0o755)
    return name
