#!/usr/bin/env python3
"""`corograph report`: the JSON contract, the tables, CSV, and what is wrong on the command
line. The trace is made by hand (tests/unit/test_json.c), so every number is known."""
import copy
import csv
import io
import json
import os
import re
import subprocess

from harness import COROGRAPH, call, corograph, record, report, run, test, write
from schema import errors

MAKER = os.path.join(os.environ["CG_BUILD"], "tests", "unit", "test_json")
with open(os.path.join(os.environ["CG_SRC"], "doc", "report.schema.json"),
          encoding="utf-8") as file:
    SCHEMA = json.load(file)
NAME = '"q", \\ é€'


def made():
    done = call(MAKER, "made.coro")
    assert done.returncode == 0, done.stderr
    return "made.coro"


def show(*argv, **more):
    """The lines that a report prints, with a page of fixed width and no colours."""
    env = {"COLUMNS": "120", "LC_ALL": "C.UTF-8", "NO_COLOR": None, **more.pop("env", {})}
    done = corograph("report", *argv, env=env, encoding="utf-8", **more)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return done.stdout.splitlines()


def refused(code, *argv, **more):
    """The one line on stderr with which a report is refused."""
    done = corograph("report", *argv, **more)
    assert done.returncode == code, f"exit {done.returncode}: {done.stderr}"
    assert done.stdout == "", done.stdout
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("corograph: "), done.stderr
    return lines[0]


@test("the JSON report keeps its schema")
def _():
    broken = list(errors(report(made()), SCHEMA))
    assert not broken, broken


@test("the schema would notice each key that is missing, wrong or too much")
def _():
    data = report(made())

    def places(value):
        if isinstance(value, dict):
            yield value
        for item in value.values() if isinstance(value, dict) else \
                value if isinstance(value, list) else ():
            yield from places(item)

    count = len(list(places(data)))
    assert count > 8
    for n in range(count):
        for key in list(list(places(data))[n]):
            for change in ("drop", "null", "add"):
                bad = copy.deepcopy(data)
                place = list(places(bad))[n]
                if change == "drop":
                    del place[key]
                elif change == "null":
                    place[key] = [None]
                else:
                    place["more"] = 0
                assert list(errors(bad, SCHEMA)), f"{change} {key}"


@test("keys and their order are the contract's")
def _():
    data = report(made())
    trace = ("complete python clock start_unix_ns elapsed_ns command pid lost_events takeovers "
             "include exclude compensated")
    function = ("name file line kind calls primitive_calls finished raised unfinished begun_before "
                "suspensions wall_ns run_ns await_ns hosted_ns cpu_ns work_ns self_run_ns "
                "self_await_ns self_cpu_ns inexact")
    edge = "caller callee kind calls wall_ns run_ns await_ns cpu_ns"
    thread = "id name native_id creator count run_ns cpu_ns first_ns last_ns"
    task = "name root creator count span_ns run_ns await_ns cpu_ns longest_ns"
    assert list(data) == "schema trace functions edges threads tasks".split()
    assert list(data["trace"]) == trace.split()
    for table, keys in (("functions", function), ("edges", edge), ("threads", thread),
                        ("tasks", task)):
        assert data[table]
        for row in data[table]:
            assert list(row) == keys.split(), table


@test("what recording cost is taken off when asked")
def _():
    raw = report(made())
    less = json.loads("\n".join(show(made(), "--compensate", "--format=json")))
    assert raw["trace"]["compensated"] is None
    assert less["trace"]["compensated"] == {"taken_ns": 22, "short_ns": 0}
    assert not list(errors(less, SCHEMA))
    runs = [[f["self_run_ns"] for f in data["functions"]] for data in (raw, less)]
    assert runs == [[100, 100, 200], [92, 90, 196]], runs
    assert "compensated: 22 ns of recording taken off" in show(made(), "--compensate")
    rows = [line.rsplit(",", 1)[1] for line in show(made(), "--compensate", "--format=csv")]
    assert rows == ["compensated", "1", "1", "1"], rows
    assert "call 10+5, C call 8+4" in corograph("info", made()).stdout


@test("who does not know what recording cost says so")
def _():
    old = os.path.join(os.environ["CG_SRC"], "tests", "corpus", "good", "small.coro")
    for command in (["report", "--compensate", old], ["export", "callgrind", "--compensate", "-o-", old]):
        done = corograph(*command)
        assert done.returncode == 1 and not done.stdout, done
        assert "leave --compensate out" in done.stderr, done


@test("the trace's text and numbers arrive")
def _():
    data = report(made())
    assert data["trace"]["command"] == ["app.py", ""]
    assert data["trace"]["start_unix_ns"] == -1
    assert data["functions"][2]["name"] == NAME
    assert data["functions"][2]["wall_ns"] == 350
    assert data["threads"][0]["native_id"] == 2**64 - 1
    assert data["tasks"][1]["creator"] is None


@test("the table shows every column, from the longest wall on")
def _():
    lines = show(made())
    assert lines[0] == "app.py , Python 3.11.7, process 7, 1.00 us"
    assert re.split(r"\s{2,}", lines[2].strip()) == [
        "calls", "susp.", "wall", "run", "await", "cpu", "self run", "self await", "self cpu",
        "function"]
    assert [line.split()[2] for line in lines[3:]] == ["400", "350", "100"]
    assert lines[3].endswith(" <module> (app.py:1)")
    assert lines[4].split("ns")[-1].strip() == NAME + " (app.py:2)"


@test("--sort and --limit")
def _():
    trace = made()
    assert show(trace, "--sort", "self_cpu")[3].endswith(NAME + " (app.py:2)")
    assert show(trace, "--sort=self-cpu")[3].endswith(NAME + " (app.py:2)")
    assert show(trace, "--sort", "name")[3].endswith(NAME + " (app.py:2)")
    lines = show(trace, "--limit", "1")
    assert len(lines) == 5 and lines[4] == "... and 2 more functions; --limit 0 shows all"
    assert len(show(trace, "-n0")) == 6


@test("a narrow page leaves columns out, then cuts names where they say least")
def _():
    trace = made()
    lines = show(trace, env={"COLUMNS": "60"})
    assert lines[2].split() == ["calls", "wall", "run", "await", "function"], lines[2]
    lines = show(trace, env={"COLUMNS": "40"})
    assert lines[2].split() == ["calls", "wall", "function"], lines[2]
    assert lines[3].endswith(" <module> (app.py:1)"), lines[3]
    assert lines[5].endswith("  <…time.sleep>"), lines[5]
    assert max(map(len, lines[2:])) <= 40


@test("filters by name, module and share, and what they say when nothing is left")
def _():
    trace = made()
    assert [line.split()[-2] for line in show(trace, "--function", "<module>")[3:]] == ["<module>"]
    assert len(show(trace, "--function", "e")[3:]) == 2, "a part of two names"
    assert len(show(trace, "--min-share", "35")[3:]) == 2
    assert len(show(trace, "--min-share", "35.1%")[3:]) == 1
    for view, function in (("tasks", NAME), ("blocking", NAME), ("tree", NAME)):
        assert show(trace, "--view", view, "--function", function)
        assert "'zzz'" in refused(1, trace, "--view", view, "--function", "zzz")
        assert "smaller --min-share" in refused(1, trace, "--view", view, "--min-share", "100")
    assert "'zzz'" in refused(1, trace, "--module", "zzz")
    assert "not a share" in refused(2, trace, "--min-share", "101")
    assert "not a share" in refused(2, trace, "--min-share", "much")
    assert "threads" in refused(2, trace, "--view", "threads", "--function", "a")
    assert "'2'" in refused(1, trace, "--thread", "2")
    assert "JSON" in refused(2, trace, "--format", "json", "--module", "a")
    assert "callees" in refused(2, trace, "--callees", "<module>", "--min-share", "1")


@test("the tree of a function, of a thread, and with its light places")
def _():
    trace = made()
    tree = show(trace, "--view", "tree", "--function", "time.sleep")
    assert len(tree) >= 5 and "<thread 1" in tree[3], tree
    assert all("time.sleep" not in line for line in tree[3:-1]), tree
    assert tree[-1].endswith("<built-in method time.sleep>"), tree
    assert show(trace, "--view", "tree", "--thread", "1") == show(trace, "--view", "tree")
    assert show(trace, "--view", "tree", "--thread", "Main") == show(trace, "--view", "tree")
    assert "'2'" in refused(1, trace, "--view", "tree", "--thread", "2")
    assert len(show(trace, "--view", "tree", "--min-share", "30")) < \
        len(show(trace, "--view", "tree", "--min-share", "0"))


@test("imports are a line each, in the order of the tree, unless --no-fold")
def _():
    write("inner_one.py", "import inner_two\nx = sorted(range(1000))\n")
    write("inner_two.py", "y = sorted(range(1000))\n")
    write("app.py", "import inner_one\n")
    trace = record("app.py").trace
    shown = show(trace, "--view", "tree", "--min-share", "0", "-n0")
    names = [line[shown[2].index("function"):] for line in shown[3:]]
    one = [n for n in names if n.strip() == "import inner_one"]
    two = [n for n in names if n.strip() == "import inner_two"]
    assert len(one) == len(two) == 1, names
    assert len(two[0]) - len(two[0].lstrip()) == len(one[0]) - len(one[0].lstrip()) + 2, names
    assert not any("_find_and_load" in n for n in names), names
    whole = "\n".join(show(trace, "--view", "tree", "--min-share", "0", "-n0", "--no-fold"))
    assert "_find_and_load" in whole and "import inner" not in whole
    csv_whole = "\n".join(show(trace, "--view", "tree", "--format", "csv"))
    assert "_find_and_load" in csv_whole, "CSV has all"


@test("no colours but on a terminal")
def _():
    trace = made()
    assert "\x1b" not in "\n".join(show(trace, env={"TERM": "xterm"}))


@test("a report is read from standard input")
def _():
    trace = made()
    with open(trace, "rb") as stdin:
        assert show("-", stdin=stdin) == show(trace)


@test("--callers and --callees")
def _():
    trace = made()
    lines = show(trace, "--callers", "time.sleep")
    assert lines[2] == "<built-in method time.sleep>, wall 100 ns"
    assert lines[4].split()[:4] == ["call", "1", "100", "ns"]
    assert lines[4].endswith(NAME + " (app.py:2)")
    lines = show(trace, "--callees", "<module>")
    assert lines[4].startswith("spawn ") and lines[4].endswith(NAME + " (app.py:2)")
    lines = show(trace, "--callers", "<module>")
    assert lines[2:] == ["<module> (app.py:1), wall 400 ns", "has no recorded caller"]
    assert "'nothing'" in refused(1, trace, "--callers", "nothing")


@test("views of threads, tasks and the tree")
def _():
    trace = made()
    assert show(trace, "--view", "threads")[3].split()[-1] == "MainThread"
    lines = show(trace, "--view", "tasks")
    assert lines[3].split("ns")[-1].split()[:2] == ["Task-1", "<module>"]
    assert lines[6].startswith("Single tasks")
    assert lines[8].split()[:6] == ["250", "ns", "50", "ns", "200", "ns"], lines[8]
    assert lines[8].split("ns")[-1].split()[:3] == ["finished", "Task-1", "<module>"]
    lines = show(trace, "--view", "blocking")
    assert re.split(r"\s{2,}", lines[2]) == [
        ">= 10 ms", ">= 50 ms", ">= 100 ms", "longest", "held", "cpu", "blocked",
        "coroutine"]
    assert lines[3].split()[:5] == ["3", "2", "1", "150", "ns"]
    lines = show(trace, "--view", "tree")
    assert lines[3].endswith("<thread 1 MainThread>")
    assert lines[4].endswith("call     <module> (app.py:1)"), lines[4]
    assert lines[5].endswith("spawn    " + NAME + " (app.py:2)"), lines[5]
    assert lines[6].endswith("call       <built-in method time.sleep>"), lines[6]
    lines = show(trace, "--view", "tree", "--limit", "2")
    assert lines[4].endswith("<module> (app.py:1)") and lines[5].startswith("... and 2 lighter")


@test("CSV holds the numbers of the JSON")
def _():
    trace = made()
    data = report(trace)
    rows = list(csv.DictReader(io.StringIO("\n".join(show(trace, "--format", "csv")))))
    assert len(rows) == len(data["functions"])
    for row in rows:
        twin = [f for f in data["functions"] if f["name"] == row["name"]][0]
        assert {k: str(int(v) if v is False else v) for k, v in twin.items()}.items() <= row.items(), row
    rows = list(csv.DictReader(io.StringIO("\n".join(
        show(trace, "--format", "csv", "--callers", "time.sleep")))))
    assert [(r["caller"], r["kind"], r["wall_ns"]) for r in rows] == [(NAME, "call", "100")]


@test("mistakes on the command line")
def _():
    trace = made()
    assert "there is no column 'speed'" in refused(2, trace, "--sort", "speed")
    assert "self_run" in refused(2, trace, "--sort", "speed")
    assert "functions, tree" in refused(2, trace, "--view", "forest")
    assert "exclude" in refused(2, trace, "--callers", "a", "--callees", "b")
    assert "JSON" in refused(2, trace, "--callers", "a", "--format", "json")
    refused(2, trace, "--view", "tree", "--sort", "wall")
    refused(2, trace, trace)
    refused(2)


@test("a full disk is an error, told once")
def _():
    trace = made()
    for form in "table", "csv", "json":
        with open("/dev/full", "w") as full:
            done = subprocess.run([COROGRAPH, "report", trace, "--format", form], stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        assert done.returncode == 1, form
        assert done.stderr.splitlines() == [
            "corograph: standard output: No space left on device"], done.stderr


@test("what is no trace, or a damaged one")
def _():
    with open(made(), "rb") as file:
        whole = file.read()
    write("text", "hello\n" * 100)
    write("empty", "")
    for name, data in (("cut", whole[:-20]), ("flipped", whole[:200] + b"\xff" + whole[201:])):
        with open(name, "wb") as file:
            file.write(data)
    refused(1, "missing")
    refused(1, ".")
    for name in ("text", "empty", "cut", "flipped"):
        assert refused(3, name).startswith(f"corograph: {name}: "), name
    assert "offset" in refused(3, "cut")
    lines = show("--salvage", "cut")
    assert "incomplete" in lines[1], lines


run()
