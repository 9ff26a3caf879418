"""Mends of what is written once for each layer: under names that differ by a number, as W1 and W2, one of
which lacks what the other has.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from typing import Any

from autograder.edits.mending.table import called, mend
from autograder.edits.operators import At
from autograder.edits.places import CodePlace

_SPAN = 8
"""Statements from one layer's to the other's."""
_TOTALS = frozenset({"sum", "norm", "dot", "vdot", "square", "mean"})


@mend(
    ast.Dict,
    examples=("d = {'W1': g1 + r * W1, 'W2': g2} => d = {'W1': g1 + r * W1, 'W2': g2 + r * W2}",),
)
def entry_as_the_other_layer(node: ast.Dict, place: CodePlace) -> Iterator[Any]:
    """An entry made as that of another layer is."""
    texts = [ast.unparse(key) if key is not None else "" for key in node.keys]
    for here, there, value in _as_another(texts, node.values):
        if ast.dump(value) != ast.dump(node.values[here]) and there != here:
            made = ast.Dict(node.keys, [*node.values[:here], value, *node.values[here + 1 :]])
            yield At(made, _what_differs(node.values[here], value))


@mend(
    ast.Assign,
    examples=("d1 = g1 + r * W1\nd2 = g2 => d1 = g1 + r * W1\nd2 = g2 + r * W2",),
)
def made_as_the_other_layer(node: ast.Assign, place: CodePlace) -> Iterator[Any]:
    """A value made as that of another layer is, nearby."""
    if place.index is None or len(node.targets) != 1 or isinstance(node.targets[0], ast.Tuple):
        return
    block = getattr(place.parent, place.field)
    first = max(0, place.index - _SPAN)
    around = block[first : place.index + _SPAN]
    near = [n for n in around if isinstance(n, ast.Assign) and len(n.targets) == 1]
    targets = [ast.unparse(n.targets[0]) for n in near]
    for here, _, value in _as_another(targets, [n.value for n in near]):
        if near[here] is node and ast.dump(value) != ast.dump(node.value):
            yield At(ast.Assign(node.targets, value), _what_differs(node.value, value))


@mend(
    ast.Call,
    ast.BinOp,
    examples=(
        "def f(W1, W2):\n    return np.sum(W2 ** 2) => def f(W1, W2):\n"
        "    return np.sum(W2 ** 2) + np.sum(W1 ** 2)",
    ),
)
def added_for_the_other_layer(node: Any, place: CodePlace) -> Iterator[Any]:
    """A sum over one layer, and the same of another one beside it."""
    square = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.Mult | ast.MatMult)
    if not (square or called(node) in _TOTALS) or place.field in ("keys", "slice"):
        return
    known = {name for _, name in place.locals} | {*place.texts}
    numbered = {part for part in _words(node) if part in known and re.search(r"\d", part)}
    numbers = {number for part in numbered for number in re.findall(r"\d", part)}
    if len(numbers) == 1:
        (now,) = numbers
        for other in sorted({c for name in known for c in re.findall(r"\d", name)} - numbers):
            if all(part.replace(now, other) in known for part in numbered):
                yield ast.BinOp(node, ast.Add(), _renumbered(node, now, other))


def _what_differs(now: ast.expr, new: ast.expr) -> ast.expr:
    """The smallest piece of the one value that holds all in which the other differs from it."""
    parts, others = list(ast.iter_child_nodes(now)), list(ast.iter_child_nodes(new))
    if type(now) is not type(new) or len(parts) != len(others):
        return now
    apart = [(a, b) for a, b in zip(parts, others, strict=True) if ast.dump(a) != ast.dump(b)]
    if len(apart) != 1 or not all(isinstance(part, ast.expr) for part in apart[0]):
        return now
    return _what_differs(*apart[0])  # type: ignore[arg-type]


def _as_another(names: list[str], values: list[Any]) -> Iterator[tuple[int, int, Any]]:
    """For each value whose name differs from another one by one digit: its index and the other's, and the
    other's value with that digit.
    """
    for here, name in enumerate(names):
        for there, other in enumerate(names):
            digits = _differ_by_a_digit(other, name)
            if digits is not None:
                yield here, there, _renumbered(values[there], *digits)


def _differ_by_a_digit(one: str, other: str) -> tuple[str, str] | None:
    if len(one) != len(other):
        return None
    apart = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return apart[0] if len(apart) == 1 and apart[0][0].isdigit() and apart[0][1].isdigit() else None


def _words(node: ast.AST) -> Iterator[str]:
    """The names and texts in a piece of code."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _renumbered(node: Any, now: str, other: str) -> Any:
    """A copy of a piece of code with another number in its names and texts."""
    made = copy.deepcopy(node)
    for part in ast.walk(made):
        if isinstance(part, ast.Name):
            part.id = part.id.replace(now, other)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            part.value = part.value.replace(now, other)
    return made
