"""profile(): a recording of a block, or of a function while it runs."""
from __future__ import annotations

import functools
import inspect
from types import TracebackType
from typing import Any, AsyncGenerator, Callable, Dict, Generator, Optional, Type, TypeVar, \
    Union, cast, overload

from . import _api
from ._api import Clock, Globs, closed, unseen
from ._profile import Path, Profile

F = TypeVar("F", bound=Callable[..., Any])


class Recording:
    """What profile() gives: a context manager, also for `async with`, and a decorator.

    `last` is the Profile of what it recorded last, None before that.
    """

    def __init__(self, path: Optional[Path] = None, **options: Any) -> None:
        self.last: Optional[Profile] = None
        self._path = path
        self._options = options
        self._inside = 0  # how often a decorated function is running at this moment
        self._ours = False  # they began the recording, they did not join another's

    @unseen
    def __enter__(self) -> Profile:
        return _begin(self)

    @unseen
    def __exit__(self, kind: Optional[Type[BaseException]], error: Optional[BaseException],
                 traceback: Optional[TracebackType]) -> None:
        _end(self)

    @unseen
    async def __aenter__(self) -> Profile:
        return _begin(self)

    @unseen
    async def __aexit__(self, kind: Optional[Type[BaseException]],
                        error: Optional[BaseException],
                        traceback: Optional[TracebackType]) -> None:
        _end(self)

    def __call__(self, function: F) -> F:
        """Record the function from its first step to its end, whenever it is called.

        Calls that overlap, as of recursion or of tasks, share one recording, and where one
        runs already, anybody's, they are part of that. The decorated function's attribute
        `recording` is this object.
        """
        for is_kind, wrap in _WRAPPERS:
            if is_kind(function):
                break
        wrapper: Any = functools.wraps(function)(unseen(wrap(self, function)))
        wrapper.recording = self
        return cast(F, wrapper)


@closed
def _begin(recording: Recording) -> Profile:
    recording.last = _api.begin(recording._path, **recording._options)
    return recording.last


@closed
def _end(recording: Recording) -> None:
    _api.end()


@closed
def _come(recording: Recording) -> None:
    """The first to come begins a recording where none runs, the last to leave ends it."""
    with _api.lock:
        if recording._inside == 0:
            recording._ours = not _api.check()
            if recording._ours:
                _begin(recording)
        recording._inside += 1


@closed
def _leave(recording: Recording) -> None:
    with _api.lock:
        recording._inside -= 1
        if recording._inside == 0 and recording._ours:
            _api.end()


def _wrap_function(recording: Recording, function: Callable[..., Any]) -> Callable[..., Any]:
    def recorded(*args: Any, **kwargs: Any) -> Any:
        _come(recording)
        try:
            return function(*args, **kwargs)
        finally:
            _leave(recording)
    return recorded


def _wrap_coroutine(recording: Recording, function: Callable[..., Any]) -> Callable[..., Any]:
    async def recorded(*args: Any, **kwargs: Any) -> Any:
        _come(recording)
        try:
            return await function(*args, **kwargs)
        finally:
            _leave(recording)
    return recorded


def _wrap_generator(recording: Recording, function: Callable[..., Any]) -> Callable[..., Any]:
    def recorded(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        _come(recording)
        try:
            return (yield from function(*args, **kwargs))
        finally:
            _leave(recording)
    return recorded


def _wrap_async_generator(recording: Recording,
                          function: Callable[..., Any]) -> Callable[..., Any]:
    async def recorded(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        _come(recording)
        try:
            inner = function(*args, **kwargs)
            step = inner.__anext__()
            while True:
                try:
                    value = await step
                except StopAsyncIteration:
                    return
                try:
                    step = inner.asend((yield value))
                except GeneratorExit:
                    await inner.aclose()
                    raise
                except BaseException as error:  # whatever is thrown in is the generator's
                    step = inner.athrow(error)
        finally:
            _leave(recording)
    return recorded


_WRAPPERS = (
    (inspect.isasyncgenfunction, _wrap_async_generator),
    (inspect.iscoroutinefunction, _wrap_coroutine),
    (inspect.isgeneratorfunction, _wrap_generator),
    (callable, _wrap_function),
)


@overload
def profile(path: F) -> F: ...


@overload
def profile(path: Optional[Path] = None, *, builtins: bool = True, include: Globs = (),
            exclude: Globs = (), max_nodes: int = _api.MAX_NODES,
            clock: Clock = "exact") -> Recording: ...


def profile(path: Union[Path, Callable[..., Any], None] = None, *,
            builtins: bool = True, include: Globs = (), exclude: Globs = (),
            max_nodes: int = _api.MAX_NODES, clock: Clock = "exact") -> Any:
    """Record what runs in a `with` or `async with` block, or a function while it runs.

        with corograph.profile("app.coro") as p:
            ...
        p.print()

        @corograph.profile("fetch.coro")
        async def fetch(): ...

    The arguments are those of start(). The Profile `p` has its numbers once the block has
    ended; of a decorated function it is `fetch.recording.last`. A decorated function may be
    any: `def`, `async def`, a generator or an async generator; its name and signature stay.
    """
    options: Dict[str, Any] = {"builtins": builtins, "include": include, "exclude": exclude,
                               "max_nodes": max_nodes, "clock": clock}
    if callable(path):
        return Recording(**options)(path)
    return Recording(path, **options)
