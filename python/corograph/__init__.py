"""Corograph: a deterministic profiler for Python that understands coroutines.

    with corograph.profile("app.coro") as p:
        asyncio.run(main())
    p.print()

Every call is counted once, however often it is suspended and resumed, and its time is told
apart: running (and the part of it on a processor), waiting at an await, and hosting what runs
on top but belongs elsewhere. All times are nanoseconds. The `corograph` command records
programs that know nothing of it and turns a trace into what other viewers read.
"""
from ._api import is_running, profile, start, stop
from ._extension import extension
from ._profile import Profile

Error = extension.Error
version = extension.version

__all__ = ["Error", "Profile", "is_running", "profile", "start", "stop", "version"]
