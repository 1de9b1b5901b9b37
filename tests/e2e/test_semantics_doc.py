#!/usr/bin/env python3
"""
The programs of doc/semantics.md, recorded, against the numbers beside them.

The document says how its tables read. Counts and edges are exact. A time is never less than
what the document says, and more by no more than the first function of the table took longer
than its own: so a machine that stands still for a while widens what is allowed, and nothing
else does. Counts must be right in every recording, times in one of a few. Each number is then
changed, and the comparison has to notice.
"""
import collections
import glob
import os
import re
import sys

from figures import check_trace
from harness import PYTHON, Skip, call, packaged, record, run, test, write

DOCUMENT = os.path.join(os.environ["CG_SRC"], "doc", "semantics.md")
SECOND = 1_000_000_000
TABLES = {"function": ("functions", "parent"), "in the child": ("functions", "child"),
          "thread": ("threads", "parent"), "task": ("tasks", "parent")}
TIMES = ("wall", "run", "await", "hosted", "cpu", "work", "self run", "self await",
         "self cpu", "span", "longest")
EDGE = re.compile(r"(\S+) → (.+): (call|await|spawn) (\d+)((?:, \w+ (?:[\d.]+ s|little|0))*)")
QUIET = 0.05  # seconds that the first function may take longer before we try once more

# One number of the document: of which trace, of what, which field, and what it says.
Claim = collections.namedtuple("Claim", "trace rows name field text")


class Program:
    """A program of the document with all that is said about it."""

    def __init__(self, title, source):
        self.title, self.source = title, source
        self.claims, self.edges, self.laws = [], {"parent": {}, "child": {}}, []
        command = re.search(r"^# corograph record (.*)app\.py$", source, re.M)
        self.options = command.group(1).split() if command else []
        newer = re.search(r"^# Python 3\.(\d+) and newer$", source, re.M)
        self.minor = int(newer.group(1)) if newer else 0

    def python(self):
        """What runs it: one that has greenlet, where it needs that."""
        if "from greenlet" not in self.source:
            return PYTHON
        return os.path.join(packaged("greenlet", "greenlets"), "python")

    def record(self):
        """{"parent": report, "child": report}, the second where there is a child's trace."""
        write("app.py", self.source)
        if "import corograph" in self.source:
            done = call(PYTHON, "app.py", env={"PYTHONPATH": os.environ["CG_PYTHONPATH"]})
        else:
            done = record("app.py", options=self.options, trace="app.coro",
                          python=self.python())
        assert done.returncode == 0, done.stderr
        traces = {"parent": "app.coro"}
        for name in glob.glob("app.*.coro"):
            assert "child" not in traces, "one child at most"
            traces["child"] = name
        reports = {which: check_trace(name) for which, name in traces.items()}
        for name in traces.values():
            os.remove(name)
        return reports

    def slack(self, reports, trace):
        """Seconds that the first function with a wall time took longer than it says."""
        for c in self.claims:
            if c.trace == trace and c.field == "wall" and c.name != "<module>":
                return row_of(reports[trace], c)["wall_ns"] / SECOND - seconds(c.text)
        assert not any(c.field in TIMES for c in self.claims if c.trace == trace), \
            "times, but no wall time to judge them by"
        return 0


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def read_table(program, lines):
    """The claims of a table."""
    header = cells(lines[0])
    rows, trace = TABLES[header[0]]
    for line in lines[2:]:
        name, *values = cells(line)
        for field, text in zip(header[1:], values):
            if field == "calls" and "/" in text:
                text, primitive = text.split("/")
                program.claims.append(Claim(trace, rows, name.strip("`"), "primitive calls",
                                            primitive))
            if text:
                program.claims.append(Claim(trace, rows, name.strip("`"), field, text))


def read_edges(program, text):
    """`f → g: call 1, await 0.2 s` for each edge, times after the count; none: not exact."""
    trace = "child" if text.startswith("Edges in the child:") else "parent"
    if "`" not in text:
        program.edges[trace] = None
    for span in re.findall(r"`([^`]+)`", text):
        caller, callee, kind, calls, more = EDGE.fullmatch(span).groups()
        edge = caller, callee, kind
        program.edges[trace][edge] = int(calls)
        program.claims.append(Claim(trace, "edges", edge, "calls", calls))
        for part in more.split(", ")[1:]:
            field, _, value = part.partition(" ")
            program.claims.append(Claim(trace, "edges", edge, field, value))


def read_document(text):
    """All programs of the document."""
    programs, heading = [], ""
    for part in re.split(r"^(```python\n.*?)^```$", text, flags=re.M | re.S):
        if part.startswith("```python\n"):
            number = sum(p.title.startswith(heading) for p in programs) + 1
            programs.append(Program(f"{heading}, {number}", part[len("```python\n"):]))
            continue
        for block in part.strip().split("\n\n"):
            if block.startswith("#"):
                heading = block.strip("# ")
            else:
                read_block(programs, block)
    return programs


def read_block(programs, block):
    """What a paragraph or a table says of the last program."""
    first = block.split("\n", 1)[0]
    if first.startswith("|") and cells(first)[0] in TABLES:
        read_table(programs[-1], block.splitlines())
    elif first.startswith(("Edges:", "Edges in the child:")):
        read_edges(programs[-1], block)
    elif first.startswith("Holds:"):
        programs[-1].laws += re.findall(r"`([^`]+)`", block)


def seconds(text):
    """Seconds of `0.2 s`, `little` or `0`."""
    return 0 if text in ("0", "little") else float(re.fullmatch(r"([\d.]+) s", text).group(1))


def ours(f):
    """Is it a function of the program itself?"""
    return os.path.basename(f["file"]) == "app.py"


def name_of(data, index):
    return None if index is None else data["functions"][index]["name"]


def row_of(data, claim):
    """The row of a report that a claim speaks of; an edge's are added up."""
    if claim.rows == "edges":
        same = [e for e in data["edges"] if edge_name(data, e) == claim.name]
        return {k: sum(e[k] for e in same) for k in same[0] if k != "kind"} if same else {}
    if claim.rows == "tasks":
        found = [dict(t, creator=name_of(data, t["creator"])) for t in data["tasks"]
                 if name_of(data, t["root"]) == claim.name]
    else:
        found = [row for row in data[claim.rows] if row["name"] == claim.name]
        own = [row for row in found if "file" in row and ours(row)]
        found = own or found
    assert len(found) == 1, f"{len(found)} {claim.rows} are named {claim.name}"
    return found[0]


def edge_name(data, edge):
    return name_of(data, edge["caller"]), name_of(data, edge["callee"]), edge["kind"]


def times(data, claim):
    """How many activations can have taken longer each at the same time."""
    name = claim.name[1] if claim.rows == "edges" else claim.name
    return max([1] + [f["calls"] for f in data["functions"] if f["name"] == name])


def wrong(claim, data, slack):
    """What is wrong with a claim, or None."""
    row = row_of(data, claim)
    if not row:
        return f"{claim}: there is none"
    if claim.field not in TIMES:
        value = row.get(claim.field.replace(" ", "_"))
        return None if str(value) == claim.text.strip("`") else f"{claim}: {value}"
    value = row[claim.field.replace(" ", "_") + "_ns"] / SECOND
    least = seconds(claim.text)
    most = least + slack * times(data, claim) + 0.002 + least / 1000
    if claim.text == "0":
        most = 0
    elif claim.rows == "threads" or claim.name == "<module>":
        most = value
    return None if least * 0.99 <= value <= most else f"{claim}: {value}, slack {slack}"


def changed(claim, data, slack):
    """The claim with other numbers: each has to be wrong."""
    if claim.field == "creator":
        return [claim._replace(text="nobody")]
    if claim.field not in TIMES:
        return [claim._replace(text=str(int(claim.text) + 1))]
    others, least = ["60 s"], seconds(claim.text)
    if least:
        others.append("0")
    bounded = claim.rows != "threads" and claim.name != "<module>"
    if bounded and slack * times(data, claim) + 0.002 < least / 3:
        others.append(f"{least / 2} s")
    return [claim._replace(text=text) for text in others]


def missing(program, which, data):
    """Functions of the program and edges between them that the document leaves out."""
    told = {c.name for c in program.claims if c.trace == which and c.rows == "functions"}
    edges = program.edges[which]
    names = {f["name"] for f in data["functions"] if ours(f)} - {"<module>"}
    yield from names - told
    for e in data["edges"] if edges is not None else ():
        name = edge_name(data, e)
        if name[0] in names and name[1] in names and name not in edges:
            yield name


def total(data, terms):
    """The value of `f.run + g.self_await - 0.2`, in seconds."""
    value = 0
    for sign, name, field, number in re.findall(r"([+-]?) *(?:(\w+)\.(\w+)|([\d.]+))", terms):
        term = float(number) if number else row_of(
            data, Claim("parent", "functions", name, "", ""))[field + "_ns"] / SECOND
        value += -term if sign == "-" else term
    return value


def holds(law, data):
    left, relation, right = re.fullmatch(r"(.+) (=|<=) (.+)", law).groups()
    difference = total(data, left) - total(data, right)
    return difference <= 1e-5 and (relation == "<=" or difference >= -1e-5)


def exact_faults(program, reports):
    """What no machine can change: counts, edges, equal times, what is left out."""
    for c in program.claims:
        if c.field not in TIMES:
            yield wrong(c, reports[c.trace], 0)
    for law in program.laws:
        yield None if holds(law, reports["parent"]) else law
    for which, data in reports.items():
        for name in missing(program, which, data):
            yield f"not told: {name}"


def check(faults):
    faults = [fault for fault in faults if fault]
    assert not faults, "\n".join(map(str, faults))


def recorded(program):
    """The reports of a recording whose times are right, and each one's slack.

    A machine may take the processor away right between the start of a timer and the wait for
    it, which moves time from awaiting to running: then there is another try."""
    good = None
    for attempt in range(5):
        reports = program.record()
        check(exact_faults(program, reports))
        slack = {which: program.slack(reports, which) for which in reports}
        faults = [wrong(c, reports[c.trace], slack[c.trace]) for c in program.claims]
        if not any(faults):
            good = reports, slack
        if good and (attempt or max(slack.values()) < QUIET):
            return good
    check(faults)


def compare(program):
    """Record a program and compare everything said about it."""
    if sys.version_info[:2] < (3, program.minor):
        raise Skip(f"the program is for Python 3.{program.minor} and newer")
    assert program.claims, "nothing is said about it"
    reports, slack = recorded(program)
    for claim in program.claims:
        data, more = reports[claim.trace], slack[claim.trace]
        for other in changed(claim, data, more):
            assert wrong(other, data, more), f"{other} is as good as {claim}, slack {more}"


with open(DOCUMENT, encoding="utf-8") as file:
    PROGRAMS = read_document(file.read())


@test("the document has programs, and numbers for each")
def _():
    assert len(PROGRAMS) > 15, len(PROGRAMS)
    assert all(p.claims for p in PROGRAMS), [p.title for p in PROGRAMS if not p.claims]


for _program in PROGRAMS:
    test(_program.title)(lambda program=_program: compare(program))
run()
