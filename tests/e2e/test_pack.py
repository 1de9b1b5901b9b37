#!/usr/bin/env python3
"""`corograph pack`: smaller, the same numbers, checked, reproducible, with hashes."""
import hashlib
import os
import subprocess

from harness import COROGRAPH, EXAMPLES, corograph, record, report, run, test, write

PROGRAM = "import argparse\nimport helper\nfor n in range(50): helper.work(n)\n" \
          "argparse.ArgumentParser().parse_args([])\n"
HELPER = "def work(n):\n    return sum(x for x in range(n))\n"


def packed():
    """Names of a trace and of its archive."""
    write("helper.py", HELPER)
    write("app.py", PROGRAM)
    trace = record("app.py", env={"PYTHONDONTWRITEBYTECODE": "1"}).trace
    done = corograph("pack", trace, "-o", "small.coro")
    assert done.returncode == 0, done.stderr
    assert " was " in done.stderr and "source files hashed" in done.stderr, done.stderr
    return trace, "small.coro"


def files(archive):
    """{base name: state} of info --files."""
    lines = corograph("info", "--files", archive).stdout.splitlines()
    return {os.path.basename(line[12:]): line[:12].strip() for line in lines
            if line[12:].endswith(".py")}


def content(name):
    with open(name, "rb") as file:
        return file.read()


HASH = 16  # bytes of one, of which nothing shrinks


@test("an archive is smaller than what record left, but for the hashes")
def _():
    large = "import argparse, asyncio, json, logging, unittest\n"
    write("large.py", large + "for n in range(99): json.dumps([n, json.loads('{}')])\n")
    for argv in (["-c", "def f(): pass\nf()"], [os.path.join(EXAMPLES, "seed.py")], ["large.py"]):
        trace = record(*argv).trace
        done = corograph("pack", trace, "-o", "small.coro")
        assert done.returncode == 0, done.stderr
        before, after = os.path.getsize(trace), os.path.getsize("small.coro")
        print(f"# {os.path.basename(argv[-1])!r}: {before} to {after} bytes,"
              f" {len(files('small.coro'))} files")
        assert after - HASH * len(files("small.coro")) < before, (argv, before, after)


@test("an archive is in order and gives the same numbers")
def _():
    trace, archive = packed()
    assert os.path.getsize(archive) - HASH * len(files(archive)) < os.path.getsize(trace)
    assert corograph("verify", archive).returncode == 0
    assert report(archive) == report(trace)
    for kind in ("callgrind", "pstats", "speedscope"):
        corograph("export", kind, trace, "-o", "a")
        corograph("export", kind, archive, "-o", "b")
        assert content("a").replace(trace.encode(), b"") == \
            content("b").replace(archive.encode(), b""), kind


@test("the same trace and files give the same bytes; packing twice changes nothing")
def _():
    trace, archive = packed()
    for name in (trace, archive):
        assert corograph("pack", "-q", name, "-o", "again.coro").returncode == 0
        assert content("again.coro") == content(archive), name
    with open(trace, "rb") as file:
        done = subprocess.run([COROGRAPH, "pack", "-q", "-", "-o", "-"], stdin=file,
                              capture_output=True, timeout=60)
    assert done.returncode == 0 and done.stdout == content(archive), done.stderr
    assert not done.stderr, done.stderr


@test("hashes are the first half of the SHA-256 of the source files")
def _():
    _, archive = packed()
    lines = corograph("dump", archive).stdout.splitlines()
    strings = [line.split(" ", 2)[2][1:-1] for line in lines if line.startswith("string ")]
    found = 0
    for line in lines:
        if not line.startswith("source "):
            continue
        row = dict(part.split("=") for part in line.split()[2:])
        name = strings[int(row["file"])]
        if os.path.basename(name) in ("helper.py", "argparse.py"):
            got = "".join(f"{int(row.get(f'sha256_{i}', 0)):016x}" for i in range(2))
            assert got == hashlib.sha256(content(name)).hexdigest()[:32], name
            found += 1
    assert found == 2, found


@test("info tells which files have changed since")
def _():
    trace, archive = packed()
    assert files(archive)["helper.py"] == files(archive)["app.py"] == "ok"
    write("helper.py", HELPER + "\n")
    os.remove("app.py")
    assert files(archive)["helper.py"] == "changed"
    assert files(archive)["app.py"] == "missing"
    text = corograph("info", archive).stdout
    assert "1 changed, 1 missing" in text, text
    assert "no archive" in corograph("info", "--files", trace).stderr


@test("what was damaged is refused; salvaged, it says that parts are missing")
def _():
    trace, _ = packed()
    with open("cut.coro", "wb") as file:
        file.write(content(trace)[:-100])
    done = corograph("pack", "cut.coro", "-o", "out2.coro")
    assert done.returncode == 3 and not os.path.exists("out2.coro"), done.stderr
    done = corograph("pack", "--salvage", "cut.coro", "-o", "out2.coro")
    assert done.returncode == 0 and "missing" in done.stderr, done.stderr
    assert "incomplete" in corograph("info", "out2.coro").stdout
    assert corograph("verify", "out2.coro").returncode == 3


@test("what cannot be written is told, and nothing is left behind")
def _():
    trace, archive = packed()
    before = content(archive)
    done = corograph("pack", trace, "-o", "no/such/folder.coro")
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done.stderr
    with open("/dev/full", "wb") as full:
        done = subprocess.run([COROGRAPH, "pack", trace, "-o", "-"], stdout=full,
                              stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1, done.stderr
    assert corograph("pack", trace).returncode == 2
    assert content(archive) == before
    assert not [name for name in os.listdir(".") if name.endswith(".tmp")]


run()
