"""Beginning and ending a recording of this process."""
import os

from ._extension import extension
from ._profile import Profile

_running = None  # the Profile that the recording of start() will fill


def start(path=None, *, builtins=True):
    """Record this process, all its threads, until stop().

    The trace is written to `path`, and beside it lies PATH.live while the recording runs, from
    which `corograph` can read whatever ends the program. Without a path the trace is kept in
    memory. With builtins=False the time of C functions counts as their callers' own.

    Raises Error when a recording runs already, OSError when PATH.live cannot be made.
    """
    global _running
    if path is not None:
        path = os.path.abspath(os.fsdecode(path))
    result = Profile(path)
    extension.start(path, builtins)
    _running = result


def stop():
    """End the recording of start() and return its Profile.

    Raises Error when there is none, OSError when the trace cannot be written; PATH.live is
    left then, and `corograph` reads that.
    """
    global _running
    if _running is None and extension.is_running():
        raise extension.Error("this recording is not start()'s: who began it will end it")
    result, _running = _running, None
    trace = extension.stop()  # raises when no recording runs, as in a fork's child
    result._finish(trace)
    return result


def is_running():
    """Is this process being recorded, by start() or by `corograph record`?"""
    return extension.is_running()


class profile:
    """Record what runs in a `with` or `async with` block; as start() and stop().

        with corograph.profile("app.coro") as p:
            ...
        p.print()

    The Profile `p` has its numbers once the block has ended.
    """

    def __init__(self, path=None, *, builtins=True):
        self._path = path
        self._builtins = builtins

    def __enter__(self):
        start(self._path, builtins=self._builtins)
        return _running

    def __exit__(self, *exception):
        stop()

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, *exception):
        self.__exit__(*exception)
