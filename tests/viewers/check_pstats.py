"""pstats exports: the rules of the readers, the numbers, and what each reader shows."""
import json
import marshal
import math
import os
import re
import shutil
import sys
import tempfile

import check_callgrind
from report import missing
from tools import Malformed, compare, last_line, need, page, run, venv_tool

ROOT = "<program>"
UNFIT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]|</")
ROOT_SECONDS = 10e-6  # below, tuna gives up
# What pstats itself makes of a file, under any Python: its sums and each number as text.
LOADER = """
import io, json, pstats, sys
out = io.StringIO()
stats = pstats.Stats(sys.argv[1], stream=out)
stats.sort_stats("cumulative").print_stats().print_callers().print_callees()
rows = sorted([list(k), v[0], v[1], repr(v[2]), repr(v[3]), len(v[4])]
              for k, v in stats.stats.items())
sys.stdout.write(json.dumps([stats.total_calls, stats.prim_calls, repr(stats.total_tt),
                             rows, out.getvalue()[:400]]))
"""


def nanoseconds(seconds):
    return round(seconds * 1e9)


def load(path):
    """The file's dictionary, if it has the shape that pstats expects."""
    try:
        with open(path, "rb") as f:
            stats = marshal.load(f)
            if f.read(1):
                raise Malformed("bytes after the end")
    except (ValueError, EOFError, TypeError) as e:
        raise Malformed(f"cannot be loaded: {e}") from None
    if not isinstance(stats, dict) or not stats:
        raise Malformed("no dictionary with entries")
    for key, entry in stats.items():
        check_shape(key, entry[:4], len(entry) == 5)
        for caller, edge in entry[4].items():
            check_shape(caller, edge, len(edge) == 4)
    return stats


def check_shape(key, numbers, right_length):
    shape = [type(part) for part in key], [type(n) for n in numbers]
    if shape != ([str, int, str], [int, int, float, float]) or not right_length:
        raise Malformed(f"{key}: {numbers}")


def label(key):
    """As snakeviz names a function."""
    return f"{os.path.basename(key[0])}:{key[1]}({key[2]})"


def rules(case):
    stats, problems = case.pstats, []
    roots = [key for key, entry in stats.items() if not entry[4]]
    if [key[2] for key in roots] != [ROOT]:
        problems.append(f"functions without a caller: {roots[:10]}")
    callers = {caller for entry in stats.values() for caller in entry[4]}
    problems += [f"the caller {key} has no entry" for key in callers - set(stats)]
    for key, (primitive, calls, own, total, edges) in stats.items():
        if UNFIT.search(key[0] + key[2]):
            problems.append(f"{key}: a character that breaks a reader")
        times = [own, total] + [t for edge in edges.values() for t in edge[2:]]
        if not all(math.isfinite(t) and t >= 0 for t in times):
            problems.append(f"{key}: times {times[:8]}")
        if not 0 <= primitive <= calls:
            problems.append(f"{key}: {primitive} outermost calls of {calls}")
        problems += [f"{key}: {edge[0]} calls, {edge[1]} outermost, by {caller}"
                     for caller, edge in edges.items() if edge[0] < 1 or edge[1] > edge[0]]
    for root in roots:
        if root not in callers or stats[root][3] <= ROOT_SECONDS:
            problems.append(f"{root} has no child or no time: tuna and snakeviz fail")
        problems += compare(root[2], {
            "cumulative time": (nanoseconds(stats[root][3]), case.report.total("self_wall"))})
    return problems


def find(report, key):
    file = "" if key[0] == "~" else key[0]
    return report.find(file, key[1], key[2])


def find_all(case):
    """{key in the file: report's key}, and problems."""
    found, problems = {}, []
    for key, entry in case.pstats.items():
        function = find(case.report, key)
        if function is None:
            if entry[2] or not key[2].startswith("<"):
                problems.append(f"{key} is not in the report")
        elif function in found.values():
            problems.append(f"{key} stands for a function that has another entry")
        else:
            found[key] = function
    return found, problems + missing(case.report, set(found.values()))


def numbers(case):
    found, problems = find_all(case)
    for key, where in found.items():
        function = case.report.functions[where]
        primitive, calls, own, total, _ = case.pstats[key]
        pairs = {"calls": (calls, function.calls),
                 "tottime": (nanoseconds(own), function.self_wall)}
        if not function.mixed:
            pairs["outermost calls"] = primitive, function.primitive_calls
            pairs["cumtime"] = nanoseconds(total), function.wall
        problems += compare(function, pairs)
    key_of = {where: key for key, where in found.items()}
    for (caller, callee), edge in case.report.edges.items():
        if caller in key_of and callee in key_of and edge.calls:
            problems += edge_problems(case, key_of[caller], key_of[callee], edge)
    return problems


def edge_problems(case, caller, callee, edge):
    shown = case.pstats[callee][4].get(caller, (0, 0, 0.0, 0.0))
    what = f"{label(caller)} -> {label(callee)}"
    if not edge.calls <= shown[0] <= edge.calls + edge.without_calls:
        return [f"{what}: calls are {shown[0]}, in the report {edge.calls}"]
    if edge.kinds == {"await"} or not edge.waited:  # not driven by hand
        return compare(what, {"cumtime": (nanoseconds(shown[3]), edge.run + edge.waited)})
    return []


def pythons():
    """The Pythons to load a file under: $COROGRAPH_PYTHONS, else all in PATH that run."""
    named = os.environ.get("COROGRAPH_PYTHONS")
    if named:
        return named.split()
    names = ["python3"] + [f"python3.{minor}" for minor in range(6, 20)]
    found = {shutil.which(name) for name in names} - {None}
    return [sys.executable] + sorted(p for p in found if run(p, "-c", "import pstats")[0] == 0)


def every_python(case):
    """The pstats module of each Python at hand reads the same numbers and prints them."""
    rows = sorted([list(k), v[0], v[1], repr(v[2]), repr(v[3]), len(v[4])]
                  for k, v in case.pstats.items())
    calls, primitive = case.report.total("calls"), case.report.total("primitive_calls")
    synthetic = [entry for key, entry in case.pstats.items() if find(case.report, key) is None]
    calls += sum(entry[1] for entry in synthetic)
    primitive += sum(entry[0] for entry in synthetic)
    problems = []
    for python in pythons():
        status, out, err = run(python, "-I", "-c", LOADER, case.paths["pstats"])
        if status:
            problems.append(f"{python}: {last_line(err)}")
            continue
        *sums, seen, text = json.loads(out)
        expected = {"calls": (sums[0], calls), "outermost calls": (sums[1], primitive),
                    "tottime": (nanoseconds(float(sums[2])), case.report.total("self_wall"))}
        problems += compare(python, expected)
        if seen != rows:
            problems.append(f"{python}: other entries than under {sys.executable}")
        if f"{calls} function calls" not in text:
            problems.append(f"{python} prints: {text[:100]!r}")
    return problems


class Shown:
    """Rows that a viewer must show, found by their label; labels may stand for several."""

    def __init__(self, case, name):
        self.rows = {}
        found, _ = find_all(case)
        for key, where in found.items():
            self.rows.setdefault(name(key), []).append(case.report.functions[where])

    def take(self, name, fits):
        """Takes the row out that fits. A problem if none does; nothing for a name of ours."""
        if name not in self.rows:
            return []
        for function in self.rows[name]:
            if fits(function):
                self.rows[name].remove(function)
                return []
        left = [f"{f.calls} calls, own {f.self_wall} ns, {f.wall} ns" for f in self.rows[name]]
        return [f"in the report: {'; '.join(left) or 'not there again'}"]

    def rest(self, least=0):
        """Problems: what was not taken, functions with less own time than `least` aside."""
        return [f"{f} is not shown" for functions in self.rows.values() for f in functions
                if f.self_wall >= least]


def about(text, expected):
    """Is a number, printed with four digits, the expected one?"""
    return abs(float(text) - expected) <= 0.51e-3 * abs(expected)


def snakeviz(case):
    """snakeviz draws from the root and its table has the report's numbers."""
    venv_tool("snakeviz")
    shown = page("snakeviz_page.mjs", case.paths["pstats"], *case.picture("snakeviz"))
    problems = shown["errors"]
    if problems:
        return problems
    root = next(key for key, entry in case.pstats.items() if not entry[4])
    if shown["root"] != f"{root[0]}:{root[1]}({root[2]})":
        problems.append(f"the picture starts at {shown['root']}")
    if not shown["boxes"] or nanoseconds(shown["boxes"][0][1]) != case.report.total("self_wall"):
        problems.append(f"the largest box: {shown['boxes'][:1]}")
    if len(shown["rows"]) != len(case.pstats):
        problems.append(f"{len(shown['rows'])} rows, {len(case.pstats)} functions")
    expected = Shown(case, label)
    for calls, own, _, total, _, name in shown["rows"]:
        def fits(f):
            counts = [str(f.calls)] if f.calls == f.primitive_calls else []
            counts.append(f"{f.calls}/{f.primitive_calls}")
            times = about(own, f.self_wall / 1e9) and (f.mixed or about(total, f.wall / 1e9))
            return calls in counts and times
        problems += [f"{name}: {calls} calls, {own} s, {total} s; {p}"
                     for p in expected.take(name, fits)]
    return problems + expected.rest()


def tuna(case):
    """tuna draws from the root, all of its time."""
    venv_tool("tuna")
    shown = page("tuna_page.mjs", case.paths["pstats"], *case.picture("tuna"))
    problems = shown["errors"]
    if problems:
        return problems
    boxes = dict(box for box in shown["boxes"] if len(box) == 2)
    root = next((text for name, text in boxes.items() if name.endswith(ROOT)), None)
    if root is None:
        problems.append(f"no box for {ROOT}: {shown['boxes'][:3]}")
    # Not of the box above it: to tuna, exec is a second root, whose time it draws twice.
    elif abs(float(root.split()[0]) - case.report.total("self_wall") / 1e9) > 0.0006:
        problems.append(f"{ROOT} has {root}")
    return problems


def gprof2dot(case):
    """gprof2dot's graph has the report's calls and shares, and dot takes it."""
    with tempfile.TemporaryDirectory() as folder:
        graph = os.path.join(folder, "graph.dot")
        status, _, err = run(venv_tool("gprof2dot"), "-n0", "-e0", "-f", "pstats", "-o", graph,
                             case.paths["pstats"])
        if status:
            return [last_line(err)]
        with open(graph, encoding="utf-8") as f:
            nodes = list(dot_nodes(f.read()))
        problems = []
        if len(nodes) <= 1000:  # dot's time grows with the square
            need("dot")
            status, _, err = run("dot", "-Tcanon", "-o", os.devnull, graph)
            problems += [f"dot: {last_line(err)}"] if status or err.strip() else []
    whole = case.report.total("self_wall")
    expected = Shown(case, dot_name)
    for name, total, own, calls in nodes:
        def fits(f):
            shares = (share(own, f.self_wall / whole),
                      f.mixed or share(total, f.wall / whole))
            return all(shares) and int(calls) == f.calls
        problems += [f"{name}: {calls} calls, {own} %, {total} %; {p}"
                     for p in expected.take(name, fits)]
    return problems + expected.rest()


def dot_nodes(text):
    """(name, total %, own %, calls) of each node."""
    labels = re.findall(r'^\t\d+ \[.*?label="((?:[^"\\]|\\.)*)"', text, re.M)
    for lines in (found.replace('\\"', '"').split("\\n") for found in labels):
        name, total, own, calls = (lines + ["0"] * 3)[:4]
        yield name.replace("\\\\", "\\"), *(x.strip("()%×") for x in (total, own, calls))


def dot_name(key):
    return f"{os.path.splitext(os.path.basename(key[0]))[0]}:{key[1]}:{key[2]}"


def share(text, expected):
    return abs(float(text) - 100 * expected) <= 0.0051


def pyprof2calltree(case):
    """pyprof2calltree makes a callgrind file with the report's own times of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "callgrind.out")
        status, _, err = run(venv_tool("pyprof2calltree"), "-i", case.paths["pstats"], "-o", path)
        if status:
            return [last_line(err)]
        need("callgrind_annotate")
        status, out, err = run("callgrind_annotate", "--auto=no", "--threshold=100", path, cwd="/")
    problems = [f"callgrind_annotate: {last_line(err)}"] if status or err.strip() else []
    expected = Shown(case, lambda key: f"{key[0]}:{key[2]}")
    rows = check_callgrind.annotate_rows(out, 1)
    for name, (own,) in rows.items():
        if name not in expected.rows:  # of two that are alike it tells the line
            name = re.sub(r":\d+$", "", name)
        problems += [f"{name}: own {own} ns; {p}"
                     for p in expected.take(name, lambda f: abs(own - f.self_wall) <= 1)]
    # It writes a name like "(1) id" as it is, which then reads as the name that 1 stands for.
    return problems + [p for p in expected.rest(least=1000) if not re.match(r"\(\d", p)]
