#!/usr/bin/env python3
"""The corpus through `corograph verify`, `corograph dump` and the independent decoder."""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.join(os.environ["CG_SRC"], "tests", "corpus")
COROGRAPH = os.path.join(os.environ["CG_BIN"], "corograph")
sys.path.insert(0, os.path.join(os.environ["CG_SRC"], "tests", "decoder"))
import decode  # noqa: E402

count = bad = 0


def ok(good, name, *lines):
    global count, bad
    count += 1
    bad += not good
    print(f"{'' if good else 'not '}ok {count} - {name}")
    for line in () if good else lines:
        print("# " + str(line))


def run(*args):
    done = subprocess.run([COROGRAPH, *args], capture_output=True, encoding="utf-8")
    return done.returncode, done.stdout, done.stderr


def refusal(path):
    """How the decoder refuses a file: (kind, offset), or None."""
    try:
        decode.read(path)
    except decode.TraceError as error:
        return error.kind, error.offset
    return None


def files(folder):
    for name in sorted(os.listdir(os.path.join(HERE, folder))):
        if name.endswith(".coro"):
            yield name[:-5], os.path.join(HERE, folder, name)


def check_good(name, path):
    code, out, err = run("verify", path)
    ok(code == 0 and out.startswith(f"{path}: ok, ") and not err, f"{name} is in order", out, err)
    code, out, err = run("dump", path)
    ours = "".join(line + "\n" for line in decode.dump(decode.read(path)))
    ok(code == 0 and out == ours, f"{name}: the decoder reads the same", out, ours)


def check_bad(name, path, folder):
    code, out, err = run("verify", path)
    ok(code == 3 and not out, f"{name} is refused", code, out)
    ok(re.fullmatch(r"corograph: .*\n", err) and path in err, f"{name}: in one line", err)
    told = re.search(r": offset (\d+): ", err)
    theirs = refusal(path)
    if name.startswith("sum-"):
        ok(theirs is None and run("dump", path)[0] == 0, f"{name} can be read", theirs)
        return
    ok(theirs and told and theirs[1] == int(told.group(1)),
       f"{name}: the decoder refuses it at the same byte", theirs, err)
    ok(theirs and (theirs[0] == "unsupported") == (folder == "unsupported"),
       f"{name}: as {folder}", theirs)
    ok(("newer" in err) == (folder == "unsupported"), f"{name}: in the right words", err)


def check_made():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, os.path.join(HERE, "make.py"), folder], check=True)
        for part in ("good", "bad", "unsupported"):
            here = {n: open(p, "rb").read() for n, p in files(part)}
            there = {}
            for name in os.listdir(os.path.join(folder, part)):
                with open(os.path.join(folder, part, name), "rb") as file:
                    there[name[:-5]] = file.read()
            ok(here == there, f"{part} is what make.py makes",
               [n for n in {**here, **there} if here.get(n) != there.get(n)])


def check_readme():
    with open(os.path.join(HERE, "README.md"), encoding="utf-8") as file:
        rows = re.findall(r"^\| ([a-z0-9, -]+) \|", file.read(), re.M)
    named = {name for row in rows for name in row.split(", ")} - {"file"}
    there = {name for part in ("good", "bad", "unsupported") for name, _ in files(part)}
    ok({n for n in named if n.strip("-")} - {"---"} == there, "the README names each file",
       there ^ named)


for part in ("good", "bad", "unsupported"):
    for name, path in files(part):
        if part == "good":
            check_good(name, path)
        else:
            check_bad(name, path, part)
check_made()
check_readme()
print(f"1..{count}")
sys.exit(bad > 0)
