#!/usr/bin/env python3
"""Check the JSON report of examples/seed.py on stdin against what the program does.

usage: seed_check.py LABEL. Prints one line; exit status 1 when a number is off.
"""
import json
import sys

TOLERANCE = 0.15  # seconds, of the 4 that it runs; machines are busy
# name: (calls, wall, run, await, cpu), None where the program does not say
EXPECTED = {
    "foo": (1, 4.0, 2.0, 2.0, None),
    "burn_cpu": (1, 1.0, 1.0, 0.0, 1.0),
    "burn_io": (1, 1.0, 1.0, 0.0, 0.0),
    "burn_async_io": (2, 2.0, 0.0, 2.0, 0.0),
    "<module>": (None, 4.0, 2.0, 0.0, None),
}
COLUMNS = ("wall_ns", "run_ns", "await_ns", "cpu_ns")


def main():
    report = json.load(sys.stdin)
    rows = {}
    for row in report["functions"]:
        if row["file"].endswith("seed.py"):
            rows[row["name"]] = row
    bad, shown = [], []
    for name, (calls, *times) in EXPECTED.items():
        row = rows.get(name)
        if row is None:
            bad.append(f"no {name}")
            continue
        if calls is not None and row["calls"] != calls:
            bad.append(f"{name}: {row['calls']} calls, not {calls}")
        for column, want in zip(COLUMNS, times):
            if want is not None and abs(row[column] / 1e9 - want) > TOLERANCE:
                bad.append(f"{name}: {column} {row[column] / 1e9:.3f} s, not {want:.1f} s")
        shown.append(f"{name} {row['wall_ns'] / 1e9:.2f}")
    print(f"  {sys.argv[1]:6} wall s: {', '.join(shown)}  {'WRONG' if bad else 'right'}")
    for line in bad:
        print(f"         {line}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
