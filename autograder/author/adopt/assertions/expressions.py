"""What one expression is, by its text alone: a number, a call of some name, the type of something."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TypeVar

Expression = TypeVar("Expression", bound=ast.expr)


def placed(node: Expression, place: ast.expr) -> Expression:
    return ast.fix_missing_locations(ast.copy_location(node, place))


def called(call: ast.Call) -> str:
    """The last part of the name that is called."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def is_type_of(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"


_ONE = frozenset({"len", "int", "float", "str", "bool", "round", "sum", "abs", "max", "min", "type", "repr"})
_OF_ARRAYS = frozenset({"shape", "dtype", "ndim", "size", "columns"})


def may_be_several(node: ast.expr) -> bool:
    """Whether a value may be a list or a tuple, for all that its text says."""
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.Compare | ast.UnaryOp | ast.Dict | ast.Set):
        return isinstance(node, ast.Dict) and any(map(may_be_several, node.values))
    if isinstance(node, ast.Attribute):
        return node.attr not in _OF_ARRAYS
    return number_of(node, {}) is None and not (isinstance(node, ast.Call) and called(node) in _ONE)


def number_of(node: ast.expr, constants: Mapping[str, float]) -> float | None:
    """A number that is written down, `1e-6`, `10**-6`, `eps`; None where it is anything else."""
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ):
        return float(node.value)
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = number_of(node.operand, constants)
        return None if inner is None else -inner
    if isinstance(node, ast.BinOp):
        a, b = number_of(node.left, constants), number_of(node.right, constants)
        if a is None or b is None or abs(a) > 1e6 or abs(b) > 1e6:
            return None
        if isinstance(node.op, ast.Mult):
            return a * b
        if isinstance(node.op, ast.Div) and b:
            return a / b
        if isinstance(node.op, ast.Pow) and a > 0 and abs(b) < 50:
            return float(a**b)
    return None
