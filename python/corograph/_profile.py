"""The result of a recording."""
from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
from typing import Iterator, List, Optional, TextIO, Union, cast

from . import _command
from ._extension import Error, FileError, extension
from ._rows import Edge, Function, Report, Task, Thread

Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


@contextlib.contextmanager
def _files() -> Iterator[None]:
    """What the system says against a file becomes one of our exceptions."""
    try:
        yield
    except FileError:
        raise
    except OSError as error:
        raise FileError(error.errno, error.strerror, error.filename) from error


class Profile:
    """The numbers of one recording; all times are nanoseconds.

    `path` is its trace's file, None when the trace is in memory. The report is computed when
    it is first asked for; its fields are those of `corograph report --format json`.
    """

    def __init__(self, path: Optional[str] = None) -> None:
        self.path = path
        self._trace: Optional[bytes] = None  # with path None, once the recording has ended
        self._finished = False
        self._cached: Optional[Report] = None

    def _finish(self, trace: Optional[bytes]) -> None:
        self._trace = trace
        self._finished = True

    def _check(self) -> None:
        if not self._finished:
            raise Error("the recording still runs: end it first, or take a snapshot()")

    @property
    def report(self) -> Report:
        """All numbers, as doc/report.schema.json has them."""
        self._check()
        if self._cached is None:
            source = self._trace if self.path is None else self.path
            self._cached = cast(Report, json.loads(extension.report(source)))
        return self._cached

    @property
    def functions(self) -> List[Function]:
        """One dict for each function that was called."""
        return self.report["functions"]

    @property
    def edges(self) -> List[Edge]:
        """One dict for each pair of caller and callee (indices into functions) and kind."""
        return self.report["edges"]

    @property
    def threads(self) -> List[Thread]:
        """One dict for each thread, or for threads that ran one after another on one tree."""
        return self.report["threads"]

    @property
    def tasks(self) -> List[Task]:
        """One dict for each pair of a task's root function and what created it."""
        return self.report["tasks"]

    def _command(self, before: List[str], after: List[str], **environment: str) -> bytes:
        """Run the command on this trace, which is the operand between the two lists."""
        self._check()
        operand = "-" if self.path is None else self.path
        return _command.run([*before, operand, *after], self._trace, environment)

    def print(self, sort: Optional[str] = None, limit: Optional[int] = 20,
              file: Optional[TextIO] = None, *, view: str = "functions",
              function: Optional[str] = None, module: Optional[str] = None,
              thread: Optional[str] = None, compensate: bool = False) -> None:
        """Print a table, as `corograph report` does.

        The rows with most of `sort` come first ("wall", "self_run", "calls", ...; a field's
        name does as well; None: what the view is about), `limit` of them at most, all with
        None, to `file`, else to standard output. `view` is functions, tree, tasks, threads or blocking; `function`, `module` and
        `thread` leave all others out; `compensate` takes off the times what recording cost.
        Raises Error when the command does not know a word.
        """
        options = ["--view", view, "--limit", str(limit or 0)]
        if sort is not None:
            options += ["--sort", sort[:-3] if sort.endswith("_ns") else sort]
        for name, value in ("function", function), ("module", module), ("thread", thread):
            if value is not None:
                options += [f"--{name}", value]
        options += ["--compensate"] if compensate else []
        columns = os.environ.get("COLUMNS") or str(shutil.get_terminal_size((100, 24)).columns)
        table = self._command(["report", *options], [], COLUMNS=columns)
        (file or sys.stdout).write(table.decode(errors="replace"))

    def save(self, path: Path) -> None:
        """Write the trace to `path`, whole or not at all, in place of a file that is there.

        Raises FileError when the system does not let it be.
        """
        self._check()
        name = os.fsdecode(path)
        with _files():
            handle, draft = tempfile.mkstemp(prefix=".corograph-",
                                             dir=os.path.dirname(os.path.abspath(name)))
            try:
                with open(handle, "wb") as file:
                    self._copy(file.fileno())
                mask = os.umask(0)
                os.umask(mask)
                os.chmod(draft, 0o666 & ~mask)
                os.replace(draft, name)
            except BaseException:
                os.unlink(draft)
                raise

    def _copy(self, descriptor: int) -> None:
        with open(descriptor, "wb", closefd=False) as file:
            if self.path is None:
                file.write(self._trace or b"")
            else:
                with open(self.path, "rb") as trace:
                    shutil.copyfileobj(trace, file)

    def export(self, format: str, path: Path, *, compensate: bool = False) -> None:
        """Write the numbers for another viewer to `path`.

        `format` is callgrind, pstats or speedscope; doc/exporting.md says what opens them.
        `compensate` takes off the times what recording cost.
        Raises Error when there is no such format or the file cannot be written.
        """
        options = ["--compensate"] if compensate else []
        self._command(["export", format, *options], ["-o", os.fsdecode(path)])

    def __repr__(self) -> str:
        where = "in memory" if self.path is None else repr(self.path)
        if not self._finished:
            return f"<corograph.Profile {where}, recording>"
        try:
            report = self.report
        except (Error, OSError):
            return f"<corograph.Profile {where}, unreadable>"
        calls = sum(f["calls"] for f in report["functions"])
        seconds = sum(t["run_ns"] for t in report["threads"]) / 1e9
        return (f"<corograph.Profile {where}: {calls} calls of {len(report['functions'])} "
                f"functions, {len(report['threads'])} threads, {seconds:.3g} s>")


def load(path: Path) -> Profile:
    """The Profile of a trace that was written before.

    Raises FileError when it cannot be read, Error when it is damaged or no trace.
    """
    profile = Profile(os.path.abspath(os.fsdecode(path)))
    profile._finish(None)
    profile.report  # pylint: disable=pointless-statement
    return profile
