#!/usr/bin/env python3
"""corograph-speedscope on made-up graphs: what the viewer demands, and the expected tree."""
import gzip
import json
import tempfile

from model import (BUILTIN, CASES, Exports, Graph, Tap, clean, inclusive, is_clean, placed,
                   row_name, value)
from test_pstats import in_order

SCHEMA = "https://www.speedscope.app/file-format-schema.json"
METRICS = {"Wall": "wall", "Run": "run", "Await": "await", "CPU": "cpu", "Calls": "calls",
           "Suspensions": "susp"}
EXTRA = ("[deep stack]", "[pruned]")


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for k, v in value.items():
            yield from texts(v)
    elif isinstance(value, list):
        for v in value:
            yield from texts(v)


def is_count(n):
    return type(n) is int and n >= 0


def faults(d):
    """Broken rules of the schema and of the importer, which gives no file a second chance."""
    if set(d) != {"$schema", "exporter", "name", "activeProfileIndex", "shared", "profiles"}:
        yield f"keys {list(d)}"
    if d["$schema"] != SCHEMA or d["activeProfileIndex"] != 0 or not d["profiles"]:
        yield "head"
    frames = d["shared"]["frames"]
    for f in frames:
        if not (f["name"] and set(f) in ({"name"}, {"name", "file", "line"}) and
                (("file" not in f) or (f["file"] and is_count(f["line"])))):
            yield f"frame {f}"
    if len({tuple(f.items()) for f in frames}) != len(frames):
        yield "a frame is listed twice"
    if not all(map(is_clean, texts(d))):
        yield "text that is not clean"
    for p in d["profiles"]:
        if set(p) != {"type", "name", "unit", "startValue", "endValue", "events"}:
            yield f"keys {list(p)}"
        if p["unit"] != ("none" if p["name"][:4] in ("Call", "Susp") else "nanoseconds"):
            yield f"unit {p['unit']}"
        stack, last, depth = [], p["startValue"], 0
        for e in p["events"]:
            if set(e) != {"type", "frame", "at"} or not is_count(e["at"]) or e["at"] < last:
                yield f"event {e} after {last}"
            if not (is_count(e["frame"]) and e["frame"] < len(frames)):
                yield f"frame of {e}"
            last = e["at"]
            if e["type"] == "O":
                stack.append(e["frame"])
            elif e["type"] != "C" or not stack or stack.pop() != e["frame"]:
                yield f"{e} does not close the open frame"
            depth = max(depth, len(stack))
        if stack or last > p["endValue"] or depth > 2000:
            yield f"open {stack[:3]}, end {last} of {p['endValue']}, depth {depth}"


def stacks(d, profile):
    """{stack: time spent in it, with what is below}; a frame is (name, file, line)."""
    frames = [(f["name"], f.get("file", ""), f.get("line", 0)) for f in d["shared"]["frames"]]
    out, path, since = {}, [], []
    for e in profile["events"]:
        if e["type"] == "O":
            path.append(frames[e["frame"]])
            since.append(e["at"])
        else:
            key = tuple(path)
            out[key] = out.get(key, 0) + e["at"] - since.pop()
            path.pop()
    return out


def expected(graph, places, metric):
    def key(label):
        if label == "program" or isinstance(label, tuple) or label.kind == BUILTIN:
            return (row_name(graph, label), "", 0)
        file = clean(label.file)
        return (row_name(graph, label), file, label.line if file else 0)

    total, out = inclusive(places), {}
    if metric == "calls":  # the synthetic places have calls for pstats alone
        for p in places:
            if p.label == "program" or isinstance(p.label, tuple):
                p.numbers = dict(p.numbers, calls=0)
        total = inclusive(places)
    for p in places:
        weight = value(total[p], metric)
        path = tuple(key(q.label) for q in reversed([p, *p.chain()]))
        if weight:
            out[path] = out.get(path, 0) + weight
    return out


def check_case(t, e, name, graph):
    bad = []
    for tasks in ("beside", "creator"):
        d = json.loads(e.bytes(graph, "speedscope", f"--tasks={tasks}"))
        bad += faults(d)
        got = {p["name"]: stacks(d, p) for p in d["profiles"]}
        want = {f"{n} (aggregated)": expected(graph, in_order(placed(graph, tasks)), m)
                for n, m in METRICS.items()}
        want = {n: x for n, x in want.items() if x}
        if list(got) != list(want):
            bad.append(f"profiles {list(got)}, want {list(want)}")
        for n in want:
            if got.get(n) != want[n]:
                bad += [f"{n}: {k}: {got.get(n, {}).get(k)}, want {v}" for k, v in want[n].items()
                        if got.get(n, {}).get(k) != v][:2] or [f"{n}: more than wanted"]
    t.ok(not bad, f"{name}: the expected stacks in every profile", *bad[:6])


def check_depth(t, e):
    d = json.loads(e.bytes(CASES["deep"](), "speedscope", "--metrics=wall"))
    got = stacks(d, d["profiles"][0])
    longest = max(got, key=len)
    t.ok(not list(faults(d)) and len(longest) == 2000 and longest[-1][0] == "[deep stack]",
         "100 000 levels: cut at 2000", len(longest), longest[-2:], *list(faults(d))[:3])
    t.eq((got[longest[:1]], got[longest]), (10 ** 6, 10 ** 6 - 1997 * 10),
         "and nothing of their time is lost")


def own(d):
    """Per stack its own time, [pruned] given to the frame above it."""
    all_ = stacks(d, d["profiles"][0])
    out = dict(all_)
    for k, v in all_.items():
        if len(k) > 1:
            out[k[:-1]] -= v
    for k in [k for k in out if k[-1][0] == "[pruned]"]:
        out[k[:-1]] += out.pop(k)
    return out


def check_pruning(t, e):
    for name in ("random1", "random2", "seed", "recursion"):
        graph, share = CASES[name](), 2
        frame = json.loads(e.bytes(graph, "speedscope", "--metrics=wall", f"--min-share={share}"))
        parent = json.loads(e.bytes(graph, "speedscope", "--metrics=wall", f"--min-share={share}",
                                    "--pruned=parent"))
        whole = json.loads(e.bytes(graph, "speedscope", "--metrics=wall"))
        bad = list(faults(frame)) + list(faults(parent))
        total = whole["profiles"][0]["endValue"]
        if own(frame) != own(parent) or sum(own(frame).values()) != total:
            bad.append("the two ways differ, or time is lost")
        bad += [k for k, v in stacks(parent, parent["profiles"][0]).items()
                if v < total * share / 100]
        kept = set(stacks(parent, parent["profiles"][0]))
        bad += [k for k, v in stacks(whole, whole["profiles"][0]).items()
                if k not in kept and v >= total * share / 100 and name == "seed"]
        t.ok(not bad, f"{name}: --min-share leaves out the small and keeps their time", *bad[:4])


def main():
    t = Tap()
    with tempfile.TemporaryDirectory() as folder:
        e = Exports(folder)
        for name, make in CASES.items():
            if name not in ("deep", "saturated", "empty", "ring", "zeros"):
                check_case(t, e, name, make())
        check_depth(t, e)
        check_pruning(t, e)
        for name in ("saturated", "empty", "zeros", "ring"):
            d = json.loads(e.bytes(CASES[name](), "speedscope", "--tasks=creator"))
            t.ok(not list(faults(d)), f"{name}: a sound file", *list(faults(d))[:3])
        plain = e.bytes(CASES["random1"](), "speedscope")
        t.ok(plain == e.bytes(CASES["random1"](), "speedscope"), "the same bytes every time")
        packed = e.bytes(CASES["random1"](), "speedscope", "--gzip")
        again = e.bytes(CASES["random1"](), "speedscope", "--gzip")
        t.ok(gzip.decompress(packed) == plain and packed == again and packed[4:8] == b"\0" * 4,
             "--gzip: the same content, no date")
        d = json.loads(e.bytes(CASES["seed"](), "speedscope", "--metrics=cpu,wall"))
        t.eq([p["name"][:3] for p in d["profiles"]], ["CPU", "Wal"], "--metrics chooses and orders")
        d = json.loads(e.bytes(Graph(1, "3", ("a b", 'c"d\\')), "speedscope"))
        t.eq(d["name"], 'a b c"d\\', "the name is the command")
    t.done()


if __name__ == "__main__":
    main()
