"""A cell is not all or nothing: what stands after the statement that failed, what defines its names, and
what of a cell that does not compile is whole nevertheless.

On the standard library alone, for any Python in use: it is pasted into every release's check_notebook.py.
"""

from __future__ import annotations

import ast
import itertools  # pairwise is asked for where it is needed: an older Python is told so in a sentence
import re
from collections.abc import Iterator
from types import TracebackType

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_DEFINES = (*_DEFINITIONS, ast.Import, ast.ImportFrom)
_PLAIN_VALUES = (
    ast.Constant,
    ast.Name,
    ast.Attribute,
    ast.UnaryOp,
    ast.BinOp,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.Subscript,
    ast.Slice,
    ast.Lambda,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
)
_STRING = re.compile(
    r"#[^\n]*|(\"{3}|'{3})(?:\\.|(?!\1).)*(?:\1|\Z)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S
)
"""A comment or a text; one in three quotes that is not closed goes on to the end."""
_STARTS = re.compile(r"(?:def|class|async\s+def|import|from)\b|@")
_CONTINUES = re.compile(r"[\s)\]}#]|(?:else|elif|except|finally)\b|$")


def place_in(error: BaseException, name: str) -> tuple[int, int] | None:
    """Line and column (in bytes) of the statement of the named cell that an exception has come through."""
    frame: TracebackType | None = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        if code.co_filename == name and code.co_name.startswith(("<module>", "<cell line")):
            if not hasattr(code, "co_positions") or frame.tb_lasti < 0:  # before Python 3.11
                return frame.tb_lineno, 0
            line, _, column, _ = list(code.co_positions())[frame.tb_lasti // 2]
            return (line or frame.tb_lineno, column or 0)
        frame = frame.tb_next
    return None


def rest_after(text: str, place: tuple[int, int]) -> list[ast.stmt]:
    """The statements of a cell behind the one at this place; with it, where it is a definition."""
    body = ast.parse(text).body
    for index, statement in enumerate(body):
        if place <= (statement.end_lineno or 0, statement.end_col_offset or 0):
            return body[index if isinstance(statement, _DEFINITIONS) else index + 1 :]
    return []


def undecorated(statement: ast.stmt, name: str) -> bool:
    """Take from a definition the decorators that use a name; returns whether there are any."""
    if not isinstance(statement, _DEFINITIONS):
        return False
    kept = [d for d in statement.decorator_list if not _uses(d, name)]
    fewer = len(kept) < len(statement.decorator_list)
    statement.decorator_list = kept
    return fewer


def _uses(expression: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(expression))


def is_stub(statement: ast.AST) -> bool:
    """Whether a function raises NotImplementedError and does nothing else, as it was handed out; of a class,
    every method but a constructor, which may be given.
    """
    if not isinstance(statement, _DEFINITIONS):
        return False
    body = statement.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):  # its docstring
        body = body[1:]
    if isinstance(statement, ast.ClassDef):
        methods = [one for one in body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
        return any(map(is_stub, methods)) and all(m.name == "__init__" or is_stub(m) for m in methods)
    if len(body) != 1 or not isinstance(body[0], ast.Raise):
        return False
    raised = body[0].exc.func if isinstance(body[0].exc, ast.Call) else body[0].exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def definitions(text: str) -> list[ast.stmt]:
    """What of a cell defines its names and computes nothing: imports, functions, plain assignments."""
    return [statement for statement in ast.parse(text).body if _only_defines(statement)]


def whole_definitions(text: str) -> list[ast.stmt]:
    """What of a cell that does not compile defines names and is whole. A function is, where its last
    statement is a return or where another definition comes next: nothing of it can have been cut off.
    """
    pieces, found = list(_pieces(text)), []
    for index, (line, piece) in enumerate(pieces):
        try:
            body = ast.parse("\n" * line + piece).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        followed = index + 1 == len(pieces) or bool(_STARTS.match(pieces[index + 1][1]))
        found += [s for s in body if _only_defines(s) and (followed or not _may_go_on(s))]
    return found


def _may_go_on(statement: ast.stmt) -> bool:
    """Whether what follows in the text could have been meant to be part of a definition."""
    compound = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return compound and not isinstance(statement.body[-1], ast.Return)  # type: ignore[attr-defined]


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """A cell cut before each line that begins a statement, decorators with what they decorate: how many
    lines stand above, and the piece.
    """
    within = {
        line
        for match in _STRING.finditer(text)
        for line in range(text.count("\n", 0, match.start()) + 1, text.count("\n", 0, match.end()) + 1)
    }
    lines = text.split("\n")
    begin = [n for n, line in enumerate(lines) if n not in within and not _CONTINUES.match(line)]
    decorated = {below for above, below in itertools.pairwise(begin) if lines[above].startswith("@")}
    starts = [n for n in begin if n not in decorated]
    for start, end in itertools.pairwise([*starts, len(lines)]):
        yield start, "\n".join(lines[start:end])


def _only_defines(statement: ast.stmt) -> bool:
    if isinstance(statement, _DEFINES):
        return True
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        value = statement.value
        return value is None or _is_plain(value)
    return False


def _is_plain(value: ast.expr) -> bool:
    """Whether a value is written down rather than computed: a lambda's body does not run."""
    if isinstance(value, ast.Lambda):
        return True
    return isinstance(value, _PLAIN_VALUES) and all(
        _is_plain(part) if isinstance(part, ast.expr) else isinstance(part, _PLAIN_VALUES)
        for part in ast.iter_child_nodes(value)
    )
