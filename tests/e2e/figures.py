"""Rules that every report obeys, and the checks of a trace that the tests share."""
import os

from harness import corograph, report

COUNTS = ("calls", "primitive_calls", "finished", "raised", "unfinished", "begun_before",
          "suspensions")
TIMES = ("wall_ns", "run_ns", "await_ns", "hosted_ns", "cpu_ns", "work_ns", "self_run_ns",
         "self_await_ns", "self_cpu_ns")


def check_report(data):
    """What DESIGN calls "must hold, always", as far as a report shows it."""
    for f in data["functions"]:
        for field in COUNTS + TIMES:
            assert isinstance(f[field], int) and f[field] >= 0, (f["name"], field, f[field])
        assert f["calls"] == f["finished"] + f["raised"] + f["unfinished"], f
        assert f["primitive_calls"] <= f["calls"], f
        assert f["self_cpu_ns"] <= f["self_run_ns"], f
        assert f["wall_ns"] == f["run_ns"] + f["await_ns"] + f["hosted_ns"], f
        assert f["self_run_ns"] <= f["run_ns"] + 1000, f
    count = len(data["functions"])
    for e in data["edges"]:
        assert 0 <= e["caller"] < count and 0 <= e["callee"] < count, e
    total = sum(f["self_run_ns"] for f in data["functions"])
    threads = sum(t["run_ns"] for t in data["threads"])
    assert abs(total - threads) <= threads * 0.001 + 1000, (total, threads)


def check_trace(trace):
    """Verify a trace, conservation of time included; returns its report."""
    assert not os.path.exists(trace + ".live"), "the live image was left behind"
    done = corograph("verify", trace)
    assert done.returncode == 0, done.stdout + done.stderr
    data = report(trace)
    check_report(data)
    return data


def calls_of(data, name):
    """How often functions of that qualified name were called, all of them together."""
    return sum(f["calls"] for f in data["functions"] if f["name"] == name)


def edges_named(data):
    """{(caller name, callee name, kind): calls}"""
    names = [f["name"] for f in data["functions"]]
    out = {}
    for e in data["edges"]:
        key = names[e["caller"]], names[e["callee"]], e["kind"]
        out[key] = out.get(key, 0) + e["calls"]
    return out
