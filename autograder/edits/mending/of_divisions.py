"""Mends of divisions whose result has to be a whole number."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

from autograder.edits.mending.table import called, mend, skeleton
from autograder.edits.operators import At
from autograder.edits.places import CodePlace

_ROUNDED = ("round", "ceil", "rint", "around")
_WHOLE = ("int", "float")


@mend(
    ast.BinOp,
    ast.Call,
    examples=(
        "y = a / b => y = a // b",
        "y = int(np.ceil(a / b)) => y = a // b",
        "y = round(a / b) => y = a // b",
    ),
)
def rounded_down(node: Any, place: CodePlace) -> Iterator[Any]:
    """A division that is rounded down."""
    division = _division(node)
    if division is not None:
        yield ast.BinOp(division.left, ast.FloorDiv(), division.right)


@mend(
    ast.FunctionDef,
    examples=(
        "def f(a, b, s):\n    h = a / s\n    w = b / s\n    return h, w => "
        "def f(a, b, s):\n    h = a // s\n    w = b // s\n    return h, w",
    ),
)
def rounded_down_throughout(node: ast.FunctionDef, place: CodePlace) -> Iterator[Any]:
    """All divisions of one form rounded down, as those for height and width."""
    every = [part for part in ast.walk(node) if _division(part) is not None]
    inner = {id(part) for one in every for part in ast.walk(one) if part is not one}
    outermost = [part for part in every if id(part) not in inner]
    for form in dict.fromkeys(map(skeleton, outermost)):
        alike = [part for part in outermost if skeleton(part) == form]
        if len(alike) > 1:
            yield At(_Down({id(part) for part in alike}).of(node), alike[0], tuple(alike))


@mend(ast.BinOp, ast.AugAssign, examples=("y = a // b => y = a / b", "y //= b => y /= b"))
def not_rounded_down(node: Any, place: CodePlace) -> Iterator[Any]:
    """A division that keeps its fractions."""
    if isinstance(node.op, ast.FloorDiv) and isinstance(node, ast.BinOp):
        yield ast.BinOp(node.left, ast.Div(), node.right)
    elif isinstance(node.op, ast.FloorDiv):
        yield ast.AugAssign(node.target, ast.Div(), node.value)


def _division(node: ast.AST) -> ast.BinOp | None:
    """The division that a node is, or that it rounds otherwise than down."""
    if isinstance(node, ast.BinOp):
        return node if isinstance(node.op, ast.Div) else None
    if not isinstance(node, ast.Call) or len(node.args) != 1 or called(node) not in (*_ROUNDED, *_WHOLE):
        return None
    inner = node.args[0]
    return None if called(node) in _WHOLE and isinstance(inner, ast.BinOp) else _division(inner)


class _Down(ast.NodeTransformer):
    """Rounds some divisions down, in a copy."""

    def __init__(self, wanted: set[int]) -> None:
        self._wanted, self._copies = wanted, set[int]()

    def of(self, node: ast.FunctionDef) -> Any:
        memo: dict[int, Any] = {}
        made = copy.deepcopy(node, memo)
        self._copies = {id(memo[key]) for key in self._wanted}
        return self.visit(made)

    def visit(self, node: ast.AST) -> Any:
        division = _division(node) if id(node) in self._copies else None
        if division is not None:
            return ast.BinOp(division.left, ast.FloorDiv(), division.right)
        return self.generic_visit(node)
