"""Corograph: a deterministic profiler for Python that understands coroutines.

    with corograph.profile("app.coro") as p:
        asyncio.run(main())
    p.print()

Every call is counted once, however often it is suspended and resumed, and its time is told
apart: running (and the part of it on a processor), waiting at an await, and hosting what runs
on top but belongs elsewhere. All times are nanoseconds. The `corograph` command records
programs that know nothing of it and turns a trace into what other viewers read.

In IPython and Jupyter, `%load_ext corograph` brings `%%corograph`.
"""
from __future__ import annotations

from typing import Any

from ._api import is_running, snapshot, start, stop
from ._extension import Error, FileError, extension
from ._profile import Profile, load
from ._recording import Recording, profile
from ._rows import Edge, Function, Report, Task, Thread

version = extension.version

__all__ = ["Edge", "Error", "FileError", "Function", "Profile", "Recording", "Report", "Task",
           "Thread", "is_running", "load", "profile", "snapshot", "start", "stop", "version"]


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext corograph` calls."""
    from ._magics import Magics
    Magics(shell).register()
