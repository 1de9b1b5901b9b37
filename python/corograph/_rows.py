"""The rows of a Profile: what `corograph report --format json` writes, field by field.

All times are whole nanoseconds; all counts are exact. A null of the JSON is None.
"""
from __future__ import annotations

from typing import List, Optional, TypedDict


class Function(TypedDict):
    """One function that was called: Python code, or a C function."""

    name: str  #: qualified name; a C function's as cProfile writes it
    file: str  #: empty for a C function
    line: int  #: first line, 0 for a C function
    kind: str  #: function, coroutine, generator, async_generator or builtin
    calls: int  #: activations begun; a resumption is none
    primitive_calls: int  #: calls made while no other activation of it was above
    finished: int  #: calls - raised - unfinished
    raised: int  #: ended by an exception
    unfinished: int  #: still open when the recording ended
    begun_before: int  #: open when the recording began; not among the calls
    suspensions: int  #: times that an activation was left to come back to it
    wall_ns: int  #: from start to end: run_ns + await_ns + hosted_ns
    run_ns: int  #: on a thread's stack, with what it called
    await_ns: int  #: suspended at an await, with what it awaited
    hosted_ns: int  #: of others' work that ran on top of it, as an event loop's tasks do
    cpu_ns: int  #: on a processor, the part of run_ns
    work_ns: int  #: run_ns of all that it started, in its own tasks too
    self_run_ns: int  #: run_ns without what it called
    self_await_ns: int  #: await_ns without what it awaited
    self_cpu_ns: int  #: cpu_ns without what it called
    inexact: bool  #: contexts were folded (max_nodes): all but counts and self_ is approximate


class Edge(TypedDict):
    """What one function called, awaited or started of another."""

    caller: int  #: index into functions
    callee: int  #: index into functions
    kind: str  #: call, await or spawn
    calls: int  #: of a spawn: tasks started
    wall_ns: int
    run_ns: int
    await_ns: int
    cpu_ns: int


class Thread(TypedDict):
    """A thread, or threads that ran one after another and share a tree."""

    id: int  #: from 1, in the order of first events
    name: str  #: empty when not known
    native_id: Optional[int]  #: the system's number
    creator: Optional[int]  #: index into functions: who started it; None when not known
    count: int  #: threads that share this row
    run_ns: int  #: time that its stack was not empty
    cpu_ns: int
    first_ns: int  #: first event, from the start of the recording
    last_ns: int  #: last event, from the start of the recording


class Task(TypedDict):
    """The tasks of one root function that one function created."""

    name: str  #: the task's own when there is one alone, else its root's
    root: Optional[int]  #: index into functions
    creator: Optional[int]  #: index into functions, None when not known
    count: int
    span_ns: int  #: from start to end, summed
    run_ns: int
    await_ns: int
    cpu_ns: int
    longest_ns: int  #: the longest single span


class Report(TypedDict):
    """The whole report, as its schema in doc/report.schema.json says."""

    functions: List[Function]
    edges: List[Edge]
    threads: List[Thread]
    tasks: List[Task]
