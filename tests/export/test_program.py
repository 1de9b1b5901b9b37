#!/usr/bin/env python3
"""What every exporter is as a program: options, names, errors, and what is left behind."""
import gzip
import os
import re
import signal
import subprocess
import tempfile
import time

from model import CASES, OUTSIDE, Exports, Tap

FORMATS = ("callgrind", "pstats", "speedscope")
NAMES = {"callgrind": "callgrind.out.app-4242", "pstats": "app.4242.pstats",
         "speedscope": "app.4242.speedscope.json"}


def check_help(t, e, form):
    done = e.run(form, "--help")
    rows = re.findall(r"^  (?:-\w, |    )--([\w-]+)", done.stdout.decode(), re.M)
    t.ok(done.returncode == 0 and not done.stderr and len(rows) >= 8 and
         {"output", "tasks", "help", "version"} <= set(rows), f"{form}: --help", done)
    t.ok(max(map(len, done.stdout.decode().splitlines())) <= 90, f"{form}: help fits the screen")
    done = e.run(form, "--version")
    t.eq((done.returncode, done.stdout.decode()),
         (0, f"corograph-{form} {os.environ['CG_VERSION']}\n"), f"{form}: --version")


def check_page(t, e, form):
    """The manual page has the options of the help, no more, no less."""
    with open(os.path.join(os.environ["CG_SRC"], "doc", "man", f"corograph-{form}.1")) as f:
        page = f.read()
    section = re.search(r"^\.SH OPTIONS\n(.*?)^\.SH ", page, re.S | re.M)[1]
    heads = " ".join(re.findall(r"^\.TP\n(.*)", section, re.M)).replace("\\-", "-")
    there = set(re.findall(r"--[a-z-]+|(?<![\w-])-[a-zA-Z]\b", heads))
    rows = re.findall(r"^  (-\w)?,?\s+(--[\w-]+)", e.run(form, "--help").stdout.decode(), re.M)
    t.eq(there, {o for row in rows for o in row if o}, f"{form}: the manual page has each option")


def check_usage(t, e, form):
    own = {"callgrind": ["--events=wall,wall", "--events=", "--events=wall,", "--events=bus"],
           "pstats": ["--metric=x", "--limit=-1", "--limit=1x", "--names"],
           "speedscope": ["--min-share=101", "--min-share=x", "--min-share=nan", "--pruned=no"]}
    bad = []
    e.write(CASES["seed"]())
    for words in ([], ["a", "b"], ["--nothing", "a"], ["-x", "a"], ["--tasks=x", "a"], ["-o"],
                  ["--quiet=1", "a"], ["app.4242.coro", "-o", ""],
                  *([w, "a"] if "=" in w else [w] for w in own[form])):
        done = e.run(form, *words)
        lines = done.stderr.decode().splitlines()
        if done.returncode != 2 or len(lines) != 1 or done.stdout or not (
                lines[0].startswith(f"corograph-{form}: ") and lines[0].endswith("--help'")
                or words[-1] == ""):
            bad.append((words, done))
    t.ok(not bad, f"{form}: mistakes are exit 2 and one line", *bad)


def check_names(t, e, form):
    trace = e.write(CASES["seed"]())
    done = e.run(form, trace)
    line = done.stderr.decode()
    t.ok(done.returncode == 0 and os.path.exists(e.path(NAMES[form])) and
         line.count("\n") == 1 and NAMES[form] in line, f"{form}: the default name", done)
    with open(e.path(NAMES[form]), "rb") as f:
        want = f.read()
    got = [e.run(form, trace, "-o", "-").stdout, e.run(form, trace, "-o-").stdout,
           e.run(form, "--output=-", "--", trace).stdout]
    with open(e.path(trace), "rb") as f:
        got.append(e.run(form, "-", stdin=f).stdout)
    t.ok(got == [want] * 4, f"{form}: the same on standard output, and from standard input")
    done = e.run(form, trace, "-qo", "x.gz")
    with gzip.open(e.path("x.gz")) as f:
        t.ok(f.read() == want and not done.stderr, f"{form}: a name in .gz is compressed", done)
    os.remove(e.path("x.gz"))
    e.run(form, "-q", "--gzip", e.write(CASES["seed"](), "plain.coro"))
    name = {"callgrind": "callgrind.out.plain-4242.gz", "pstats": "plain.pstats.gz",
            "speedscope": "plain.speedscope.json.gz"}[form]
    t.ok(os.path.exists(e.path(name)), f"{form}: the name of a trace without a process id",
         os.listdir(e.folder))
    os.remove(e.path(name))
    os.remove(e.path(NAMES[form]))


def check_files(t, e, form):
    """What stands under the name of the output before."""
    trace = e.write(CASES["seed"]())
    want = e.run(form, trace, "-o", "-").stdout
    with open(e.path("real"), "w") as f:
        f.write("old")
    os.chmod(e.path("real"), 0o640)
    os.symlink("real", e.path("link"))
    done = e.run(form, trace, "-o", "link")
    with open(e.path("real"), "rb") as f:
        t.ok(f.read() == want and os.path.islink(e.path("link")) and done.returncode == 0 and
             os.stat(e.path("real")).st_mode & 0o777 == 0o640,
             f"{form}: a link is followed, permissions stay")
    os.remove(e.path("link"))
    os.remove(e.path("real"))
    mask = os.umask(0o027)
    e.run(form, trace, "-qo", "new")
    os.umask(mask)
    t.eq(os.stat(e.path("new")).st_mode & 0o777, 0o640, f"{form}: a new file obeys the umask")
    os.remove(e.path("new"))
    t.eq(e.run(form, trace, "-qo", "/dev/null").returncode, 0, f"{form}: a device is written to")


def left(e):
    return sorted(n for n in os.listdir(e.folder) if not n.endswith(".coro"))


def check_failures(t, e, form):
    trace = e.write(CASES["names"]())
    e.write(CASES["seed"](), "ok.coro")
    with open(e.path("empty.coro"), "w"):
        pass
    failing = [
        (1, ["none.coro"], "none.coro: No such file"),
        (3, ["empty.coro"], "empty.coro: offset 7: damaged; --salvage takes what can be read"),
        (1, [trace, "-o", "/dev/full"], "/dev/full: cannot write: No space left"),
        (1, [trace, "-o", "/none/there"], "/none/there: cannot write: No such file"),
        (1, [trace, "-o", "."], "Is a directory"),
        (1, [trace, "-o", "x" * 300], "too long"),
    ]
    for code, words, text in failing:
        done = e.run(form, *words)
        lines = done.stderr.decode().splitlines()
        t.ok(done.returncode == code and len(lines) == 1 and text in lines[0] and
             lines[0].startswith(f"corograph-{form}: ") and left(e) == [],
             f"{form}: {text[:60]}", done, left(e))
    with open("/dev/full", "wb") as full:
        done = e.run(form, trace, "-o", "-", stdout=full)
        t.ok(done.returncode == 1 and b"standard output: cannot write: No space" in done.stderr,
             f"{form}: standard output is full", done)
        done = e.run(form, "--help", stdout=full)
        t.ok(done.returncode == 1, f"{form}: so for the help", done)
    reader, writer = os.pipe()
    os.close(reader)
    done = e.run(form, trace, "-o", "-", stdout=writer)
    os.close(writer)
    t.ok(done.returncode == 1 and b"Broken pipe" in done.stderr, f"{form}: a closed pipe", done)
    t.eq(e.run(form, "--salvage", "-o", "-", "empty.coro").returncode, 0, f"{form}: --salvage")
    for words in (["-o", "out"], ["-o", "-"]):
        with open(e.path("out"), "w") as f:
            f.write("old")
        done = subprocess.run(["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", e.program, form, trace,
                               *words], cwd=e.folder, env=OUTSIDE, stderr=subprocess.PIPE,
                              stdout=subprocess.DEVNULL)
        with open(e.path("out")) as f:
            kept = f.read()
        if words[1] == "out":
            t.ok(done.returncode == 1 and kept == "old" and left(e) == ["out"] and
                 b"File too large" in done.stderr, f"{form}: an older file survives a failure",
                 done, left(e))
        os.remove(e.path("out"))


def check_memory(t, e, form):
    e.write(CASES["names"]())
    e.write(CASES["ring"](), "ring.coro")
    for trace, options in (("app.4242.coro", []), ("ring.coro", ["--tasks=creator", "--gzip"])):
        if form == "pstats":
            options = [*options, "--limit=2"]
        bad, n = [], 0
        while n < 2000:
            done = e.run(form, f"out-of-memory:{n}:{trace}", "-q", "-o", "out", *options)
            if done.returncode == 0:
                break
            if done.returncode != 1 or b": out of memory" not in done.stderr or left(e):
                bad.append((n, done, left(e)))
            n += 1
        t.ok(not bad and 10 < n < 2000 and left(e) == ["out"],
             f"{form}: each of its allocations fails well ({' '.join(options)})", n, *bad[:3])
        os.remove(e.path("out"))


def check_signal(t, e, form):
    """Interrupted while the output is half written: there is a temporary file by then."""
    with open(e.path("wide.coro"), "w") as f:
        f.write("I\t1\t3\nT\t1\t1\tMainThread\nN\t0\t0\n")
        f.writelines(f"F\t0\t{i}\tfunction_{i}\t/srv/{i % 9}.py\tm\n" for i in range(300_000))
        f.writelines(f"N\t1\t{i}\t0\t1\t1\t{i}\t{i}\t{i}\t-1\n" for i in range(300_000))
    for number in (signal.SIGINT, signal.SIGTERM):
        p = subprocess.Popen([e.program, form, "wide.coro", "--gzip", "-qo", "out"], cwd=e.folder,
                             env=OUTSIDE)
        while p.poll() is None and not left(e):
            time.sleep(0.001)
        p.send_signal(number)
        code = p.wait()
        if code == 0:
            t.skip(f"{form}: signal {number} ends it", "it was faster")
            os.remove(e.path("out"))
        else:
            t.eq(code, -number, f"{form}: signal {number} ends it")
        t.eq(left(e), [], f"{form}: and nothing is left")
    os.remove(e.path("wide.coro"))


def main():
    t = Tap()
    with tempfile.TemporaryDirectory() as folder:
        e = Exports(folder)
        for form in FORMATS:
            check_help(t, e, form)
            check_page(t, e, form)
            check_usage(t, e, form)
            check_names(t, e, form)
            check_files(t, e, form)
            check_failures(t, e, form)
            check_memory(t, e, form)
            check_signal(t, e, form)
    t.done()


if __name__ == "__main__":
    main()
