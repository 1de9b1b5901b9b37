#!/usr/bin/env python3
"""corograph-pstats on made-up graphs: the dictionary that marshal reads is the expected one."""
import glob
import marshal
import math
import os
import shutil
import subprocess
import tempfile

from model import (BUILTIN, CASES, OUTSIDE, Exports, Graph, Place, Table, Tap, clean, inclusive,
                   is_clean, placed, row_name, row_order, value)

BIG = 2 ** 64 - 1
LOAD = """
import marshal, pstats, sys
with open(sys.argv[1], "rb") as f: d = marshal.load(f)
s = pstats.Stats(sys.argv[1], stream=open("/dev/null", "w"))
s.sort_stats("cumulative").print_stats(); s.print_callers(); s.print_callees()
s.strip_dirs().print_stats()
sys.stdout.buffer.write(ascii(sorted(d.items())).encode())
"""


def key_of(graph, short=False):
    def key(label):
        name = row_name(graph, label, short)
        if label == "program":
            return ("<program>", 0, name)
        if isinstance(label, tuple):
            return ("<thread>", 0, name)
        return ("~" if label.kind == BUILTIN else clean(label.file), label.line, name)
    return key


def expected(graph, places, metric, short=False):
    key = key_of(graph, short)
    table = Table(places, key)
    callers = {k: {} for k in table.rows}
    order = row_order(graph, places, key)
    for (caller, callee), a in sorted(table.arcs.items(), key=lambda x: order.index(x[0][0])):
        callers[callee][caller] = (max(1, a["calls"]), a["primitive"] if a["calls"] else 1,
                                   a["self"][metric] / 1e9, a["arc_outer"][metric] / 1e9)
    return {k: (r["primitive"], r["calls"], r["self"][metric] / 1e9, r["all"][metric] / 1e9,
                callers[k]) for k in order for r in [table.rows[k]]}


def faults(stats):
    """Where the dictionary breaks a rule that some reader needs."""
    roots = [k for k, v in stats.items() if not v[4]]
    if roots != [("<program>", 0, "<program>")]:
        yield f"roots {roots}"
    if not any(roots[0] in v[4] for v in stats.values()):
        yield "the root calls nothing"
    for k, (cc, nc, tt, ct, callers) in stats.items():
        if not (0 <= cc <= nc and 0 <= tt <= ct * (1 + 1e-9) and math.isfinite(ct)):
            yield f"{k}: {cc} {nc} {tt} {ct}"
        if not (is_clean(k[0]) and is_clean(k[2]) and k[2]):
            yield f"text {k}"
        for caller, edge in callers.items():
            if caller not in stats or edge[0] < 1 or edge[1] > edge[0] or min(edge) < 0:
                yield f"{k} from {caller}: {edge}"
    total = sum(v[2] for v in stats.values())
    if abs(total - stats[roots[0]][3]) > 1e-9 * total + 1e-12:
        yield f"self {total}, root {stats[roots[0]][3]}"


def folded(graph, places, metric, limit):
    """The places that are left when all but `limit` rows are given to their callers."""
    key = key_of(graph)
    rows = Table(places, key).rows
    order = [k for k in row_order(graph, places, key) if k[0] not in ("<program>", "<thread>")]
    keep = sorted(order, key=lambda k: -rows[k]["all"][metric])[:limit]
    out, at = [], {}
    for p in places:
        if p.parent is None or key(p.label)[0] == "<thread>" or key(p.label) in keep:
            at[p] = Place(p.label, at.get(p.parent), dict(p.numbers))
            out.append(at[p])
        else:
            at[p] = at[p.parent]
            for m in ("run", "await", "cpu"):
                at[p].numbers[m] += p.numbers[m]
    return out


def in_order(places):
    """Parents before children, in any case of tasks."""
    out, stack = [], [places[0]]
    while stack:
        out.append(stack.pop())
        stack.extend(reversed(out[-1].children))
    return out


def pythons():
    names = glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python"))
    names += [shutil.which(f"python3.{n}") for n in range(4, 30)]
    return sorted(set(filter(None, names)))


def check_pythons(t, e, path):
    want = None
    with open(path, "rb") as f:
        want = ascii(sorted(marshal.load(f).items()))
    for python in pythons():
        done = subprocess.run([python, "-I", "-c", LOAD, path], env=OUTSIDE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode == 127:
            continue  # a shim without its interpreter
        t.ok(done.returncode == 0 and done.stdout.decode() == want,
             f"loads the same under {os.path.basename(os.path.dirname(os.path.dirname(python)))}"
             f"/{os.path.basename(python)}", done.stderr.decode()[-500:])


def check_case(t, e, name, graph):
    views = {tasks: in_order(placed(graph, tasks)) for tasks in ("beside", "creator")}
    bad = []
    for tasks, places in views.items():
        for metric in ("wall", "run", "await", "cpu"):
            for short in (False, True):
                got = marshal.loads(e.bytes(graph, "pstats", f"--tasks={tasks}",
                                            f"--metric={metric}",
                                            f"--names={'name' if short else 'qualname'}"))
                want = expected(graph, places, metric, short)
                if got != want or list(got) != list(want):
                    bad += [f"{tasks} {metric} {short}"]
                    bad += [f"got {k} {got.get(k)}, want {want.get(k)}"
                            for k in {**got, **want} if got.get(k) != want.get(k)][:3]
                bad += [f"{tasks} {metric} {short}: {x}" for x in faults(got)]
    t.ok(not bad, f"{name}: the expected dictionary in every view", *bad[:6])


def check_limit(t, e, graph, name, limit):
    places = in_order(placed(graph))
    got = marshal.loads(e.bytes(graph, "pstats", f"--limit={limit}"))
    want = expected(graph, folded(graph, places, "wall", limit), "wall")
    t.eq(got, want, f"{name}: --limit={limit} gives what is left out to the callers")


def main():
    t = Tap()
    with tempfile.TemporaryDirectory() as folder:
        e = Exports(folder)
        for name, make in CASES.items():
            if name not in ("deep", "saturated", "empty", "ring"):
                check_case(t, e, name, make())
        for name in ("seed", "recursion", "by_hand", "random3", "random4"):
            for limit in (0, 1, 3, 100) if name != "seed" else (2,):
                if limit:
                    check_limit(t, e, CASES[name](), name, limit)
        got = marshal.loads(e.bytes(CASES["saturated"](), "pstats"))
        t.ok(max(v[3] for v in got.values()) == BIG / 1e9 and got[("/srv/h.py", 2, "b")][1] == BIG,
             "numbers saturate", got)
        got = marshal.loads(e.bytes(Graph(), "pstats"))
        t.ok(len(got) == 2 and not [f for f in faults(got) if "roots" in f],
             "an empty trace has a root and a child", got)
        got = marshal.loads(e.bytes(CASES["deep"](), "pstats"))
        t.eq(got[("/srv/deep.py", 1, "f0")][:4], (1, 10_000, 0.0001, 0.001), "100 000 levels")
        for tasks in ("beside", "creator"):
            got = marshal.loads(e.bytes(CASES["ring"](), "pstats", f"--tasks={tasks}"))
            t.ok(abs(got[("<program>", 0, "<program>")][3] - 1131e-9) < 1e-15 and
                 not list(faults(got)), f"a ring of creators loses nothing, {tasks}", got)
        first = e.bytes(CASES["random1"](), "pstats")
        t.ok(first == e.bytes(CASES["random1"](), "pstats"), "the same bytes every time")
        e.bytes(CASES["names"](), "pstats")
        os.rename(e.path("out"), e.path("names.pstats"))
        check_pythons(t, e, e.path("names.pstats"))
    t.done()


if __name__ == "__main__":
    main()
