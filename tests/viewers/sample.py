"""A made-up program: its JSON report and its three exports, written in a simple way.

The selftest feeds them to the checks and the viewers: as they are, and with faults put in.
The times are made up; the tree has what is hard to export: recursion, direct and through
another function, two functions of one name in files of one name, builtins, names that are not
ASCII, a coroutine that waits, a thread, tasks of one function.
"""
import json
import marshal
import os

MS = 1_000_000


class Function:
    def __init__(self, name, file, line, kind="function", module=None):
        self.name, self.file, self.line, self.kind, self.module = name, file, line, kind, module

    @property
    def synthetic(self):
        return self.kind is None


def ours(name):
    return Function(name, "<program>", 0, None)


PROGRAM = ours("<program>")
APP = "/srv/demo/app.py"
MODULE = Function("<module>", APP, 1, module="app")
FIB = Function("fib", APP, 18, module="app")
EVEN = Function("even", APP, 30, module="app")
ODD = Function("odd", APP, 34, module="app")
FETCH = Function("Client.fetch", APP, 40, "coroutine", "app")
PAUSE = Function("Client.fetch.<locals>.pause", APP, 42, "coroutine", "app")
WORK = Function("caf\u00e9.<lambda>", "/srv/demo/\u65e5\u672c.py", 7, module="\u65e5\u672c")
SETUP_A = Function("setup", "/srv/demo/a/__init__.py", 3, module="a")
SETUP_B = Function("setup", "/srv/demo/b/__init__.py", 3, module="b")
APPEND = Function("<method 'append' of 'list' objects>", "", 0, "builtin")
SLEEP = Function("<built-in method time.sleep>", "", 0, "builtin")


class Node:
    """A place in the tree, with its own numbers: times in ns."""

    def __init__(self, function, *below, calls=1, run=0, waited=0, cpu=None, suspensions=0,
                 edge="call"):
        self.function, self.below, self.edge = function, below, edge
        self.calls, self.suspensions = calls, suspensions
        self.run, self.waited, self.cpu = run, waited, run if cpu is None else cpu

    @property
    def own(self):
        """In the order of callgrind's events."""
        return [self.run + self.waited, self.run, self.waited, self.cpu, self.suspensions]

    @property
    def all(self):
        return [sum(column) for column in zip(self.own, *(node.all for node in self.below))]


def fetching(calls, factor):
    """A task that waits twice for each of its calls."""
    return Node(FETCH,
                Node(PAUSE, run=2 * factor * MS, waited=30 * factor * MS, calls=2 * calls,
                     suspensions=2 * calls, edge="await"),
                Node(WORK, Node(SLEEP, run=9 * MS, cpu=31_234), run=4 * MS, calls=3),
                calls=calls, run=MS + factor, cpu=MS, suspensions=2 * calls)


TREE = Node(
    PROGRAM,
    Node(ours("<thread 1 MainThread>"), Node(
        MODULE,
        Node(FIB, Node(FIB, Node(FIB, run=3 * MS, calls=40), run=5 * MS, calls=20), run=7 * MS + 1),
        Node(EVEN, Node(ODD, Node(EVEN, Node(ODD, run=5 * MS, calls=2), run=10 * MS, calls=2),
                        run=5 * MS), run=10 * MS),
        Node(SETUP_A, run=2_500_000), Node(SETUP_B, Node(APPEND, run=700, calls=70), run=MS),
        Node(WORK, run=6 * MS, calls=2), run=12 * MS + 345, cpu=11 * MS)),
    Node(ours("<thread 2 worker>"), Node(WORK, Node(APPEND, run=1800, calls=9), run=8 * MS)),
    fetching(1, 1), fetching(2, 3))


def walk(node=TREE, above=()):
    """(node, nodes above it) of all nodes, root first."""
    yield node, above
    for child in node.below:
        yield from walk(child, above + (node,))


def functions():
    return list(dict.fromkeys(node.function for node, _ in walk()))


def outermost(node, above):
    return all(node.function is not other.function for other in above)


def totals(function):
    """(calls, outermost calls, own costs, costs of the outermost activations)."""
    calls = primitive = 0
    own, whole = [0] * 5, [0] * 5
    for node, above in walk():
        if node.function is function:
            calls += node.calls
            own = [a + b for a, b in zip(own, node.own)]
            if outermost(node, above):
                primitive += node.calls
                whole = [a + b for a, b in zip(whole, node.all)]
    return calls, primitive, own, whole


def edges(counts):
    """{(caller, callee, kind): [calls, outermost calls, own costs, costs]}; costs of the nodes
    for which counts(node, above) holds."""
    found = {}
    for node, above in walk():
        if above:
            pair = above[-1].function, node.function, node.edge
            edge = found.setdefault(pair, [0, 0, [0] * 5, [0] * 5])
            edge[0] += node.calls
            edge[1] += node.calls * outermost(node, above)
            edge[2] = [a + b for a, b in zip(edge[2], node.own)]
            if counts(node, above):
                edge[3] = [a + b for a, b in zip(edge[3], node.all)]
    return found


def outermost_edge(node, above):
    pair = above[-1].function, node.function
    steps = [step.function for step in above]
    return pair not in zip(steps, steps[1:])


def report():
    """As `corograph report --format json`, with what the checks read of it."""
    real = [f for f in functions() if not f.synthetic]
    rows = []
    for f in real:
        calls, primitive, own, whole = totals(f)
        rows.append({
            "name": f.name, "file": f.file, "line": f.line, "kind": f.kind, "calls": calls,
            "primitive_calls": primitive, "begun_before": 0, "suspensions": own[4],
            "run_ns": whole[1], "await_ns": whole[2], "cpu_ns": whole[3], "self_run_ns": own[1],
            "self_await_ns": own[2], "self_cpu_ns": own[3]})
    return {"schema": "corograph-report/1", "functions": rows, "edges": [
        {"caller": real.index(caller), "callee": real.index(callee), "kind": kind,
         "calls": edge[0], "run_ns": edge[3][1], "await_ns": edge[3][2], "cpu_ns": edge[3][3]}
        for (caller, callee, kind), edge in edges(outermost_edge).items()
        if not caller.synthetic]}


def callgrind_name(f):
    return f"{f.module}::{f.name}" if f.module else f.name


def callgrind_place(f, prefix=""):
    ob = "<program>" if f.synthetic else f.module or "<builtin>"
    file = ("cfi=" if prefix else "fl=") + (f.file or "<builtin>")
    return [f"{prefix}ob={ob}", file, f"{prefix}fn={callgrind_name(f)}"]


def callgrind():
    lines = ["# callgrind format", "version: 1", "creator: sample", "pid: 1", "cmd: app.py",
             "part: 1"]
    lines += [f"event: Cg{name} : {text}" for name, text in (
        ("Wall", "Wall time [ns]"), ("Run", "Running time [ns]"), ("Await", "Waiting [ns]"),
        ("Cpu", "CPU time [ns]"), ("Susp", "Suspensions"))]
    lines += ["positions: line", "events: CgWall CgRun CgAwait CgCpu CgSusp", ""]
    called = edges(outermost)
    for f in functions():
        lines += callgrind_place(f)
        lines.append(" ".join(map(str, [f.line] + totals(f)[2])))
        for (caller, callee, _), (calls, _, _, costs) in called.items():
            if caller is f:
                lines += callgrind_place(callee, "c")
                lines.append(f"calls={calls} {callee.line}")
                lines.append(" ".join(map(str, [f.line] + costs)))
        lines.append("")
    lines.append("totals: " + " ".join(map(str, TREE.all)))
    return "\n".join(lines) + "\n"


def pstats_key(f):
    return f.file or "~", f.line, f.name


def pstats():
    called = edges(outermost_edge)
    return {pstats_key(f): (
        primitive, calls, own[0] / 1e9, whole[0] / 1e9,
        {pstats_key(caller): (edge[0], edge[1], edge[2][0] / 1e9, edge[3][0] / 1e9)
         for (caller, callee, _), edge in called.items() if callee is f})
        for f in functions() for calls, primitive, own, whole in [totals(f)]}


def speedscope():
    listed = functions()
    frames = [{"name": f.name, **({"file": f.file, "line": f.line} if f.line else {})}
              for f in listed]

    def events(node, weight, at):
        i = listed.index(node.function)
        yield {"type": "O", "frame": i, "at": at}
        at += weight(node)
        for child in node.below:
            for event in events(child, weight, at):
                yield event
                at = event["at"]
        yield {"type": "C", "frame": i, "at": at}

    profiles = []
    for name, unit, weight in (
            ("Wall", "nanoseconds", lambda n: n.own[0]), ("Run", "nanoseconds", lambda n: n.run),
            ("Await", "nanoseconds", lambda n: n.waited), ("CPU", "nanoseconds", lambda n: n.cpu),
            ("Calls", "none", lambda n: 0 if n.function.synthetic else n.calls),
            ("Suspensions", "none", lambda n: n.suspensions)):
        listing = list(events(TREE, weight, 0))
        profiles.append({"type": "evented", "name": f"{name} (aggregated)", "unit": unit,
                         "startValue": 0, "endValue": listing[-1]["at"], "events": listing})
    return {"$schema": "https://www.speedscope.app/file-format-schema.json", "name": "app.py",
            "exporter": "sample", "activeProfileIndex": 0, "shared": {"frames": frames},
            "profiles": profiles}


def write(folder, parts):
    """Writes the parts, {format: what its function above gives}; {format: path}."""
    paths = {}
    for name, content in parts.items():
        paths[name] = os.path.join(folder, f"sample.{name}")
        if name == "pstats":
            data = marshal.dumps(content)
        elif name == "callgrind":
            data = content.encode()
        else:
            data = json.dumps(content).encode()
        with open(paths[name], "wb") as f:
            f.write(data)
    return paths


def parts():
    return {"report": report(), "callgrind": callgrind(), "pstats": pstats(),
            "speedscope": speedscope()}
