"""The JSON report of a trace, seen as what exports of the same trace must show.

An export knows functions by (file, line, name), addresses in the names of builtins left out;
rows of the report that share all three are one `Function` here. In an export, time stands
where it is placed: the wall time of a function is run + await, without what it hosted.
"""
import json
import os
import re

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
ESCAPE = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[ntr0])")


def plain(text):
    """What is left of a name when all that an exporter may have to replace is taken out."""
    return "".join(c for c in ESCAPE.sub("", text) if c.isalnum() and c.isprintable())


class Function:
    """One function of the report, times in ns."""

    def __init__(self, row):
        self.file, self.line, self.name = row["file"], row["line"], row["name"]
        self.rows = 0
        self.calls = self.primitive_calls = self.begun_before = self.suspensions = 0
        self.run = self.waited = self.cpu = 0
        self.self_run = self.self_await = self.self_cpu = 0

    def add(self, row):
        self.rows += 1
        self.calls += row["calls"]
        self.primitive_calls += row["primitive_calls"]
        self.begun_before += row["begun_before"]
        self.suspensions += row["suspensions"]
        self.run += row["run_ns"]
        self.waited += row["await_ns"]
        self.cpu += row["cpu_ns"]
        self.self_run += row["self_run_ns"]
        self.self_await += row["self_await_ns"]
        self.self_cpu += row["self_cpu_ns"]

    @property
    def wall(self):
        return self.run + self.waited

    @property
    def self_wall(self):
        return self.self_run + self.self_await

    @property
    def mixed(self):
        """Rows of different kinds: the sum of their inclusive times is not the time of all."""
        return self.rows > 1

    @property
    def shown(self):
        """Must an export have it?"""
        return bool(self.calls or self.begun_before or self.wall)

    def __str__(self):
        return f"{self.name} ({os.path.basename(self.file)}:{self.line})"


class Edge:
    """All calls of one function by another, tasks started (SPAWN) left out."""

    def __init__(self):
        self.kinds = set()
        self.calls = self.run = self.waited = self.cpu = 0
        self.without_calls = 0

    def add(self, row):
        self.kinds.add(row["kind"])
        self.calls += row["calls"]
        self.run += row["run_ns"]
        self.waited += row["await_ns"]
        self.cpu += row["cpu_ns"]
        self.without_calls += row["calls"] == 0


class Report:
    def __init__(self, document):
        self.functions = {}
        self.edges = {}
        keys = []
        for row in document["functions"]:
            key = row["file"], row["line"], ADDRESS.sub("", row["name"])
            keys.append(key)
            self.functions.setdefault(key, Function(row)).add(row)
        for row in document["edges"]:
            if row["kind"] != "spawn":
                pair = keys[row["caller"]], keys[row["callee"]]
                self.edges.setdefault(pair, Edge()).add(row)
        self.at = {}
        for key in self.functions:
            self.at.setdefault(key[1], []).append(key)

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as f:
            return cls(json.load(f))

    def total(self, number):
        return sum(getattr(f, number) for f in self.functions.values())

    def find(self, file, line, shown):
        """The key of the function that an export calls `shown`, a name that may be led by a
        module and followed by a line; None if there is none. Builtins, line 0, are found by
        name alone."""
        shown = re.sub(r":\d+$", "", shown)
        places = [k for k in self.at.get(line, ()) if not line or k[0] == file]
        fits = [k for k in places if shown == k[2] or shown.endswith((":" + k[2], "." + k[2]))]
        if not fits:  # names with characters that no viewer would bear
            fits = [k for k in self.at.get(line, ())
                    if plain(k[0]) == plain(file or "") and plain(shown).endswith(plain(k[2]))
                    and (k[0], k[2]) != (file, shown)]
        return max(fits, key=lambda k: len(k[2]), default=None)


def missing(report, found):
    """Problems: functions of the report that are not among the keys `found`."""
    return [f"{f} is missing" for key, f in report.functions.items()
            if f.shown and key not in found]
