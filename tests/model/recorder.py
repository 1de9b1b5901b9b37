"""Writes down the raw events of a program, beside the collector, and moves its clock.

A tool of sys.monitoring with a higher number than Corograph's is told first: it sets the
made-up clock on, so that both see the same ticks, and notes what the model needs to know
about the event. It holds no frame and no coroutine, only where they are.
"""
import asyncio
import ctypes
import dis
import random
import re
import sys
import types

TOOL = 5
MAKERS = asyncio.Task, asyncio.tasks._PyTask
C_FUNCTIONS = types.BuiltinFunctionType, types.MethodDescriptorType
KINDS = ((0x180, "coroutine"), (0x200, "async_generator"), (0x20, "generator"))
POINTER = object.__basicsize__ + ctypes.sizeof(ctypes.c_void_p)  # after the frame below
WRAPPED = "async_generator_wrapped_value"
_standing = {}
_first = {}


def kind_of(code):
    for flags, kind in KINDS:
        if code.co_flags & flags:
            return kind
    return "function"


def function_of(code):
    """(file, line, name, kind): what makes two functions one."""
    return code.co_filename, code.co_firstlineno, code.co_qualname, kind_of(code)


def c_function_of(callable):
    """The same of a C function, named as cProfile does."""
    return "", 0, re.sub(" at 0x[0-9a-f]+", "", name_of(callable)), "builtin"


def name_of(callable):
    name = callable.__name__
    if isinstance(callable, types.MethodDescriptorType):
        return repr(callable)
    if isinstance(callable.__self__, types.ModuleType):
        return "<built-in method %s.%s>" % (callable.__self__.__name__, name)
    for base in type(callable.__self__).__mro__:
        if name in vars(base):
            return repr(vars(base)[name])
    return "<built-in method %s>" % name


def place_of(frame):
    """Where the interpreter keeps the frame: what a later one may use again."""
    return frame and ctypes.c_void_p.from_address(id(frame) + POINTER).value


def is_delegating(frame):
    """Does the frame stand at SEND?"""
    code = frame.f_code
    if code not in _standing:
        _standing[code] = {  # 3.12 may stand at its cache
            i.offset + more for i in dis.get_instructions(code) if i.opname == "SEND"
            for more in (0, 2)}
    return frame.f_lasti in _standing[code]


def is_fresh(frame):
    """Has the frame run nothing yet?"""
    code = frame.f_code
    if code not in _first:
        _first[code] = min(i.offset for i in dis.get_instructions(code) if i.opname == "RESUME")
    return frame.f_lasti < _first[code]


class Recorder:
    """`events` is the list of what happened, as tuples (tick, event, ...)."""

    def __init__(self, extension, seed, left_out=()):
        self.events = []
        self._left_out = left_out  # beginnings of names of files
        self._tick = ctypes.c_uint64.in_dll(ctypes.CDLL(extension), "cg_made_up_tick")
        self._random = random.Random(seed).random
        self._events = sys.monitoring.events

    def now(self):
        return self._tick.value

    def _note(self, *what):
        self._tick.value += 1 + int(self._random() * 1000)
        self.events.append((self._tick.value,) + what)

    def _is_out(self, code):
        return code.co_filename.startswith(self._left_out)

    def _skips(self, below):
        """Is what that frame delegates to its awaiter's own?"""
        return below and self._is_out(below.f_code) and is_delegating(below)

    def _is_task_root(self, frame):
        """Is it the coroutine of the task that runs, or the first in it that is recorded?"""
        loop = asyncio._get_running_loop()
        task = loop and asyncio.current_task(loop)
        root = getattr(task.get_coro(), "cr_frame", None) if task else None
        while root and frame is not root and self._skips(frame.f_back):
            frame = frame.f_back
        return root is not None and frame is root

    def _frame(self, event, value=None):
        """An event of the frame that called the tool."""
        frame = sys._getframe(2)
        code, below = frame.f_code, frame.f_back
        if self._is_out(code):
            return
        while self._skips(below):
            below = below.f_back
        if event == "throw" and is_fresh(frame):
            event = "throw first"
        suspendable = kind_of(code) != "function"
        self._note(event, place_of(frame), function_of(code), place_of(below),
                   suspendable and is_delegating(below) and (
                       not event.startswith("throw") or kind_of(code) == "async_generator"),
                   kind_of(code) == "coroutine" and self._is_task_root(frame),
                   bool(code.co_flags & 0x100), id(value), type(value).__name__ == WRAPPED)

    def start(self):
        events, see = self._events, sys.monitoring.register_callback
        sys.monitoring.use_tool_id(TOOL, "model")
        see(TOOL, events.PY_START, lambda code, at: self._frame("start"))
        see(TOOL, events.PY_RESUME, lambda code, at: self._frame("resume"))
        see(TOOL, events.PY_THROW, lambda code, at, error: self._frame(
            "throw", error))
        see(TOOL, events.PY_YIELD, lambda code, at, value: self._frame("yield", value))
        see(TOOL, events.PY_RETURN, lambda code, at, value: self._frame("return"))
        see(TOOL, events.PY_UNWIND, lambda code, at, error: self._frame("unwind"))
        see(TOOL, events.CALL, self._call)
        see(TOOL, events.C_RETURN, lambda code, at, called, arg: self._c("c return", code, called))
        see(TOOL, events.C_RAISE, lambda code, at, called, arg: self._c("c raise", code, called))
        sys.monitoring.set_events(TOOL, events.PY_START | events.PY_RESUME | events.PY_THROW |
                                  events.PY_YIELD | events.PY_RETURN | events.PY_UNWIND |
                                  events.CALL)

    def stop(self):
        sys.monitoring.set_events(TOOL, 0)
        sys.monitoring.free_tool_id(TOOL)

    def _call(self, code, at, called, arg):
        frame = getattr(arg, "cr_frame", None) if called in MAKERS else None
        if frame and not self._is_out(frame.f_code):
            self._note("task", place_of(frame))
        elif called not in MAKERS:
            self._c("c call", code, called)

    def _c(self, event, code, called):
        if isinstance(called, C_FUNCTIONS) and not self._is_out(code):
            self._note(event, c_function_of(called))
