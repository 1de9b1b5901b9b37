"""Beginning and ending a recording of this process.

The idea to know: none of this is seen by a recording. The faces, start() and the like, are
`unseen`: recordings look through them. What they do is done by `closed` functions, during
which the calling thread has no events.
"""
from __future__ import annotations

import os
import threading
from typing import Any, Callable, Iterable, Literal, Optional, TypeVar, Union

from ._extension import Error, extension
from ._profile import Path, Profile

F = TypeVar("F", bound=Callable[..., Any])
Globs = Union[Path, Iterable[Path]]
Clock = Literal["exact", "coarse"]

MAX_NODES = 1 << 20  # places of the call tree, unless told otherwise

_running: Optional[Profile] = None  # that the recording of start() will fill


class _Lock:
    """Held while a recording begins, ends or is looked at; a fork's child has its own."""

    def __init__(self) -> None:
        self._renew()
        os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.RLock()  # a signal's handler may come while it is held

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *exception: object) -> None:
        self._lock.release()


lock = _Lock()


def unseen(function: F) -> F:
    """Let recordings look through the function's frames."""
    result: F = extension.unseen(function)
    return result


def closed(function: F) -> F:
    """Let recordings see nothing of the function and of all that it calls."""
    result: F = extension.closed(function)
    return result


def _signed(sign: bytes, globs: Globs) -> bytes:
    """The globs as the extension takes them; a lone one need not be in a list."""
    if isinstance(globs, (str, bytes, os.PathLike)):
        globs = [globs]
    return b"".join(sign + os.fsencode(glob) + b"\0" for glob in globs)


@closed
def begin(path: Optional[Path], *, builtins: bool = True, include: Globs = (),
          exclude: Globs = (), max_nodes: int = MAX_NODES, clock: Clock = "exact",
          prefill: bool = True) -> Profile:
    """As start(); without prefill the frames that are running now are not shown."""
    global _running
    if not 1 <= max_nodes < 1 << 64:
        raise ValueError("max_nodes: from 1 to 2**64 - 1")
    if clock not in ("exact", "coarse"):
        raise ValueError("clock: 'exact' or 'coarse'")
    globs = _signed(b"+", include) + _signed(b"-", exclude)
    with lock:
        result = Profile(None if path is None else os.path.abspath(os.fsdecode(path)))
        extension.start(result.path, builtins, prefill, globs, max_nodes, clock == "coarse")
        _running = result
        return result


@closed
def end() -> Profile:
    """As stop()."""
    global _running
    with lock:
        if _running is None and extension.is_running():
            raise Error("this recording is not start()'s: who began it will end it")
        result, _running = _running, None
        trace = extension.stop()  # raises when no recording runs, as in a fork's child
        assert result is not None
        result._finish(trace)
        return result


@closed
def look() -> Profile:
    """As snapshot()."""
    with lock:
        result = Profile()
        result._finish(extension.snapshot())
        return result


@closed
def check() -> bool:
    """As is_running()."""
    return bool(extension.is_running())


@unseen
def start(path: Optional[Path] = None, *, builtins: bool = True, include: Globs = (),
          exclude: Globs = (), max_nodes: int = MAX_NODES, clock: Clock = "exact") -> Profile:
    """Record this process, all its threads, until stop().

    The trace is written to `path`, and beside it lies PATH.live while the recording runs, from
    which `corograph` can read whatever ends the program. Without a path the trace is kept in
    memory. With builtins=False the time of C functions counts as their callers' own.

    `exclude` is a glob, or several, of the files, folders or modules whose code is left out;
    with `include` only what matches one of its globs is recorded. Time in code that is left
    out is its caller's own, and from Python 3.12 on it costs nothing.

    Past `max_nodes` places of the call tree, new ones fold into those that are there: memory
    is bounded, calls and self numbers of functions stay exact.

    With clock="coarse" times are statistical, of a clock that moves some hundred times a second
    and costs little to read; counts stay exact.

    Returns the Profile that stop() will fill. Raises Error when a recording runs already,
    FileError when PATH.live cannot be made.
    """
    return begin(path, builtins=builtins, include=include, exclude=exclude,
                 max_nodes=max_nodes, clock=clock)


@unseen
def stop() -> Profile:
    """End the recording of start() and return its Profile. Any thread may.

    Raises Error when there is none, FileError when the trace cannot be written; PATH.live is
    left then, and `corograph` reads that.
    """
    return end()


@unseen
def snapshot() -> Profile:
    """The numbers so far of the recording that runs, whoever began it; it goes on.

    Calls that are open count as unfinished, with their time up to this moment. Any thread may
    ask, as often as it likes. The Profile is in memory. Raises Error when no recording runs.
    """
    return look()


@unseen
def is_running() -> bool:
    """Is this process being recorded, by start() or by `corograph record`?"""
    return check()
