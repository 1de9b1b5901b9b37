"""%corograph and %%corograph for IPython and Jupyter.

The idea to know: a cell that is recorded is still run by IPython itself, so that `await`, the
value of its last line and its traceback are as ever. Its first line, %%corograph, becomes a
`with` statement, and in the syntax tree all that follows becomes that statement's body, so
that the recording has the cell in it and nothing of IPython.
"""
from __future__ import annotations

import argparse
import ast
import os
import shlex
from typing import Any, List, NoReturn

from . import _api
from ._api import closed, unseen
from ._extension import Error
from ._profile import Profile

CELL = "%%corograph"
CELL_NAME = "_corograph_cell"  # attribute of the shell: Magics.cell
VALUE_NAME = "_corograph_value"  # variable: what the cell's last expression gave


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Error(f"{message}; {self.format_usage().strip()}")


def _make_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=CELL, add_help=False)
    parser.add_argument("-o", "--output", metavar="FILE", help="keep the trace in FILE")
    parser.add_argument("-s", "--sort", metavar="COLUMN")
    parser.add_argument("-n", "--limit", type=int, default=20, metavar="ROWS")
    parser.add_argument("--view", default="functions",
                        help="functions, tree, tasks, threads or blocking")
    parser.add_argument("--into", default="_corograph", metavar="NAME",
                        help="the variable that gets the Profile")
    parser.add_argument("--no-builtins", action="store_true")
    parser.add_argument("--include", metavar="GLOB", action="append", default=[])
    parser.add_argument("--exclude", metavar="GLOB", action="append", default=[])
    parser.add_argument("-q", "--quiet", action="store_true", help="print no table")
    return parser


class Cell:
    """A recording of a cell, which shows its numbers when it ends."""

    def __init__(self, shell: Any, given: argparse.Namespace) -> None:
        self._shell = shell
        self._given = given

    @unseen
    def __enter__(self) -> None:
        _begin(self)

    @unseen
    def __exit__(self, *exception: object) -> None:
        _end(self)


@closed
def _begin(cell: Cell) -> None:
    given = cell._given
    _api.begin(None if given.output is None else os.path.expanduser(given.output),
               builtins=not given.no_builtins, include=given.include,
               exclude=given.exclude, prefill=False)


@closed
def _end(cell: Cell) -> None:
    profile, given = _api.end(), cell._given
    cell._shell.user_ns[given.into] = profile
    if not given.quiet:
        profile.print(given.sort, given.limit or None, view=given.view)


def begin_cell(lines: List[str]) -> List[str]:
    """A cell whose first line is %%corograph begins with the `with` statement it means."""
    words = lines[0].split(None, 1) if lines else []
    if not words or words[0] != CELL:
        return lines
    rest = words[1].strip() if len(words) > 1 else ""
    return [f"with get_ipython().{CELL_NAME}({rest!r}): pass\n", *lines[1:]]


def _is_ours(node: ast.stmt) -> bool:
    """Is it the statement that begin_cell() has written?"""
    call = node.items[0].context_expr if isinstance(node, ast.With) else None
    return (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
            and call.func.attr == CELL_NAME)


class Enclose(ast.NodeTransformer):
    """Moves the statements of a recorded cell into its `with`, the last value out again."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """The cell."""
        if len(node.body) < 2 or not _is_ours(node.body[0]):
            return node
        enclosing, *body = node.body
        assert isinstance(enclosing, ast.With)
        node.body, last = [enclosing], body[-1]
        if isinstance(last, ast.Expr):
            body[-1] = ast.Assign([ast.Name(VALUE_NAME, ast.Store())], last.value)
            node.body.append(ast.Expr(ast.Name(VALUE_NAME, ast.Load())))
            for made in body[-1], node.body[1]:
                ast.fix_missing_locations(ast.copy_location(made, last))
        enclosing.body = body
        return node


class Magics:
    """The magics of one shell."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._parser = _make_parser()

    def register(self) -> None:
        """Make the shell know them."""
        transforms = self._shell.input_transformers_cleanup
        names = [getattr(one, "__name__", "") for one in transforms]
        at = names.index("cell_magic") if "cell_magic" in names else len(names)
        transforms.insert(at, begin_cell)
        self._shell.ast_transformers.append(Enclose())
        self._shell.register_magic_function(self.line, "line", "corograph")
        setattr(self._shell, CELL_NAME, self.cell)

    def cell(self, line: str) -> Cell:
        """The recording that a cell with these options runs in."""
        return Cell(self._shell, self._parser.parse_args(shlex.split(line)))

    def line(self, line: str) -> Any:
        """%corograph STATEMENT: record one statement; the value of an expression."""
        if not line.strip():
            raise Error("%corograph STATEMENT records a statement, %%corograph a cell")
        if line.lstrip().startswith("-"):
            raise Error("%corograph takes no options, %%corograph does: "
                        + self._parser.format_usage().strip())
        try:
            code = compile(line, "<%corograph>", "eval")
        except SyntaxError:
            code = compile(line, "<%corograph>", "exec")
        with self.cell(""):
            return eval(code, self._shell.user_global_ns, self._shell.user_ns)
