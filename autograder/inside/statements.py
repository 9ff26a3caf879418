"""A cell is not all or nothing: what stands after the statement that failed, and what defines its names.

On the standard library alone, for any Python in use: it is pasted into every release's check_notebook.py.
"""

from __future__ import annotations

import ast
from types import TracebackType

_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
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
    """The statements of a cell behind the one at this place."""
    body = ast.parse(text).body
    for index, statement in enumerate(body):
        if place <= (statement.end_lineno or 0, statement.end_col_offset or 0):
            return body[index + 1 :]
    return []


def definitions(text: str) -> list[ast.stmt]:
    """What of a cell defines its names and computes nothing: imports, functions, plain assignments."""
    return [statement for statement in ast.parse(text).body if _only_defines(statement)]


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
