"""What the tests of the hooks share: recording in this process, reading the numbers."""
import os
import sys

sys.path.insert(0, os.environ["CG_PYTHONPATH"])
import corograph  # noqa: E402
from harness import decoded  # noqa: E402


def recorded(function, *args, builtins=False):
    """Record a call of a function: its Profile, in memory."""
    with corograph.profile(builtins=builtins) as p:
        function(*args)
    if os.environ.get("CG_DECODE"):
        p.save("in-memory.coro")
        decoded("in-memory.coro")
        os.remove("in-memory.coro")
    return p


def one(p, name):
    """The one function of a Profile with that qualified name, or its last part."""
    found = [f for f in p.functions if f["name"] == name or f["name"].endswith("." + name)]
    assert len(found) == 1, f"{len(found)} functions are named {name}"
    return found[0]


def counts(p, *names):
    """(calls, suspensions, raised) of each of those functions, as a list."""
    return [tuple(one(p, name)[k] for k in ("calls", "suspensions", "raised"))
            for name in names]


def edges(p):
    """{(caller, callee): {kind: calls}} by the last parts of names."""
    last = [f["name"].rpartition(".")[2] for f in p.functions]
    out = {}
    for e in p.edges:
        kinds = out.setdefault((last[e["caller"]], last[e["callee"]]), {})
        kinds[e["kind"]] = kinds.get(e["kind"], 0) + e["calls"]
    return out
