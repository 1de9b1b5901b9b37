#!/usr/bin/env python3
"""Hostile input through every command that reads: cut at each length, each byte changed, forged
checksums, random changes, sizes that ask for too much, names that would talk to a terminal.

Each run ends by itself, in little memory, with 1 or 3 and one line that says where, or with
what could be read; and nothing but text reaches the terminal. Prints how many runs over how
many files there were and what the worst one took."""
import os
import random
import shutil
import struct
import subprocess
import zlib
from concurrent.futures import ThreadPoolExecutor

from harness import COROGRAPH, TIMEOUT, corograph, environment, record, run, test, write

CORPUS = os.path.join(os.environ["CG_SRC"], "tests", "corpus")
PEAK = os.path.join(os.environ["CG_BUILD"], "tests", "e2e", "peak")
SANITIZED = os.environ.get("CG_SANITIZED") == "yes"
MEMORY = 256 << 20  # bytes of address space for a run, where no sanitizer reserves terabytes
STRICT = (["verify"], ["report"], ["report", "--format", "json"], ["report", "--view", "tree"],
          ["info"], ["info", "--files"], ["dump"], ["pack", "-q", "-o", "OUT"],
          ["export", "callgrind", "-o", "OUT"], ["export", "pstats", "-o", "OUT"],
          ["export", "speedscope", "-o", "OUT"])
SALVAGE = (["report", "--salvage"], ["report", "--salvage", "--format", "json"],
           ["report", "--salvage", "--view", "tasks"], ["info", "--salvage"],
           ["dump", "--salvage"], ["pack", "-q", "--salvage", "-o", "OUT"],
           ["export", "callgrind", "--salvage", "-o", "OUT"])
EVERY = STRICT + SALVAGE
SUMS = {"files": 0, "runs": 0, "worst": (0, "")}


def is_text(data):
    """UTF-8 without control characters but line ends."""
    text = data.decode("utf-8")
    return not any((ord(c) < 0x20 and c != "\n") or 0x7F <= ord(c) <= 0x9F for c in text)


def one_run(argv, path):
    """(exit code, KB, stdout, stderr) of a command on a file."""
    out = path + ".out"
    argv = [out if word == "OUT" else word for word in argv]
    command = [COROGRAPH, *argv, path]
    if not SANITIZED:
        command = ["sh", "-c", f'ulimit -v {MEMORY >> 10}; exec "$@"', "sh", *command]
    with open(path + ".told", "w+b") as told, open(path + ".said", "w+b") as said:
        done = subprocess.run([PEAK, path + ".peak", "timeout", str(TIMEOUT), *command],
                              env=environment(), stdin=subprocess.DEVNULL, stdout=told, stderr=said)
        told.seek(0)
        said.seek(0)
        result = done.returncode, int(content(path + ".peak")), told.read(), said.read()
    for name in [out] + [path + end for end in (".told", ".said", ".peak")]:
        if os.path.exists(name):
            os.remove(name)
    return result


def fault(argv, path, whole, code, told, said):
    """What is wrong with a run, or None; `whole`: the file may be in order."""
    if not is_text(told) or not is_text(said):
        return "raw bytes"
    lines = said.decode("utf-8").splitlines()
    if code == 0:
        return None if whole or "--salvage" in argv else "taken as it is"
    if code not in (1, 3):
        return "exit code"
    if whole and lines == ["corograph: no place in the tree matches"]:
        return None
    if len(lines) != 1 or not lines[0].startswith("corograph") or path not in lines[0]:
        return "no single line"
    if code == 1:
        return None if argv[-1] == "--files" else "failed"
    if "offset " not in lines[0] and not path.endswith(".live"):
        return "no offset"
    return None


def try_one(name, data, commands, whole):
    """(faults, [(KB, command)]) of the commands on one file."""
    with open(name, "wb") as file:
        file.write(data)
    faults, sizes = [], []
    for argv in commands:
        code, size, told, said = one_run(argv, name)
        found = fault(argv, name, whole, code, told, said)
        sizes.append((size, f"{argv[0]} {name}"))
        if found:
            faults.append((found, argv, name, code, said[:300]))
    os.remove(name)
    return faults, sizes


def try_all(files, commands, whole=False):
    """files: (name, bytes); `commands(i)`: what the i-th of them goes through."""
    faults = []
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(try_one, name, data, commands(i), whole)
                for i, (name, data) in enumerate(files)]
        for job in jobs:
            found, sizes = job.result()
            faults += found
            SUMS["files"] += 1
            SUMS["runs"] += len(sizes)
            SUMS["worst"] = max(SUMS["worst"], *sizes)
    assert not faults, (len(faults), faults[:3])


def in_turn(*groups):
    """From each group of commands one, another one for each file."""
    return lambda i: [group[i % len(group)] for group in groups]


def content(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def bases():
    """Small traces: as recorded, and with groups as an archive has them."""
    for name in "small", "groups":
        yield name, content(CORPUS, "good", name + ".coro")


def repaired(data):
    """With right checksums, as far as heads can be followed."""
    data = bytearray(data)
    data[28:32] = struct.pack("<I", zlib.crc32(data[:28]))
    at = 32
    while at + 28 <= len(data):
        stored, = struct.unpack_from("<I", data, at + 16)
        data[at + 20:at + 24] = struct.pack("<I", zlib.crc32(data[at + 28:at + 28 + stored]))
        data[at + 24:at + 28] = struct.pack("<I", zlib.crc32(data[at:at + 24]))
        at += 28 + stored
    return bytes(data)


def with_byte(data, at, value):
    return data[:at] + bytes([value]) + data[at + 1:]


@test("cut at each length")
def _():
    for name, data in bases():
        try_all([(f"{name}-{n}.coro", data[:n]) for n in range(len(data))],
                in_turn(STRICT, SALVAGE))


@test("each byte changed, in one of four ways")
def _():
    for name, data in bases():
        try_all([(f"{name}-{at}.coro", with_byte(data, at, data[at] ^ (1, 0x80, 0xFF, 0x20)[at % 4]))
                 for at in range(len(data))], in_turn(STRICT, SALVAGE))


@test("each byte changed and the checksums forged")
def _():
    for name, data in bases():
        try_all([(f"{name}-{at}.coro", repaired(with_byte(data, at, data[at] ^ (1, 0x7F, 0x80)[at % 3])))
                 for at in range(32, len(data))], in_turn(EVERY), whole=True)


@test("random changes of a recorded trace and of its archive, checksums forged or not")
def _():
    trace = record("-c", "import asyncio\nasync def f(): await asyncio.sleep(0)\nasyncio.run(f())").trace
    assert corograph("pack", "-q", trace, "-o", "small.coro").returncode == 0
    chance = random.Random(4)
    files = []
    for i in range(150):
        data = bytearray(content((trace, "small.coro")[i % 2]))
        for _ in range(chance.choice((1, 3, 30))):
            data[chance.randrange(8, len(data))] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
        files.append((f"random-{i}.coro", repaired(data) if i % 3 else bytes(data)))
    try_all(files, in_turn(EVERY), whole=True)


@test("the whole corpus through every command")
def _():
    for part in "bad", "unsupported", "good":
        names = sorted(name for name in os.listdir(os.path.join(CORPUS, part)) if name.endswith(".coro"))
        # sum-: only verify finds fault with these
        try_all([(f"{part}-{n}", content(CORPUS, part, n)) for n in names if not n.startswith("sum-")],
                lambda i: EVERY, whole=part == "good")


@test("sizes that ask for a terabyte take no memory")
def _():
    small = content(CORPUS, "good", "small.coro")
    files, at = [], 32
    while at < len(small):
        for field in 12, 16:
            for value in 0x7FFFFFFF, 0xFFFFFFFF, 1 << 24, (1 << 24) + 1:
                data = bytearray(small)
                data[at + field:at + field + 4] = struct.pack("<I", value)
                data[at + 24:at + 28] = struct.pack("<I", zlib.crc32(data[at:at + 24]))
                files.append((f"huge-{at}-{field}-{value}.coro", bytes(data)))
        at += 28 + struct.unpack_from("<I", small, at + 16)[0]
    try_all(files, in_turn(STRICT, SALVAGE))
    bomb = zlib.compress(bytes(16 << 20), 9)
    head = b"STRS" + struct.pack("<HHIIII", 3, 0, 0, 16 << 20, len(bomb), zlib.crc32(bomb))
    data = small[:32] + head + struct.pack("<I", zlib.crc32(head)) + bomb
    try_all([("bomb.coro", data)], lambda i: EVERY)


@test("an image that is cut or changed")
def _():
    record("-c", "import shutil\ndef f(): pass\nf()\nshutil.copy('out.coro.live', 'snap')")
    image, chance = content("snap"), random.Random(5)
    files = [(f"cut-{n}.live", image[:n])
             for n in [chance.randrange(len(image)) for _ in range(30)] + [0, 1, 64, 4096]]
    used = len(image.rstrip(b"\0"))
    for i in range(90):
        data = bytearray(image)
        for _ in range(chance.choice((1, 10, 200))):
            data[chance.randrange(used)] = chance.choice((0, 1, 0xFF, chance.randrange(256)))
        files.append((f"changed-{i}.live", bytes(data)))
    try_all(files, in_turn(EVERY), whole=True)


@test("names that would talk to a terminal: of functions, threads, arguments and files")
def _():
    write("evil.py", """
import sys, threading
def f(): pass
for name in ("\\x1b[2J", "a\\nb", "\\x07", "\\x9b31m", "\\x1b]0;title\\x07", "\\r", "\\x00", "\\x7f"):
    f.__code__ = f.__code__.replace(co_name=name, co_filename="/x/" + name + ".py")
    f()
    t = threading.Thread(target=f, name=name)
    t.start()
    t.join()
""")
    trace = record("evil.py", "\x1b[31mred", "line\nbreak", "\x9b").trace
    name = "\x1b[31mred\n.coro"
    shutil.copy(trace, name)
    for argv in EVERY:
        for path in trace, name:
            code, _, told, said = one_run(argv, path)
            assert code == 0 and is_text(told) and is_text(said), (argv, path, code, told, said)
            SUMS["runs"] += 1
    with open(name, "wb") as file:
        file.write(content(trace)[:-9])
    for argv in STRICT:
        code, _, told, said = one_run(argv, name)
        assert code == 3 and is_text(told) and is_text(said), (argv, code, told, said)
        assert len(said.splitlines()) == 1, said
        SUMS["runs"] += 1


@test("report --salvage shows what is there, and says that parts are missing")
def _():
    trace = record("-c", "import asyncio, json, argparse").trace
    data = content(trace)
    assert "missing" not in corograph("report", trace).stdout
    for length in len(data) // 2, len(data) * 4 // 5, len(data) - 84:
        with open("cut.coro", "wb") as file:
            file.write(data[:length])
        refused = corograph("report", "cut.coro")
        assert refused.returncode == 3 and "--salvage" in refused.stderr, refused.stderr
        done = corograph("report", "--salvage", "cut.coro")
        assert done.returncode == 0 and "incomplete: a part of the trace is missing" in done.stdout
    assert "<module>" in done.stdout and done.stdout.count("\n") > 10, done.stdout


@test("how many there were")
def _():
    size, worst = SUMS["worst"]
    print(f"# {SUMS['runs']} runs over {SUMS['files']} files; the largest took {size / 1024:.1f} MB"
          f" ({worst})")
    assert SUMS["runs"] > 4000 and SUMS["files"] > 2000, SUMS


run()
