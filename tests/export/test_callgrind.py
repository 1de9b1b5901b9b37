#!/usr/bin/env python3
"""corograph-callgrind on made-up graphs, read by the rules of KCachegrind's loader."""
import os
import re
import shutil
import subprocess
import tempfile

from model import (BUILTIN, CASES, OUTSIDE, Exports, Graph, Table, Tap, clean, is_clean, placed,
                   row_name, row_order)
from test_pstats import in_order

EVENTS = {"CgWall": "wall", "CgRun": "run", "CgAwait": "await", "CgCpu": "cpu", "CgSusp": "susp"}
WORDS = {"wall": "wall", "run": "run", "await": "await", "cpu": "cpu", "susp": "suspensions"}
BIG = 2 ** 64 - 1


class Profile:
    """What a loader makes of a file; complains about all that some reader would mind."""

    def __init__(self, raw):
        self.faults, self.functions, self.arcs, self.order = [], {}, {}, []
        self.ids = {"ob": {}, "fl": {}, "fn": {}}
        lines = raw.decode("utf-8").split("\n")
        if lines[0] != "# callgrind format" or lines.pop() != "":
            self.faults.append("first or last line")
        if any(not is_clean(line) for line in lines):
            self.faults.append("text that is not clean")
        end = lines.index("")
        self.head(lines[1:end])
        self.body(lines[end:])
        self.bind()

    def head(self, lines):
        keys = [line.partition(":")[0] for line in lines]
        self.header = dict(zip(keys, (line.partition(":")[2].strip() for line in lines)))
        self.events = self.header["events"].split()
        titles = [re.fullmatch(r"event: (\w+) : [^:]+", line) for line in lines
                  if line.startswith("event:")]
        if keys[-1] != "events" or None in titles or [m[1] for m in titles] != self.events:
            self.faults.append(f"header {lines}")
        if self.header["positions"] != "line" or keys.count("cmd") != 1:
            self.faults.append(f"header {lines}")

    def name(self, space, text):
        """`(id) name` or `(id)`: each id defined once, at its first use."""
        m = re.fullmatch(r"\((\d+)\)(?: (.+))?", text)
        number, known = int(m[1]), self.ids[space]
        if (m[2] is None) == (number not in known) or (m[2] and number != len(known) + 1):
            self.faults.append(f"{space}={text}")
        return number, known.setdefault(number, m[2])

    def costs(self, line):
        if not re.fullmatch(r"\d+( \d+)+", line) or len(line.split()) != 1 + len(self.events):
            self.faults.append(f"cost line {line!r}")
        numbers = [int(n) for n in line.split()]
        if max(numbers) > BIG:
            self.faults.append(f"cost line {line!r}")
        return numbers[0], dict(zip((EVENTS[x] for x in self.events), numbers[1:]))

    def define(self, number, fn, fl, ob):
        """A function is bound to the file and object in force where its id is defined."""
        self.bound.setdefault(number, (fn, fl, ob))
        if self.bound[number] != (fn, fl, ob):
            self.faults.append(f"{fn}: {self.bound[number]} and {(fl, ob)}")

    def body(self, lines):
        self.bound, self.totals = {}, None
        fl = ob = fn = cfl = cob = cfn = calls = None
        for line in lines:
            key, equal, text = line.partition("=")
            if not line:
                continue
            if line.startswith("totals: "):
                self.totals = dict(zip((EVENTS[x] for x in self.events),
                                       map(int, line.split()[1:])))
            elif key == "ob":
                ob, fl = self.name("ob", text)[1], None
            elif key == "fl":
                fl = self.name("fl", text)[1]
            elif key == "fn":
                fn, name = self.name("fn", text)
                self.define(fn, name, fl, ob)
                if fl is None or fn in self.functions:
                    self.faults.append(f"fn without file, or twice: {line}")
                self.order.append(fn)
            elif key == "cob":
                cob = self.name("ob", text)[1]
            elif key in ("cfi", "cfl"):
                cfl = self.name("fl", text)[1]
            elif key == "cfn":
                cfn, name = self.name("fn", text)
                self.define(cfn, name, cfl or fl, cob or ob)
            elif key == "calls":
                calls = int(text.split()[0])
                if not 1 <= calls <= BIG:
                    self.faults.append(line)
            elif equal:
                self.faults.append(line)
            elif calls is not None:
                if (fn, cfn) in self.arcs:
                    self.faults.append(f"an arc twice: {fn} {cfn}")
                self.arcs[fn, cfn] = calls, self.costs(line)[1]
                cfl = cob = calls = None
            else:
                self.functions[fn] = self.costs(line)

    def bind(self):
        keys = [(fn, os.path.basename(fl), os.path.basename(ob)) for fn, fl, ob in
                self.bound.values()]
        if len(set(keys)) != len(keys):
            self.faults.append("functions that KCachegrind would take for one")

    def inclusive(self, fn, metric):
        """As KCachegrind has it: from the callers, itself left out, else from below."""
        into = [c[metric] for (a, b), (_, c) in self.arcs.items() if b == fn and a != fn]
        if into:
            return sum(into)
        return self.functions[fn][1][metric] + sum(
            c[metric] for (a, _), (_, c) in self.arcs.items() if a == fn)


def key_of(graph):
    def key(label):
        name = row_name(graph, label)
        if label == "program" or isinstance(label, tuple):
            return ("<program>", 0, name)
        return ("<builtin>" if label.kind == BUILTIN else clean(label.file) or "???", label.line, name)
    return key


def compare(graph, places, profile):
    key = key_of(graph)
    table, order = Table(places, key), row_order(graph, places, key)
    yield from profile.faults
    if len(order) != len(profile.order):
        yield f"{len(profile.order)} functions, want {len(order)}"
        return
    number = dict(zip(order, profile.order))
    metrics = [EVENTS[x] for x in profile.events]
    for k, row in table.rows.items():
        fn = number[k]
        if k[2] not in profile.bound[fn][0] or profile.bound[fn][1] != k[0]:
            yield f"{k} is written as {profile.bound[fn]}"
        got, want = profile.functions[fn], (k[1], {m: row["self"][m] for m in metrics})
        if got != want:
            yield f"{k}: self {got}, want {want}"
        for m in metrics:
            if profile.inclusive(fn, m) != row["all"][m]:
                yield f"{k}: inclusive {m} {profile.inclusive(fn, m)}, want {row['all'][m]}"
    want = {(number[a], number[b]): (max(1, x["calls"]), {m: x["callee_outer"][m] for m in metrics})
            for (a, b), x in table.arcs.items()
            if x["calls"] or any(x["callee_outer"][m] for m in metrics)}
    if profile.arcs != want:
        yield f"arcs {profile.arcs}, want {want}"
    total = {m: sum(costs[m] for _, costs in profile.functions.values()) for m in metrics}
    if not total == profile.totals == {m: profile.inclusive(number[order[0]], m) for m in metrics}:
        yield f"totals {profile.totals}, self {total}"


def annotate(path, *options):
    done = subprocess.run(["callgrind_annotate", *options, path], cwd="/", env=OUTSIDE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def check_annotate(t, e):
    if not shutil.which("callgrind_annotate"):
        t.skip("callgrind_annotate reads every case", "NOT TESTED: callgrind_annotate is missing "
               "(Debian: apt install valgrind)")
        return
    bad = []
    for name, make in CASES.items():
        if name in ("deep", "saturated"):
            continue
        e.bytes(make(), "callgrind")
        for options in ([], ["--inclusive=yes", "--tree=both", "--threshold=100"]):
            code, out, err = annotate(e.path("out"), *options)
            if code or err or "PROGRAM TOTALS" not in out and name not in ("zeros", "empty"):
                bad.append(f"{name} {options}: {code} {err[:300]} {out[-200:]}")
    t.ok(not bad, "callgrind_annotate reads every case without a word", *bad)
    e.bytes(CASES["seed"](), "callgrind")
    out = annotate(e.path("out"), "--inclusive=yes", "--threshold=100", "--show-percs=no")[1]
    line = [x.split() for x in out.splitlines() if x.endswith("app::foo [app]")]
    t.eq(line and line[0][:5], ["4,000,008,100", "2,000,008,100", "2,000,000,000",
                                "1,000,004,000", "4"], "it prints foo's inclusive numbers")
    line = [x.split() for x in out.splitlines() if "PROGRAM TOTALS" in x]
    t.eq(line and line[0][0], "6,000,009,100", "and the program's")


def check_names(t, e):
    p = Profile(e.bytes(CASES["same_names"](), "callgrind"))
    got = sorted((fn, ob) for fn, fl, ob in p.bound.values() if "setup" in fn)
    t.eq(got, sorted([
        ("a::setup", "a"), ("b::setup", "b"), ("c::setup", "c"), ("e::setup", "e"),
        ("x::setup:3", "x"), ("x::setup:9", "x"), ("x::setup:3#2", "x"),
        ("<string>::setup", "<string>"),
        ("<frozen importlib._bootstrap>::setup", "<frozen importlib._bootstrap>"),
        ("setup::setup", "setup"), (".hid::setup", "<unknown>"),
        ("setup", "<unknown>")]), "names are told apart")


def main():
    t = Tap()
    with tempfile.TemporaryDirectory() as folder:
        e = Exports(folder)
        for name, make in CASES.items():
            if name in ("deep", "saturated", "empty", "ring", "same_names"):
                continue
            graph, bad = make(), []
            for tasks in ("beside", "creator"):
                places = in_order(placed(graph, tasks))
                for events in (None, "cpu,run", "suspensions"):
                    options = [f"--tasks={tasks}"] + ([f"--events={events}"] if events else [])
                    raw = e.bytes(graph, "callgrind", *options)
                    bad += [f"{options}: {x}" for x in compare(graph, places, Profile(raw))]
                    if events and Profile(raw).events != [
                            k for w in events.split(",") for k, v in EVENTS.items() if WORDS[v] == w]:
                        bad.append(f"{events}: {Profile(raw).events}")
            t.ok(not bad, f"{name}: the expected costs in every view", *bad[:6])
        check_names(t, e)
        for name in ("saturated", "empty", "ring", "deep"):
            p = Profile(e.bytes(CASES[name](), "callgrind", "--tasks=creator"))
            t.ok(not p.faults, f"{name}: a sound file", *p.faults[:4])
        t.eq(p.totals["wall"], 10 ** 6, "100 000 levels add up")
        first = e.bytes(CASES["random1"](), "callgrind")
        t.ok(first == e.bytes(CASES["random1"](), "callgrind"), "the same bytes every time")
        head = Profile(e.bytes(Graph(7, "3.12.1", ("a.py", "-x", "b\nc")), "callgrind")).header
        t.eq([head[k] for k in ("pid", "cmd", "version", "part")], ["7", r"a.py -x b\x0ac", "1", "1"],
             "the header says what ran")
        check_annotate(t, e)
    t.done()


if __name__ == "__main__":
    main()
