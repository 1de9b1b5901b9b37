"""callgrind exports: the rules of the format, its numbers, callgrind_annotate, KCachegrind."""
import json
import os
import re
import sys
import tempfile

from report import missing
from tools import HERE, SYSTEM_PYTHON, Malformed, Missing, compare, last_line, need, run

EVENTS = ("CgWall", "CgRun", "CgAwait", "CgCpu", "CgSusp")
HEADER = ("version", "creator", "pid", "cmd", "part", "desc", "event", "positions", "events")
ROOT = "<program>"
PARTS = {"ob": "ob", "cob": "ob", "fl": "fl", "cfi": "fl", "cfl": "fl", "fn": "fn", "cfn": "fn"}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
KCACHEGRIND_ROWS = 500


class Entry:
    """A function of the file: its own costs, its calls of others and the calls of it."""

    def __init__(self, ob, fl, fn, line):
        self.ob, self.fl, self.fn, self.line = ob, fl, fn, line
        self.self = [0] * len(EVENTS)
        self.called = {}  # callee's key: [calls, costs]
        self.callers = {}

    def add(self, costs):
        self.self = [a + b for a, b in zip(self.self, costs)]

    @property
    def key(self):
        """What KCachegrind takes for one function."""
        return self.fn, os.path.basename(self.fl), os.path.basename(self.ob)

    @property
    def calls(self):
        return sum(calls for calls, _ in self.callers.values())

    @property
    def inclusive(self):
        """As KCachegrind: what its callers call it with, direct recursion aside."""
        costs = [costs for caller, (_, costs) in self.callers.items() if caller != self.key]
        if not costs:
            costs = [self.self] + [costs for _, costs in self.called.values()]
        return [sum(column) for column in zip(*costs)]


class File:
    """A parsed file. `problems` are the rules it breaks, each with its line."""

    def __init__(self, path):
        self.path = path
        self.problems = []
        self.entries = {}
        self.header = []
        self.totals = None
        self.names = {"ob": {}, "fl": {}, "fn": {}}
        self.at = 0
        try:
            with open(path, encoding="utf-8", newline="\n") as f:
                lines = f.read().split("\n")
        except UnicodeDecodeError as e:
            raise Malformed(f"not UTF-8: {e}") from None
        self._read(lines)
        for self.at, line in enumerate(lines, 1):
            if CONTROL.search(line):
                self._bad(f"a control character: {line[:60]!r}")
        for entry in self.entries.values():
            for callee, edge in entry.called.items():
                if callee in self.entries:
                    self.entries[callee].callers[entry.key] = edge
                else:
                    self._bad(f"{callee} is called and has no entry")

    def _bad(self, what):
        self.problems.append(f"line {self.at}: {what}")

    def _read(self, lines):
        if lines[0] != "# callgrind format":
            self._bad("the first line is not '# callgrind format'")
        where = {}
        entry = callee = count = None
        for self.at, line in enumerate(lines[1:], 2):
            key, _, value = line.partition("=")
            if not self.totals and not self.entries and self._is_header(line):
                self.header.append(line.partition(": ")[::2])
            elif line.startswith("totals: "):
                self.totals = self._costs(line.split()[1:])
            elif key in PARTS:
                where[key] = self._name(PARTS[key], value)
                if key == "fn":
                    entry = None
                elif key == "cfn":
                    callee = (where["cfn"], os.path.basename(where.pop("cfi", where.get("fl", ""))),
                              os.path.basename(where.pop("cob", where.get("ob", ""))))
            elif key == "calls":
                count = int(value.split()[0])
                if count < 1:
                    self._bad("calls=0: callgrind_annotate takes the next line for own cost")
            elif re.match(r"\d", line):
                number, *costs = line.split()
                costs = self._costs(costs)
                if count is not None:
                    self._add_call(entry, callee, count, costs)
                    count = None
                elif entry is None:
                    entry = self._start(where, int(number), costs)
                else:
                    entry.add(costs)
            elif line:
                self._bad(f"not understood: {line[:60]!r}")

    @staticmethod
    def _is_header(line):
        return line.partition(":")[0] in HEADER

    def _name(self, kind, value):
        """A name, defined as "(id) name" once and used as "(id)" from then on."""
        found = re.match(r"\((\d+)\)(?: (.*))?$", value)
        if not found:
            return value
        number, name = found.groups()
        known = self.names[kind]
        if name is None and number not in known:
            self._bad(f"{kind} id {number} is not defined")
        elif name is not None and number in known:
            self._bad(f"{kind} id {number} is defined twice")
        elif name is not None:
            known[number] = name
        return known.get(number, "?")

    def _costs(self, texts):
        """A line's costs: one whole decimal number for each event."""
        if len(texts) != len(EVENTS) or not all(re.fullmatch(r"\d+", t) for t in texts):
            self._bad(f"not {len(EVENTS)} whole numbers: {' '.join(texts)[:60]!r}")
            return [0] * len(EVENTS)
        return [int(t) for t in texts]

    def _start(self, where, line, costs):
        """The first cost line after fn=: it has the line where the function begins."""
        for part in ("fl", "fn"):
            if part not in where:
                self._bad(f"cost before any {part}=")
                where[part] = "?"
        entry = Entry(where.get("ob", ""), where["fl"], where["fn"], line)
        if entry.key in self.entries:
            first = self.entries[entry.key]
            self._bad(f"{entry.fn} again" if first.fl == entry.fl else
                      f"KCachegrind merges {entry.fn} of {first.fl} and {entry.fl}")
        entry = self.entries.setdefault(entry.key, entry)
        entry.add(costs)
        return entry

    def _add_call(self, entry, callee, count, costs):
        if entry is None or callee is None:
            self._bad("a call without a function")
            return
        edge = entry.called.setdefault(callee, [0, [0] * len(EVENTS)])
        edge[0] += count
        edge[1] = [a + b for a, b in zip(edge[1], costs)]


def rules(case):
    """What the three readers of the format demand between them."""
    file = case.callgrind
    problems = list(file.problems)
    header = dict(file.header)
    if tuple(header.get("events", "").split()) != EVENTS:
        problems.append(f"events: {header.get('events')}")
    if file.header and file.header[-1][0] != "events":
        problems.append("events: is not the last line of the header")
    named = [value.split()[0] for key, value in file.header if key == "event"]
    problems += [f"no long name for {event}" for event in EVENTS if event not in named]
    roots = [entry for entry in file.entries.values() if not entry.callers]
    if [r.fn for r in roots] != [ROOT]:
        problems.append(f"functions without a caller: {[r.fn for r in roots][:10]}")
    own = [sum(column) for column in zip(*(e.self for e in file.entries.values()))]
    if file.totals != own:
        problems.append(f"totals: {file.totals}, sum of own costs {own}")
    for root in roots:
        if root.inclusive != own:
            problems.append(f"{root.fn} has {root.inclusive} of {own}")
    return problems


def expected(function):
    """Inclusive and own costs; suspensions have no inclusive number in the report."""
    f = function
    return ([f.wall, f.run, f.waited, f.cpu],
            [f.self_wall, f.self_run, f.self_await, f.self_cpu, f.suspensions])


def called_range(case, key):
    """How often callgrind may say that a function was called. An edge with cost and without
    calls is written with one call: those of the report, and one from the root where a
    function was begun before the recording or a coroutine is driven by hand."""
    function = case.report.functions[key]
    extra = sum(edge.without_calls for (_, callee), edge in case.report.edges.items()
                if callee == key)
    return function.calls, function.calls + extra + bool(function.begun_before or function.waited)


def find_all(case):
    """{entry's key: report's key} for all real functions of the file, and problems."""
    found, problems = {}, []
    for entry in case.callgrind.entries.values():
        key = case.report.find(entry.fl, entry.line, entry.fn)
        if key is None:
            if any(entry.self) or not entry.fn.startswith("<"):
                problems.append(f"{entry.fn} ({entry.fl}:{entry.line}) is not in the report")
        elif key in found.values():
            problems.append(f"{entry.fn} stands for a function that has another entry")
        else:
            found[entry.key] = key
    return found, problems + missing(case.report, set(found.values()))


def numbers(case):
    """Each function's costs and calls in the file are the report's."""
    found, problems = find_all(case)
    for entry_key, key in found.items():
        entry, function = case.callgrind.entries[entry_key], case.report.functions[key]
        inclusive, own = expected(function)
        pairs = {f"own {e}": p for e, p in zip(EVENTS, zip(entry.self, own))}
        if not function.mixed:
            pairs.update((e, p) for e, p in zip(EVENTS, zip(entry.inclusive, inclusive)))
        problems += compare(function, pairs)
        least, most = called_range(case, key)
        if not least <= entry.calls <= most:
            problems.append(f"{function}: called {entry.calls}, in the report {least}")
    return problems + edge_problems(case, {key: e for e, key in found.items()})


def edge_problems(case, entry_of):
    """Edges of the report whose calls the file does not have."""
    problems = []
    for (caller, callee), edge in case.report.edges.items():
        if caller not in entry_of or callee not in entry_of or not edge.calls:
            continue
        called = case.callgrind.entries[entry_of[caller]].called
        calls, costs = called.get(entry_of[callee], (0, None))
        what = f"{case.report.functions[caller]} -> {case.report.functions[callee]}"
        if not edge.calls <= calls <= edge.calls + edge.without_calls:
            problems.append(f"{what}: calls are {calls}, in the report {edge.calls}")
        elif once(case.report.functions[callee]):
            problems += compare(what, {"CgRun": (costs[1], edge.run),
                                       "CgCpu": (costs[3], edge.cpu)})
    return problems


def once(function):
    """Is no activation of it below another, so that all its edges count?"""
    return function.calls == function.primitive_calls and not function.mixed


def annotate(case):
    """callgrind_annotate, run from /, says nothing and prints the report's numbers."""
    need("callgrind_annotate")
    problems = []
    found, _ = find_all(case)
    by_name = {f"{e.fl}:{e.fn}": case.report.functions[found[k]]
               for k, e in case.callgrind.entries.items() if k in found}
    for inclusive in (True, False):
        args = ("--inclusive=yes", "--tree=both") if inclusive else ("--inclusive=no",)
        status, out, err = run("callgrind_annotate", "--auto=no", "--threshold=100", *args,
                               case.callgrind.path, cwd="/")
        if status or err.strip():
            problems.append(f"status {status}, it says: {last_line(err)}")
        rows = annotate_rows(out)
        for name, function in by_name.items():
            costs = expected(function)[not inclusive]
            if name not in rows:
                if costs[0]:
                    problems.append(f"{function} is not printed")
            elif not (inclusive and function.mixed):
                problems += compare(function, dict(zip(EVENTS, zip(rows[name], costs))))
    return problems


def annotate_rows(text, events=len(EVENTS)):
    """{"file:function": costs} of the function list."""
    cost = r"\s*([\d,]+|\.)(?: \([ \d.]+%\))?"
    row = re.compile(cost * events + r"\s+(?:\*\s+)?(\S.*?)(?: \[[^\[\]]*\])?$")
    rows = {}
    for line in text.splitlines():
        match = row.match(line)
        if match and not match[events + 1].startswith(("< ", "> ")):
            rows[match[events + 1]] = [int(c.replace(",", "").replace(".", "0"))
                                            for c in match.groups()[:-1]]
    return rows


def kcachegrind(case):
    """KCachegrind loads the file without a word, opens on wall time and lists the report's
    numbers."""
    need("kcachegrind", "Xvfb", "dbus-run-session")
    if run(SYSTEM_PYTHON, "-I", "-c", "import pyatspi")[0]:
        raise Missing("pyatspi is not installed")
    shown = kcachegrind_window(case.callgrind.path)
    problems = shown["errors"] + shown["messages"]
    if problems:
        return problems
    if "wall" not in shown["event"].lower():
        problems.append(f"the event shown first is {shown['event']}")
    if len(shown["events"]) != len(EVENTS):
        problems.append(f"event types: {shown['events']}")
    found, _ = find_all(case)
    entries = {(e.fn, location(e)): k for k, e in case.callgrind.entries.items()}
    rows = [row for row in shown["functions"] if row["Location"]]
    if len(rows) != min(len(entries), KCACHEGRIND_ROWS):
        problems.append(f"{len(rows)} functions are listed, there are {len(entries)}")
    for row in rows:
        key = entries.get((row["Function"], row["Location"]))
        if key is None:
            problems.append(f"{row['Function']} ({row['Location']}) is not in the file")
        elif key in found:
            problems += row_problems(case, row, found[key])
    return problems


def row_problems(case, row, key):
    function = case.report.functions[key]
    inclusive, own, calls = (integer(row[c]) for c in ("Incl.", "Self", "Called"))
    numbers = {"Self": (own, function.self_wall)}
    if not function.mixed:
        numbers["Incl."] = inclusive, function.wall
    least, most = called_range(case, key)
    if not least <= calls <= most:
        numbers["Called"] = calls, least
    return compare(function, numbers)


def location(entry):
    """KCachegrind's column: object and file, without folders."""
    ob, fl = os.path.basename(entry.ob), os.path.basename(entry.fl)
    return f"{ob}: {fl}" if ob else fl


def integer(text):
    """12 345 or (0): groups are set apart by a space of the locale's."""
    return int(re.sub(r"\D", "", text) or 0)


def kcachegrind_window(path):
    with tempfile.TemporaryDirectory() as folder:
        _, _, err = run(sys.executable, os.path.join(HERE, "kcachegrind_open.py"), path, folder)
        try:
            with open(os.path.join(folder, "shown.json"), encoding="utf-8") as f:
                return {"messages": [], **json.load(f)}
        except (OSError, ValueError):
            return {"errors": [f"it was not opened: {last_line(err)}"], "messages": []}
