#!/usr/bin/env python3
"""doc/trace-format.md against the code: columns, limits, constants, the bytes of an example."""
import os
import re
import sys

SRC = os.environ["CG_SRC"]
sys.path.insert(0, os.path.join(SRC, "tests", "decoder"))
import annotate  # noqa: E402
import decode  # noqa: E402

count = bad = 0


def ok(good, name, *lines):
    global count, bad
    count += 1
    bad += not good
    print(f"{'' if good else 'not '}ok {count} - {name}")
    for line in () if good else lines:
        print("# " + str(line))


def read(*path):
    with open(os.path.join(SRC, *path), encoding="utf-8") as file:
        return file.read()


DOCUMENT = read("doc", "trace-format.md")
FORMAT = read("libcore", "trace", "format.h")
LAYOUT = read("libcore", "trace", "layout.c")


def documented(kind):
    """{id: column} of a section 6.x."""
    section = re.search(rf"^### 6\.\d+ {kind}\b.*?(?=^###? )", DOCUMENT, re.S | re.M).group(0)
    return {int(n): name for n, name in re.findall(r"^\| (\d+) \| `([a-z0-9_.]+)` \|", section, re.M)}


def in_layout(kind):
    return {int(n): name for n, name in
            re.findall(rf"\b{kind}\((\d+), ([a-z0-9_.]+)[,)]", LAYOUT)}


def in_decoder(kind):
    return {i: name.rstrip("?-@=!") for i, name in enumerate(decode.TABLES[kind][2].split(), 1)}


def check_columns():
    for kind in decode.TABLES:
        page = documented(kind)
        ok(page and page == in_decoder(kind), f"{kind}: the decoder has the documented columns",
           page, in_decoder(kind))
        if kind in ("STRS", "ARGV"):
            continue
        code = in_layout(kind)
        if kind == "NODE":
            code.update({1: "up", 2: "outer"})
        ok(page == code, f"{kind}: the library has them too", page, code)


def check_limits():
    rows = re.findall(r"^\| `(CG_TRACE_\w+)` \| (\d+) \|", DOCUMENT, re.M)
    ok(len(rows) >= 10, "limits are documented")
    for name, value in rows:
        found = re.search(rf"\b{name} = ([^,/]+?)[,\s]*(?:/\*|\n|\}})", FORMAT)
        ok(found and eval(found.group(1)) == int(value), f"{name} is {value}", found)
    named = set(re.findall(r"\b(CG_TRACE_\w+_(?:MAX|MOST))\b", FORMAT)) - {"CG_TRACE_COLUMNS_MAX"}
    ok(named == {name for name, _ in rows}, "and no limit is missing", named)


def check_constants():
    def constant(name):
        return int(re.search(rf"\b{name} = (\d+)", FORMAT).group(1))

    ok(f"Version {constant('CG_TRACE_MAJOR')}.{constant('CG_TRACE_MINOR')}." in DOCUMENT, "version")
    ok(constant("CG_TRACE_HEADER_SIZE") == decode.HEADER, "size of the header")
    ok(constant("CG_TRACE_CHUNK_SIZE") == decode.HEAD, "size of a head")
    ok(constant("CG_TRACE_END_SIZE") == decode.END, "size of an end")
    ok(f"last {decode.HEAD + decode.END} bytes" in DOCUMENT, "where the end is")
    types = set(re.findall(r"CG_TRACE_TYPE\('(.)', '(.)', '(.)', '(.)'\)", FORMAT))
    ok({"".join(t) for t in types} == set(decode.TABLES) | set(decode.WHOLE), "chunk types")


def check_example():
    path = os.path.join(SRC, "tests", "corpus", "good", "small.coro")
    ok(annotate.section(path, DOCUMENT) == DOCUMENT, "the example's bytes",
       f"run: tests/decoder/annotate.py {path} doc/trace-format.md")


def check_codings():
    """The two worked examples."""
    rows = [0, 0, 7, 0, 300, 0]
    for name, coding in (("DENSE", 0), ("SPARSE", 1), ("PLANES", 2)):
        text = re.search(rf"^    {name} +((?:[0-9a-f]{{2}} +)*[0-9a-f]{{2}})", DOCUMENT, re.M).group(1)
        data = decode.Bytes(bytes.fromhex(text))
        ok(decode.CODINGS[coding](data, 6) == rows and not data.left(), f"{name} as shown", text)
    for number, text in re.findall(r"^\| ([\d^ -]+) \| `([0-9a-f ]+)` \|$", DOCUMENT, re.M):
        value = eval(number.replace("^", "**"))
        ok(decode.Bytes(bytes.fromhex(text)).varint() == value, f"{number} as shown", text)


check_columns()
check_limits()
check_constants()
check_example()
check_codings()
print(f"1..{count}")
sys.exit(bad > 0)
