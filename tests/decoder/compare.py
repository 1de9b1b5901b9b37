#!/usr/bin/env python3
"""Does `corograph report` say of a trace what the independent decoder computes?

usage: compare.py COROGRAPH TRACE [BOOK]. A line for each trace goes to the end of BOOK.
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import report as second  # noqa: E402


def same(name, ours, theirs):
    """Equal, or the first difference."""
    assert type(ours) is type(theirs), name
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys(), (name, ours.keys() ^ theirs.keys())
        for key in ours:
            same(f"{name}.{key}", ours[key], theirs[key])
    elif isinstance(ours, list):
        assert len(ours) == len(theirs), (name, len(ours), len(theirs))
        for i, (one, other) in enumerate(zip(ours, theirs)):
            same(f"{name}[{i}]", one, other)
    else:
        assert ours == theirs, (name, ours, theirs)


def main(corograph, trace, book=None):
    done = subprocess.run([corograph, "report", "--format", "json", trace], check=True,
                          stdout=subprocess.PIPE)
    same(trace, second.report(trace), json.loads(done.stdout))
    if book:
        with open(book, "a", errors="surrogateescape") as file:
            file.write(f"{os.path.getsize(trace)} {trace}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
