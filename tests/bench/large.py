#!/usr/bin/env python3
"""Large traces: memory, bytes, seconds to finish, read and export; peers on one program.

usage: large.py BUILD-FOLDER PREFIX PYTHON

Prints tables and a line for each target: its figure, and ok or SHORT. A trace of a million
nodes is made by bench_large, with the collector and the writer of the build folder. Times
are the best of several runs, peak memory is the largest that the kernel saw.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

from machine import ask, first_in_line, peers, say, version_of

HERE = os.path.dirname(os.path.abspath(__file__))
FORMATS = ("callgrind", "pstats", "speedscope")
PEERS = ("yappi callgrind", "yappi pstat", "cProfile dump_stats", "pyprof2calltree", "viztracer")
ROUNDS = 3
LAYERS, WIDTH = 20, 1000  # 20 000 functions in all; 1000 + 219 000 edges
# what is made of real programs of the standard library; lib2to3 is gone in 3.13
PROGRAMS = {
    "pip list": ["-m", "pip", "--disable-pip-version-check", "list"],
    "pydoc json": ["-m", "pydoc", "json"],
    "lib2to3 argparse.py": ["-c", "import argparse, runpy, sys; "
                            "sys.argv = ['lib2to3', argparse.__file__]; "
                            "runpy.run_module('lib2to3', run_name='__main__')"],
}


def write_program(path):
    """Every function calls 11 or 12 of the next layer, each of which does its work once."""
    with open(path, "w") as f:
        f.write("done = set()\n")
        for layer in range(LAYERS):
            for i in range(WIDTH):
                n = layer * WIDTH + i
                f.write(f"def f{n}():\n if {n} in done: return\n done.add({n})\n")
                count = 11 + (i % 19 < 10) if layer < LAYERS - 1 else 0
                for k in range(count):
                    f.write(f" f{(layer + 1) * WIDTH + (i + k * 97) % WIDTH}()\n")
        f.write("def main():\n")
        f.writelines(f" f{i}()\n" for i in range(WIDTH))
        f.write('if __name__ == "__main__":\n main()\n')


def run(command, **options):
    """Seconds and peak memory of a process that must end well."""
    start = time.perf_counter()
    process = subprocess.Popen(first + command, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, **options)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return took, usage.ru_maxrss * 1024


def told(command, **options):
    """The JSON that a command prints."""
    return json.loads(subprocess.check_output(first + command, stdin=subprocess.DEVNULL,
                                              text=True, **options))


def export(form, trace):
    """The best time of the program that makes an export, its largest peak, bytes written."""
    out = os.path.join(folder, "out")
    runs = [run([os.path.join(prefix, "bin", "corograph"), "export", form, "-q", "-o", out, trace])
            for _ in range(ROUNDS)]
    return min(took for took, _ in runs), max(peak for _, peak in runs), os.path.getsize(out)


def record(trace, program):
    command = [os.path.join(prefix, "bin", "corograph"), "record", "-q", "-o", trace, "--", python]
    subprocess.run(first + command + program, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def target(what, figure, unit, limit, least=False):
    good = figure >= limit if least else figure <= limit
    return (f"- {what}: {figure:.3g} {unit}, at {'least' if least else 'most'} {limit}: "
            f"{'ok' if good else 'SHORT'}")


def measure_million():
    """The table and the targets of the trace of a million nodes."""
    bench = os.path.join(build, "tests", "bench", "bench_large")
    trace = os.path.join(folder, "million.coro")
    made = min((told([bench, "make", trace]) for _ in range(ROUNDS)),
               key=lambda found: found["finish_s"])
    tasks, found = told([bench, "tasks"]), told([bench, "read", trace])
    decoded, nodes = found["decoded_bytes"], found["nodes"]
    lines = [
        "| a trace of a million nodes | |", "| --- | ---: |",
        f"| memory of a node while it is recorded | {made['node_bytes']:.0f} bytes |",
        f"| of a function | {made['function_bytes']:.0f} bytes |",
        f"| of a task that lives | {tasks['task_bytes']:.0f} bytes |",
        f"| from the image to the trace | {made['finish_s']:.2f} s |",
        f"| the trace, a node | {made['trace_bytes'] / nodes:.2f} bytes |",
        f"| decoded | {decoded / 1e6:.0f} MB |",
        f"| reading the trace | {found['read_s']:.3f} s |",
        f"| the graph's numbers | {found['graph_s']:.3f} s |", "",
        "| export of it | bytes written | from the graph to the file | MB/s | "
        "the whole program | peak memory |", "| --- |" + " ---: |" * 5]
    targets = [target("a million nodes from image to trace", made["finish_s"], "s", 1),
               target("reading", nodes / found["read_s"] / 1e6, "million nodes/s", 10, True)]
    for form in FORMATS:
        wrote = told([bench, "write", trace, form, os.path.join(folder, "out")])
        speed = wrote["bytes"] / wrote["write_s"] / 1e6
        seconds, peak, _ = export(form, trace)
        lines.append(f"| {form} | {wrote['bytes'] / 1e6:.1f} MB | {wrote['write_s']:.3f} s | "
                     f"{speed:.0f} | {seconds:.2f} s | {peak / 2**20:.0f} MiB |")
        targets += [target(f"{form}, writing", speed, "MB/s", 200, True),
                    target(f"{form}, peak memory", peak / decoded, "x decoded", 3)]
    return lines, targets


def measure_programs():
    """Bytes a node of what real programs leave."""
    lines, targets = ["| a real program | nodes | trace | bytes a node, all else included |",
                      "| --- |" + " ---: |" * 3], []
    for name, program in PROGRAMS.items():
        trace = os.path.join(folder, "real.coro")
        try:
            record(trace, program)
        except subprocess.CalledProcessError:
            say(f"bench: not recorded: {name}")
            continue
        nodes, size, columns = node_bytes(trace)
        lines.append(f"| {name} | {nodes:,} | {size / 1000:.0f} kB | {size / nodes:.2f} |")
        targets.append(target(f"{name}, columns of a node", columns / nodes, "bytes", 3))
    return lines, targets


def node_bytes(trace):
    """Nodes, bytes of the trace, bytes of its chunks of nodes."""
    nodes = columns = 0
    with open(trace, "rb") as f:
        data = f.read()
    at = 32
    while at < len(data):
        stored = int.from_bytes(data[at + 16:at + 20], "little")
        if data[at:at + 4] == b"NODE":
            columns += 28 + stored
        elif data[at:at + 4] == b"END ":
            nodes = int.from_bytes(data[at + 28 + 32:at + 28 + 36], "little")
        at += 28 + stored
    return nodes, len(data), columns


def measure_peers():
    """The same program under each tool."""
    program = os.path.join(folder, "program20000.py")
    trace, profile = os.path.join(folder, "program.coro"), os.path.join(folder, "profile")
    write_program(program)
    record(trace, [program])
    found = {}
    for form in FORMATS:
        seconds, peak, size = export(form, trace)
        found[form] = {"seconds": seconds, "peak": peak, "bytes": size}
    env = dict(os.environ, PYTHONPATH=peers(python, version_of(python)))
    for tool in PEERS:
        out = profile if tool == "cProfile dump_stats" else os.path.join(folder, "out.json")
        source = profile if tool == "pyprof2calltree" else program
        try:
            runs = [told([python, os.path.join(HERE, "saving.py"), tool, source, out], env=env)
                    for _ in range(ROUNDS - 1)]
            found[tool] = min(runs, key=lambda one: one["seconds"])
        except subprocess.CalledProcessError:
            say(f"bench: not measured: {tool}")
    lines = ["| 20 000 functions, 220 000 edges | seconds | MB written | peak memory |",
             "| --- |" + " ---: |" * 3]
    for name, one in found.items():
        shown = f"corograph export {name}" if name in FORMATS else name
        lines.append(f"| {shown} | {one['seconds']:.3f} | {one['bytes'] / 1e6:.1f} | "
                     f"{one['peak'] / 2**20:.0f} MiB |")
    return lines, list(compare(found))


def compare(found):
    for form, tool, least in (("callgrind", "yappi callgrind", 20), ("pstats", "yappi pstat", 20),
                              ("pstats", "cProfile dump_stats", 3),
                              ("callgrind", "cProfile dump_stats", 3)):
        if tool in found:
            yield target(f"export {form} beside {tool}",
                         found[tool]["seconds"] / found[form]["seconds"], "times as fast",
                         least, True)


def main():
    global build, prefix, python, folder, first
    build, prefix, python = sys.argv[1:]
    first = first_in_line()
    with tempfile.TemporaryDirectory(prefix="corograph-bench-") as folder:
        print(f"## Large traces\n\nPython {ask(python, 'sys.version.split()[0]')}\n")
        targets = []
        for part in (measure_million, measure_programs, measure_peers):
            lines, found = part()
            print("\n".join(lines) + "\n", flush=True)
            targets += found
        print("\n".join(targets))


if __name__ == "__main__":
    main()
