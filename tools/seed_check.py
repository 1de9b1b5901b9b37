#!/usr/bin/env python3
"""Check the JSON report of examples/seed.py on stdin against what the program does.

usage: seed_check.py LABEL. Prints one line; exit status 1 when a number is off.
"""
import json
import sys

TOLERANCE = 0.15  # seconds, of the 4 that it runs
IMPORTING = 0.5   # more for <module>, which also imports asyncio
# name: (calls, wall, run, await, cpu), None where the program does not say
EXPECTED = {
    "foo": (1, 4.0, 2.0, 2.0, None),
    "burn_cpu": (1, 1.0, 1.0, 0.0, 1.0),
    "burn_io": (1, 1.0, 1.0, 0.0, 0.0),
    "burn_async_io": (2, 2.0, 0.0, 2.0, 0.0),
    "<module>": (None, 4.0, 2.0, 0.0, None),
}
COLUMNS = ("wall_ns", "run_ns", "await_ns", "cpu_ns")
# burn_cpu stops after a second of processor time: on a busy machine it waits for more
STRETCHED = {("foo", "wall_ns"), ("foo", "run_ns"), ("burn_cpu", "wall_ns"),
             ("burn_cpu", "run_ns"), ("<module>", "wall_ns")}


def off(rows, waited):
    """What differs from EXPECTED."""
    for name, (calls, *times) in EXPECTED.items():
        row = rows[name]
        if calls is not None and row["calls"] != calls:
            yield f"{name}: {row['calls']} calls, not {calls}"
        for column, want in zip(COLUMNS, times):
            if want is None:
                continue
            want += waited if (name, column) in STRETCHED else 0.0
            more = IMPORTING if name == "<module>" else TOLERANCE
            if not want - TOLERANCE <= row[column] / 1e9 <= want + more:
                yield f"{name}: {column} {row[column] / 1e9:.3f} s, not {want:.2f} s"


def main():
    report = json.load(sys.stdin)
    rows = {row["name"]: row for row in report["functions"] if row["file"].endswith("seed.py")}
    missing = [name for name in EXPECTED if name not in rows]
    if missing:
        print(f"  {sys.argv[1]:6} no {', '.join(missing)}  WRONG")
        return 1
    burn = rows["burn_cpu"]
    waited = max(0.0, (burn["wall_ns"] - burn["cpu_ns"]) / 1e9)
    bad = list(off(rows, waited))
    shown = ", ".join(f"{name} {rows[name]['wall_ns'] / 1e9:.2f}" for name in EXPECTED)
    busy = f" (burn_cpu waited {waited:.2f} s for a processor)" if waited > TOLERANCE else ""
    print(f"  {sys.argv[1]:6} wall s: {shown}{busy}  {'WRONG' if bad else 'right'}")
    for line in bad:
        print(f"         {line}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
