"""The result of a recording."""
import json
import sys

from ._extension import extension

_COLUMNS = (  # heading, field
    ("calls", "calls"),
    ("susp", "suspensions"),
    ("wall", "wall_ns"),
    ("run", "run_ns"),
    ("await", "await_ns"),
    ("cpu", "cpu_ns"),
    ("self run", "self_run_ns"),
    ("self await", "self_await_ns"),
)
_UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us"))


def _scaled(ns):
    for size, unit in _UNITS:
        if ns >= size:
            return f"{ns / size:.3g} {unit}" if ns < 1000 * size else f"{ns / size:.0f} {unit}"
    return f"{ns} ns" if ns else "0"


def _printable(text):
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _place(function):
    name = _printable(function["name"])
    if not function["file"]:
        return name
    return f"{name} ({_printable(function['file'])}:{function['line']})"


class Profile:
    """The numbers of one recording, all times in nanoseconds.

    `path` is its trace's file, None when the trace is in memory. The report is computed when
    it is first asked for; its fields are those of `corograph report --format json`.
    """

    def __init__(self, path=None):
        self.path = path
        self._trace = None
        self._finished = False
        self._cached = None

    def _finish(self, trace):
        self._trace = trace
        self._finished = True

    @property
    def _report(self):
        if not self._finished:
            raise extension.Error("the recording still runs: end it first")
        if self._cached is None:
            source = self._trace if self.path is None else self.path
            self._cached = json.loads(extension.report(source))
        return self._cached

    @property
    def functions(self):
        """One dict for each function that was called."""
        return self._report["functions"]

    @property
    def edges(self):
        """One dict for each pair of caller and callee (indices into functions) and kind."""
        return self._report["edges"]

    @property
    def threads(self):
        """One dict for each thread, or for threads that ran one after another on one tree."""
        return self._report["threads"]

    @property
    def tasks(self):
        """One dict for each pair of a task's root function and what created it."""
        return self._report["tasks"]

    def print(self, sort="wall_ns", limit=20, file=None):
        """Print a table of the functions with most of `sort`, a field of theirs.

        `limit` lines at most, all of them with None; to `file`, else to standard output.
        """
        rows = sorted(self.functions, key=lambda f: f[sort], reverse=True)[:limit]
        table = [[heading for heading, _ in _COLUMNS]]
        for f in rows:
            table.append([_scaled(f[field]) if field.endswith("_ns") else str(f[field])
                          for _, field in _COLUMNS])
        widths = [max(map(len, column)) for column in zip(*table)]
        places = ["function"] + [_place(f) for f in rows]
        for cells, place in zip(table, places):
            line = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths))
            print(f"{line}  {place}", file=file or sys.stdout)

    def __repr__(self):
        where = "in memory" if self.path is None else repr(self.path)
        state = "" if self._finished else ", recording"
        return f"<corograph.Profile {where}{state}>"
