"""Runs random programs under the collector and the model, and compares all numbers.

    check.py EXTENSION FIRST COUNT [--without] [--fold] [--show]

runs the seeds FIRST to FIRST + COUNT - 1; --without leaves some of the functions of each out of
the recording, --fold gives it few nodes and compares by function, --show prints the programs.
"""
import ast
import gc
import importlib.machinery
import importlib.util
import os
import random
import sys
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.join(os.path.dirname(HERE), "decoder"))
import decode  # noqa: E402
import model  # noqa: E402
import programs  # noqa: E402
import recorder  # noqa: E402

OUT = "left_out.py"  # the file of functions that are left out
FEW = 20  # nodes, when contexts are to fold
KINDS = ("function", "coroutine", "generator", "async_generator", "builtin")
EDGES = ("call", "await", "spawn")


def load(path):
    name = "corograph._corograph"
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def define(source, seed, without):
    """The program's scope. Some of its functions are of a file of their own: those `without`."""
    choose, scope = random.Random(seed).random, {"__name__": "program"}
    for node in ast.parse(source).body:
        out = without and getattr(node, "name", "main") != "main" and choose() < 0.4
        file = OUT if out else "program%d.py" % seed
        exec(compile(ast.Module([node], []), file, "exec"), scope)
    return scope


def record(extension, path, main, with_c, seed, globs, nodes):
    """(trace, raw events, last tick) of a call of main()."""
    files = [OUT] * (OUT in globs) + [model.LOOP] * ("asyncio" in globs)
    raw = recorder.Recorder(path, seed, tuple(files))
    extension.start(None, with_c, False, b"".join(b"-%s\0" % g.encode() for g in globs), nodes,
                    False)
    try:
        raw.start()
        try:
            main()
        except Exception:
            pass  # part of the program: the numbers are what matters
        finally:
            raw.stop()
    finally:
        trace = extension.stop()
    return decode.decode(trace), raw.events, raw.now()


class Traced:
    """The numbers of a trace: {place: numbers}, {(root, creator): count}."""

    def __init__(self, trace):
        self.trace, self.names = trace, {}
        text = trace.strings
        self.functions = [(text[f["file"]], f["line"], text[f["name"]], KINDS[f["kind"]])
                          for f in trace.functions]
        self.numbers = {self.place(i): {name: row[name] for name in model.COUNTS}
                        for i, row in enumerate(trace.nodes)}
        self.spawns = {(self.place(s["root"]), self.place(s["creator"])): s["count"]
                       for s in trace.spawns}

    def place(self, i):
        if i is None:
            return None
        if i not in self.names:
            row = self.trace.nodes[i]
            self.names[i] = () if row["function"] is None else self.place(row["parent"]) + (
                (self.functions[row["function"]], EDGES[row["edge"]],
                 self.place(row["origin"])),)
        return self.names[i]


class Modelled:
    """The same of a model."""

    def __init__(self, of):
        self.names, self.numbers = {}, {}
        self.walk(of.root)
        self.spawns = {(self.place(root), self.place(creator)): count
                       for (root, creator), count in of.spawns.items()}

    def place(self, node):
        if node is None:
            return None
        if node not in self.names:
            self.names[node] = () if node.function is None else self.place(node.parent) + (
                (node.function, node.edge, self.place(node.origin)),)
        return self.names[node]

    def walk(self, node):
        self.numbers[self.place(node)] = node.numbers
        for child in node.children.values():
            self.walk(child)


def within(place):
    """Of main() and of the tasks: before it and after it are the checker's own calls."""
    return place and (place[0][0][2] == "main" or place[0][1] == "spawn")


def short(place):
    return " / ".join("%s %s%s" % (edge, function[2], origin and " made by " + short(origin) or "")
                      for function, edge, origin in place or ())


def differences(ours, theirs):
    for place in sorted(set(ours.numbers) | set(theirs.numbers), key=short):
        if within(place):
            a, b = ours.numbers.get(place), theirs.numbers.get(place)
            nothing = dict.fromkeys(model.COUNTS, 0)
            for name in model.COUNTS:
                if (a or nothing)[name] != (b or nothing)[name]:
                    yield "%s: %s %d, model %d" % (
                        short(place), name, (a or nothing)[name], (b or nothing)[name])
    for pair in set(ours.spawns) | set(theirs.spawns):
        if ours.spawns.get(pair) != theirs.spawns.get(pair):
            yield "%s made by %s: %s, model %s" % (
                short(pair[0]), short(pair[1]), ours.spawns.get(pair), theirs.spawns.get(pair))


def by_function(of):
    """{function: its numbers over all places}, of the program's own."""
    out = {}
    for place, numbers in of.numbers.items():
        if place and is_programs(place[-1][0]):
            row = out.setdefault(place[-1][0], dict.fromkeys(model.COUNTS, 0))
            for name in model.COUNTS:
                row[name] += numbers[name]
    return out


def is_programs(function):
    return function[0].startswith("program") or function[0] == OUT


def folded_differences(ours, theirs):
    ours, theirs = by_function(ours), by_function(theirs)
    nothing = dict.fromkeys(model.COUNTS, 0)
    for function in sorted(set(ours) | set(theirs)):
        a, b = ours.get(function, nothing), theirs.get(function, nothing)
        for name in model.COUNTS:
            if a[name] != b[name]:
                yield "%s: %s %d, model %d" % (function[2], name, a[name], b[name])


def check(extension, path, seed, spoil=None, without=False, fold=False):
    """(differences of one program as lines, number of raw events). `spoil` may change the raw events."""
    scope = define(programs.make(seed), seed, without)
    globs = ([OUT] + ["asyncio"] * (seed // 2 % 2)) if without else []
    gc.collect()
    gc.disable()
    trace, events, end = record(extension, path, scope["main"], seed % 2 == 0, seed, globs,
                                FEW if fold else 0)
    gc.enable()
    if spoil:
        events = spoil(events)
    of = model.compute(events, seed % 2 == 0, end)
    scope.clear()
    if fold and len(trace.nodes) > 3 * FEW:  # else each may be the first of its function
        assert trace.meta["folds"], "%d nodes and nothing folded" % len(trace.nodes)
    differ = folded_differences if fold else differences
    return list(differ(Traced(trace), Modelled(of))), len(events)


def main():
    path, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    show, without, fold = (option in sys.argv for option in ("--show", "--without", "--fold"))
    warnings.simplefilter("ignore")
    sys.unraisablehook = lambda error: None
    extension = load(path)
    bad = total = 0
    for seed in range(first, first + count):
        found, events = check(extension, path, seed, without=without, fold=fold)
        total += events
        if found:
            bad += 1
            print("seed %d: %d differences, of %d events" % (seed, len(found), events))
            for line in found[:6]:
                print("    " + line)
            if show:
                print(programs.make(seed))
    print("%d programs, %d events, %d differ" % (count, total, bad))
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
