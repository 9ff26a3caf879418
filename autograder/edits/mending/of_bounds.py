"""Mends of bounds and conditions: where a loop, a slice or a count ends, one too early or too late, and what
decides whether something is done.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from autograder.edits.mending.table import called, mend
from autograder.edits.places import CodePlace

_COUNTING = ("range", "arange", "ndindex", "permutation", "zeros", "ones", "empty")


@mend(
    ast.BinOp,
    examples=(
        "for i in range(n - 1):\n    f(i) => for i in range(n):\n    f(i)",
        "if i == n + 1:\n    f(i) => if i == n:\n    f(i)",
        "y = x[:n - 1] => y = x[:n]",
    ),
)
def bound_as_it_is(node: ast.BinOp, place: CodePlace) -> Iterator[Any]:
    """A bound that was made one more or one less."""
    if not isinstance(node.op, ast.Add | ast.Sub) or not isinstance(node.right, ast.Constant):
        return
    parent: Any = place.parent
    counts = place.field == "args" and called(parent) in _COUNTING
    if node.right.value == 1 and (counts or isinstance(parent, ast.Compare | ast.Slice)):
        yield node.left


@mend(
    ast.expr,
    examples=(
        "for i in range(n):\n    f(i) => for i in range(n - 1):\n    f(i)",
        "for i in range(1, n):\n    f(i) => for i in range(0, n):\n    f(i)",
    ),
)
def bound_of_a_loop(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """The end of a loop's range one less or more; a start at 0 for one at 1, and the other way round."""
    if place.field != "args" or called(place.parent) != "range" or not _is_looped_over(place):
        return
    if isinstance(node, ast.Constant) and node.value in (0, 1) and place.index == 0:
        yield ast.Constant(1 - node.value)
    elif not isinstance(node, ast.Constant | ast.Starred):
        yield ast.BinOp(node, ast.Sub(), ast.Constant(1))
        yield ast.BinOp(node, ast.Add(), ast.Constant(1))


@mend(ast.expr, examples=("if x:\n    y = 1 => if not x:\n    y = 1",))
def turned_condition(node: ast.expr, place: CodePlace) -> Iterator[Any]:
    """A condition that is negated. That it is always met is tried last: what it leaves out then can hide a
    mistake.
    """
    if _is_condition(place):
        yield ast.UnaryOp(ast.Not(), node)


def _is_condition(place: CodePlace) -> bool:
    inner = place.field == "ifs" and isinstance(place.parent, ast.comprehension)
    return place.field == "test" or inner


def _is_looped_over(place: CodePlace) -> bool:
    return isinstance(place.statement, ast.For) and place.parent is place.statement.iter
