#!/usr/bin/env python3
"""What must hold for the sources and the binaries as a whole: layers, exports, sizes.

Reads the source tree ($CG_SRC) and what was installed from it ($CG_LIB, $CG_EXT_DIR).
TAP on stdout; a broken rule lists every place.
"""
import os
import re
import subprocess
import sys

SRC = os.environ["CG_SRC"]
OURS = ("libcore", "python", "exporters", "cli", "tests", "doc", "examples", "tools", "m4",
        "build-aux/pep517")
COPIED = re.compile(r"(libtool|lt\w+)\.m4$")  # by libtoolize
MAX_LINES = 600
# Layer of libcore: the layers it may include besides itself.
LAYERS = {
    "base": (),
    "image": ("base",),
    "collector": ("base", "image"),
    "trace": ("base",),
    "graph": ("base", "trace"),
}
# Where an image becomes a trace: nothing else of trace/ may know that there are images.
IMAGE_TO_TRACE = ("libcore/trace/capture", "libcore/trace/load", "libcore/trace/finish")
IMAGE_FILES = ("image/view.h", "image/map.h")
PUBLIC = "corograph.h"
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)
LIBRARIES = {"libc.so", "libz.so", "libm.so", "libpthread.so", "libdl.so", "librt.so"}
SANITIZER_LIBRARIES = {"libasan.so", "libubsan.so", "libgcc_s.so"}

results = []


def rule(name, broken):
    """Record one rule: `broken` lists where it does not hold."""
    results.append((name, list(broken)))


def walk():
    """Paths of all source files, relative to the tree; made and hidden folders left out."""
    for top in OURS:
        for folder, below, files in os.walk(os.path.join(SRC, top)):
            below[:] = sorted(d for d in below if d[0] != "." and d != "__pycache__")
            for name in sorted(files):
                if not COPIED.match(name):
                    yield os.path.relpath(os.path.join(folder, name), SRC)
    for name in ("configure.ac", "Makefile.am", "dev", "README.md", "CONTRIBUTING.md", "NEWS"):
        if os.path.exists(os.path.join(SRC, name)):
            yield name


def read(path):
    with open(os.path.join(SRC, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def allowed(path, quote, target):
    """May the C file at `path` include `target`?"""
    top, layer = (path.split("/") + [""])[:2]
    if target == "Python.h" or target.startswith(("internal/pycore", "cpython/")):
        return top == "python" or path == "tests/bench/floor.c"  # a module of its own
    if quote == "<" or target in ("config.h", PUBLIC):
        return True
    own = os.path.exists(os.path.join(SRC, os.path.dirname(path), target)) or target.startswith(top + "/")
    if top in ("exporters", "cli"):
        return own
    if top != "libcore":
        return True
    if os.path.splitext(path)[0] in IMAGE_TO_TRACE and target in IMAGE_FILES:
        return True
    there = target.split("/")[0]
    return there == layer or there in LAYERS.get(layer, LAYERS)


def check_includes(sources):
    for path in sources:
        for quote, target in INCLUDE.findall(read(path)):
            if not allowed(path, quote, target):
                yield f"{path} includes {target}"


def exports(path):
    out = subprocess.run(["nm", "-D", "--defined-only", path], check=True,
                         capture_output=True, text=True).stdout
    return {line.split()[2] for line in out.splitlines() if len(line.split()) == 3}


def needed(path):
    out = subprocess.run(["readelf", "-d", path], check=True, capture_output=True,
                         text=True).stdout
    return set(re.findall(r"\(NEEDED\).*\[([\w+-]+\.so)", out))


def declared():
    """Functions that the public header declares."""
    text = re.sub(r"/\*.*?\*/", "", read("libcore/corograph.h"), flags=re.S)
    return set(re.findall(r"\bCG_API\b[^;{]*?\b(cg_\w+)\s*\(", text))


def binaries():
    folders = (os.environ["CG_BIN"], os.environ["CG_EXT_DIR"], os.environ["CG_LIB"])
    for folder in folders:
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as f:
                    if f.read(4) == b"\x7fELF":
                        yield path


def check_binaries():
    known = LIBRARIES | (SANITIZER_LIBRARIES if os.environ.get("CG_SANITIZED") == "yes" else set())
    built = list(binaries())
    modules = [p for p in built if os.path.basename(p).startswith("_corograph.")]
    library = [p for p in built if os.path.basename(p).startswith("libcorograph.so")]
    rule("there is a module, a library and a command",
         [] if modules and library and len(built) > 2 else [f"found: {built}"])
    rule("the module exports its init function alone",
         [f"{m}: {s}" for m in modules for s in exports(m) - {"PyInit__corograph"}])
    rule("the library exports what corograph.h declares, all of it and nothing else",
         [f"not declared: {s}" for p in library for s in exports(p) - declared()]
         + [f"not exported: {s}" for p in library for s in declared() - exports(p)])
    rule("zlib is the only library linked",
         [f"{p} needs {n}" for p in built for n in needed(p) - known if not n.startswith("ld-")])


def check_text(paths):
    words = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
    places = re.compile(r"(?<![\w.~$}*])/(?:root|home)/\w")
    for path in paths:
        for n, line in enumerate(read(path).splitlines(), 1):
            if words.search(line) or places.search(line):
                yield f"{path}:{n}: {line.strip()[:80]}"


def main():
    paths = list(walk())
    sources = [p for p in paths if p.endswith((".c", ".h"))]
    code = [p for p in paths if p.endswith((".c", ".h", ".py", ".sh", ".mk", ".m4", ".ac", ".am"))]
    text = [p for p in paths if p.endswith((".c", ".h", ".py", ".sh", ".mk", ".md", ".1", ".1.in", ".awk", ".m4"))]
    rule("the source tree was found", [] if len(sources) > 10 else [SRC])
    rule("each layer includes only what lies below it", check_includes(sources))
    rule(f"no file is longer than {MAX_LINES} lines",
         [f"{p}: {n} lines" for p in code if (n := read(p).count("\n")) > MAX_LINES])
    rule("no note of unfinished work and no path of one machine", check_text(text))
    rule("every header has a guard of its own",
         [p for p in sources if p.endswith(".h")
          and not re.search(r"#ifndef (\w+_H)\n#define \1\n", read(p))])
    check_binaries()
    for n, (name, broken) in enumerate(results, 1):
        print(f"{'not ok' if broken else 'ok'} {n} - {name}")
        for place in broken:
            print(f"#   {place}")
    print(f"1..{len(results)}")
    return any(broken for _, broken in results)


if __name__ == "__main__":
    sys.exit(main())
